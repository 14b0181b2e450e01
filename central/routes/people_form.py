"""An officer, a training and an AB pair as forms: what is shown, and what is read back."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.identity import check_resident_id
from casework.names import (
    DepartmentId,
    NodeId,
    OfficerId,
    PersonId,
    Tier,
    is_of_county,
    region_of,
    tier_of,
)
from casework.organisation import (
    AbPair,
    Officer,
    OfficerStatus,
    Organisation,
    PersonalPower,
    Position,
    PositionKind,
    Power,
    PowerScope,
    Role,
    Training,
    person_id,
)
from casework.regions import NodeKind, Regions
from central.services.people_desk import OpenPeople
from central.words import sections, word
from webui import labels
from webui.forms import Form

EMPTY_POWER_ROWS: Final = 2
POWER_ROWS_MAX: Final = 40
NAME_CHARS_MAX: Final = 40
INSTRUMENT_CHARS_MAX: Final = 60
COURSE_CHARS_MAX: Final = 60
_HALL: Final = "hall"
_SUBCENTRE: Final = "subcentre"
_K: Final = PositionKind
_AT_COUNTERS: Final = (_K.COUNTER_CLERK, _K.ISSUING_CLERK, _K.COORDINATOR, _K.APPROVER)
# Which posts a unit may be given that it does not have yet.
_USUAL: Final = {
    Tier.COUNTY: (_K.CHIEF_REPRESENTATIVE, _K.APPROVER, _K.SURVEYOR, _K.LEADER),
    Tier.TOWNSHIP: (_K.COUNTER_CLERK, _K.ISSUING_CLERK, _K.APPROVER, _K.SURVEYOR, _K.LEADER),
    Tier.VILLAGE: (_K.VILLAGE_AGENT,),
}
POWER_CELLS: Final = ("power", "scope", "instrument", "first", "last")


class Read(Struct, frozen=True):
    """An officer as the form says, and the posts that are new with them."""

    officer: Officer
    positions: tuple[Position, ...]


class Asked(Struct, frozen=True, kw_only=True):
    """Whose form it is (None: somebody new's), over which draft."""

    opened: OpenPeople
    regions: Regions
    officer: Officer | None
    secret: bytes

    def choices(self, node: str, department: str) -> tuple[tuple[Position, str], ...]:
        """The posts that somebody of this place and department may hold, and their words."""
        return tuple(
            (post, f"{self.unit_name(post.unit)} {post.title}")
            for unit in self._units(node, department)
            for post in self._posts(unit, node)
        )

    def unit_name(self, unit: str) -> str:
        return unit_name(self.opened.drafted, self.regions, unit)

    def _units(self, node: str, department: str) -> tuple[str, ...]:
        record = self.regions.node(NodeId(node))
        if record is None:
            return ()
        if not is_of_county(record.id):
            return (region_of(record.id),)
        counter = {NodeKind.COUNTY_HALL: _HALL, NodeKind.SUBCENTRE: _SUBCENTRE}.get(record.kind)
        return tuple(one for one in (department, counter) if one)

    def _posts(self, unit: str, node: str) -> tuple[Position, ...]:
        there = {one.id: one for one in self.opened.drafted.positions if one.unit == unit}
        tier = Tier.COUNTY if is_of_county(NodeId(node)) else tier_of(NodeId(node))
        usual = _AT_COUNTERS if unit in {_HALL, _SUBCENTRE} else _USUAL[tier]
        for kind in usual:
            id_ = f"{unit}.{kind.value}"
            title = labels.label("position_kind", kind)
            there.setdefault(id_, Position(id_, unit, tier.value, kind, title))
        return tuple(there.values())


def form_of(officer: Officer) -> Form:
    values: dict[str, object] = {
        "name": officer.name,
        "node": officer.node,
        "department": officer.department or "",
        "positions": officer.positions,
        "roles": [each.value for each in officer.roles],
        "status": officer.status.value,
    }
    for row, each in enumerate(officer.personal_powers):
        values |= {
            f"power{row}": each.power.value,
            f"scope{row}": each.matters.value,
            f"instrument{row}": each.instrument,
            f"first{row}": each.first.isoformat(),
            f"last{row}": each.last.isoformat() if each.last else "",
        }
    return Form.of(values)


def power_rows(form: Form) -> range:
    """The rows that are filled in, and some that are not."""
    numbers = (name.removeprefix("power") for name in form.names() if form.typed(name))
    filled = [int(one) for one in numbers if one.isascii() and one.isdigit()]
    return range(min(max(filled, default=-1) + 1 + EMPTY_POWER_ROWS, POWER_ROWS_MAX))


def read_officer(form: Form, asked: Asked) -> Read | None:
    """The officer that a form makes; None with its errors noted."""
    held, drafted = asked.officer, asked.opened.drafted
    name = form.name("name", label=_label("name"), required=True, length_max=NAME_CHARS_MAX)
    person = held.person if held is not None else _person(form, asked)
    nodes = [one.id for one in asked.regions.nodes]
    node = form.choice("node", nodes, label=_label("node"), required=True)
    departments = [one.id for one in drafted.departments]
    department = form.choice("department", departments, label=_label("department"))
    known = {post.id: post for post, _ in asked.choices(node or "", department or "")}
    chosen = form.typed_all("positions")
    if any(each not in known for each in chosen):
        form.errors.add("positions", word("people", "no_such_position"))
    positions = form.chosen("positions", known, label=_label("positions"), required=True)
    roles = form.chosen(
        "roles", [each.value for each in Role], label=_label("roles"), required=True
    )
    states = [each.value for each in OfficerStatus]
    status = form.choice("status", states, label=_label("status"), required=True)
    powers = _powers(form)
    if form.errors or node is None or status is None or person is None:
        return None
    officer = Officer(
        id=held.id if held is not None else asked.opened.next_officer(),
        person=person,
        name=name,
        department=DepartmentId(department) if department else None,
        node=NodeId(node),
        positions=positions,
        roles=tuple(each for each in Role if each.value in roles),
        personal_powers=powers,
        trained_on=held.trained_on if held is not None else None,
        status=OfficerStatus(status),
    )
    there = {one.id for one in drafted.positions}
    return Read(officer, tuple(known[each] for each in positions if each not in there))


def _person(form: Form, asked: Asked) -> PersonId | None:
    """Who a new officer is: the number makes their opaque name, and is kept nowhere."""
    checked = check_resident_id(form.typed("id_number"), asked.opened.today)
    if not form.text("id_number", label=_label("id_number"), required=True):
        return None
    if not checked.ok:
        form.errors.add("id_number", labels.label("identity", checked.error))
        return None
    person = person_id(checked.value, asked.secret)
    other = next((one for one in asked.opened.drafted.officers if one.person == person), None)
    if other is not None and not form.flag("same_person"):
        form.errors.add("id_number", word("people", "id_known", name=other.name, id=other.id))
    return person


def _powers(form: Form) -> tuple[PersonalPower, ...]:
    found = []
    for row in power_rows(form):
        cells = {name: form.typed(f"{name}{row}").strip() for name in POWER_CELLS}
        if not any(cells.values()):
            continue
        power = form.choice(f"power{row}", [one.value for one in Power], label=_label("power"))
        scope = form.choice(f"scope{row}", [one.value for one in PowerScope], label=_label("scope"))
        instrument = form.text(
            f"instrument{row}", label=_label("instrument"), length_max=INSTRUMENT_CHARS_MAX
        )
        first = form.day(f"first{row}", label=_label("first"))
        last = form.day(f"last{row}", label=_label("last"))
        if not (power and scope and instrument and first):
            form.errors.add(f"power{row}", word("people", "power_rows", row=row + 1))
        elif last is not None and last < first:
            form.errors.add(f"last{row}", word("people", "term"))
        else:
            found.append(PersonalPower(Power(power), PowerScope(scope), instrument, first, last))
    return tuple(found)


def read_training(form: Form, officer: OfficerId, opened: OpenPeople) -> Training | None:
    on = form.day("on", label=_label("on"), required=True)
    course = form.name("course", label=_label("course"), required=True, length_max=COURSE_CHARS_MAX)
    by = form.name("by", label=_label("by"), required=True, length_max=COURSE_CHARS_MAX)
    if on is not None and on > opened.today:
        form.errors.add("on", word("people", "training_ahead"))
    if form.errors or on is None:
        return None
    training = Training(officer, on, course, by)
    if any(one.on == on and one.course == course for one in opened.drafted.trainings_of(officer)):
        form.errors.add("course", word("people", "training_known"))
        return None
    return training


def read_pair(form: Form, opened: OpenPeople, held: AbPair | None) -> AbPair | None:
    """A new pair, or another last day of one that stands."""
    last = form.day("last", label=_label("last"))
    if held is not None:
        if last is not None and last < held.first:
            form.errors.add("last", word("people", "term"))
        return None if form.errors else replace(held, last=last)
    a, b = (_officer(form, name, opened.drafted.officers) for name in ("a", "b"))
    instrument = form.text(
        "instrument", label=_label("instrument"), required=True, length_max=INSTRUMENT_CHARS_MAX
    )
    first = form.day("first", label=_label("first"), required=True)
    if first is not None and last is not None and last < first:
        form.errors.add("last", word("people", "term"))
    if a is not None and b is not None:
        if a.person == b.person:
            form.errors.add("b", word("people", "pair_same"))
        elif (a.node, a.department) != (b.node, b.department):
            form.errors.add("b", word("people", "pair_office"))
    if form.errors or a is None or b is None or first is None:
        return None
    scope = a.department or region_of(a.node)
    return AbPair(opened.next_pair(), a.id, b.id, scope, instrument, first, last)


def _officer(form: Form, name: str, officers: Iterable[Officer]) -> Officer | None:
    """By number or by name, where the name is one person's."""
    typed = form.text(name, label=_label(name), required=True).split()
    found = [one for one in officers if typed and typed[0] in {one.id, one.name}]
    if typed and len(found) != 1:
        form.errors.add(name, word("people", "no_officer"))
        return None
    return found[0] if found else None


def unit_name(organisation: Organisation, regions: Regions, unit: str) -> str:
    department = organisation.department(DepartmentId(unit))
    if department is not None:
        return department.short_name
    return sections()["people_unit"].get(unit) or regions.name_of(unit) or unit  # type: ignore[arg-type]


def _label(name: str) -> str:
    return word("people_field", name)
