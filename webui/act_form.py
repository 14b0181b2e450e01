"""From what a dialog of the case page sends to an act, and the texts that go with it as parts.

Every choice is checked against what the case, its matter and the node's lists allow. Whether the
act may be done is not asked here: the rules are asked by whoever performs it.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Final

import msgspec
from litestar.exceptions import NotFoundException
from msgspec import Struct

from casework import act as acts
from casework.act import AnyAct, Intake
from casework.assessment import needs
from casework.calendar import Calendar
from casework.case import Case
from casework.facts import facts_of
from casework.material import MaterialRequirement, MaterialState, MaterialVerdict
from casework.matter import MatterVersion
from casework.names import DepartmentId, MessageId, NodeId
from casework.party import HandoverSheet
from webui import labels
from webui.act_dialogs import RECLAIM_CODES, grounds_of, review_steps
from webui.case_given import CaseGiven, WaitingDeposit
from webui.case_words import word
from webui.forms import Form
from webui.notices import deficiencies_of, notice_text

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
        )


class ActRead(Struct, frozen=True, kw_only=True):
    """`act` is None exactly when the form has errors; `texts` are contents of parts by name."""

    name: str
    act: AnyAct | None
    texts: dict[str, str]
    seen: MessageId | None
    form: Form


def read_act(name: str, form: Form, place: ActPlace) -> ActRead:
    """NotFoundException for an act that no dialog offers."""
    reader = _READERS.get(name)
    if reader is None:
        raise NotFoundException(name)
    reading = _Reading(form, place)
    act = reader(reading)
    sound = act if act is not None and not form.errors else None
    return ActRead(
        name=name, act=sound, texts=reading.texts if sound else {}, seen=reading.seen(), form=form
    )


def media_type_of(part: str) -> str:
    return "application/json" if part in _JSON_PARTS else "text/plain"


class _Reading:
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

    def supply_by(self) -> str:
        label = word("field", "supply_by")
        day = self.form.day("supply_by", label=label, required=True)
        if day is not None and day < self.place.today:
            self.form.errors.add("supply_by", word("problem", "past_day"))
        return day.isoformat() if day else ""

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
        if text := notice_text(told, remark):
            self.texts["notice"] = text


def _collect(reading: _Reading) -> AnyAct | None:
    intake, materials = reading.intake(), reading.materials()
    return acts.Collect(intake, materials) if intake else None


def _receive(reading: _Reading) -> AnyAct | None:
    intake, materials = reading.intake(), reading.materials()
    return acts.Receive(intake, materials) if intake else None


def _instant(reading: _Reading) -> AnyAct | None:
    intake, materials = reading.intake(), reading.materials()
    recipient = reading.choice("recipient", labels.RECIPIENT)
    document = reading.document()
    if intake is None:
        return None
    return acts.Instant(intake, materials, intake.facts, document, recipient)


def _notify_deficiency(reading: _Reading) -> AnyAct | None:
    materials = reading.materials()
    reading.keep_notice(materials, remark_required=reading.place.case.notices > 0)
    supply_by = reading.supply_by()
    return acts.NotifyDeficiency(materials, supply_by) if supply_by else None


def _notify_deficiency_review(reading: _Reading) -> AnyAct | None:
    materials = reading.materials()
    reading.keep_notice(materials, remark_required=True)
    supply_by = reading.supply_by()
    return acts.NotifyDeficiencyReview(materials, supply_by) if supply_by else None


def _accept_deferred(reading: _Reading) -> AnyAct | None:
    materials, supply_by = reading.materials(), reading.supply_by()
    return acts.AcceptDeferred(materials, supply_by) if supply_by else None


def _refuse_acceptance(reading: _Reading) -> AnyAct:
    reading.keep_text("grounds", "grounds_text")
    return acts.RefuseAcceptance(reading.grounds())


def _dispatch(reading: _Reading) -> AnyAct:
    return acts.Dispatch(DepartmentId(reading.choice("department", reading.place.departments)))


def _opine(reading: _Reading) -> AnyAct | None:
    steps = [code for code, _ in review_steps(reading.place.matter)]
    step = reading.choice("step", steps)
    outcome = reading.choice("outcome", labels.OUTCOME)
    reading.keep_text("opinion", "opinion")
    return acts.Opine(int(step), acts.Outcome(outcome)) if step and outcome else None


def _end_special(reading: _Reading) -> AnyAct:
    known = [special.id for special in reading.place.matter.special_procedures]
    return acts.EndSpecial(reading.choice("procedure", known))


def _decide_grant(reading: _Reading) -> AnyAct:
    reading.keep_text("opinion", "opinion")
    return acts.DecideGrant((), reading.document())


def _decide_refuse(reading: _Reading) -> AnyAct:
    reading.keep_text("grounds", "grounds_text")
    return acts.DecideRefuse((), reading.grounds(), reading.document())


def _deliver(reading: _Reading) -> AnyAct:
    form = reading.form
    recipient = reading.choice("recipient", labels.RECIPIENT)
    method = reading.choice("method", labels.DELIVERY)
    sheet = HandoverSheet(
        recipient=form.name("recipient_name", label=word("field", "recipient_name"), required=True),
        id_number=form.text(
            "recipient_id", label=word("field", "recipient_id"), required=True, length_max=40
        ).upper(),
        relation=form.text("relation", label=word("field", "relation"), length_max=40) or None,
        remark=form.long_text(
            "remark", label=word("field", "remark"), length_max=GROUNDS_LENGTH_MAX
        ),
    )
    reading.texts["delivery"] = msgspec.json.encode(sheet).decode()
    return acts.Deliver(recipient, method)


def _withdraw(reading: _Reading) -> AnyAct:
    asked_by = reading.choice("asked_by", labels.RECIPIENT)
    reading.keep_text("notice", "reason", required=False)
    return acts.Withdraw(asked_by)


def _return_pen(reading: _Reading) -> AnyAct | None:
    giver = reading.place.case.pen_from
    allowed = [giver, reading.place.case.county] if giver else []
    return acts.ReturnPen(NodeId(reading.choice("to", allowed)))


def _reclaim_pen(reading: _Reading) -> AnyAct | None:
    case = reading.place.case
    ground = reading.choice("ground", labels.RECLAIM)
    entries = [moment.entry for moment in case.timeline] + list(case.fallen) + list(case.rivals)
    about = reading.choice("of", entries)
    code = reading.choice("code", RECLAIM_CODES)
    hold = reading.form.flag("hold")
    if not ground:
        return None
    return acts.ReclaimPen(acts.ReclaimGround(ground), MessageId(about), hold, code)


def _take_up_deposit(reading: _Reading) -> AnyAct | None:
    waiting = {each.id: each for each in reading.place.deposits if each.act is not None}
    chosen = waiting.get(MessageId(reading.choice("deposit", waiting)))
    if chosen is None or chosen.act is None:
        return None
    return acts.TakeUpDeposit(chosen.id, chosen.at_text, chosen.act)


_READERS: Final[Mapping[str, Callable[[_Reading], AnyAct | None]]] = {
    "draft": lambda r: acts.Draft(intake) if (intake := r.intake()) else None,
    "collect": _collect,
    "receive": _receive,
    "instant": _instant,
    "notify_deficiency": _notify_deficiency,
    "supplement": lambda r: acts.Supplement(r.materials()),
    "accept": lambda r: acts.Accept(r.materials()),
    "accept_deferred": _accept_deferred,
    "refuse_acceptance": _refuse_acceptance,
    "dispatch": _dispatch,
    "take": lambda _: acts.Take(),
    "opine": _opine,
    "notify_deficiency_review": _notify_deficiency_review,
    "supplement_in_review": lambda r: acts.SupplementInReview(r.materials()),
    "end_special": _end_special,
    "decide_grant": _decide_grant,
    "decide_refuse": _decide_refuse,
    "deferred_satisfied": lambda r: acts.DeferredSatisfied(r.materials()),
    "produce_result": lambda r: acts.ProduceResult(r.document()),
    "forward_result": lambda r: acts.ForwardResult(NodeId(r.choice("to", r.place.counters))),
    "deliver": _deliver,
    "close": lambda _: acts.Close(),
    "withdraw": _withdraw,
    "hand_over_pen": lambda r: acts.HandOverPen(NodeId(r.choice("to", r.place.destinations))),
    "return_pen": _return_pen,
    "reclaim_pen": _reclaim_pen,
    "take_up_deposit": _take_up_deposit,
    "change_pickup": lambda r: acts.ChangePickup(NodeId(r.choice("pickup", r.place.counters))),
}
