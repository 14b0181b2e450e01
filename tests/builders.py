"""The cast, and short ways to say what a test is about.

Lin works in a village, Wu in the township above it, Chen at the county above both, Zhou in
another township.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from casework import act as acts
from casework.act import AnyAct, Intake
from casework.entry import Entry, PartRef, Written
from casework.material import MaterialState, MaterialVerdict
from casework.matter import MatterRef
from casework.names import (
    ZERO_ID,
    CaseId,
    CaseNumber,
    Incarnation,
    Lane,
    MatterId,
    MessageId,
    NodeId,
    OfficerId,
    PartHash,
    case_id,
    log_name,
)

COUNTY = NodeId("440229-01")
HALL = NodeId("440229-02")
TOWN = NodeId("440229901-01")
OTHER_TOWN = NodeId("440229902-01")
VILLAGE = NodeId("440229901002-01")
OTHER_VILLAGE = NodeId("440229902001-01")
NODES = (COUNTY, HALL, TOWN, OTHER_TOWN, VILLAGE)

LIN, WU, CHEN, ZHOU = (OfficerId(each) for each in ("o0105", "o0099", "o0010", "o0114"))
INCARNATION = Incarnation("0000000a")
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
MATTER = MatterRef(MatterId("minimum-living-allowance"), 1)

INTAKE = Intake(
    channel="window",
    applicant_kind="1",
    has_agent=False,
    home=None,
    pickup=TOWN,
    delivery="counter",
    facts=(),
)

# What is written in the parts that acts must bring.
WORDS = {
    "opinion": "情况属实，符合条件".encode(),
    "grounds": "经核对，家庭人均收入超过标准".encode(),
    "notice": "请补正所列材料".encode(),
    "told": "原决定已经撤销，由县里重新审查".encode(),
    "result": b"%PDF-1.7 the result",
}


def a_verdict(
    material: str = "m1", state: MaterialState = MaterialState.PRESENT
) -> MaterialVerdict:
    return MaterialVerdict(material, state, 1, 0, ())


def a_part(name: str = "applicant", content: str | None = None) -> PartRef:
    digest = hashlib.sha256((content or name).encode()).hexdigest()
    return PartRef(PartHash(digest), 64, "text/plain", name)


class Pad:
    """Writes entries as nodes would: each node its own log, numbered, without signatures."""

    def __init__(self) -> None:
        self.seqs: dict[NodeId, int] = {}
        self.written: list[Written] = []

    def write(  # noqa: PLR0913
        self,
        act: AnyAct,
        *,
        node: NodeId,
        after: Written | None,
        case: CaseId | None = None,
        officer: OfficerId = WU,
        at: datetime | None = None,
        parts: Sequence[PartRef] = (),
    ) -> Written:
        """`after` None: on the 64 zeros; it begins a case of its own unless one is named."""
        seq = self.seqs[node] = self.seqs.get(node, 0) + 1
        log = log_name(node, INCARNATION, Lane.CASE)
        written = Written(
            id=MessageId(hashlib.sha256(f"{log}/{seq}".encode()).hexdigest()),
            case=case or (after.case if after else case_id(log, seq)),
            log=log,
            seq=seq,
            at=at or NOON + timedelta(minutes=len(self.written)),
            suspect=False,
            entry=Entry(
                number=CaseNumber("A-0001"),
                previous=after.id if after else ZERO_ID,
                act=act,
                matter_version=MATTER,
                delegation=None,
                officer=officer,
                acting_for=None,
                bundle=None,
                project=None,
                parts=tuple(parts),
            ),
        )
        self.written.append(written)
        return written

    def chain(self, *steps: tuple[NodeId, AnyAct]) -> list[Written]:
        """A case from its first entry on."""
        chain: list[Written] = []
        for node, act in steps:
            chain.append(self.write(act, node=node, after=chain[-1] if chain else None))
        return chain


def collected_and_handed_up() -> tuple[tuple[NodeId, AnyAct], ...]:
    return (
        (VILLAGE, acts.Collect(INTAKE, (a_verdict(),))),
        (VILLAGE, acts.HandOverPen(TOWN)),
    )


def accepted_in_town() -> tuple[tuple[NodeId, AnyAct], ...]:
    return (
        *collected_and_handed_up(),
        (TOWN, acts.Receive(INTAKE, (a_verdict(),))),
        (TOWN, acts.Accept((a_verdict(),))),
    )
