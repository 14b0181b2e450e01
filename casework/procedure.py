"""The procedure: one table that says what may happen to a case.

Screens ask it whether to offer an act or why not, services before they sign, the county when a
stranger's entry arrives. Adding an act is adding a row here and its effect in `casework.fold`.
The numbers are those of the procedure in `docs/rules/procedure.md`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework import act as acts
from casework.act import Act
from casework.case import Status
from casework.clock import ClockName, EventKind


class Power(StrEnum):
    """What a node or officer must hold for an act."""

    INTAKE = "intake"  # any level at all, or the county's own right
    ASSIST = "assist"
    ACCEPT = "accept"  # `accept` or `final`, or the county's own right
    REVIEW = "review"  # the matter's department at the county, or a node that holds `final`
    DECIDE = "decide"  # as REVIEW, with the personal power at the county
    COUNTER = "counter"  # any hall or station that holds the pen
    COUNTY = "county"
    PEN = "pen"  # whoever holds the pen


class Row(Struct, frozen=True, kw_only=True):
    """One line of the procedure."""

    number: str
    act: type[Act]
    opens: frozenset[Status | None]  # None: an act that begins a case
    leads_to: Status | None = None  # None: unchanged, or computed by the fold
    power: Power
    roles: frozenset[str] = frozenset()  # any of them; empty: any officer of the node
    clocks: tuple[tuple[ClockName, EventKind], ...] = ()
    document: str | None = None
    offline: bool = True
    parts: frozenset[str] = frozenset()  # names of parts that must come with the act

    @property
    def name(self) -> str:
        return name_of(self.act)


def name_of(act: type[Act]) -> str:
    """The act's name on the wire."""
    tag = act.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


_CASE_CLOCKS: Final = (
    ClockName.HAND_IN,
    ClockName.NOTICE,
    ClockName.SUPPLEMENT,
    ClockName.STATUTORY,
    ClockName.PROMISED,
    ClockName.SUPPLY,
    ClockName.DELIVERY,
)
_ALL_CLOCKS_STOP: Final = tuple((clock, EventKind.STOP) for clock in _CASE_CLOCKS)
_PAUSE: Final = ((ClockName.STATUTORY, EventKind.PAUSE), (ClockName.PROMISED, EventKind.PAUSE))
_RESUME: Final = ((ClockName.STATUTORY, EventKind.RESUME), (ClockName.PROMISED, EventKind.RESUME))
_ACCEPTED: Final = (
    (ClockName.NOTICE, EventKind.STOP),
    (ClockName.STATUTORY, EventKind.START),
    (ClockName.PROMISED, EventKind.START),
)
_DECIDED: Final = (
    (ClockName.STATUTORY, EventKind.STOP),
    (ClockName.PROMISED, EventKind.STOP),
    (ClockName.DELIVERY, EventKind.START),
)

_COUNTER_ROLES: Final = frozenset({"clerk", "issuing"})
_INTAKE_ROLES: Final = frozenset({"clerk", "village_agent"})
_APPROVER_ROLES: Final = frozenset({"approver", "chief_representative", "leader"})
_ISSUING_ROLES: Final = frozenset({"issuing", "clerk", "village_agent"})

OPEN: Final = frozenset(set(Status) - {Status.CLOSED})
UNDECIDED: Final = frozenset(
    {
        Status.DRAFT,
        Status.SUBMITTED,
        Status.COLLECTED,
        Status.RECEIVED,
        Status.AWAITING_SUPPLEMENT,
        Status.ACCEPTED,
        Status.IN_REVIEW,
    }
)
_BEFORE_RECEIPT: Final = frozenset({None, Status.DRAFT, Status.SUBMITTED, Status.COLLECTED})


def _rows() -> tuple[Row, ...]:
    received = frozenset({Status.RECEIVED})
    in_review = frozenset({Status.IN_REVIEW})
    return (
        Row(
            number="1",
            act=acts.Draft,
            opens=frozenset({None, Status.DRAFT}),
            leads_to=Status.DRAFT,
            power=Power.INTAKE,
            roles=_INTAKE_ROLES,
        ),
        Row(
            number="4",
            act=acts.Collect,
            # Once more where the township sent it back: the village puts it right.
            opens=_BEFORE_RECEIPT,
            leads_to=Status.COLLECTED,
            power=Power.ASSIST,
            roles=frozenset({"village_agent"}),
            clocks=((ClockName.HAND_IN, EventKind.START),),
            document="collection-receipt",
            parts=frozenset({"applicant"}),
        ),
        Row(
            number="5",
            act=acts.Receive,
            opens=_BEFORE_RECEIPT,
            leads_to=Status.RECEIVED,
            power=Power.ACCEPT,
            roles=_INTAKE_ROLES,
            clocks=((ClockName.HAND_IN, EventKind.STOP), (ClockName.NOTICE, EventKind.START)),
            document="materials-receipt",
            parts=frozenset({"applicant"}),
        ),
        Row(
            number="6",
            act=acts.NotifyDeficiency,
            opens=received,
            leads_to=Status.AWAITING_SUPPLEMENT,
            power=Power.ACCEPT,
            roles=_INTAKE_ROLES,
            clocks=((ClockName.NOTICE, EventKind.STOP), (ClockName.SUPPLEMENT, EventKind.START)),
            document="deficiency-notice",
        ),
        Row(
            number="7",
            act=acts.Supplement,
            opens=frozenset({Status.AWAITING_SUPPLEMENT}),
            leads_to=Status.RECEIVED,
            power=Power.ACCEPT,
            roles=_INTAKE_ROLES,
            clocks=((ClockName.SUPPLEMENT, EventKind.STOP), (ClockName.NOTICE, EventKind.START)),
            document="supplement-receipt",
        ),
        Row(
            number="9",
            act=acts.Accept,
            opens=received,
            leads_to=Status.ACCEPTED,
            power=Power.ACCEPT,
            roles=_INTAKE_ROLES,
            clocks=_ACCEPTED,
            document="acceptance-notice",
        ),
        Row(
            number="10",
            act=acts.AcceptDeferred,
            opens=received,
            leads_to=Status.ACCEPTED,
            power=Power.ACCEPT,
            roles=_INTAKE_ROLES,
            clocks=(*_ACCEPTED, (ClockName.SUPPLY, EventKind.START)),
            document="deferred-acceptance-notice",
        ),
        Row(
            number="11",
            act=acts.RefuseAcceptance,
            opens=received,
            leads_to=Status.CLOSED,
            power=Power.ACCEPT,
            roles=_INTAKE_ROLES,
            clocks=_ALL_CLOCKS_STOP,
            document="refusal-of-acceptance",
            parts=frozenset({"grounds"}),
        ),
        Row(
            number="13",
            act=acts.Dispatch,
            opens=frozenset({Status.ACCEPTED}),
            leads_to=Status.IN_REVIEW,
            power=Power.REVIEW,
            roles=frozenset(),
        ),
        Row(
            number="13",
            act=acts.Take,
            opens=frozenset({Status.ACCEPTED}),
            leads_to=Status.IN_REVIEW,
            power=Power.REVIEW,
            roles=_APPROVER_ROLES,
        ),
        Row(
            number="14",
            act=acts.Opine,
            opens=in_review,
            power=Power.REVIEW,
            roles=_APPROVER_ROLES,
            parts=frozenset({"opinion"}),
        ),
        Row(
            number="15",
            act=acts.NotifyDeficiencyReview,
            opens=in_review,
            power=Power.REVIEW,
            roles=_APPROVER_ROLES,
            clocks=_PAUSE,
            document="review-deficiency-notice",
        ),
        Row(
            number="17",
            act=acts.SupplementInReview,
            opens=in_review,
            power=Power.PEN,
            roles=_APPROVER_ROLES | _COUNTER_ROLES,
            clocks=_RESUME,
            document="review-supplement-receipt",
        ),
        Row(
            number="17",
            act=acts.EndSpecial,
            opens=in_review,
            power=Power.REVIEW,
            roles=_APPROVER_ROLES,
            clocks=_RESUME,
        ),
        Row(
            number="19",
            act=acts.DecideGrant,
            opens=in_review,
            leads_to=Status.DECIDED,
            power=Power.DECIDE,
            roles=_APPROVER_ROLES,
            clocks=_DECIDED,
            document="grant",
            parts=frozenset({"opinion"}),
        ),
        Row(
            number="19",
            act=acts.DecideRefuse,
            opens=in_review,
            leads_to=Status.DECIDED,
            power=Power.DECIDE,
            roles=_APPROVER_ROLES,
            clocks=_DECIDED,
            document="refusal",
            parts=frozenset({"grounds"}),
        ),
        Row(
            number="21",
            act=acts.DeferredSatisfied,
            opens=frozenset(
                {Status.ACCEPTED, Status.IN_REVIEW, Status.DECIDED, Status.RESULT_HELD}
            ),
            power=Power.PEN,
            roles=_COUNTER_ROLES | _APPROVER_ROLES,
            clocks=((ClockName.SUPPLY, EventKind.STOP),),
            document="deferral-satisfied",
        ),
        Row(
            number="22",
            act=acts.ProduceResult,
            opens=frozenset({Status.DECIDED}),
            leads_to=Status.READY,
            power=Power.PEN,
            roles=_ISSUING_ROLES | _APPROVER_ROLES,
            document="result-handover",
            parts=frozenset({"result"}),
        ),
        Row(
            number="23",
            act=acts.ForwardResult,
            opens=frozenset({Status.READY}),
            power=Power.PEN,
            roles=_ISSUING_ROLES | _APPROVER_ROLES,
            document="transfer-slip",
        ),
        Row(
            number="24",
            act=acts.Deliver,
            opens=frozenset({Status.READY}),
            leads_to=Status.DELIVERED,
            power=Power.COUNTER,
            roles=_ISSUING_ROLES,
            clocks=((ClockName.DELIVERY, EventKind.STOP),),
            document="delivery-receipt",
        ),
        Row(
            number="25",
            act=acts.Close,
            opens=frozenset({Status.DELIVERED}),
            leads_to=Status.CLOSED,
            power=Power.COUNTY,
            roles=_APPROVER_ROLES | _ISSUING_ROLES,
            clocks=_ALL_CLOCKS_STOP,
            document="closing-notice",
        ),
        Row(
            number="26",
            act=acts.Withdraw,
            opens=UNDECIDED,
            leads_to=Status.CLOSED,
            power=Power.PEN,
            roles=_INTAKE_ROLES | _APPROVER_ROLES,
            clocks=_ALL_CLOCKS_STOP,
            document="withdrawal",
        ),
        Row(
            number="30",
            act=acts.Instant,
            opens=_BEFORE_RECEIPT | {Status.RECEIVED},
            leads_to=Status.DELIVERED,
            power=Power.DECIDE,
            roles=_INTAKE_ROLES | _APPROVER_ROLES,
            clocks=_ALL_CLOCKS_STOP,
            document="instant-result",
            parts=frozenset({"applicant", "result"}),
        ),
        Row(number="31", act=acts.HandOverPen, opens=OPEN, power=Power.PEN),
        Row(number="31", act=acts.ReturnPen, opens=OPEN | {None}, power=Power.PEN),
        Row(
            number="32",
            act=acts.ReclaimPen,
            opens=frozenset({*Status, None}),
            power=Power.COUNTY,
            offline=False,
            document="reclaim-record",
        ),
        Row(number="33", act=acts.TakeUpDeposit, opens=OPEN | {None}, power=Power.PEN),
        Row(
            number="33",
            act=acts.ChangePickup,
            opens=OPEN,
            power=Power.PEN,
            roles=_ISSUING_ROLES | _APPROVER_ROLES,
        ),
    )


ROWS: Final = _rows()
PROCEDURE: Final[Mapping[type[Act], Row]] = {row.act: row for row in ROWS}
BY_NAME: Final[Mapping[str, Row]] = {row.name: row for row in ROWS}
