"""The dialog of each act: what an officer fills in, with what it proposes.

`webui.act_form.read_act` reads exactly the fields that stand here.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from msgspec import Struct

from casework.assessment import may_defer
from casework.clock_rules import DEFAULTS
from casework.limits import Limit, LimitUnit
from casework.material import MaterialRequirement, MaterialState
from casework.matter import MatterVersion, StepAct
from webui import labels
from webui.case_given import CaseGiven, WaitingDeposit
from webui.case_material_view import MaterialView, materials_of
from webui.case_words import pairs, sections, word
from webui.documents import PaperKind
from webui.grounds import basis_text
from webui.paper_numbers import document_number

WITH_MATERIALS: Final = frozenset(
    {
        *("receive", "collect", "instant", "accept", "accept_deferred", "notify_deficiency"),
        *("supplement", "notify_deficiency_review", "supplement_in_review", "deferred_satisfied"),
    }
)
WITH_SCANS: Final = frozenset({"supplement", "supplement_in_review", "deferred_satisfied"})
WITH_REMEDIES: Final = frozenset({"notify_deficiency", "notify_deficiency_review"})
WITH_SUPPLY_BY: Final = WITH_REMEDIES | {"accept_deferred"}
WITH_GROUNDS: Final = frozenset({"refuse_acceptance", "decide_refuse"})
# What the county may give as the reason of a reclaim; every code has its sentence in labels.
RECLAIM_CODES: Final = (
    *("E_RULE", "E_NOT_DELEGATED", "E_DELEGATION_REVOKED", "E_LEASE_ENDED", "E_QUOTA"),
    *("E_SEPARATE_ACCEPTOR", "E_TWO_PERSON", "E_MATERIALS", "E_CONDITIONS", "E_GROUNDS"),
)
_NOT_A_REVIEW: Final = frozenset({StepAct.ACCEPT, StepAct.ISSUE, StepAct.MIRROR})

Pairs = tuple[tuple[str, str], ...]


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


class TextField(Struct, frozen=True, kw_only=True):
    name: str
    label: str
    required: bool = True
    phrases: tuple[str, ...] = ()


class InputField(Struct, frozen=True, kw_only=True):
    name: str
    label: str
    value: str = ""
    required: bool = False


class SelectField(Struct, frozen=True, kw_only=True):
    name: str
    label: str
    choices: Pairs
    value: str = ""


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
    supply_by: date | None = None
    earliest: date | None = None
    grounds: tuple[GroundGroup, ...] = ()
    selects: tuple[SelectField, ...] = ()
    inputs: tuple[InputField, ...] = ()
    texts: tuple[TextField, ...] = ()
    flags: Pairs = ()


def act_dialog(name: str, given: CaseGiven, *, mark: str, kind: str) -> ActDialog:
    """The dialog of an act; what it proposes follows from the case."""
    today = given.calendar.day_of(given.now)
    asks_date = name in WITH_SUPPLY_BY
    return ActDialog(
        id=f"act-{name}",
        name=name,
        title=word("action", name),
        url=f"{given.base_url}/acts/{name}",
        mark=mark,
        kind=kind,
        note=sections()["note"].get(name, ""),
        hidden=(("seen", given.case.head), *_hidden(name, given)),
        materials=_lines(name, given),
        has_remedies=name in WITH_REMEDIES,
        has_scans=name in WITH_SCANS,
        has_result=name in {"produce_result", "instant"},
        supply_by=default_supply_by(name, given) if asks_date else None,
        earliest=today if asks_date else None,
        grounds=grounds_of(given.matter) if name in WITH_GROUNDS else (),
        **_fields(name, given),
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


def default_supply_by(name: str, given: CaseGiven) -> date:
    """The applicant's last day that a dialog proposes."""
    limit = DEFAULTS.supplement
    deferral = given.matter.supports.deferral
    if name == "accept_deferred" and deferral is not None:
        limit = deferral.supply_within
    return _last_day(limit, given)


def grounds_of(matter: MatterVersion) -> tuple[GroundGroup, ...]:
    """All that a refusal may cite, in the words of the matter."""
    checks = (
        (check.id, f"{need.name}：{check.check}")
        for need in matter.materials
        for check in need.acceptance_standard
    )
    groups = {
        "refusal": tuple((each.id, each.text) for each in matter.acceptance.refusals),
        "condition": tuple((each.id, each.text) for each in matter.acceptance.conditions),
        "material": tuple(checks),
        "basis": tuple((each.id, basis_text(each)) for each in matter.legal_basis),
    }
    return tuple(GroundGroup(word("grounds", key), found) for key, found in groups.items() if found)


def review_steps(matter: MatterVersion) -> Pairs:
    return tuple(
        (str(step.seq), step.name) for step in matter.steps if step.act not in _NOT_A_REVIEW
    )


def reclaimable(given: CaseGiven) -> Pairs:
    """The entries that a reclaim may be about, the latest first."""
    named = (
        (m.entry, f"{labels.ACT[m.act]}　{given.names.node(m.node)}") for m in given.case.timeline
    )
    return tuple(named)[::-1]


def _hidden(name: str, given: CaseGiven) -> Pairs:
    if name == "return_pen" and given.case.pen_from is not None:
        return (("to", given.case.pen_from),)
    return ()


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
    return tuple(lines)


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


def _fields(name: str, given: CaseGiven) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912
    """What else an act asks: the members of `ActDialog` of these names."""
    case, matter = given.case, given.matter
    match name:
        case "notify_deficiency":
            return {"texts": (_text("remark", required=case.notices > 0),)}
        case "notify_deficiency_review":
            return {"texts": (_text("remark"),)}
        case "refuse_acceptance":
            return {"texts": (_text("grounds_text", name),)}
        case "dispatch":
            return {"selects": (_select("department", given.departments, matter.department),)}
        case "opine":
            steps = _select("step", review_steps(matter))
            outcome = _select("outcome", labels.OUTCOME)
            return {"selects": (steps, outcome), "texts": (_text("opinion", name),)}
        case "end_special":
            named = tuple((each.id, each.name) for each in matter.special_procedures)
            return {"selects": (_select("procedure", named),)}
        case "decide_grant":
            number = document_number(case, PaperKind.GRANT)
            return {"inputs": (_input("document", number),), "texts": (_text("opinion", name),)}
        case "decide_refuse":
            number = document_number(case, PaperKind.REFUSAL)
            text = _text("grounds_text", name)
            return {"inputs": (_input("document", number),), "texts": (text,)}
        case "produce_result":
            number = (case.decision.document if case.decision else None) or ""
            return {"inputs": (_input("document", number),)}
        case "instant":
            number = document_number(case, PaperKind.INSTANT_RESULT)
            recipient = _select("recipient", labels.RECIPIENT)
            return {"inputs": (_input("document", number),), "selects": (recipient,)}
        case "forward_result":
            return {"selects": (_select("to", given.counters, case.pickup or ""),)}
        case "deliver":
            return _delivery(given)
        case "withdraw":
            asked_by = _select("asked_by", labels.RECIPIENT)
            return {"selects": (asked_by,), "texts": (_text("reason", required=False),)}
        case "hand_over_pen":
            return {"selects": (_select("to", given.destinations),)}
        case "change_pickup":
            return {"selects": (_select("pickup", given.counters, case.pickup or ""),)}
        case "reclaim_pen":
            reasons = tuple((code, labels.error_text(code)) for code in RECLAIM_CODES)
            selects = (
                _select("ground", labels.RECLAIM),
                _select("of", reclaimable(given)),
                _select("code", reasons),
            )
            return {"selects": selects, "flags": (("hold", word("field", "hold")),)}
        case _:
            return {}


def _delivery(given: CaseGiven) -> dict[str, Any]:
    method = given.case.intake.delivery if given.case.intake else "counter"
    return {
        "selects": (
            _select("recipient", labels.RECIPIENT),
            _select("method", labels.DELIVERY, method),
        ),
        "inputs": (
            _input("recipient_name", required=True),
            _input("recipient_id", required=True),
            _input("relation"),
        ),
        "texts": (_text("remark", required=False),),
    }


def _select(
    name: str, choices: Mapping[Any, str] | Iterable[tuple[str, str]], value: str = ""
) -> SelectField:
    listed = choices.items() if isinstance(choices, Mapping) else choices
    return SelectField(name=name, label=word("field", name), choices=tuple(listed), value=value)


def _input(name: str, value: str = "", *, required: bool = False) -> InputField:
    return InputField(name=name, label=word("field", name), value=value, required=required)


def _text(name: str, act: str = "", *, required: bool = True) -> TextField:
    section = f"phrase_{act}"
    phrases = tuple(text for _, text in pairs(section)) if section in sections() else ()
    return TextField(name=name, label=word("field", name), required=required, phrases=phrases)


def _last_day(limit: Limit, given: CaseGiven) -> date:
    today = given.calendar.day_of(given.now)
    if limit.unit is LimitUnit.WORKDAY:
        return given.calendar.add_workdays(today, limit.value)
    return given.calendar.next_workday(today + timedelta(days=limit.value))
