"""Officers, pairs and windows in words, and what a proposal changes of them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final, TypeVar

from litestar import Request
from msgspec import Struct

from casework.names import DepartmentId, MatterId, NodeId, OfficerId
from casework.organisation import AbPair, Officer, Organisation, PersonalPower, Training, Window
from casework.people_editing import as_drafted
from casework.proposal import PeopleChanges
from casework.regions import Regions
from central.routes.access import services
from central.routes.grant_words import Difference
from central.routes.people_form import unit_name
from central.store.proposals import Proposal
from central.words import word
from webui import filters, labels

_AND: Final = "、"
_T = TypeVar("_T", Officer, AbPair, Window)


class PeopleChange(Struct, frozen=True, kw_only=True):
    """One thing that a proposal changes: what it is, whose, and member by member."""

    kind: str
    whose: str
    differences: tuple[Difference, ...]


class PeopleWords:
    """Words for one state of an organisation, a draft's own officers among them."""

    def __init__(
        self, organisation: Organisation, regions: Regions, matters: Mapping[MatterId, str]
    ) -> None:
        self._organisation: Final = organisation
        self._regions: Final = regions
        self._matters: Final = matters
        self._posts: Final = {one.id: one for one in organisation.positions}

    def node(self, node: NodeId) -> str:
        found = self._regions.node(node)
        return found.name if found else node

    def officer(self, officer: OfficerId) -> str:
        found = self._organisation.officer(officer)
        return found.name if found else officer

    def named(self, officer: OfficerId) -> str:
        """A name with the number, because two may bear one name."""
        return f"{self.officer(officer)}（{officer}）"

    def department(self, department: DepartmentId | None) -> str:
        found = self._organisation.department(department) if department else None
        return found.short_name if found else (department or "")

    def position(self, position: str) -> str:
        found = self._posts.get(position)
        unit, _, kind = position.rpartition(".")
        title = found.title if found else labels.label("position_kind", kind)
        return f"{unit_name(self._organisation, self._regions, unit)}{title}"

    def powers(self, powers: Iterable[PersonalPower]) -> str:
        return "；".join(map(self.power, powers))

    @staticmethod
    def power(power: PersonalPower) -> str:
        last = word("people", "until", last=filters.day(power.last)) if power.last else ""
        return word(
            "people",
            "power",
            power=labels.label("personal_power", power.power),
            scope=word("people_scope", power.matters),
            instrument=power.instrument,
            first=filters.day(power.first),
            last=last,
        )

    def officer_members(self, officer: Officer) -> dict[str, str]:
        return {
            "name": officer.name,
            "node": self.node(officer.node),
            "department": self.department(officer.department),
            "positions": _AND.join(map(self.position, officer.positions)),
            "roles": _AND.join(labels.label("role", each) for each in officer.roles),
            "personal_powers": self.powers(officer.personal_powers),
            "trained_on": _day(officer.trained_on),
            "status": labels.label("officer_status", officer.status),
        }

    def pair_members(self, pair: AbPair) -> dict[str, str]:
        return {
            "a": self.named(pair.a),
            "b": self.named(pair.b),
            "instrument": pair.instrument,
            "first": filters.day(pair.first),
            "last": _day(pair.last),
        }

    def window_members(self, window: Window) -> dict[str, str]:
        return {
            "node": self.node(window.node),
            "number": str(window.number),
            "name": window.name,
            "kind": labels.label("window_kind", window.kind),
            "category": self.category(window),
            "departments": _AND.join(map(self.department, window.departments)),
            "matters": _AND.join(self._matters.get(each, each) for each in window.matters),
            "officers": _AND.join(map(self.officer, window.officers)),
        }

    @staticmethod
    def category(window: Window) -> str:
        return labels.label("window_category", window.category) if window.category else ""

    def changes(self, changes: PeopleChanges) -> tuple[PeopleChange, ...]:
        found = [
            *(
                self._change("officer", self.named(one.after.id), one.before, one.after)
                for one in changes.officers
            ),
            *(self._change("pair", one.after.id, one.before, one.after) for one in changes.pairs),
            *(
                self._change("window", each.name, one.before, one.after)
                for one in changes.windows
                if (each := one.after or one.before) is not None
            ),
        ]
        found += [_plain("position", self.position(one.id)) for one in changes.positions]
        found += [_plain("training", self.training(one)) for one in changes.trainings]
        return tuple(found)

    def training(self, training: Training) -> str:
        said = word(
            "people",
            "training",
            on=filters.day(training.on),
            course=training.course,
            by=training.by,
        )
        return f"{self.named(training.officer)} {said}"

    def _change(self, what: str, whose: str, before: _T | None, after: _T | None) -> PeopleChange:
        members: dict[str, Callable[[Any], dict[str, str]]] = {
            "officer": self.officer_members,
            "pair": self.pair_members,
            "window": self.window_members,
        }
        old = members[what](before) if before is not None else {}
        new = members[what](after) if after is not None else {}
        state = "_new" if before is None else "_closed" if after is None else ""
        return PeopleChange(
            kind=word("people_change", what + state),
            whose=whose,
            differences=tuple(
                Difference(word("people_member", name), old.get(name, ""), new.get(name, ""))
                for name in (new or old)
                if old.get(name, "") != new.get(name, "")
            ),
        )


async def people_content(
    request: Request[Any, Any, Any], held: Proposal
) -> tuple[PeopleChange, ...]:
    """What a proposal changes, in the words of the organisation that it would leave."""
    assert isinstance(held.changes, PeopleChanges)
    use = services(request)
    data = await use.proposals.loaded()
    drafted = as_drafted(data.organisation, held.changes)
    matters = {one.id: one.short_name for one in data.catalogue.matters}
    return PeopleWords(drafted, data.regions, matters).changes(held.changes)


def _plain(kind: str, whose: str) -> PeopleChange:
    return PeopleChange(kind=word("people_change", kind), whose=whose, differences=())


def _day(day: date | None) -> str:
    return filters.day(day) if day else ""
