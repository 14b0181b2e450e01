"""Ending keys: one administrator reports, a second one approves, and the directory says so.

An end names the last message of each log that the county holds; what comes later under that key is
not accepted from anybody (protocol.md sections 6 and 7). Of a key that is out of control it also
says since when, and then what it decided is judged again.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from casework.instants import parse_instant
from casework.names import Incarnation, Lane, NodeId, is_county, log_name
from casework.organisation import Officer, Role
from central.services.county import County
from central.services.reach import KEY_ROLES
from central.store.key_endings import EndingKind, EndingState, KeyEnding, KeyEndings
from sync.clock import Clock
from sync.directory import LogEnd, NodeEntry
from sync.keys import KeyRecord, Randomness, fingerprint

REASON_CHARS_MIN: Final = 6
REASON_CHARS_MAX: Final = 500
INSTRUMENT_CHARS_MAX: Final = 64
ID_BYTES: Final = 4
FORM_STEP: Final = timedelta(minutes=1)

# What the journal's audit notes; the words stand in words.toml.
_ASKED: Final = "key-ending-asked"
_DECLINED: Final = "key-ending-declined"
_ENDED: Final = {EndingKind.LOST: "key-lost", EndingKind.COMPROMISED: "key-compromised"}


class KeyAdminError(Exception):
    """An act that is refused; `reason` is the key of the words that say why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason: Final = reason


class LogHeld(Struct, frozen=True):
    """How far the county holds a log, and where it has ended, if it has."""

    lane: Lane
    seq: int
    end: LogEnd | None


class KeyHeld(Struct, frozen=True):
    """A key of a node, as the directory in force has it."""

    record: KeyRecord
    fingerprint: str
    since: datetime
    logs: tuple[LogHeld, ...]
    is_newest: bool

    @property
    def is_compromised(self) -> bool:
        return any(each.end is not None and each.end.compromised for each in self.logs)

    @property
    def has_ended(self) -> bool:
        return any(each.end is not None for each in self.logs)


class Report(Struct, frozen=True, kw_only=True):
    """What an administrator says of a key."""

    node: NodeId
    incarnation: Incarnation
    kind: EndingKind
    since: datetime | None
    reason: str
    instrument: str


class KeyAdmin:
    def __init__(self, county: County, clock: Clock, randomness: Randomness) -> None:
        self._county: Final = county
        self._clock: Final = clock
        self._randomness: Final = randomness
        self._rows: Final = KeyEndings(county.opened.database)

    async def keys_of(self, entry: NodeEntry) -> tuple[KeyHeld, ...]:
        """The newest first."""
        found = [await self._held(entry, record) for record in reversed(entry.keys)]
        return tuple(found)

    async def endings(self, *states: EndingState) -> list[KeyEnding]:
        return [each for each in await self._rows.all() if each.state in (states or EndingState)]

    async def unsigned(self) -> list[KeyEnding]:
        """Approved, and still to be signed by keys that are elsewhere."""
        directory = self._county.opened.store.holdings.directory
        return [
            each
            for each in await self.endings(EndingState.APPROVED)
            if directory.find_end(log_name(each.node, each.incarnation, Lane.CASE)) is None
        ]

    async def report(self, report: Report, by: Officer) -> KeyEnding:
        """Ask that a key be ended; nothing happens to it before somebody else agrees."""
        _check_role(by)
        now = self._clock.now()
        async with self._county.opened.database.transaction():
            since = await self._check_report(report, now)
            ending = KeyEnding(
                id=self._randomness(ID_BYTES).hex(),
                node=report.node,
                incarnation=report.incarnation,
                kind=report.kind,
                since=since,
                reason=report.reason,
                instrument=report.instrument,
                state=EndingState.ASKED,
                asked_by=by.id,
                asked_at=now,
                decided_by=None,
                decided_at=None,
            )
            await self._rows.add(ending)
            await self._note(ending, _ASKED)
        return ending

    async def approve(self, id_: str, by: Officer) -> bool:
        """End the key; False if the directory that says so waits for keys that are elsewhere."""
        return await self._county.telling(self._approve(id_, by))

    async def decline(self, id_: str, by: Officer) -> None:
        """Whoever reported it may take it back, and anybody else may decline it."""
        _check_role(by)
        async with self._county.opened.database.transaction():
            ending = await self._find_open(id_)
            await self._rows.decide(id_, EndingState.DECLINED, by.id, self._clock.now())
            await self._note(ending, _DECLINED)

    async def _approve(self, id_: str, by: Officer) -> bool:
        _check_role(by)
        async with self._county.opened.database.transaction():
            ending = await self._find_open(id_)
            self._check_second_person(ending, by)
            await self._rows.decide(id_, EndingState.APPROVED, by.id, self._clock.now())
            await self._note(ending, _ENDED[ending.kind], is_alarm=True)
            published = await self._county.publisher.publish_changes()
        return published is not None

    async def _find_open(self, id_: str) -> KeyEnding:
        ending = await self._rows.find(id_)
        if ending is None or ending.state is not EndingState.ASKED:
            raise KeyAdminError("decided")
        return ending

    def _check_second_person(self, ending: KeyEnding, by: Officer) -> None:
        holdings = self._county.opened.store.holdings
        asked = holdings.officer(ending.asked_by)
        if asked is None or asked.person == by.person:
            raise KeyAdminError("same_person")
        if Role.SECURITY_ADMIN not in {*asked.roles, *by.roles}:
            raise KeyAdminError("no_security")

    async def _check_report(self, report: Report, now: datetime) -> datetime | None:
        """Since when the key is out of control; KeyAdminError if the report cannot be."""
        if is_county(report.node):
            raise KeyAdminError("county")
        entry = self._county.opened.store.holdings.directory.find_node(report.node)
        records = entry.keys if entry is not None else ()
        record = next((each for each in records if each.incarnation == report.incarnation), None)
        if entry is None or record is None:
            raise KeyAdminError("unknown_key")
        held = await self._held(entry, record)
        compromised = report.kind is EndingKind.COMPROMISED
        if held.has_ended and (held.is_compromised or not compromised):
            raise KeyAdminError("ended")
        since = _since(report, held, now) if compromised else None
        if not REASON_CHARS_MIN <= len(report.reason) <= REASON_CHARS_MAX:
            raise KeyAdminError("reason")
        waiting = await self.endings(EndingState.ASKED)
        if any((e.node, e.incarnation) == (report.node, report.incarnation) for e in waiting):
            raise KeyAdminError("twice")
        return since

    async def _held(self, entry: NodeEntry, record: KeyRecord) -> KeyHeld:
        ends = {end.log: end for end in entry.ends}
        logs = []
        for lane in Lane:
            log = log_name(record.node, record.incarnation, lane)
            seq = await self._county.composer.position(log)
            logs.append(LogHeld(lane, seq, ends.get(log)))
        return KeyHeld(
            record=record,
            fingerprint=fingerprint(record.raw),
            since=parse_instant(record.not_before),
            logs=tuple(logs),
            is_newest=record.incarnation == entry.incarnations[-1],
        )

    async def _note(self, ending: KeyEnding, event: str, *, is_alarm: bool = False) -> None:
        log = log_name(ending.node, ending.incarnation, Lane.CASE)
        seq = await self._county.composer.position(log)
        await self._county.opened.node.change(
            lambda batch: batch.audit(event, is_alarm=is_alarm, log=log, seq=seq)
        )


def _since(report: Report, held: KeyHeld, now: datetime) -> datetime:
    """Within the life of the key. A form gives minutes, and a key begins within one."""
    since = report.since
    if since is None or not held.since - FORM_STEP < since <= now:
        raise KeyAdminError("since")
    return max(since, held.since)


def _check_role(by: Officer) -> None:
    if KEY_ROLES.isdisjoint(by.roles):
        raise KeyAdminError("role")
