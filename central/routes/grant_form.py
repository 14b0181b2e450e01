"""From a form to what a delegation record is to say, and back."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from casework.condition import Condition, ConditionValue, Operator, as_number, wire_value
from casework.delegation import GrantSource, Level, Quota, QuotaPeriod
from casework.delegation_editing import Wish
from casework.delegation_file import Instrument
from casework.form_field import FieldType, FormField
from casework.matter import MatterVersion
from casework.organisation import PositionKind
from central.words import word
from webui import labels
from webui.forms import Form

CONDITION_ROWS: Final = 3
NEW_INSTRUMENT: Final = "new"
OFFLINE_HOURS_MAX: Final = 24 * 30
QUOTA_MAX: Final = 100_000
VALUE_CHARS_MAX: Final = 200
NOTE_CHARS_MAX: Final = 200
# Whose work is done at a node below the county.
POSITIONS: Final = (
    PositionKind.COUNTER_CLERK,
    PositionKind.APPROVER,
    PositionKind.LEADER,
    PositionKind.SURVEYOR,
    PositionKind.ISSUING_CLERK,
    PositionKind.CHIEF_REPRESENTATIVE,
    PositionKind.COORDINATOR,
    PositionKind.VILLAGE_AGENT,
)
_NUMBERS: Final = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY})
_ORDERED: Final = frozenset({Operator.LT, Operator.LE, Operator.GT, Operator.GE})
_BETWEEN: Final = re.compile(r"[、,，;；\s]+")
_SECTION: Final = "grant_form"


class Askable(Struct, frozen=True):
    """What a condition may ask: a field of the matter's form, or what every case tells."""

    key: str
    label: str
    type: FieldType
    options: tuple[tuple[str, str], ...] = ()


_CASE_FACT_TYPES: Final = {
    "case.has_agent": FieldType.BOOLEAN,
    "applicant.age": FieldType.INTEGER,
}


def facts_of(matter: MatterVersion) -> tuple[Askable, ...]:
    own = [_fact(field) for field in matter.form_fields if field.type is not FieldType.TABLE]
    general = [
        Askable(key, label, _CASE_FACT_TYPES.get(key, FieldType.TEXT))
        for key, label in labels.choices("case_fact")
    ]
    return (*own, *general)


def read_wish(
    form: Form,
    matter: MatterVersion,
    instruments: Iterable[Instrument],
    keep: Sequence[Condition] = (),
) -> tuple[Wish, Instrument | None] | None:
    """The wish, and the instrument it brings along if it is new; None with `form.errors`.

    `keep` are conditions whose wording stays where they are left as they were.
    """
    level = form.choice("level", list(Level), label=_label("level"), required=True)
    first = form.day("not_before", label=_label("not_before"), required=True)
    last = form.day("not_after", label=_label("not_after"))
    hours = form.integer(
        "offline_hours", label=_label("offline_hours"), required=True, low=0, high=OFFLINE_HOURS_MAX
    )
    count = form.integer("quota", label=_label("quota"), low=1, high=QUOTA_MAX)
    source = form.choice("source", list(GrantSource), label=_label("source"), required=True)
    positions = form.chosen("positions", list(POSITIONS), label=_label("positions"))
    conditions = _read_conditions(form, matter, keep)
    instrument, added = read_instrument(form, {one.id: one for one in instruments})
    if form.errors or level is None or first is None or hours is None or source is None:
        return None
    wish = Wish(
        principal=matter.department,
        level=Level(level),
        not_before=first,
        not_after=last,
        instrument=instrument,
        source=GrantSource(source),
        offline_hours=hours,
        conditions=conditions,
        positions=positions,
        two_person=form.flag("two_person"),
        separate_acceptor=form.flag("separate_acceptor"),
        quota=Quota(QuotaPeriod.MONTH, count) if count else None,
    )
    return wish, added


def form_of(wish: Wish, matter: MatterVersion, note: str = "") -> Form:
    """The form as it stands for a record."""
    facts = {one.key: one for one in facts_of(matter)}
    values: dict[str, object] = {
        "level": wish.level,
        "not_before": wish.not_before,
        "not_after": wish.not_after,
        "offline_hours": wish.offline_hours,
        "quota": wish.quota.count if wish.quota else None,
        "source": wish.source,
        "positions": wish.positions,
        "instrument": wish.instrument,
        "two_person": "1" if wish.two_person else None,
        "separate_acceptor": "1" if wish.separate_acceptor else None,
        "note": note,
    }
    for row, one in enumerate(wish.conditions[:CONDITION_ROWS]):
        values[f"field{row}"] = one.field
        values[f"op{row}"] = one.op
        values[f"value{row}"] = typed_value(one, facts.get(one.field))
    return Form.of(values)


def _read_conditions(
    form: Form, matter: MatterVersion, keep: Sequence[Condition]
) -> tuple[Condition, ...]:
    facts = {one.key: one for one in facts_of(matter)}
    read = []
    for row in range(CONDITION_ROWS):
        field = form.choice(f"field{row}", list(facts), label=_label("field"))
        if field is None:
            continue
        op = form.choice(f"op{row}", list(Operator), label=_label("op"), required=True)
        typed = form.text(
            f"value{row}", label=_label("value"), required=True, length_max=VALUE_CHARS_MAX
        )
        if op is None or not typed:
            continue
        value = value_of(facts[field], Operator(op), typed)
        if value is None:
            form.errors.add(f"value{row}", word(_SECTION, "bad_value", name=facts[field].label))
            continue
        read.append(_as_it_was(Condition(field, Operator(op), value), keep))
    return tuple(read)


def _as_it_was(condition: Condition, keep: Sequence[Condition]) -> Condition:
    said = (condition.field, condition.op, condition.value)
    return next((one for one in keep if (one.field, one.op, one.value) == said), condition)


def read_instrument(form: Form, known: dict[str, Instrument]) -> tuple[str, Instrument | None]:
    chosen = form.choice(
        "instrument", [*known, NEW_INSTRUMENT], label=_label("instrument"), required=True
    )
    if chosen != NEW_INSTRUMENT:
        return chosen or "", None
    kinds = [code for code, _ in labels.choices("instrument_kind")]
    number = form.name("i_number", label=_label("i_number"), required=True, length_max=60)
    title = form.name("i_title", label=_label("i_title"), required=True)
    kind = form.choice("i_kind", kinds, label=_label("i_kind"), required=True)
    issuer = form.name("i_issuer", label=_label("i_issuer"), required=True, length_max=60)
    signed = form.day("i_signed_on", label=_label("i_signed_on"), required=True)
    if any(one.number == number for one in known.values()):
        form.errors.add("i_number", word(_SECTION, "number_known"))
    if not (number and title and kind and issuer and signed):
        return "", None
    added = Instrument(_fresh(known), number, title, kind, issuer, signed)
    return added.id, added


def _fresh(known: Iterable[str]) -> str:
    numbers = [int(one[1:]) for one in known if re.fullmatch(r"i[0-9]{1,9}", one)]
    return f"i{max(numbers, default=0) + 1:02d}"


def value_of(fact: Askable, op: Operator, typed: str) -> ConditionValue | None:
    if op is Operator.IN:
        several = [_one(fact, each) for each in _BETWEEN.split(typed) if each]
        whole = tuple(one for one in several if isinstance(one, int | str))
        return whole if whole and len(whole) == len(several) else None
    value = _one(fact, typed)
    return None if op in _ORDERED and as_number(value) is None else value


def _one(fact: Askable, typed: str) -> bool | int | str | None:
    """One value of a fact's type; None for what is none of it."""
    if fact.type is FieldType.BOOLEAN:
        return {word("yes_no", "yes"): True, word("yes_no", "no"): False}.get(typed)
    if fact.type in _NUMBERS:
        number = as_number(typed)
        value = wire_value(number) if number is not None else None
        return value if isinstance(value, int | str) else None
    if fact.options:
        return next((code for code, label in fact.options if typed in {code, label}), None)
    return typed


def typed_value(condition: Condition, fact: Askable | None) -> str:
    """How a value is typed."""
    names = dict(fact.options) if fact else {}

    def one(value: object) -> str:
        if isinstance(value, bool):
            return word("yes_no", "yes" if value else "no")
        return names.get(str(value), str(value))

    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return "、".join(one(each) for each in values)


def _fact(field: FormField) -> Askable:
    options = tuple((one.value, one.label) for one in field.options)
    return Askable(field.key, field.label, field.type, options)


def _label(name: str) -> str:
    return word(_SECTION, name)


def usual_wish(matter: MatterVersion, first: date, instrument: str) -> Wish:
    """What a new record begins from."""
    return Wish(
        principal=matter.department,
        level=Level.ACCEPT,
        not_before=first,
        not_after=None,
        instrument=instrument,
        source=GrantSource.ENTRUSTED,
        offline_hours=24,
    )
