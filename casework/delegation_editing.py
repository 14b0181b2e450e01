"""Editing a draft of the delegation list: what may be altered, what is only ever ended.

A record that has begun is what decisions cite and are judged by, so it is never rewritten: a
change ends it (today at the earliest, for what was decided today was decided under it) and adds
another record with another id. What has not begun may be altered or dropped. Nothing here looks at
whether the outcome may be published: `findings` asks the one place that says so.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from itertools import count
from typing import Final

from msgspec.structs import replace

from casework.condition import Condition
from casework.delegation import Delegation, GrantSource, Level, Quota
from casework.delegation_file import DelegationList, Instrument
from casework.delegation_publishing import Finding, publishing_faults
from casework.fact import Fact
from casework.matter import MatterRef, MatterVersion
from casework.names import DelegationId, DepartmentId, MatterId, NodeId
from casework.proposal import DelegationChanges, RecordChange, RecordNote, change_delegations

_ID: Final = re.compile(r"d([0-9]+)")
_ID_DIGITS: Final = 4
_DAY: Final = timedelta(days=1)


class EditFault(StrEnum):
    """Why an edit is not made. The values are permanent."""

    OVER = "E_EDIT_OVER"
    BEGINS_EARLY = "E_EDIT_BEGINS_EARLY"
    ENDS_EARLY = "E_EDIT_ENDS_EARLY"
    UNKNOWN = "E_EDIT_UNKNOWN"
    NOTHING = "E_EDIT_NOTHING"


class EditError(Exception):
    """An edit that the rules do not allow, and the record it fails at."""

    def __init__(self, fault: EditFault, record: str = "") -> None:
        self.fault: Final = fault
        self.record: Final = record
        super().__init__(f"{fault}: {record}" if record else fault)


class Place(Fact, frozen=True):
    """A cell: a node's power over a matter."""

    grantee: NodeId
    matter: MatterId


class Wish(Fact, frozen=True, kw_only=True):
    """What a record is to say, whoever it is given to."""

    principal: DepartmentId
    level: Level
    not_before: date
    not_after: date | None
    instrument: str
    source: GrantSource
    offline_hours: int
    matter_versions: tuple[int, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    positions: tuple[str, ...] = ()
    two_person: bool = False
    separate_acceptor: bool = False
    quota: Quota | None = None


class HeldList:
    """The list as it is loaded, ready to be looked up: made once, for all drafts over it."""

    def __init__(self, held: DelegationList) -> None:
        self.listed: Final = held
        self.records: Final = {record.id: record for record in held.records}
        places: dict[Place, list[Delegation]] = {}
        for record in held.records:
            places.setdefault(place_of(record), []).append(record)
        self.places: Final[Mapping[Place, list[Delegation]]] = places
        self.greatest: Final = _greatest(self.records)


class Editing:
    """A draft over the list as it is loaded, on one day; each edit gives the draft anew.

    `taken` are ids that other open drafts have given to new records.
    """

    def __init__(
        self,
        held: HeldList,
        draft: DelegationChanges,
        today: date,
        taken: Collection[DelegationId] = (),
    ) -> None:
        self._held: Final = held.records
        self._places: Final = held.places
        self._today: Final = today
        self._changes: dict[DelegationId, RecordChange] = {
            _id_of(change): change for change in draft.records
        }
        self._draft: Final = draft
        self._instruments = {one.id: one for one in draft.instruments}
        self._notes = {note.record: note.text for note in draft.notes}
        others = _greatest((*self._changes, *taken))
        self._next: Final = count(max(held.greatest, others) + 1)

    @property
    def draft(self) -> DelegationChanges:
        """The draft as it is now: no change that changes nothing, no instrument nobody cites."""
        changes = tuple(one for one in self._changes.values() if one.before != one.after)
        cited = {one.after.instrument for one in changes if one.after is not None}
        cited |= {one.instrument for one in self._draft.revocations}
        added = {_id_of(one) for one in changes if one.after is not None}
        return replace(
            self._draft,
            records=changes,
            instruments=tuple(one for id_, one in self._instruments.items() if id_ in cited),
            notes=tuple(RecordNote(id_, text) for id_, text in self._notes.items() if id_ in added),
        )

    def records_at(self, place: Place) -> tuple[Delegation, ...]:
        """What the cell holds with the draft, the past of it included."""
        held = [self._now(one.id) for one in self._places.get(place, ())]
        new = [
            one.after
            for one in self._changes.values()
            if one.before is None and one.after is not None and place_of(one.after) == place
        ]
        return tuple(record for record in (*held, *new) if record is not None)

    def records(self) -> tuple[Delegation, ...]:
        """The whole list with the draft, in its order, what is new last."""
        held = [self._now(id_) for id_ in self._held]
        new = [one.after for id_, one in self._changes.items() if id_ not in self._held]
        return tuple(record for record in (*held, *new) if record is not None)

    def earliest(self, replaced: Iterable[DelegationId] = ()) -> date:
        """The first day on which a record may begin in place of these."""
        begun = any(self._has_begun(each) for each in replaced)
        return self._today + _DAY if begun else self._today

    def add_instrument(self, instrument: Instrument) -> None:
        self._instruments[instrument.id] = instrument

    def put(
        self, place: Place, wish: Wish, replaced: Collection[DelegationId] = (), note: str = ""
    ) -> DelegationId:
        """Give a cell this record, in place of some of those it has; returns the record's id."""
        old = [self._open(each, place) for each in replaced]
        unbegun = [one.id for one in old if not self._has_begun(one.id)]
        if wish.not_before < self.earliest(replaced):
            raise EditError(EditFault.BEGINS_EARLY)
        if wish.not_after is not None and wish.not_after < wish.not_before:
            raise EditError(EditFault.ENDS_EARLY)
        if len(old) == 1 and as_wish(old[0]) == wish and self._notes.get(old[0].id, "") == note:
            raise EditError(EditFault.NOTHING, old[0].id)
        for one in old:
            self._end(one, wish.not_before - _DAY)
        # The first of those that have not begun keeps its id: it is the same record, altered.
        id_ = unbegun[0] if unbegun else self._fresh()
        before = self._held.get(id_)
        self._changes[id_] = RecordChange(before, _record(id_, place, wish))
        if note:
            self._notes[id_] = note
        else:
            self._notes.pop(id_, None)
        return id_

    def give(
        self,
        places: Iterable[Place],
        wish: Wish,
        instead: Collection[DelegationId] | None = None,
        note: str = "",
    ) -> None:
        """The same for several cells; `instead` None: in place of all that each of them has.

        A cell that is as wished already stays; NOTHING if all of them are.
        """
        changed = False
        for place in places:
            replaced = self.running(place, wish.not_before) if instead is None else instead
            try:
                if wish.level is Level.NONE and replaced and not wish.conditions:
                    for each in replaced:
                        self.end(each, wish.not_before - _DAY)
                else:
                    self.put(place, wish, replaced, note)
            except EditError as error:
                if error.fault is not EditFault.NOTHING:
                    raise
            else:
                changed = True
        if not changed:
            raise EditError(EditFault.NOTHING)

    def running(self, place: Place, on: date) -> tuple[DelegationId, ...]:
        """What a cell has that a record beginning on a day would stand beside."""
        return tuple(
            one.id
            for one in self.records_at(place)
            if _holds_from(one, on) and not self.is_over(one)
        )

    def end(self, record: DelegationId, last: date) -> None:
        """Have a record hold until `last`; one that would never begin is dropped."""
        one = self._open(record)
        if self._has_begun(record) and last < self._today:
            raise EditError(EditFault.ENDS_EARLY, record)
        if one.not_after is not None and last >= one.not_after:
            raise EditError(EditFault.NOTHING, record)
        self._end(one, last)

    def undo(self, place: Place) -> None:
        """Take back whatever the draft changes in a cell."""
        self._changes = {
            id_: one for id_, one in self._changes.items() if _place_of_change(one) != place
        }

    def copy(self, source: Place, target: Place, principal: DepartmentId, first: date) -> None:
        """Give the target what the source holds from `first` on, and end what it had."""
        wishes = [
            replace(as_wish(one), principal=principal, not_before=max(one.not_before, first))
            for one in self.records_at(source)
            if _holds_from(one, first)
        ]
        said = {
            one.id: replace(as_wish(one), not_before=max(one.not_before, first))
            for one in self.records_at(target)
            if _holds_from(one, first) and not self.is_over(one)
        }
        old = [id_ for id_, wish in said.items() if wish not in wishes]
        new = [wish for wish in wishes if wish not in said.values()]
        if (old or new) and first < self.earliest(old):
            raise EditError(EditFault.BEGINS_EARLY)
        for id_ in old:
            self._end(self._open(id_), first - _DAY)
        for wish in new:
            self.put(target, wish)

    def _end(self, one: Delegation, last: date) -> None:
        if last < one.not_before:
            self._drop(one.id)
        elif one.not_after is None or one.not_after > last:
            self._changes[one.id] = RecordChange(
                self._held.get(one.id), replace(one, not_after=last)
            )

    def _drop(self, record: DelegationId) -> None:
        before = self._held.get(record)
        if before is None:
            self._changes.pop(record, None)
        else:
            self._changes[record] = RecordChange(before, None)

    def _now(self, record: DelegationId) -> Delegation | None:
        change = self._changes.get(record)
        return change.after if change is not None else self._held.get(record)

    def _open(self, record: DelegationId, place: Place | None = None) -> Delegation:
        found = self._now(record)
        if found is None or (place is not None and place_of(found) != place):
            raise EditError(EditFault.UNKNOWN, record)
        if self.is_over(found):
            raise EditError(EditFault.OVER, record)
        return found

    def _has_begun(self, record: DelegationId) -> bool:
        """Of the record as it is loaded: what only the draft has never was in force."""
        held = self._held.get(record)
        return held is not None and held.not_before <= self._today

    def is_over(self, record: Delegation) -> bool:
        """Whether it is history, which no edit touches."""
        held = self._held.get(record.id)
        return held is not None and held.not_after is not None and held.not_after < self._today

    def _fresh(self) -> DelegationId:
        return DelegationId(f"d{next(self._next):0{_ID_DIGITS}d}")


def place_of(record: Delegation) -> Place:
    return Place(record.grantee, record.matter)


def as_wish(record: Delegation) -> Wish:
    return Wish(
        principal=record.principal,
        level=record.level,
        not_before=record.not_before,
        not_after=record.not_after,
        instrument=record.instrument,
        source=record.source,
        offline_hours=record.offline_hours,
        matter_versions=record.matter_versions,
        conditions=record.conditions,
        positions=record.positions,
        two_person=record.two_person,
        separate_acceptor=record.separate_acceptor,
        quota=record.quota,
    )


def changed_places(draft: DelegationChanges) -> frozenset[Place]:
    return frozenset(_place_of_change(one) for one in draft.records)


def shown_from(draft: DelegationChanges) -> Mapping[Place, date]:
    """For each cell that is changed, the first day on which all of its changes hold."""
    found: dict[Place, date] = {}
    for one in draft.records:
        place = _place_of_change(one)
        found[place] = max(found.get(place, date.min), _begins(one))
    return found


def findings(
    held: DelegationList, draft: DelegationChanges, matters: Mapping[MatterRef, MatterVersion]
) -> tuple[Finding, ...]:
    """What the draft brings in that forbids publishing, in the cells that it touches."""
    places = changed_places(draft)

    def faults(records: Iterable[Delegation]) -> tuple[Finding, ...]:
        touched = [one for one in records if place_of(one) in places]
        named = {one.matter for one in touched}
        known = {ref: one for ref, one in matters.items() if ref.matter in named}
        return publishing_faults(touched, known)

    before = frozenset(faults(held.records))
    after = faults(change_delegations(held, draft).records)
    return tuple(one for one in after if one not in before)


def _begins(change: RecordChange) -> date:
    before, after = change.before, change.after
    if after is None:
        return before.not_before if before is not None else date.min
    if before is not None and before.not_before == after.not_before and after.not_after:
        return after.not_after + _DAY
    return after.not_before


def _holds_from(record: Delegation, first: date) -> bool:
    return record.not_after is None or record.not_after >= first


def _place_of_change(change: RecordChange) -> Place:
    one = change.after or change.before
    assert one is not None, "a change is of a record"
    return place_of(one)


def _id_of(change: RecordChange) -> DelegationId:
    one = change.after or change.before
    assert one is not None, "a change is of a record"
    return one.id


def _record(id_: DelegationId, place: Place, wish: Wish) -> Delegation:
    return Delegation(
        id=id_,
        principal=wish.principal,
        grantee=place.grantee,
        matter=place.matter,
        matter_versions=wish.matter_versions,
        level=wish.level,
        conditions=wish.conditions,
        positions=wish.positions,
        not_before=wish.not_before,
        not_after=wish.not_after,
        offline_hours=wish.offline_hours,
        two_person=wish.two_person,
        separate_acceptor=wish.separate_acceptor,
        quota=wish.quota,
        instrument=wish.instrument,
        source=wish.source,
        redelegate=False,  # nobody entrusts further
    )


def _greatest(ids: Iterable[str]) -> int:
    """The greatest number that an id has."""
    return max((int(match[1]) for match in map(_ID.fullmatch, ids) if match), default=0)
