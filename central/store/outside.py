"""How many decisions stand in this county's projection, by matter, since a time."""

from collections.abc import Mapping

from casework.names import MatterId
from sync.engine import Database


async def decided_since(database: Database, since: str) -> Mapping[MatterId, int]:
    rows = await database.fetch(
        "SELECT matter, COUNT(*) FROM case_row WHERE decided_at >= ? GROUP BY matter", (since,)
    )
    return {MatterId(matter): int(count) for matter, count in rows}
