"""Parts that belong to a case and are still on their way to the county."""

from collections.abc import Iterable

from casework.case import Case
from casework.names import PartHash
from sync import part_rows
from sync.engine import Database, Work
from sync.part_rows import PartState


async def awaited_parts(database: Database, cases: Iterable[Case]) -> frozenset[PartHash]:
    hashes = sorted({part.ref.hash for case in cases for part in case.parts})

    def look(work: Work) -> frozenset[PartHash]:
        found = part_rows.states(work, hashes)
        return frozenset(part for part, state in found.items() if state is PartState.AWAITED)

    return await database.read(look)
