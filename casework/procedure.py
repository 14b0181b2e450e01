"""The procedure: one table that says what may happen to a case.

Screens ask it whether to offer an act or why not, services before they sign, the county when a
stranger's entry arrives. Adding an act is adding a row here and its effect in `casework.fold`.
The numbers are those of the procedure in `docs/rules/procedure.md`.
"""

from collections.abc import Collection, Mapping
from typing import Final

from casework import act as acts
from casework.act import Act
from casework.case import Status
from casework.clock import ClockName, EventKind
from casework.organisation import Power as PersonalPower
from casework.organisation import Role
from casework.procedure_row import ClockEffect, Power, Row, name_of

__all__ = [
    "BY_NAME",
    "OPEN",
    "PROCEDURE",
    "RELEASING",
    "ROWS",
    "UNDECIDED",
    "Power",
    "Row",
    "name_of",
]

_S: Final = Status


def _effects(kind: EventKind, *clocks: ClockName) -> tuple[ClockEffect, ...]:
    return tuple((clock, kind) for clock in clocks)


_REVIEW_CLOCKS: Final = (ClockName.STATUTORY, ClockName.PROMISED)
_ALL_STOP: Final = _effects(
    EventKind.STOP,
    ClockName.HAND_IN,
    ClockName.PRE_REVIEW,
    ClockName.NOTICE,
    ClockName.SUPPLEMENT,
    ClockName.STATUTORY,
    ClockName.PROMISED,
    ClockName.SUPPLY,
    ClockName.TRANSIT,
    ClockName.DELIVERY,
)
_PAUSE: Final = _effects(EventKind.PAUSE, *_REVIEW_CLOCKS)
_RESUME: Final = _effects(EventKind.RESUME, *_REVIEW_CLOCKS)
_RECEIVED: Final = (
    *_effects(EventKind.STOP, ClockName.HAND_IN, ClockName.PRE_REVIEW),
    *_effects(EventKind.START, ClockName.NOTICE),
)
_ASKED: Final = (
    *_effects(EventKind.STOP, ClockName.NOTICE),
    *_effects(EventKind.START, ClockName.SUPPLEMENT),
)
_SUPPLIED: Final = (
    *_effects(EventKind.STOP, ClockName.SUPPLEMENT),
    *_effects(EventKind.START, ClockName.NOTICE),
)
_ACCEPTED: Final = (
    *_effects(EventKind.STOP, ClockName.NOTICE),
    *_effects(EventKind.START, *_REVIEW_CLOCKS),
)
_DECIDED: Final = (
    *_effects(EventKind.STOP, *_REVIEW_CLOCKS, ClockName.SUPPLEMENT),
    *_effects(EventKind.START, ClockName.DELIVERY),
)
_SENT: Final = _effects(EventKind.START, ClockName.TRANSIT)
_ARRIVED: Final = _effects(EventKind.STOP, ClockName.TRANSIT)
_DELIVERED: Final = _effects(EventKind.STOP, ClockName.TRANSIT, ClockName.DELIVERY)

_CLERKS: Final = frozenset({Role.CLERK})
_COUNTER: Final = frozenset({Role.CLERK, Role.ISSUING})
_INTAKE: Final = frozenset({Role.CLERK, Role.VILLAGE_AGENT})
_APPROVERS: Final = frozenset({Role.APPROVER, Role.CHIEF_REPRESENTATIVE, Role.LEADER})
# A village whose step comes first has nobody but its agent to do it.
_REVIEWERS: Final = _APPROVERS | {Role.VILLAGE_AGENT}
_LEADERS: Final = frozenset({Role.LEADER})
_ISSUING: Final = frozenset({Role.ISSUING, Role.CLERK, Role.VILLAGE_AGENT})
_MAY_DECIDE: Final = frozenset({PersonalPower.DECIDE})
_MAY_REPORT: Final = frozenset({PersonalPower.DECIDE, PersonalPower.REVIEW_REPORT})
_GREEN: Final = frozenset({Role.CLERK, Role.COORDINATOR}) | _APPROVERS
_RECLAIMING: Final = frozenset({Role.COORDINATOR}) | _APPROVERS
# Everybody who works on cases; those who administer, supervise or publish only look on.
_AT_WORK: Final = _COUNTER | _INTAKE | _GREEN

# What ends the county's hold on a case.
RELEASING: Final[frozenset[type[Act]]] = frozenset({acts.HandOverPen, acts.Ratify, acts.Reopen})
OPEN: Final = frozenset(set(Status) - {Status.CLOSED})
UNDECIDED: Final = frozenset(
    {
        *(_S.DRAFT, _S.SUBMITTED, _S.COLLECTED, _S.RECEIVED, _S.AWAITING_SUPPLEMENT),
        *(_S.ACCEPTED, _S.IN_REVIEW, _S.FORWARDED),
    }
)
_BEGIN: Final = frozenset({None, _S.DRAFT})
_BEFORE_RECEIPT: Final = frozenset({None, _S.DRAFT, _S.SUBMITTED, _S.COLLECTED})
_SUBMITTED: Final = frozenset({_S.SUBMITTED})
_RECEIPT: Final = frozenset({_S.RECEIVED})
_ASKING: Final = frozenset({_S.AWAITING_SUPPLEMENT})
_ACCEPTANCE: Final = frozenset({_S.ACCEPTED})
_REVIEW: Final = frozenset({_S.IN_REVIEW})
_DECIDABLE: Final = frozenset({_S.IN_REVIEW, _S.FORWARDED})
_OWING: Final = frozenset({_S.ACCEPTED, _S.IN_REVIEW, _S.FORWARDED, _S.DECIDED, _S.RESULT_HELD})
_FETCHING: Final = frozenset({_S.ACCEPTED, _S.IN_REVIEW, _S.FORWARDED})
_READY: Final = frozenset({_S.READY})
_CLOSED: Final = frozenset({_S.CLOSED})
# Where a verdict may make a decision wait that has not run its course.
_WAITING: Final = frozenset({_S.DECIDED, _S.RESULT_HELD, _S.READY, _S.DELIVERED})
_UNDELIVERED: Final = OPEN - {_S.DELIVERED}
_FEES: Final = _UNDELIVERED - {_S.DRAFT}


def _row(  # noqa: PLR0913 - the columns of the table
    number: str,
    act: type[Act],
    opens: frozenset[Status | None] | frozenset[Status],
    power: Power,
    roles: frozenset[Role] = frozenset(),
    *,
    to: Status | None = None,
    clocks: tuple[ClockEffect, ...] = (),
    paper: str | None = None,
    parts: Collection[str] = (),
    offline: bool = True,
    personal: frozenset[PersonalPower] = frozenset(),
) -> Row:
    return Row(
        number=number,
        act=act,
        opens=frozenset(opens),
        leads_to=to,
        power=power,
        roles=roles,
        personal=personal,
        clocks=clocks,
        document=paper,
        offline=offline,
        parts=frozenset(parts),
    )


def _before_acceptance() -> tuple[Row, ...]:
    hand_in = (
        *_effects(EventKind.STOP, ClockName.PRE_REVIEW),
        *_effects(EventKind.START, ClockName.HAND_IN),
    )
    pre_review = _effects(EventKind.START, ClockName.PRE_REVIEW)
    looked_at = _effects(EventKind.STOP, ClockName.PRE_REVIEW)
    a = acts
    return (
        _row("1", a.Draft, _BEGIN, Power.INTAKE, _INTAKE, to=_S.DRAFT),
        _row(
            *("2", a.SubmitOnline, _BEGIN, Power.INTAKE, _CLERKS),
            to=_S.SUBMITTED,
            clocks=pre_review,
            paper="online-receipt",
            parts={"applicant"},
        ),
        _row(
            *("3", a.PreReturn, _SUBMITTED, Power.ACCEPT, _CLERKS),
            to=_S.DRAFT,
            clocks=looked_at,
            parts={"notice"},
        ),
        _row("3", a.PrePass, _SUBMITTED, Power.ACCEPT, _CLERKS, clocks=looked_at),
        _row(
            # Once more where the township sent it back: the village puts it right.
            *("4", a.Collect, _BEFORE_RECEIPT, Power.ASSIST, frozenset({Role.VILLAGE_AGENT})),
            to=_S.COLLECTED,
            clocks=hand_in,
            paper="collection-receipt",
            parts={"applicant"},
        ),
        _row(
            *("5", a.Receive, _BEFORE_RECEIPT, Power.ACCEPT, _INTAKE),
            to=_S.RECEIVED,
            clocks=_RECEIVED,
            paper="materials-receipt",
            parts={"applicant"},
        ),
        # It does what its receipt attests, by the row of that act, as of the receipt's own time.
        _row(
            *("5a", a.Rebuild, frozenset({None}), Power.ACCEPT, _CLERKS),
            paper="materials-receipt",
            parts={"applicant"},
        ),
        _row(
            *("6", a.NotifyDeficiency, _RECEIPT, Power.ACCEPT, _INTAKE),
            to=_S.AWAITING_SUPPLEMENT,
            clocks=_ASKED,
            paper="deficiency-notice",
        ),
        _row(
            *("7", a.Supplement, _ASKING, Power.ACCEPT, _INTAKE),
            to=_S.RECEIVED,
            clocks=_SUPPLIED,
            paper="supplement-receipt",
        ),
        _row(
            *("8", a.Lapse, _ASKING, Power.COUNTY, _COUNTER | _APPROVERS),
            to=_S.CLOSED,
            clocks=_ALL_STOP,
            paper="application-returned",
            offline=False,
        ),
    )


def _acceptance() -> tuple[Row, ...]:
    a = acts
    return (
        _row(
            *("9", a.Accept, _RECEIPT, Power.ACCEPT, _INTAKE),
            to=_S.ACCEPTED,
            clocks=_ACCEPTED,
            paper="acceptance-notice",
        ),
        _row(
            *("10", a.AcceptDeferred, _RECEIPT, Power.ACCEPT, _INTAKE),
            to=_S.ACCEPTED,
            clocks=(*_ACCEPTED, (ClockName.SUPPLY, EventKind.START)),
            paper="deferred-acceptance-notice",
        ),
        _row(
            *("11", a.RefuseAcceptance, _RECEIPT, Power.ACCEPT, _INTAKE),
            to=_S.CLOSED,
            clocks=_ALL_STOP,
            paper="refusal-of-acceptance",
            parts={"grounds"},
        ),
        _row(
            *("12", a.DeemAccepted, _RECEIPT, Power.PEN, _INTAKE | _APPROVERS),
            to=_S.ACCEPTED,
            clocks=_ACCEPTED,
            paper="deemed-acceptance",
        ),
        _row("13", a.Dispatch, _ACCEPTANCE, Power.REVIEW, _APPROVERS, to=_S.IN_REVIEW),
        _row(
            # Once more in review: another approver goes on with the case.
            *("13", a.Take, _ACCEPTANCE | _REVIEW, Power.FIRST_REVIEW, _REVIEWERS),
            to=_S.IN_REVIEW,
        ),
    )


def _review() -> tuple[Row, ...]:
    a = acts
    return (
        _row("14a", a.JudgeMaterials, _REVIEW, Power.REVIEW, _APPROVERS, personal=_MAY_REPORT),
        _row(
            *("14", a.Opine, _REVIEW, Power.FIRST_REVIEW, _REVIEWERS),
            parts={"opinion"},
            personal=_MAY_REPORT,
        ),
        _row(
            *("15", a.NotifyDeficiencyReview, _REVIEW, Power.REVIEW, _APPROVERS),
            clocks=(*_PAUSE, *_effects(EventKind.START, ClockName.SUPPLEMENT)),
            paper="review-deficiency-notice",
        ),
        _row(
            *("16", a.StartSpecial, _REVIEW, Power.FIRST_REVIEW, _REVIEWERS),
            clocks=_PAUSE,
            paper="special-procedure-notice",
            parts={"grounds"},
        ),
        _row(
            *("17", a.SupplementInReview, _REVIEW, Power.PEN, _APPROVERS | _COUNTER),
            clocks=(*_RESUME, *_effects(EventKind.STOP, ClockName.SUPPLEMENT)),
            paper="review-supplement-receipt",
        ),
        _row(
            *("17", a.EndSpecial, _REVIEW, Power.FIRST_REVIEW, _REVIEWERS),
            clocks=_RESUME,
            parts={"opinion"},
        ),
        _row(
            *("18", a.RequestExtension, _REVIEW, Power.DEPARTMENT, _APPROVERS),
            parts={"grounds"},
            offline=False,
        ),
        _row(
            *("18", a.GrantExtension, _REVIEW, Power.DEPARTMENT, _LEADERS),
            clocks=_effects(EventKind.EXTEND, *_REVIEW_CLOCKS),
            paper="extension-notice",
            offline=False,
        ),
        _row(
            *("18", a.RefuseExtension, _REVIEW, Power.DEPARTMENT, _LEADERS),
            parts={"opinion"},
            offline=False,
        ),
        _row(
            *("28", a.ForwardUp, _REVIEW, Power.FIRST_REVIEW, _APPROVERS),
            to=_S.FORWARDED,
            paper="forwarding-slip",
            parts={"opinion"},
            personal=_MAY_REPORT,
        ),
        _row(
            *("28a", a.AnswerFromAbove, frozenset({_S.FORWARDED}), Power.REVIEW, _APPROVERS),
            to=_S.IN_REVIEW,
            parts={"opinion"},
        ),
        _row(
            *("19", a.DecideGrant, _DECIDABLE, Power.DECIDE, _APPROVERS),
            to=_S.DECIDED,
            clocks=_DECIDED,
            paper="grant",
            parts={"opinion"},
            personal=_MAY_DECIDE,
        ),
        _row(
            *("19", a.DecideRefuse, _DECIDABLE, Power.DECIDE, _APPROVERS),
            to=_S.DECIDED,
            clocks=_DECIDED,
            paper="refusal",
            parts={"grounds"},
            personal=_MAY_DECIDE,
        ),
    )


def _result() -> tuple[Row, ...]:
    a = acts
    decided = frozenset({_S.DECIDED})
    return (
        _row(
            *("21", a.DeferredSatisfied, _OWING, Power.PEN, _COUNTER | _APPROVERS),
            clocks=_effects(EventKind.STOP, ClockName.SUPPLY),
            paper="deferral-satisfied",
        ),
        _row(
            *("21a", a.DeferredLapse, _OWING, Power.DEPARTMENT, _APPROVERS),
            to=_S.CLOSED,
            clocks=_ALL_STOP,
            paper="deferral-lapsed",
            offline=False,
        ),
        _row(
            *("22", a.ProduceResult, decided, Power.PEN, _ISSUING | _APPROVERS),
            to=_S.READY,
            paper="result-handover",
            parts={"result"},
        ),
        _row(
            *("23", a.ForwardResult, _READY, Power.PEN, _ISSUING | _APPROVERS),
            clocks=_SENT,
            paper="transfer-slip",
        ),
        _row("23a", a.ConfirmArrival, _READY, Power.COUNTER, _ISSUING, clocks=_ARRIVED),
        _row(
            *("24", a.Deliver, _READY, Power.COUNTER, _ISSUING),
            to=_S.DELIVERED,
            clocks=_DELIVERED,
            paper="delivery-receipt",
        ),
        _row(
            *("25", a.Close, frozenset({_S.DELIVERED}), Power.COUNTY, _APPROVERS | _ISSUING),
            to=_S.CLOSED,
            clocks=_ALL_STOP,
            paper="closing-notice",
        ),
        _row(
            *("30", a.Instant, _BEFORE_RECEIPT | _RECEIPT, Power.DECIDE, _INTAKE | _APPROVERS),
            to=_S.DELIVERED,
            clocks=_ALL_STOP,
            paper="instant-result",
            parts={"applicant", "result"},
            personal=_MAY_DECIDE,
        ),
    )


def _other_ends() -> tuple[Row, ...]:
    a = acts
    return (
        _row(
            *("26", a.Withdraw, UNDECIDED, Power.PEN, _INTAKE | _APPROVERS),
            to=_S.CLOSED,
            clocks=_ALL_STOP,
            paper="withdrawal",
        ),
        _row(
            *("27", a.Terminate, OPEN, Power.DEPARTMENT, _APPROVERS),
            to=_S.CLOSED,
            clocks=_ALL_STOP,
            paper="termination-notice",
            parts={"grounds"},
            personal=_MAY_DECIDE,
            offline=False,
        ),
        _row(
            *("29", a.Correct, _CLOSED, Power.DEPARTMENT, _APPROVERS),
            paper="correction",
            parts={"grounds"},
            personal=_MAY_DECIDE,
            offline=False,
        ),
        _row(
            *("29", a.Revoke, _CLOSED, Power.DEPARTMENT, _APPROVERS),
            paper="revocation",
            parts={"grounds", "told"},
            personal=_MAY_DECIDE,
            offline=False,
        ),
        _row(
            *("29", a.Reopen, _CLOSED | _WAITING, Power.DEPARTMENT, _APPROVERS),
            to=_S.IN_REVIEW,
            clocks=(
                *_effects(EventKind.STOP, ClockName.TRANSIT, ClockName.DELIVERY),
                *_effects(EventKind.START, *_REVIEW_CLOCKS),
            ),
            paper="renewed-acceptance",
            parts={"grounds", "told"},
            personal=_MAY_DECIDE,
            offline=False,
        ),
        _row(
            *("29a", a.Ratify, _WAITING, Power.DEPARTMENT, _APPROVERS),
            parts={"grounds"},
            personal=_MAY_DECIDE,
            offline=False,
        ),
        _row(
            *("34", a.MergeInto, UNDECIDED, Power.COUNTY, _COUNTER | _APPROVERS),
            to=_S.CLOSED,
            clocks=_ALL_STOP,
            paper="merger-notice",
            offline=False,
        ),
        _row(
            *("34", a.KeepApart, UNDECIDED, Power.COUNTY, _COUNTER | _APPROVERS),
            parts={"grounds"},
            offline=False,
        ),
    )


def _along_the_way() -> tuple[Row, ...]:
    a = acts
    return (
        _row("31", a.HandOverPen, OPEN, Power.PEN, _AT_WORK),
        _row("31", a.ReturnPen, OPEN | {None}, Power.PEN, _AT_WORK),
        _row(
            *("32", a.ReclaimPen, frozenset({*Status, None}), Power.COUNTY, _RECLAIMING),
            paper="reclaim-record",
            offline=False,
        ),
        _row("33", a.TakeUpDeposit, OPEN | {None}, Power.PEN, _AT_WORK),
        _row("33", a.ChangePickup, _UNDELIVERED, Power.PEN, _ISSUING | _APPROVERS),
        _row("35", a.OpenGreenChannel, UNDECIDED, Power.PEN, _GREEN, parts={"grounds"}),
        _row("36", a.SettleFee, _FEES, Power.PEN, _COUNTER | _APPROVERS, paper="fee-notice"),
        _row("37", a.Ask, OPEN, Power.PEN, _AT_WORK, parts={"question"}),
        _row("37", a.Answer, OPEN, Power.PEN, _AT_WORK, parts={"answer"}),
        _row("38", a.CallForPapers, _FETCHING, Power.REVIEW, _APPROVERS, paper="transfer-slip"),
        _row(
            *("38", a.CollectPapers, OPEN, Power.PEN, _ISSUING | _APPROVERS),
            paper="transfer-slip",
            parts={"collector"},
        ),
    )


ROWS: Final = (
    *_before_acceptance(),
    *_acceptance(),
    *_review(),
    *_result(),
    *_other_ends(),
    *_along_the_way(),
)
PROCEDURE: Final[Mapping[type[Act], Row]] = {row.act: row for row in ROWS}
BY_NAME: Final[Mapping[str, Row]] = {row.name: row for row in ROWS}
