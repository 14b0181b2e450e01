"""Reading and writing the trust sets' rows, as functions of plain SQL for a batch.

They run inside whatever transaction the caller has, so an announcement commits with the message
that made it and a set comes into force with its last part.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from casework.names import PartHash
from sync.bodies import SetAnnouncement, SetName
from sync.lanes import Work
from sync.trust_tables import SetState

_COLUMNS = 'hash, "set", version, state, code, wire'


class SetRow(Struct, frozen=True):
    """One version of a set, as far as it has come."""

    hash: PartHash
    set: SetName
    version: int
    state: SetState
    code: str | None
    wire: bytes


def note_announcement(work: Work, announcement: SetAnnouncement) -> bool:
    """Remember that the county announced a version; False if that is nothing new.

    The same version under another hash is remembered beside the first: it is proof of two
    histories, and `forks` finds it.
    """
    return bool(
        work.execute(
            f"INSERT INTO trust_manifest ({_COLUMNS}) VALUES (?, ?, ?, ?, NULL, ?) "  # noqa: S608
            "ON CONFLICT (hash) DO NOTHING",
            (
                announcement.manifest,
                announcement.set.value,
                announcement.version,
                SetState.ANNOUNCED.value,
                b"",
            ),
        ).rowcount
    )


def rows_in(work: Work, *states: SetState) -> list[SetRow]:
    """Versions in these states, the root's first, older before newer."""
    marks = ", ".join("?" * len(states))
    found = work.execute(
        f"SELECT {_COLUMNS} FROM trust_manifest WHERE state IN ({marks})",  # noqa: S608
        [state.value for state in states],
    ).fetchall()
    order = {name: place for place, name in enumerate(SetName)}
    return sorted(map(_row, found), key=lambda row: (order[row.set], row.version))


def find_row(work: Work, manifest: PartHash) -> SetRow | None:
    found = work.execute(
        f"SELECT {_COLUMNS} FROM trust_manifest WHERE hash = ?",  # noqa: S608
        (manifest,),
    ).fetchone()
    return _row(found) if found else None


def find_version(work: Work, name: SetName, version: int) -> SetRow | None:
    """The version of a set that is or was in force here."""
    found = work.execute(
        f'SELECT {_COLUMNS} FROM trust_manifest WHERE "set" = ? AND version = ? AND state = ?',  # noqa: S608
        (name.value, version, SetState.HELD.value),
    ).fetchone()
    return _row(found) if found else None


def newest_held(work: Work) -> dict[SetName, SetRow]:
    return {row.set: row for row in rows_in(work, SetState.HELD)}


def put_row(work: Work, row: SetRow) -> None:
    work.execute(
        f"INSERT INTO trust_manifest ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) "  # noqa: S608
        "ON CONFLICT (hash) DO UPDATE SET state = excluded.state, code = excluded.code, "
        "wire = excluded.wire",
        (row.hash, row.set.value, row.version, row.state.value, row.code, row.wire),
    )


def forks(work: Work) -> list[tuple[SetName, int]]:
    """Versions of which two manifests were announced."""
    found = work.execute(
        'SELECT "set", version FROM trust_manifest GROUP BY "set", version HAVING COUNT(*) > 1'
    ).fetchall()
    return [(SetName(name), version) for name, version in found]


def find_part(work: Work, part: PartHash) -> bytes | None:
    found = work.execute("SELECT data FROM trust_part WHERE hash = ?", (part,)).fetchone()
    return found[0] if found else None


def put_parts(work: Work, parts: Mapping[PartHash, bytes]) -> None:
    work.executemany(
        "INSERT INTO trust_part (hash, data) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
        list(parts.items()),
    )


def drop_version(work: Work, row: SetRow, unused: Iterable[PartHash]) -> None:
    """Forget an old version and the parts that no other version lists."""
    work.execute("DELETE FROM trust_manifest WHERE hash = ?", (row.hash,))
    work.executemany("DELETE FROM trust_part WHERE hash = ?", [(part,) for part in unused])


def _row(values: tuple[str, str, int, str, str | None, bytes]) -> SetRow:
    hash_, name, version, state, code, wire = values
    return SetRow(PartHash(hash_), SetName(name), version, SetState(state), code, wire)
