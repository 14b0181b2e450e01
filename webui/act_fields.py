"""What each act asks for beside the materials: choices, short answers, texts.

A row of `_FIELDS` for every act that asks anything; `webui.act_readers` reads the same names.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.act_contents import COORDINATORS, LEADER, SUPERVISORS
from casework.matter import MatterVersion, StepAct
from casework.organisation import PositionKind
from casework.pickups import counters_of, papers_left
from casework.procedure import name_of
from webui import labels
from webui.case_given import CaseGiven
from webui.case_words import limit_words, pairs, sections, word
from webui.documents import PaperKind
from webui.paper_numbers import document_number

Pairs = tuple[tuple[str, str], ...]
Fields = dict[str, Any]

# What the county may give as the reason of a reclaim; every code has its sentence in labels.
RECLAIM_CODES: Final = (
    *("E_RULE", "E_NOT_DELEGATED", "E_DELEGATION_REVOKED", "E_LEASE_ENDED", "E_QUOTA"),
    *("E_SEPARATE_ACCEPTOR", "E_TWO_PERSON", "E_MATERIALS", "E_CONDITIONS", "E_GROUNDS"),
)
_NOT_A_REVIEW: Final = frozenset({StepAct.ACCEPT, StepAct.ISSUE, StepAct.MIRROR})
# Ticked where an approver who takes a case finds its papers sound.
MATERIALS_SOUND: Final = "materials_sound"
# Before a material's id: a paper that is to be fetched.
PAPER_FLAG: Final = "paper-"


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
    required: bool = True


class DayField(Struct, frozen=True, kw_only=True):
    """A last day, with what is proposed and the first that may be chosen."""

    name: str
    label: str
    value: date
    earliest: date


def fields_of(name: str, given: CaseGiven) -> Fields:
    """The members of `ActDialog` that an act fills, by their names."""
    asked = _FIELDS.get(name)
    return asked(given) if asked else {}


def review_steps(matter: MatterVersion) -> Pairs:
    return tuple(
        (str(step.seq), step.name) for step in matter.steps if step.act not in _NOT_A_REVIEW
    )


def approver_choices(given: CaseGiven, kinds: Iterable[PositionKind]) -> Pairs:
    """Those of the colleagues who may agree to an act that takes one of these positions."""
    wanted = frozenset(kinds)
    return tuple(
        (one.id, one.name) for one in given.colleagues if not wanted.isdisjoint(one.position_kinds)
    )


def special_approvers(matter: MatterVersion) -> frozenset[PositionKind]:
    named = {PositionKind(each.approver) for each in matter.special_procedures}
    return LEADER | named


def unsettled_fees(given: CaseGiven) -> Pairs:
    settled = {each.fee for each in given.case.fees}
    return tuple(
        (str(at), _fee_words(given.matter, at))
        for at in range(len(given.matter.fees))
        if at not in settled
    )


def exemptions(matter: MatterVersion) -> Pairs:
    """Every ground on which a fee of the matter is waived: the fee's place and its own."""
    return tuple(
        (f"{at}-{place}", f"{fee.name}：{ground}")
        for at, fee in enumerate(matter.fees)
        for place, ground in enumerate(fee.exemptions)
    )


def _fee_words(matter: MatterVersion, at: int) -> str:
    fee = matter.fees[at]
    return f"{fee.name}（{labels.label('fee_collect', fee.collect)}，{fee.standard}）"


def _notice(given: CaseGiven, *, remark: bool) -> Fields:
    """A further notice says why not everything was told at once, and names who agreed."""
    texts = (_text("remark", required=remark),)
    if given.case.notices == 0:
        return {"texts": texts}
    chosen = _select("agreed_by", approver_choices(given, SUPERVISORS))
    return {"texts": (_text("again_reason"), *texts), "selects": (chosen,)}


def _special(given: CaseGiven) -> Fields:
    named = tuple(
        (each.id, each.name)
        for each in given.matter.special_procedures
        if each.id not in given.case.awaiting
    )
    approver = _select("approved_by", approver_choices(given, special_approvers(given.matter)))
    return {"selects": (_select("procedure", named), approver), "texts": (_text("reason"),)}


def _special_ended(given: CaseGiven) -> Fields:
    named = tuple(
        (each.id, each.name)
        for each in given.matter.special_procedures
        if each.id in given.case.awaiting
    )
    return {"selects": (_select("procedure", named),), "texts": (_text("opinion", "end_special"),)}


def _word_on_the_papers(given: CaseGiven) -> Fields:
    """The tick that the papers are sound: only where that word counts and is still to be said."""
    if not given.judges or given.case.materials_judged:
        return {}
    return {"flags": ((MATERIALS_SOUND, word("field", MATERIALS_SOUND)),)}


def _opinion(given: CaseGiven) -> Fields:
    steps = _select("step", review_steps(given.matter))
    outcome = _select("outcome", labels.OUTCOME)
    return {"selects": (steps, outcome), "texts": (_text("opinion", "opine"),)}


def _extension(given: CaseGiven) -> Fields:
    rule = given.matter.supports.extension
    asked = [moment.extra for moment in given.case.moments("request_extension") if moment.extra]
    proposed = asked[-1] if asked else (rule.max if rule else None)
    days = _input("extra", str(proposed.value) if proposed else "", required=True)
    if rule is not None:
        most = word("field", "extra_most", limit=limit_words(rule.max))
        days = replace(days, label=f"{days.label}{most}")
    return {"inputs": (days,)}


def _with_leader(act: str) -> Callable[[CaseGiven], Fields]:
    """An act at the end of a case: why, on what ground, and which leader agreed."""

    def asked(given: CaseGiven) -> Fields:
        leader = _select("approved_by", approver_choices(given, LEADER))
        grounds = _GROUNDS_OF_END.get(act)
        selects = (_select("ground", grounds), leader) if grounds else (leader,)
        number = document_number(given.case, PaperKind.GRANT) if act == "correct" else ""
        inputs = (_input("document", number),) if act == "correct" else ()
        told = (_text("told", f"{act}_told"),) if act in _TELLS else ()
        return {"selects": selects, "inputs": inputs, "texts": (_text("reason", act), *told)}

    return asked


def _fee(given: CaseGiven) -> Fields:
    open_ones = unsettled_fees(given)
    first = given.matter.fees[int(open_ones[0][0])] if open_ones else None
    amount = str(first.amount_yuan) if first and first.amount_yuan is not None else ""
    selects = [_select("fee", open_ones)]
    if waived := exemptions(given.matter):
        selects.append(_select("exemption", waived, required=False))
    return {"selects": tuple(selects), "inputs": (_input("paid_yuan", amount),)}


def _papers(given: CaseGiven) -> Fields:
    """The papers that may be fetched; those of which there is no picture say so."""
    case, names = given.case, given.names
    places = tuple((each, names.node(each)) for each in counters_of(case, given.node))
    scanned = {part.ref.name for part in case.parts}
    flags = []
    for each in papers_left(case):
        need = given.matter.material(each)
        title = need.name if need else each
        without = "" if each in scanned else word("field", "no_scan")
        flags.append((f"{PAPER_FLAG}{each}", f"{title}{without}"))
    return {"selects": (_select("counter", places),), "flags": tuple(flags)}


def _asked_first(given: CaseGiven) -> str:
    """Whoever has the case, where that is somebody else; they are asked most."""
    return given.case.pen if given.case.pen in given.contacts else ""


def _duplicate(given: CaseGiven) -> SelectField:
    return _select("other", tuple((each.id, each.number) for each in given.duplicates))


def _decision(kind: PaperKind, text: str, act: str) -> Callable[[CaseGiven], Fields]:
    def asked(given: CaseGiven) -> Fields:
        number = document_number(given.case, kind)
        return {"inputs": (_input("document", number),), "texts": (_text(text, act),)}

    return asked


def _instant(given: CaseGiven) -> Fields:
    number = document_number(given.case, PaperKind.INSTANT_RESULT)
    recipient = _select("recipient", labels.RECIPIENT)
    return {"inputs": (_input("document", number),), "selects": (recipient,)}


def _produce(given: CaseGiven) -> Fields:
    number = (given.case.decision.document if given.case.decision else None) or ""
    return {"inputs": (_input("document", number),)}


def _delivery(given: CaseGiven) -> Fields:
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


def _reclaim(given: CaseGiven) -> Fields:
    reasons = tuple((code, labels.error_text(code)) for code in RECLAIM_CODES)
    named = tuple(
        (each.id, f"{labels.ACT[name_of(type(each.entry.act))]}　{given.names.node(each.node)}")
        for each in given.reclaimable
    )
    silent = acts.ReclaimGround.LEASE_ENDED.value
    grounds = labels.RECLAIM if named else {silent: labels.RECLAIM[silent]}
    selects = (
        _select("ground", grounds),
        *((_select("of", named, required=False),) if named else ()),
        _select("code", reasons),
        _select("approved_by", approver_choices(given, COORDINATORS), required=False),
    )
    return {"selects": selects, "flags": (("hold", word("field", "hold")),)}


def _select(
    name: str,
    choices: Mapping[Any, str] | Iterable[tuple[str, str]],
    value: str = "",
    *,
    required: bool = True,
) -> SelectField:
    listed = choices.items() if isinstance(choices, Mapping) else choices
    return SelectField(
        name=name,
        label=word("field", name),
        choices=tuple(listed),
        value=value,
        required=required,
    )


def _input(name: str, value: str = "", *, required: bool = False) -> InputField:
    return InputField(name=name, label=word("field", name), value=value, required=required)


def _text(name: str, act: str = "", *, required: bool = True) -> TextField:
    section = f"phrase_{act}"
    phrases = tuple(text for _, text in pairs(section)) if section in sections() else ()
    return TextField(name=name, label=word("field", name), required=required, phrases=phrases)


# By these a decision is annulled: the applicant is told so, in words for them.
_TELLS: Final = frozenset({"revoke", "reopen"})
_GROUNDS_OF_END: Final[Mapping[str, Mapping[str, str]]] = {
    "terminate": labels.TERMINATION,
    "revoke": labels.REVOCATION,
}
_FIELDS: Final[Mapping[str, Callable[[CaseGiven], Fields]]] = {
    "pre_return": lambda _: {"texts": (_text("reason", "pre_return"),)},
    "notify_deficiency": lambda g: _notice(g, remark=False),
    "notify_deficiency_review": lambda g: _notice(g, remark=True),
    "refuse_acceptance": lambda _: {"texts": (_text("grounds_text", "refuse_acceptance"),)},
    "dispatch": lambda g: {"selects": (_select("department", g.departments, g.matter.department),)},
    "take": _word_on_the_papers,
    "opine": _opinion,
    "start_special": _special,
    "end_special": _special_ended,
    "request_extension": lambda g: {**_extension(g), "texts": (_text("reason", "extension"),)},
    "grant_extension": _extension,
    "refuse_extension": lambda _: {"texts": (_text("opinion", "refuse_extension"),)},
    "forward_up": lambda _: {
        "inputs": (_input("superior", required=True),),
        "texts": (_text("opinion", "forward_up"),),
    },
    "answer_from_above": lambda _: {
        "selects": (_select("outcome", labels.OUTCOME),),
        "texts": (_text("opinion"),),
    },
    "decide_grant": _decision(PaperKind.GRANT, "opinion", "decide_grant"),
    "decide_refuse": _decision(PaperKind.REFUSAL, "grounds_text", "decide_refuse"),
    "produce_result": _produce,
    "instant": _instant,
    "forward_result": lambda g: {"selects": (_select("to", g.counters, g.case.pickup or ""),)},
    "deliver": _delivery,
    "withdraw": lambda _: {
        "selects": (_select("asked_by", labels.RECIPIENT),),
        "texts": (_text("reason", required=False),),
    },
    "terminate": _with_leader("terminate"),
    "correct": _with_leader("correct"),
    "revoke": _with_leader("revoke"),
    "reopen": _with_leader("reopen"),
    "ratify": _with_leader("ratify"),
    "merge_into": lambda g: {"selects": (_duplicate(g),)},
    "keep_apart": lambda g: {"selects": (_duplicate(g),), "texts": (_text("reason"),)},
    "open_green_channel": lambda g: {
        "selects": (_select("approved_by", approver_choices(g, COORDINATORS)),),
        "texts": (_text("reason", "open_green_channel"),),
    },
    "settle_fee": _fee,
    "hand_over_pen": lambda g: {"selects": (_select("to", g.destinations),)},
    "change_pickup": lambda g: {"selects": (_select("pickup", g.counters, g.case.pickup or ""),)},
    "reclaim_pen": _reclaim,
    "ask": lambda g: {
        "selects": (_select("ask_to", g.contacts, _asked_first(g)),),
        "texts": (_text("question"),),
    },
    "call_for_papers": _papers,
    "collect_papers": lambda _: {
        "inputs": (
            _input("collector_name", required=True),
            _input("collector_number", required=True),
        )
    },
    "answer": lambda _: {"texts": (_text("answer"),)},
}
