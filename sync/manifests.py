"""Receipt manifests: the county hears of what was taken in ahead of the cases themselves.

One is written in the transaction of the receipt. While an earlier word to the parent is still on
its way, the next waits for the receipt of that and then names all that was taken in meanwhile: an
outage of three days ends with a few manifests and not with one for each case.
"""

from collections.abc import Iterator
from typing import Final

from casework import act as acts
from casework.entry import Entry
from casework.names import Lane, LogName
from sync.batch import Batch
from sync.bodies import MANIFEST_ITEMS_MAX, ReceiptManifest, TakenIn
from sync.payloads import Message
from sync.stored import ENTRY_KIND, stored_body, stored_message
from sync.writing import is_rolled_back, own_log, write

# Acts whose moment is a receipt in law.
RECEIPTS: Final = (acts.Receive, acts.Instant)
# The setting that holds the first place whose receipt no manifest names yet, while one waits.
UNTOLD: Final = "untold"


def announce(batch: Batch, message: Message) -> None:
    """Name to the county what this message took in, now or together with what follows."""
    if batch.parent is None or batch.setting(UNTOLD) is not None:
        return
    if not _may_speak(batch):
        batch.set(UNTOLD, f"{message.header.log} {message.header.seq}".encode())
        return
    taken = _taken_in(message)
    if taken is not None:
        write(batch, ReceiptManifest((taken,)))


def announce_waiting(batch: Batch) -> None:
    """Name to the county all that waited, once the parent holds what was said before."""
    waiting = batch.setting(UNTOLD)
    if waiting is None or not _may_speak(batch):
        return
    log, _, first = waiting.decode().partition(" ")
    places = {own_log(batch, Lane.CASE): 1, LogName(log): int(first)}
    taken = [found for each in _entries(batch, places) if (found := _taken_in(each)) is not None]
    for start in range(0, len(taken), MANIFEST_ITEMS_MAX):
        write(batch, ReceiptManifest(tuple(taken[start : start + MANIFEST_ITEMS_MAX])))
    batch.unset(UNTOLD)


def _may_speak(batch: Batch) -> bool:
    """Whether the parent is known and has receipted all of this lane."""
    parent = batch.parent
    if parent is None or parent not in batch.neighbours:
        return False
    return not batch.owes(parent, Lane.CONTROL) and not is_rolled_back(batch)


def _entries(batch: Batch, places: dict[LogName, int]) -> Iterator[Message]:
    """The entries of these logs from a place on."""
    for log, first in places.items():
        rows = batch.work.execute(
            "SELECT id, wire FROM message WHERE log = ? AND seq >= ? AND kind = ? ORDER BY seq",
            (log, first, ENTRY_KIND),
        ).fetchall()
        for id_, wire in rows:
            yield stored_message(wire, id_)


def _taken_in(message: Message) -> TakenIn | None:
    body = stored_body(message)
    if not isinstance(body, Entry) or not isinstance(body.act, RECEIPTS):
        return None
    return TakenIn(body.number, body.matter_version.matter, message.header.at, message.id)
