"""The bodies of all kinds of message except the entry, which is `casework.entry.Entry`.

Members, their order and the values of the enumerations are promises (docs/protocol.md, "Bodies"):
a changed member is a new version of the kind. Nothing personal stands in a body; it travels in a
part beside it. Instants are texts in the form of `casework.instants`.
"""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from casework.act import Restatable
from casework.asking import Answer, Question
from casework.entry import PartRef
from casework.fact import INTEGER_MAX, Fact
from casework.instants import parse_instant
from casework.names import (
    CaseId,
    CaseNumber,
    Incarnation,
    LogName,
    MatterId,
    MessageId,
    NodeId,
    NodeOnWire,
    OfficerId,
    PartHash,
)
from casework.sampling import Finding
from casework.verdict import Judgement

Count = Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
Seq = Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
HexId = Annotated[MessageId, Meta(pattern="^[0-9a-f]{64}$")]
HexHash = Annotated[PartHash, Meta(pattern="^[0-9a-f]{64}$")]
HexCase = Annotated[CaseId, Meta(pattern="^[0-9a-f]{32}$")]
Code = Annotated[str, Meta(min_length=1, max_length=64)]

MANIFEST_ITEMS_MAX: Final = 500
REPORT_KINDS_MAX: Final = 200
SILENT_NODES_MAX: Final = 1_000


class SetName(StrEnum):
    ROOT = "root"
    DIRECTORY = "directory"
    CATALOGUE = "catalogue"
    DELEGATIONS = "delegations"
    REVOCATIONS = "revocations"
    CALENDAR = "calendar"


class TrustVersions(Fact, frozen=True):
    """The version of each trust set, 0 where none is held."""

    root: Count
    directory: Count
    catalogue: Count
    delegations: Count
    revocations: Count
    calendar: Count

    def version_of(self, name: SetName) -> int:
        version: int = getattr(self, name.value)
        return version

    def is_behind(self, other: "TrustVersions") -> bool:
        """Whether any set here is older than it is there."""
        return any(self.version_of(name) < other.version_of(name) for name in SetName)


# Lane `case`.


class DepositKind(StrEnum):
    SUPPLEMENT = "supplement"
    WITHDRAWAL = "withdrawal"
    QUESTION = "question"
    ANSWER = "answer"
    COLLECTION = "collection"
    CHANGE_PICKUP = "change-pickup"
    SIGHTING = "sighting"


class Deposit(Fact, frozen=True):
    """Something brought to a case by a node that does not hold its pen.

    `act` says what the pen-holder would record on taking it up; a question or the sighting of a
    paper asks for no act and stands in the parts.
    """

    number: CaseNumber
    kind: DepositKind
    act: Restatable | None
    officer: OfficerId
    acting_for: OfficerId | None
    parts: tuple[PartRef, ...]


class Verdict(Fact, frozen=True):
    """The county's verdict on a decision, with what anyone needs to compute it again."""

    decision: HexId
    judgement: Judgement
    grounds: tuple[Code, ...]
    decided_at: str  # t, as claimed
    not_before: str | None  # lb: the county time of the anchor
    received_at: str  # ub
    proof: tuple[HexId, ...]  # the messages that prove lb
    existed: tuple[HexId, ...]  # the messages that prove the decision existed in time
    replaces: HexId | None  # an earlier verdict on the same decision

    def __post_init__(self) -> None:
        _check_instants(self.decided_at, self.not_before, self.received_at)


class Notice(Fact, frozen=True):
    """The county's answer where no entry is concerned; the sentence is chosen by `text_code`."""

    about: HexId | None
    code: Code
    text_code: Code
    args: dict[str, str]


class Movement(StrEnum):
    PACKED = "packed"
    SENT = "sent"
    RECEIVED = "received"
    OPENED = "opened"
    RETURNED = "returned"
    DISCREPANCY = "discrepancy"


class PaperItem(Fact, frozen=True):
    """An original or a bundle of copies, by its label."""

    label: str
    material: str
    count: Count


class PaperMovement(Fact, frozen=True):
    """Paper changing hands; a handover names both officers."""

    movement: Movement
    slip: str
    parcel: str | None
    seal: str | None
    items: tuple[PaperItem, ...]
    giver: NodeId
    taker: NodeId
    given_by: OfficerId | None
    taken_by: OfficerId | None
    note: Code | None
    parts: tuple[PartRef, ...]


class Evaluation(Fact, frozen=True):
    """A resident's evaluation; words, if any, are a part. 1 is best (GB/T 39046)."""

    number: CaseNumber
    channel: Code
    satisfaction: Annotated[int, Meta(ge=1, le=5)]
    topics: tuple[Code, ...]
    given_at: str
    parts: tuple[PartRef, ...]

    def __post_init__(self) -> None:
        _check_instants(self.given_at)


class Query(Fact, frozen=True):
    """A question to the county about a case that is not held here; what is personal is a part."""

    question: Question
    number: CaseNumber | None
    officer: OfficerId
    purpose: Code
    parts: tuple[PartRef, ...]


class Reply(Fact, frozen=True):
    """The county's answer; what it found is a part, masked for who asked."""

    query: HexId
    answer: Answer
    found: HexCase | None
    parts: tuple[PartRef, ...]


# Lane `control`.


class TakenIn(Fact, frozen=True):
    """A case that was taken in: enough to know of it should its messages be lost."""

    number: CaseNumber
    matter: MatterId
    received_at: str
    entry: HexId

    def __post_init__(self) -> None:
        _check_instants(self.received_at)


class ReceiptManifest(Fact, frozen=True):
    cases: Annotated[tuple[TakenIn, ...], Meta(max_length=MANIFEST_ITEMS_MAX)]


class SetAnnouncement(Fact, frozen=True):
    """`manifest` is the SHA-256 of the manifest's wire: it is fetched by that name."""

    set: SetName
    version: Seq
    manifest: HexHash


class Lease(Fact, frozen=True):
    node: NodeId
    incarnation: Incarnation
    until: str

    def __post_init__(self) -> None:
        _check_instants(self.until)


class Acknowledgement(Fact, frozen=True):
    """Holds every message of a log up to `seq`, and these large parts."""

    log: LogName
    seq: Seq
    id: HexId
    parts: tuple[HexHash, ...]


class ReleaseRequest(Fact, frozen=True):
    """The county asks the pen's holder to return it; `entry` is the newest one it has seen."""

    holder: NodeId
    entry: HexId
    reason: Code


class NumberBlock(Fact, frozen=True):
    """Printed numbers that one incarnation of a node may give out, both ends included."""

    block: Seq
    node: NodeId
    incarnation: Incarnation
    document_kind: Code
    first: Seq
    last: Seq


class NodeCounts(Fact, frozen=True):
    cases: Count
    outbox: Count
    held: Count
    set_aside: Count
    parts_awaited: Count


class NodeReport(Fact, frozen=True):
    """What a node runs, reads and holds."""

    software: Code
    kinds: Annotated[tuple[str, ...], Meta(max_length=REPORT_KINDS_MAX)]
    versions: TrustVersions
    counts: NodeCounts


class SilentNode(Fact, frozen=True):
    """A neighbour that was not heard since."""

    node: NodeOnWire
    since: str

    def __post_init__(self) -> None:
        _check_instants(self.since)


class ContactReport(Fact, frozen=True):
    """Which of its neighbours a node has heard nothing of for minutes; the others are there."""

    silent: Annotated[tuple[SilentNode, ...], Meta(max_length=SILENT_NODES_MAX)]


class SampleSeed(Fact, frozen=True):
    """The digest of a week's secret seed before the week, the seed itself after it."""

    week: Annotated[str, Meta(pattern="^[0-9]{4}-W[0-9]{2}$")]
    digest: HexHash
    seed: HexHash | None


class SampleFinding(Fact, frozen=True):
    """What a township found of a decision of its own sample; the words are the part `reason`."""

    decision: HexId
    finding: Finding
    officer: OfficerId
    parts: tuple[PartRef, ...]


class Resubmit(Fact, frozen=True):
    """An original beyond the end of its log, unchanged; base64 in the JSON."""

    wire: bytes


def _check_instants(*texts: str | None) -> None:
    for text in texts:
        if text is not None:
            parse_instant(text)
