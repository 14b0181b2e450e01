"""A delegation record in words, and what a change makes of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from msgspec import Struct

from casework.condition import Condition
from casework.delegation import Delegation, GrantSource
from casework.delegation_editing import Place, place_of
from casework.delegation_file import Instrument
from casework.matter import MatterVersion
from casework.names import DelegationId, MatterId
from casework.proposal import DelegationChanges, RecordChange
from central.routes.access import Services
from central.words import word
from webui import filters, labels
from webui.condition_words import condition_words
from webui.names_known import Names

RECORDS_SHOWN_MAX: Final = 300
_SECTION: Final = "grant"


class Difference(Struct, frozen=True):
    """One member of a record, before and after; empty where there is no such record."""

    name: str
    before: str
    after: str


class ChangeView(Struct, frozen=True, kw_only=True):
    record: str
    matter: str
    node: str
    kind: str  # added, ended, altered or dropped
    differences: tuple[Difference, ...]


class RevocationView(Struct, frozen=True, kw_only=True):
    record: str
    matter: str
    node: str
    mode: str
    since: str
    reason: str
    instrument: str


class ContentView(Struct, frozen=True):
    """All that a proposal changes of the delegation list."""

    records: tuple[ChangeView, ...]
    in_all: int  # of which the first are shown
    instruments: tuple[Instrument, ...]
    revocations: tuple[RevocationView, ...]


class GrantWords:
    """Words for the records of one state of things; a draft's instruments among them."""

    def __init__(self, use: Services, instruments: Iterable[Instrument] = ()) -> None:
        self._names: Final[Names] = use.review.names
        self._zone: Final = use.trust.holdings.calendar.tz
        self._matters: Final[Mapping[MatterId, MatterVersion]] = {
            matter.id: matter for matter in use.trust.holdings.catalogue.matters
        }
        self._added: Final = {each.id: each.number for each in instruments}

    def matter(self, matter: MatterId) -> str:
        found = self._matters.get(matter)
        return found.short_name if found else matter

    def condition(self, condition: Condition, matter: MatterId) -> str:
        return condition_words(condition, self._matters.get(matter))

    def members(self, record: Delegation) -> dict[str, str]:
        """Each member by its name, as the page words it."""
        quota = record.quota
        worded = {
            "level": labels.label("level", record.level),
            "conditions": "；".join(
                self.condition(each, record.matter) for each in record.conditions
            ),
            "versions": "、".join(map(str, record.matter_versions or ())),
            "not_before": filters.day(record.not_before),
            "not_after": filters.day(record.not_after) if record.not_after else "",
            "positions": "、".join(labels.label("position_kind", one) for one in record.positions),
            "quota": word(_SECTION, "per_month", count=quota.count) if quota else "",
            "offline_hours": word(_SECTION, "hours", count=record.offline_hours),
            "two_person": self._yes_no(record.two_person),
            "separate_acceptor": self._yes_no(record.separate_acceptor),
            "instrument": self.instrument(record.instrument),
            "source": source_words(record.source),
        }
        return {
            word("grant_member", name): value or word("grant_none", name)
            for name, value in worded.items()
        }

    def limits(self, record: Delegation) -> str:
        """Within which bounds a power holds; empty for one that holds for every case."""
        words = [self.condition(each, record.matter) for each in record.conditions]
        if record.quota:
            words.append(word(_SECTION, "per_month", count=record.quota.count))
        if record.two_person:
            words.append(word("grant_member", "two_person"))
        return "；".join(words)

    def change(self, change: RecordChange, instead_of: Delegation | None = None) -> ChangeView:
        """A change in words; what stands in the place of another is told beside that."""
        one = change.after or change.before
        assert one is not None, "a change is of a record"
        old = change.before or instead_of
        before = self.members(old) if old else {}
        after = self.members(change.after) if change.after else {}
        return ChangeView(
            record=one.id,
            matter=self.matter(one.matter),
            node=self._names.node(one.grantee),
            kind=word("change_kind", _kind(change)),
            differences=tuple(
                Difference(name, before.get(name, ""), after.get(name, ""))
                for name in (after or before)
                if before.get(name) != after.get(name)
            ),
        )

    def content(
        self, changes: DelegationChanges, records: Mapping[DelegationId, Delegation]
    ) -> ContentView:
        ended = _ended_by_cell(changes.records)
        in_order = sorted(changes.records, key=_cell_first)[:RECORDS_SHOWN_MAX]
        revoked = [(each, records.get(each.delegation)) for each in changes.revocations]
        return ContentView(
            records=tuple(self.change(each, _replaced(each, ended)) for each in in_order),
            in_all=len(changes.records),
            instruments=changes.instruments,
            revocations=tuple(
                RevocationView(
                    record=each.delegation,
                    matter=self.matter(record.matter) if record else "",
                    node=self._names.node(record.grantee) if record else "",
                    mode=word("revocation_mode", each.mode),
                    since=filters.moment(each.since),
                    reason=each.reason,
                    instrument=self.instrument(each.instrument),
                )
                for each, record in revoked
            ),
        )

    def instrument(self, instrument: str) -> str:
        listed = self._names.instruments.get(instrument)
        return listed.number if listed else self._added.get(instrument, instrument)

    @staticmethod
    def _yes_no(value: bool) -> str:  # noqa: FBT001 - what is worded
        return word("yes_no", "yes" if value else "no")


def source_words(source: GrantSource) -> str:
    """The code tables write with an underscore what the protocol writes with a hyphen."""
    return labels.label("grant_source", source.replace("-", "_"))


def _kind(change: RecordChange) -> str:
    if change.before is None:
        return "added"
    if change.after is None:
        return "dropped"
    ended = _without_end(change.before) == _without_end(change.after)
    return "ended" if ended else "altered"


def _cell_first(change: RecordChange) -> tuple[str, str, str]:
    """So that what is ended stands before what takes its place."""
    one = change.after or change.before
    assert one is not None, "a change is of a record"
    return one.matter, one.grantee, one.id


def _ended_by_cell(changes: Iterable[RecordChange]) -> Mapping[Place, list[Delegation]]:
    cells: dict[Place, list[Delegation]] = defaultdict(list)
    for one in changes:
        if one.before is not None and _kind(one) in {"ended", "dropped"}:
            cells[place_of(one.before)].append(one.before)
    return cells


def _replaced(change: RecordChange, ended: Mapping[Place, list[Delegation]]) -> Delegation | None:
    """The record in whose place a new one stands: the one that is ended there, if it is one."""
    new = change.after
    if new is None or change.before is not None:
        return None
    there = ended.get(place_of(new), [])
    alike = [one for one in there if one.level is new.level] or there
    return alike[0] if len(alike) == 1 else None


def _without_end(record: Delegation) -> tuple[object, ...]:
    members = {**{name: getattr(record, name) for name in record.__struct_fields__}}
    members["not_after"] = date.max
    return tuple(members.values())
