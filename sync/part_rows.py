"""The rows of parts, written in the transaction of the message that names them.

Every function takes what `Database.work` gives and does not begin or end a transaction. A state
only ever gains: what is held is not unmarked by another message that lacks it.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec import Struct

from casework.entry import PartRef
from casework.names import CaseId, PartHash
from sync.engine import Work

HASHES_PER_QUERY_MAX: Final = 500

Range = tuple[int, int]  # first byte, end (not included)


class PartState(StrEnum):
    """What this node has of a part. Stored; never change a value."""

    HELD = "held"
    AWAITED = "awaited"
    NOT_ENTITLED = "not_entitled"
    ERASED = "erased"


class Reference(Struct, frozen=True):
    """One owner's mention of a part: a message id, or a draft's name."""

    hash: PartHash
    owner: str
    case_id: CaseId | None


class Arriving(Struct, frozen=True):
    """A part on its way, and what of it is here."""

    hash: PartHash
    size: int
    ranges: tuple[Range, ...]


def hold(work: Work, parts: Sequence[tuple[PartRef, bytes | None]]) -> None:
    """Record parts as held: small ones with their checked bytes, None for a file on the shelf."""
    work.executemany(
        "INSERT INTO part (hash, size, media_type, state, data) VALUES (?, ?, ?, 'held', ?)"
        " ON CONFLICT (hash) DO UPDATE SET state = 'held', data = excluded.data"
        " WHERE part.state <> 'held'",
        [(ref.hash, ref.size, ref.media_type, data) for ref, data in parts],
    )
    if work.execute("SELECT 1 FROM part_arrival LIMIT 1").fetchone() is not None:
        came = [(ref.hash,) for ref, _ in parts]
        work.executemany("DELETE FROM part_arrival WHERE hash = ?", came)


def wait_for(work: Work, refs: Sequence[PartRef], *, urgency: int = 0) -> None:
    """Record parts as awaited, unless held; `missing_ranges` then names their bytes."""
    _mark(work, refs, PartState.AWAITED)
    work.executemany(
        "INSERT INTO part_arrival (hash, size, urgency, ranges)"
        " SELECT hash, size, CAST(? AS INTEGER), '[]' FROM part"
        " WHERE hash = ? AND state = 'awaited'"
        " ON CONFLICT (hash) DO UPDATE SET urgency = excluded.urgency"
        " WHERE part_arrival.urgency < excluded.urgency",
        [(urgency, ref.hash) for ref in refs],
    )


def do_without(work: Work, refs: Sequence[PartRef], state: PartState) -> None:
    """Record parts that will not come, unless held: erased, or not for this node."""
    assert state in {PartState.ERASED, PartState.NOT_ENTITLED}, "the other states have bytes"
    _mark(work, refs, state)
    work.executemany(
        "DELETE FROM part_arrival WHERE hash = ? AND NOT EXISTS"
        " (SELECT 1 FROM part WHERE part.hash = part_arrival.hash AND part.state = 'awaited')",
        [(ref.hash,) for ref in refs],
    )


def refer(work: Work, references: Iterable[Reference]) -> None:
    """Note who refers to a part; a reference that had been released counts again."""
    work.executemany(
        "INSERT INTO part_reference (hash, owner, case_id, released)"
        " VALUES (?, ?, ?, FALSE) ON CONFLICT (hash, owner) DO UPDATE SET released = FALSE",
        [(each.hash, each.owner, each.case_id) for each in references],
    )


def forget_owner(work: Work, owner: str) -> None:
    """Drop an owner's references: a draft that was discarded, or became a message."""
    work.execute("DELETE FROM part_reference WHERE owner = ?", (owner,))


def release_case(work: Work, case_id: CaseId) -> list[PartHash]:
    """Erase what only this case keeps here, and name it; its files go once this is committed."""
    work.execute("UPDATE part_reference SET released = TRUE WHERE case_id = ?", (case_id,))
    rows = work.execute(
        "SELECT DISTINCT part.hash FROM part JOIN part_reference AS gone ON gone.hash = part.hash"
        " WHERE gone.case_id = ? AND part.state IN ('held', 'awaited') AND NOT EXISTS"
        " (SELECT 1 FROM part_reference AS kept"
        "  WHERE kept.hash = part.hash AND kept.released = FALSE)",
        (case_id,),
    ).fetchall()
    erased = [PartHash(row[0]) for row in rows]
    erase(work, erased)
    return erased


def erase(work: Work, hashes: Sequence[PartHash]) -> None:
    """Give the bytes up, whoever refers to them; the rows and every chain stay."""
    which = [(each,) for each in hashes]
    work.executemany("UPDATE part SET state = 'erased', data = NULL WHERE hash = ?", which)
    work.executemany("DELETE FROM part_arrival WHERE hash = ?", which)


def collect_unreferenced(work: Work) -> list[PartHash]:
    """Drop the rows of parts that nothing refers to, and name them."""
    rows = work.execute(
        "SELECT hash FROM part WHERE NOT EXISTS"
        " (SELECT 1 FROM part_reference WHERE part_reference.hash = part.hash)"
    ).fetchall()
    work.executemany("DELETE FROM part_arrival WHERE hash = ?", rows)
    work.executemany("DELETE FROM part WHERE hash = ?", rows)
    return [PartHash(row[0]) for row in rows]


def states(work: Work, hashes: Sequence[PartHash]) -> dict[PartHash, PartState]:
    """What is here of these parts; one that was never heard of is not in the answer."""
    rows = _by_hash(work, "SELECT hash, state FROM part WHERE hash IN", hashes)
    return {PartHash(row[0]): PartState(row[1]) for row in rows}


def homes(work: Work, hashes: Sequence[PartHash]) -> dict[PartHash, CaseId | None]:
    """The case that each part came with. A later message of another case that names it has it
    from hearsay: knowing a hash entitles nobody.
    """
    rows = []
    for start in range(0, len(hashes), HASHES_PER_QUERY_MAX):
        some = hashes[start : start + HASHES_PER_QUERY_MAX]
        marks = ", ".join("?" * len(some))
        rows += work.execute(
            "SELECT r.hash, m.case_id FROM part_reference AS r JOIN message AS m"  # noqa: S608
            f" ON m.id = r.owner WHERE r.hash IN ({marks}) ORDER BY m.arrival DESC",
            some,
        ).fetchall()
    return {PartHash(row[0]): row[1] for row in rows}


def small_parts(work: Work, hashes: Sequence[PartHash]) -> dict[PartHash, bytes]:
    """The bytes of those that are small and held: what rides in a frame."""
    rows = _by_hash(work, "SELECT hash, data FROM part WHERE data IS NOT NULL AND hash IN", hashes)
    return {PartHash(row[0]): bytes(row[1]) for row in rows}


def raise_urgency(work: Work, case_id: CaseId, urgency: int) -> None:
    """Ask for this case's parts first: somebody is looking at it."""
    work.execute(
        "UPDATE part_arrival SET urgency = ? WHERE urgency < ? AND hash IN"
        " (SELECT hash FROM part_reference WHERE case_id = ?)",
        (urgency, urgency, case_id),
    )


def arriving(work: Work, limit: int) -> list[Arriving]:
    """Parts on their way, most urgent first."""
    rows = work.execute(
        "SELECT hash, size, ranges FROM part_arrival ORDER BY urgency DESC, hash LIMIT ?", (limit,)
    ).fetchall()
    return [_arriving(row) for row in rows]


def find_arriving(work: Work, part: PartHash) -> Arriving | None:
    row = work.execute(
        "SELECT hash, size, ranges FROM part_arrival WHERE hash = ?", (part,)
    ).fetchone()
    return None if row is None else _arriving(row)


def note_ranges(work: Work, part: PartHash, ranges: Sequence[Range]) -> None:
    text = msgspec.json.encode(ranges).decode()
    work.execute("UPDATE part_arrival SET ranges = ? WHERE hash = ?", (text, part))


def arrived(work: Work, part: PartHash, data: bytes | None) -> None:
    """An awaited part is whole and verified; one erased meanwhile stays erased."""
    work.execute(
        "UPDATE part SET state = 'held', data = ? WHERE hash = ? AND state = 'awaited'",
        (data, part),
    )
    work.execute("DELETE FROM part_arrival WHERE hash = ?", (part,))


def _mark(work: Work, refs: Sequence[PartRef], state: PartState) -> None:
    work.executemany(
        "INSERT INTO part (hash, size, media_type, state, data) VALUES (?, ?, ?, ?, NULL)"
        " ON CONFLICT (hash) DO UPDATE SET state = excluded.state WHERE part.state <> 'held'",
        [(ref.hash, ref.size, ref.media_type, state.value) for ref in refs],
    )


def _by_hash(work: Work, query: str, hashes: Sequence[PartHash]) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for start in range(0, len(hashes), HASHES_PER_QUERY_MAX):
        some = hashes[start : start + HASHES_PER_QUERY_MAX]
        marks = ", ".join("?" * len(some))
        rows += work.execute(f"{query} ({marks})", some).fetchall()
    return rows


def _arriving(row: tuple[str, int, str]) -> Arriving:
    part, size, ranges = row
    return Arriving(
        PartHash(part), size, msgspec.json.decode(ranges, type=tuple[tuple[int, int], ...])
    )
