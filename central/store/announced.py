"""Receipts that nodes announced and whose entries have not come.

What was read of the announcements is remembered in a setting, so that no look reads them twice:
how far, and which receipts were still missing then. It follows from the messages and may be
dropped at any time.
"""

from typing import Final

import msgspec
from msgspec import Struct

from casework.names import CaseNumber, MatterId, MessageId, NodeId
from sync.bodies import ReceiptManifest
from sync.engine import Database, Work
from sync.stored import stored_body, stored_message

_KEY: Final = "receipts-awaited"
# Announcements read at one look; what is left is read at the next.
READ_MAX: Final = 2_000
_ASKED_AT_ONCE: Final = 400


class AwaitedReceipt(Struct, frozen=True):
    """A receipt that was announced: enough to know of it should its messages be lost."""

    entry: MessageId
    node: NodeId
    number: CaseNumber
    matter: MatterId
    received_at: str


class _Known(Struct, frozen=True):
    """`upto` is when the newest announcement came that was read; those of one instant are read
    again, by `last`, their ids."""

    upto: str = ""
    last: tuple[str, ...] = ()
    awaited: tuple[AwaitedReceipt, ...] = ()


class AnnouncedReceipts:
    def __init__(self, database: Database) -> None:
        self._database: Final = database

    async def awaited(self) -> tuple[AwaitedReceipt, ...]:
        """The receipts whose entries are not held, the earliest first."""

        def look(work: Work) -> tuple[AwaitedReceipt, ...]:
            before = _remembered(work)
            now = _without_held(work, _read_on(work, before))
            if now != before:
                _remember(work, now)
            return tuple(sorted(now.awaited, key=lambda each: (each.received_at, each.entry)))

        return await self._database.work(look)


def _remembered(work: Work) -> _Known:
    row = work.execute("SELECT value FROM setting WHERE key = ?", (_KEY,)).fetchone()
    return _Known() if row is None else msgspec.json.decode(bytes(row[0]), type=_Known)


def _remember(work: Work, known: _Known) -> None:
    work.execute(
        "INSERT INTO setting (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (_KEY, msgspec.json.encode(known)),
    )


def _read_on(work: Work, known: _Known) -> _Known:
    """What was announced since; nothing that was read before is read again."""
    rows = work.execute(
        "SELECT id, wire, received_at FROM message WHERE kind = 'receipt-manifest'"
        " AND received_at >= ? ORDER BY received_at, id LIMIT ?",
        (known.upto, READ_MAX + len(known.last)),
    ).fetchall()
    fresh = [row for row in rows if row[0] not in known.last]
    if not fresh:
        return known
    awaited = list(known.awaited)
    for id_, wire, _ in fresh:
        message = stored_message(wire, id_)
        body = stored_body(message)
        if isinstance(body, ReceiptManifest):
            awaited += [
                AwaitedReceipt(
                    MessageId(each.entry), message.node, each.number, each.matter, each.received_at
                )
                for each in body.cases
            ]
    upto = fresh[-1][2]
    last = tuple(id_ for id_, _, at in rows if at == upto)
    return _Known(upto, last, tuple(dict.fromkeys(awaited)))


def _without_held(work: Work, known: _Known) -> _Known:
    held: set[str] = set()
    entries = [each.entry for each in known.awaited]
    for start in range(0, len(entries), _ASKED_AT_ONCE):
        some = entries[start : start + _ASKED_AT_ONCE]
        marks = ", ".join("?" * len(some))
        query = f"SELECT id FROM message WHERE id IN ({marks})"  # noqa: S608
        held |= {row[0] for row in work.execute(query, tuple(some)).fetchall()}
    left = tuple(each for each in known.awaited if each.entry not in held)
    return _Known(known.upto, known.last, left)
