"""The decision panel of the intake screen: what may be done now, and what is missing.

It says no more than `casework.assessment` does; the main button names its consequence.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final, Literal

from msgspec import Struct

from casework.course import Course, due_day
from casework.limits import Limit
from casework.material import MaterialState
from casework.matter import MatterVersion, ReceiptRule
from webui import labels_intake
from webui.drafts import FileRecord
from webui.intake_commitment import offer_of
from webui.intake_earlier import NOTHING_EARLIER, Earlier
from webui.intake_form import AVOWALS, IntakeForm

Advice = Literal["accept", "defer", "supplement", "refuse", "collect", "register", "choose"]

_ADVICE: Final[Mapping[str, Advice]] = {
    "acceptable": "accept",
    "deferrable": "defer",
    "deficient": "supplement",
}
_NEXT: Final[Mapping[Advice, str]] = {
    "accept": "accept",
    "defer": "accept_deferred",
    "supplement": "notify_deficiency",
    "refuse": "refuse_acceptance",
    "collect": "collect",
    "register": "register",
}
# The name under which `may` speaks of a way ahead, where it differs: registering is a receipt.
_ACT_OF: Final = {"register": "receive"}


class Lack(Struct, frozen=True):
    """Something missing or wrong, and the field or row it concerns."""

    text: str
    anchor: str
    detail: str = ""
    can_defer: bool = False


class DecisionView(Struct, frozen=True, kw_only=True):
    """The panel. `next` is what the main button does; `why` is its refusal, if it is not open."""

    advice: Advice
    next: str = ""
    act: str = ""
    why: str = ""
    missing: tuple[Lack, ...] = ()
    faults: tuple[Lack, ...] = ()
    deferred: tuple[Lack, ...] = ()
    conditions: tuple[Lack, ...] = ()
    unseen: tuple[Lack, ...] = ()  # conditions that nobody has answered
    unfilled: tuple[Lack, ...] = ()
    wrong: tuple[Lack, ...] = ()
    supply_by: date | None = None
    without_pictures: int = 0
    short: tuple[Lack, ...] = ()
    owed: tuple[Lack, ...] = ()
    commitment: Literal["", "ask", "made", "declined"] = ""
    failed: tuple[str, ...] = ()  # what a refusal would cite, by id
    earlier: Earlier = NOTHING_EARLIER
    warnings: tuple[str, ...] = ()
    offers: Mapping[str, str] = {}

    @property
    def is_open(self) -> bool:
        """Whether something is still to be filled in or looked at, whatever the papers are."""
        return bool(self.unfilled or self.wrong or self.unseen)


def decision_of(
    intake: IntakeForm,
    *,
    may: Mapping[str, str],
    files: Sequence[FileRecord] = (),
    warnings: tuple[str, ...] = (),
    earlier: Earlier = NOTHING_EARLIER,
) -> DecisionView:
    """The panel: `may` gives for each act on offer here why it is not open, or nothing."""
    matter = intake.matter
    unfilled, wrong = _field_lacks(intake)
    if matter is None:
        return DecisionView(advice="choose", unfilled=unfilled, wrong=wrong, warnings=warnings)
    found = intake.assessment()
    advice = _advice(intake, found.outcome, may)
    following = _following(intake, advice, matter, may)
    act = _ACT_OF.get(following, following)
    deferrable = set(found.may_defer)
    # Of a paper used again no sheet is handed in.
    unseen = _conditions(matter, intake.open_conditions())
    if unseen:
        text = labels_intake.CONDITIONS_OPEN.format(count=len(unseen))
        may = {name: why or text if name in AVOWALS else why for name, why in may.items()}
    again = {one.material for one in files if one.source}
    return DecisionView(
        advice=advice,
        next=following,
        act=act,
        why=may.get(act, ""),
        missing=tuple(_material(matter, one, deferrable) for one in found.missing),
        faults=_faults(matter, found.failed_checks),
        deferred=tuple(_material(matter, one) for one in found.deferred),
        conditions=_conditions(matter, intake.failed_conditions()),
        unseen=unseen,
        unfilled=unfilled,
        wrong=wrong,
        supply_by=last_day(intake, found.supply_within) if found.supply_within else None,
        without_pictures=_without_pictures(intake, files),
        short=tuple(_material(matter, one) for one in found.short if one not in again),
        owed=tuple(Lack(one.fee.name, f"f-{one.name}") for one in intake.fees if one.is_owed),
        commitment=_commitment(intake),
        failed=(*intake.failed_conditions(), *found.failed_checks),
        earlier=earlier,
        warnings=warnings,
        offers={name: why for name, why in may.items() if name != act},
    )


def last_day(intake: IntakeForm, limit: Limit) -> date:
    """The last day of a limit that begins today."""
    course = Course(calendar=intake.place.calendar, start=intake.on, segments=(limit,))
    return due_day(course)


def _advice(intake: IntakeForm, outcome: str, may: Mapping[str, str]) -> Advice:
    """A village collects, unless it may take the matter in, or decide it, by itself."""
    if "collect" in may:
        return "collect"
    if intake.matter is not None and intake.matter.legal_receipt.rule is ReceiptRule.MIRRORED:
        return "register"
    return "refuse" if intake.failed_conditions() else _ADVICE[outcome]


def _following(
    intake: IntakeForm, advice: Advice, matter: MatterVersion, may: Mapping[str, str]
) -> str:
    """What the main button does; at once where the matter is instant and may be decided here."""
    if advice == "accept" and matter.is_instant and may.get("instant") == "":
        return "instant"
    following = _NEXT[advice]
    # A village has nobody to refuse an application: its draft waits.
    closed = intake.place.village and _ACT_OF.get(following, following) not in may
    return "" if closed else following


def _field_lacks(intake: IntakeForm) -> tuple[tuple[Lack, ...], tuple[Lack, ...]]:
    lacks = [(name, Lack(text, f"f-{name}")) for name, text in intake.errors.items()]
    unfilled = tuple(lack for name, lack in lacks if name in intake.empty)
    return unfilled, tuple(lack for name, lack in lacks if name not in intake.empty)


def _commitment(intake: IntakeForm) -> Literal["", "ask", "made", "declined"]:
    if offer_of(intake.matter, intake.facts()) is None:
        return ""
    if intake.commitment is None:
        return "ask"
    return "made" if intake.commitment else "declined"


def _material(matter: MatterVersion, material: str, deferrable: Collection[str] = ()) -> Lack:
    need = matter.material(material)
    assert need is not None, "an assessment names the matter's own materials"
    return Lack(need.name, f"row-{material}", can_defer=material in deferrable)


def _faults(matter: MatterVersion, failed: Collection[str]) -> tuple[Lack, ...]:
    return tuple(
        Lack(need.name, f"row-{need.id}", check.check)
        for need in matter.materials
        for check in need.acceptance_standard
        if check.id in failed
    )


def _conditions(matter: MatterVersion, failed: Collection[str]) -> tuple[Lack, ...]:
    conditions = matter.acceptance.conditions
    return tuple(Lack(one.text, f"condition-{one.id}") for one in conditions if one.id in failed)


def _without_pictures(intake: IntakeForm, files: Sequence[FileRecord]) -> int:
    shown = {one.material for one in files}
    return sum(
        one.state is MaterialState.PRESENT and one.material not in shown
        for one in intake.verdicts()
    )
