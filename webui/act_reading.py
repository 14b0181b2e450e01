"""Reading what a dialog of the case page sends: each field checked against what the case allows.

`webui.act_form` makes acts of it.
"""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from msgspec import Struct

from casework.act import Intake
from casework.act_contents import FEN_PER_YUAN
from casework.assessment import needs
from casework.calendar import Calendar
from casework.case import Case
from casework.facts import facts_of
from casework.limits import Limit
from casework.material import MaterialRequirement, MaterialState, MaterialVerdict
from casework.matter import MatterVersion
from casework.names import DepartmentId, MessageId, NodeId, OfficerId
from casework.organisation import Officer
from webui import labels
from webui.act_dialogs import grounds_of
from webui.case_given import CaseGiven, Duplicate, WaitingDeposit
from webui.case_words import word
from webui.forms import Form
from webui.notices import deficiencies_of, notice_text

AMOUNT_LENGTH_MAX: Final = 12
AMOUNT_FEN_MAX: Final = 10**10
COPIES_MAX: Final = 99
DOCUMENT_LENGTH_MAX: Final = 50
GROUNDS_LENGTH_MAX: Final = 2_000
REMEDY_LENGTH_MAX: Final = 200
_JSON_PARTS: Final = frozenset({"applicant", "form", "delivery"})
_MESSAGE_ID_LENGTH: Final = 64


class ActPlace(Struct, frozen=True, kw_only=True):
    """The case an act is about, and the lists its choices come from."""

    case: Case
    matter: MatterVersion
    calendar: Calendar
    today: date
    destinations: Mapping[NodeId, str] = {}
    counters: Mapping[NodeId, str] = {}
    departments: Mapping[DepartmentId, str] = {}
    deposits: tuple[WaitingDeposit, ...] = ()
    reclaimable: tuple[MessageId, ...] = ()
    colleagues: tuple[Officer, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    node: NodeId = NodeId("")
    officer: OfficerId = OfficerId("")
    contacts: Mapping[NodeId, str] = {}

    @classmethod
    def of(cls, given: CaseGiven) -> "ActPlace":
        return cls(
            case=given.case,
            matter=given.matter,
            calendar=given.calendar,
            today=given.calendar.day_of(given.now),
            destinations=given.destinations,
            counters=given.counters,
            departments=given.departments,
            deposits=given.deposits,
            reclaimable=tuple(each.id for each in given.reclaimable),
            colleagues=given.colleagues,
            duplicates=given.duplicates,
            node=given.node,
            officer=given.officer,
            contacts=given.contacts,
        )


class Reading:
    """The form of one act, with the texts found so far."""

    def __init__(self, form: Form, place: ActPlace) -> None:
        self.form = form
        self.place = place
        self.texts: dict[str, str] = {}

    def seen(self) -> MessageId | None:
        typed = self.form.typed("seen")
        return MessageId(typed) if len(typed) == _MESSAGE_ID_LENGTH else None

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """One of a closed set; empty after an error."""
        return self.form.choice(name, allowed, label=word("field", name), required=True) or ""

    def document(self) -> str | None:
        return (
            self.form.text(
                "document", label=word("field", "document"), length_max=DOCUMENT_LENGTH_MAX
            )
            or None
        )

    def keep_text(self, part: str, field: str, *, required: bool = True) -> None:
        text = self.form.long_text(
            field, label=word("field", field), required=required, length_max=GROUNDS_LENGTH_MAX
        )
        if text:
            self.texts[part] = text

    def intake(self) -> Intake | None:
        intake = self.place.case.intake
        if intake is None:
            self.form.errors.add("seen", labels.error_text("E_PART_MISSING"))
        return intake

    def last_day(self, name: str = "supply_by") -> str:
        day = self.form.day(name, label=word("field", name), required=True)
        if day is not None and day < self.place.today:
            self.form.errors.add(name, word("problem", "past_day"))
        return day.isoformat() if day else ""

    def officer(self, name: str) -> OfficerId:
        """A colleague who agreed; the rules say whether that one may."""
        return OfficerId(self.choice(name, [one.id for one in self.place.colleagues]))

    def extra(self) -> Limit | None:
        """How long an extension is to be, in the unit of the matter's cap."""
        rule = self.place.matter.supports.extension
        label = word("field", "extra")
        high = rule.max.value if rule else 0
        value = self.form.integer("extra", label=label, low=1, high=high, required=True)
        return Limit(value, rule.max.unit) if rule is not None and value else None

    def fen(self, name: str) -> int:
        """An amount in yuan, as fen."""
        typed = self.form.text(name, label=word("field", name), length_max=AMOUNT_LENGTH_MAX)
        try:
            fen = Decimal(typed or "0") * FEN_PER_YUAN
        except InvalidOperation:
            fen = Decimal(-1)
        if fen < 0 or fen != fen.to_integral_value() or fen > AMOUNT_FEN_MAX:
            self.form.errors.add(name, word("problem", "amount"))
            return 0
        return int(fen)

    def materials(self) -> tuple[MaterialVerdict, ...]:
        """A verdict on every material needed; what the form leaves out stays as it was found."""
        before = {verdict.material: verdict for verdict in self.place.case.materials}
        found = []
        for need in needs(self.place.matter, facts_of(self.place.case)):
            asked = need.requirement
            if f"state-{asked.id}" in self.form.names():
                found.append(self._verdict(asked))
            elif asked.id in before:
                found.append(before[asked.id])
            elif need.needed:
                problem = word("problem", "state", material=asked.name)
                self.form.errors.add(f"state-{asked.id}", problem)
        return tuple(found)

    def _verdict(self, asked: MaterialRequirement) -> MaterialVerdict:
        label = asked.name
        states = tuple(state.value for state in MaterialState)
        state = self.form.choice(f"state-{asked.id}", states, label=label, required=True)
        checks = tuple(check.id for check in asked.acceptance_standard)
        failed = self.form.chosen(f"failed-{asked.id}", checks, label=label)
        present = state == MaterialState.PRESENT.value
        return MaterialVerdict(
            asked.id,
            MaterialState(state or MaterialState.MISSING.value),
            self._count("originals", asked, asked.originals) if present else 0,
            self._count("copies", asked, asked.copies) if present else 0,
            failed,
        )

    def _count(self, kind: str, asked: MaterialRequirement, otherwise: int) -> int:
        label = f"{asked.name}　{word('field', kind)}"
        name = f"{kind}-{asked.id}"
        given = self.form.integer(name, label=label, low=0, high=COPIES_MAX)
        return otherwise if given is None else given

    def grounds(self) -> tuple[str, ...]:
        known = [code for group in grounds_of(self.place.matter) for code, _ in group.choices]
        return self.form.chosen("grounds", known, label=word("field", "grounds"), required=True)

    def keep_notice(self, materials: tuple[MaterialVerdict, ...], *, remark_required: bool) -> None:
        """What the applicant is told, as the part `notice`."""
        remedies = {
            verdict.material: self.form.text(
                f"remedy-{verdict.material}",
                label=word("field", "remedy"),
                length_max=REMEDY_LENGTH_MAX,
            )
            for verdict in materials
        }
        remark = self.form.long_text(
            "remark", label=word("field", "remark"), length_max=GROUNDS_LENGTH_MAX
        )
        if remark_required and not remark:
            self.form.errors.add("remark", word("problem", "again"))
        told = deficiencies_of(self.place.matter, materials, remedies)
        if not told:
            first = f"state-{materials[0].material}" if materials else "remark"
            self.form.errors.add(first, word("problem", "nothing_asked"))
        if text := notice_text(told, remark):
            self.texts["notice"] = text
