"""Closing what still lies open on a laptop, or is sealed to keys that have been replaced.

What came before anybody ever signed in could be closed by nobody; a township that was enrolled
anew cannot read what waits for it under its former key. Both are put right while somebody is there.
"""

from casework.names import PartHash
from sync.batch import APPLICANT, ID_TAIL
from sync.engine import Work
from sync.errors import PartError
from sync.laptop_vault import LaptopVault
from sync.node import Node
from sync.parts import PartNotHeldError


async def close_what_lies_open(node: Node, vault: LaptopVault) -> int:
    """Close it anew, and say how many parts that were."""
    if vault.shared_key is None:
        return 0
    await node.database.work(lambda work: _close_names(work, vault))
    held = await node.database.fetch("SELECT hash FROM part WHERE state = 'held'")
    count = 0
    for (part,) in held:
        count += await _close_part(node, vault, PartHash(part))
    return count


def _close_names(work: Work, vault: LaptopVault) -> None:
    rows = work.execute(
        "SELECT id, applicant, id_tail FROM case_row"
        " WHERE applicant IS NOT NULL AND applicant NOT LIKE '~%'"
    ).fetchall()
    closed = [
        (
            vault.close_text(row, APPLICANT, name),
            vault.close_text(row, ID_TAIL, tail or ""),
            row,
        )
        for row, name, tail in rows
    ]
    work.executemany("UPDATE case_row SET applicant = ?, id_tail = ? WHERE id = ?", closed)


async def _close_part(node: Node, vault: LaptopVault, part: PartHash) -> bool:
    """Seal one part to those who should read it now; what cannot be opened stays as it is."""
    try:
        stored = await node.parts.stored(part)
        if vault.is_for_now(stored):
            return False
        data = await node.parts.get(part)
    except (PartNotHeldError, PartError):
        return False
    await node.parts.restore(part, data)
    return True
