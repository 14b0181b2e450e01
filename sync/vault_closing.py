"""Closing what still lies open on a laptop, or is sealed to keys that have been replaced.

What came before anybody ever signed in could be closed by nobody; a township that was enrolled
anew cannot read what waits for it under its former key. Both are put right while somebody is there.
"""

import contextlib
from functools import partial
from typing import Final

from casework.names import PartHash
from sync.batch import APPLICANT, ID_TAIL
from sync.engine import Work
from sync.errors import PartError, SealError
from sync.laptop_vault import LaptopVault
from sync.node import Node
from sync.parts import PartNotHeldError
from sync.vault_cipher import HEADER_BYTES_MAX

# What is closed in one transaction: others write in between.
AT_ONCE: Final = 100


async def close_what_lies_open(node: Node, vault: LaptopVault) -> int:
    """Close it anew, and say how many names and parts that were."""
    if vault.shared_key is None:
        return 0
    count = found = await node.database.work(lambda work: _close_names(work, vault))
    while found == AT_ONCE:
        found = await node.database.work(lambda work: _close_names(work, vault))
        count += found
    looked_at: PartHash | None = PartHash("")
    while looked_at is not None:
        closed, looked_at = await node.database.work(partial(_close_small, vault, looked_at))
        count += closed
    large = await node.database.fetch("SELECT hash FROM part WHERE state = 'held' AND data IS NULL")
    for (part,) in large:
        count += await _close_large(node, vault, PartHash(part))
    return count


def _close_names(work: Work, vault: LaptopVault) -> int:
    rows = work.execute(
        "SELECT id, applicant, id_tail FROM case_row"
        " WHERE applicant IS NOT NULL AND applicant NOT LIKE '~%' LIMIT ?",
        (AT_ONCE,),
    ).fetchall()
    closed = [
        (vault.close_text(row, APPLICANT, name), vault.close_text(row, ID_TAIL, tail or ""), row)
        for row, name, tail in rows
    ]
    work.executemany("UPDATE case_row SET applicant = ?, id_tail = ? WHERE id = ?", closed)
    return len(rows)


def _close_small(vault: LaptopVault, after: PartHash, work: Work) -> tuple[int, PartHash | None]:
    """Some small parts, in order of their hashes: how many were closed, and the last looked at."""
    rows = work.execute(
        "SELECT hash, data FROM part WHERE hash > ? AND state = 'held' AND data IS NOT NULL"
        " ORDER BY hash LIMIT ?",
        (after, AT_ONCE),
    ).fetchall()
    closed = []
    for part, stored in rows:
        with contextlib.suppress(PartError, SealError):
            if not vault.is_for_now(stored):
                data = vault.open_part(part, stored)
                if data is not None:
                    closed.append((vault.close_part(part, data), part))
    work.executemany("UPDATE part SET data = ? WHERE hash = ?", closed)
    return len(closed), PartHash(rows[-1][0]) if rows else None


async def _close_large(node: Node, vault: LaptopVault, part: PartHash) -> bool:
    """Seal one file to those who should read it now; what cannot be opened stays as it is."""
    try:
        if vault.is_for_now(await node.parts.beginning(part, HEADER_BYTES_MAX)):
            return False
        data = await node.parts.get(part)
    except (PartNotHeldError, PartError, SealError):
        return False
    await node.parts.shelve(part, data)
    return True
