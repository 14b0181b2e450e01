"""The dialog of each act: what an officer fills in, with what it proposes.

`webui.act_form.read_act` reads exactly the fields that stand here and in `webui.act_fields`.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from casework.assessment import may_defer
from casework.clock_rules import DEFAULTS
from casework.limits import Limit, LimitUnit, workdays
from casework.material import MaterialRequirement, MaterialState, MaterialVerdict
from casework.matter import MatterVersion
from casework.steps import DECISIONS, undone_before_decision
from webui import labels
from webui.act_fields import DayField, InputField, Pairs, SelectField, TextField, fields_of
from webui.case_given import CaseGiven, WaitingDeposit
from webui.case_material_view import MaterialView, materials_of
from webui.case_words import sections, word
from webui.grounds import basis_text, checks_failed, conditions_unmet

WITH_MATERIALS: Final = frozenset(
    {
        *("receive", "collect", "instant", "accept", "accept_deferred", "notify_deficiency"),
        *("supplement", "notify_deficiency_review", "supplement_in_review", "deferred_satisfied"),
        *("judge_materials", "submit_online"),
    }
)
WITH_SCANS: Final = frozenset({"supplement", "supplement_in_review", "deferred_satisfied"})
WITH_REMEDIES: Final = frozenset({"notify_deficiency", "notify_deficiency_review"})
# The member of an act that is a last day, by the act.
DAYS: Final[Mapping[str, str]] = {
    "notify_deficiency": "supply_by",
    "notify_deficiency_review": "supply_by",
    "accept_deferred": "supply_by",
    "start_special": "expected_by",
    "ask": "answer_by",
    "call_for_papers": "collect_by",
}
WITH_GROUNDS: Final = frozenset({"refuse_acceptance", "decide_refuse"})
# Until when an answer is asked for, or papers are to be fetched, unless somebody says otherwise.
_ANSWERED_WITHIN: Final = workdays(3)


class GroundGroup(Struct, frozen=True):
    title: str
    choices: Pairs


class MaterialLine(Struct, frozen=True, kw_only=True):
    """A material as it is judged anew."""

    material: MaterialView
    state: str
    originals: int
    copies: int
    states: Pairs


class ActDialog(Struct, frozen=True, kw_only=True):
    """The form of one act."""

    id: str
    name: str
    title: str
    url: str
    mark: str
    kind: str
    note: str
    hidden: Pairs
    materials: tuple[MaterialLine, ...] = ()
    has_remedies: bool = False
    has_scans: bool = False
    has_result: bool = False
    day: DayField | None = None
    grounds: tuple[GroundGroup, ...] = ()
    selects: tuple[SelectField, ...] = ()
    inputs: tuple[InputField, ...] = ()
    texts: tuple[TextField, ...] = ()
    flags: Pairs = ()
    undone: tuple[str, ...] = ()  # steps that a decision would pass over


def act_dialog(name: str, given: CaseGiven, *, mark: str, kind: str) -> ActDialog:
    """The dialog of an act; what it proposes follows from the case."""
    return ActDialog(
        id=f"act-{name}",
        name=name,
        title=word("action", name),
        url=f"{given.base_url}/acts/{name}",
        mark=mark,
        kind=kind,
        note=_note(name, given),
        hidden=(("seen", given.case.head), *_hidden(name, given)),
        materials=_lines(name, given),
        has_remedies=name in WITH_REMEDIES,
        has_scans=name in WITH_SCANS,
        has_result=name in {"produce_result", "instant"},
        day=_day(name, given),
        grounds=grounds_of(given.matter) if name in WITH_GROUNDS else (),
        undone=_undone(name, given),
        **fields_of(name, given),
    )


def deposit_dialog(deposit: WaitingDeposit, given: CaseGiven) -> ActDialog:
    """The form that takes one deposit up."""
    name = "take_up_deposit"
    return ActDialog(
        id=f"deposit-{deposit.id[:16]}",
        name=name,
        title=word("action", name),
        url=f"{given.base_url}/acts/{name}",
        mark="file-import",
        kind="primary",
        note=sections()["note"][name],
        hidden=(("seen", given.case.head), ("deposit", deposit.id)),
    )


def _undone(name: str, given: CaseGiven) -> tuple[str, ...]:
    if name not in DECISIONS:
        return ()
    return tuple(step.name for step in undone_before_decision(given.case, given.matter))


def _day(name: str, given: CaseGiven) -> DayField | None:
    if name not in DAYS:
        return None
    return DayField(
        name=DAYS[name],
        label=word("field", DAYS[name]),
        value=default_day(name, given),
        earliest=given.calendar.day_of(given.now),
    )


def default_day(name: str, given: CaseGiven) -> date:
    """The last day that a dialog proposes."""
    limit = DEFAULTS.supplement
    deferral = given.matter.supports.deferral
    if name == "accept_deferred" and deferral is not None:
        limit = deferral.supply_within
    if name in {"ask", "call_for_papers"}:
        limit = _ANSWERED_WITHIN
    if name == "start_special":
        limit = given.matter.special_procedures[0].limit
    return _last_day(limit, given)


def grounds_of(matter: MatterVersion) -> tuple[GroundGroup, ...]:
    """All that a refusal may cite, said as the decision will say it."""
    groups = {
        "refusal": tuple((each.id, each.text) for each in matter.acceptance.refusals),
        "condition": tuple(conditions_unmet(matter).items()),
        "material": tuple(checks_failed(matter).items()),
        "basis": tuple((each.id, basis_text(each)) for each in matter.legal_basis),
    }
    return tuple(GroundGroup(word("grounds", key), found) for key, found in groups.items() if found)


def _note(name: str, given: CaseGiven) -> str:
    asked = name == "return_pen" and given.release is not None
    return sections()["note"].get("return_pen_asked" if asked else name, "")


def _hidden(name: str, given: CaseGiven) -> Pairs:
    if name != "return_pen":
        return ()
    to = given.case.county if given.release else given.case.pen_from
    return (("to", to),) if to is not None else ()


def _lines(name: str, given: CaseGiven) -> tuple[MaterialLine, ...]:
    if name not in WITH_MATERIALS:
        return ()
    verdicts = {verdict.material: verdict for verdict in given.case.materials}
    lines = []
    for material in materials_of(given):
        need = given.matter.material(material.id)
        if need is None or not material.needed:
            continue
        verdict = verdicts.get(material.id)
        if name == "deferred_satisfied" and (verdict is None or verdict.state.value != "deferred"):
            continue
        lines.append(
            MaterialLine(
                material=material,
                state=_proposed(name, verdict.state if verdict else None),
                originals=verdict.originals if verdict and verdict.originals else need.originals,
                copies=verdict.copies if verdict and verdict.copies else need.copies,
                states=_states(name, need, given.matter),
            )
        )
    if name in WITH_SCANS:
        # What was asked for comes first: the rest has been handed in.
        lines.sort(key=lambda line: _handed_in(verdicts.get(line.material.id)))
    return tuple(lines)


def _handed_in(verdict: MaterialVerdict | None) -> bool:
    at_hand = {MaterialState.PRESENT, MaterialState.CITED}
    return verdict is not None and verdict.state in at_hand and not verdict.failed_checks


def _states(name: str, need: MaterialRequirement, matter: MatterVersion) -> Pairs:
    """What may be found of a material: only what the matter allows for it."""
    offered = {
        MaterialState.PRESENT: True,
        MaterialState.CITED: need.may_be_cited,
        MaterialState.MISSING: True,
        MaterialState.DEFERRED: may_defer(matter, need) and name != "deferred_satisfied",
        MaterialState.NOT_APPLICABLE: name != "deferred_satisfied",
    }
    return tuple(
        (state.value, labels.MATERIAL_CHOICE.get(state.value) or word("state", state.value))
        for state, is_offered in offered.items()
        if is_offered
    )


def _proposed(name: str, state: MaterialState | None) -> str:
    if name == "deferred_satisfied":
        return MaterialState.PRESENT.value
    return state.value if state else ""


def _last_day(limit: Limit, given: CaseGiven) -> date:
    today = given.calendar.day_of(given.now)
    if limit.unit is LimitUnit.WORKDAY:
        return given.calendar.add_workdays(today, limit.value)
    return given.calendar.next_workday(today + timedelta(days=limit.value))
