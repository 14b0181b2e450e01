"""Messages: the header every one carries, and the table of kinds (protocol.md section 3).

A message is read in two levels. Its header is read whoever wrote it, so that a node keeps and
relays a kind it does not know; its body is read only by those who know the kind. Type names are
promises: they are written out here, and a changed member is a new version of the kind.

`Claim` is what bytes say of themselves; only `open_message` makes a `Message`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, cast

from msgspec import Raw, Struct

from casework.entry import Entry
from casework.fact import Fact
from casework.instants import instant_text, parse_instant
from casework.names import (
    ZERO_ID,
    CaseId,
    Incarnation,
    KeyId,
    Lane,
    LogName,
    MessageId,
    NodeId,
    Tier,
    split_log,
    tier_of,
)
from sync import bodies
from sync.bodies import HexCase, HexId, Seq, TrustVersions
from sync.envelope import (
    PAYLOAD_BYTES_MAX,
    Envelope,
    WireType,
    decode_envelope,
    message_id,
    seal,
    verify_envelope,
)
from sync.errors import (
    BodyError,
    KeyWindowError,
    MalformedEnvelopeError,
    OversizeError,
    TrustRollbackError,
    UnknownKeyError,
    WrongSenderError,
    WrongTypeError,
)
from sync.keys import KeyRecord, Signer
from sync.strict_json import (
    UNREADABLE,
    check_object,
    decode_strict,
    encode_strict,
)

BodyType = type[Fact]
RecordLookup = Callable[[KeyId], KeyRecord | None]

_TYPE: Final = re.compile(
    r"application/vnd\.tongban\.[a-z]+(?:-[a-z]+)*\.v[1-9][0-9]{0,3}\+json", re.ASCII
)
_EVERY_TIER: Final = frozenset(Tier)
_COUNTY: Final = frozenset({Tier.COUNTY})
_TOWNSHIP: Final = frozenset({Tier.TOWNSHIP})
_WITH_CHILDREN: Final = frozenset({Tier.COUNTY, Tier.TOWNSHIP})
_BELOW_COUNTY: Final = frozenset({Tier.TOWNSHIP, Tier.VILLAGE})


class Kind(Struct, frozen=True):
    """A kind of message: its permanent type name, where it belongs and who may author it."""

    name: str
    type: WireType
    lane: Lane
    tiers: frozenset[Tier]
    body: BodyType


def _case(name: str, tiers: frozenset[Tier], body: BodyType) -> Kind:
    return Kind(name, wire_type(name), Lane.CASE, tiers, body)


def _control(name: str, tiers: frozenset[Tier], body: BodyType) -> Kind:
    return Kind(name, wire_type(name), Lane.CONTROL, tiers, body)


def wire_type(name: str, version: int = 1) -> WireType:
    return WireType(f"application/vnd.tongban.{name}.v{version}+json")


ENTRY: Final = _case("entry", _EVERY_TIER, Entry)
DEPOSIT: Final = _case("deposit", _EVERY_TIER, bodies.Deposit)
VERDICT: Final = _case("verdict", _COUNTY, bodies.Verdict)
NOTICE: Final = _case("notice", _COUNTY, bodies.Notice)
PAPER_MOVEMENT: Final = _case("paper-movement", _EVERY_TIER, bodies.PaperMovement)
EVALUATION: Final = _case("evaluation", _EVERY_TIER, bodies.Evaluation)
QUERY: Final = _case("query", _BELOW_COUNTY, bodies.Query)
REPLY: Final = _case("reply", _COUNTY, bodies.Reply)
SAMPLE_FINDING: Final = _case("sample-finding", _TOWNSHIP, bodies.SampleFinding)
RECEIPT_MANIFEST: Final = _control("receipt-manifest", _BELOW_COUNTY, bodies.ReceiptManifest)
SET_ANNOUNCEMENT: Final = _control("set-announcement", _COUNTY, bodies.SetAnnouncement)
LEASE: Final = _control("lease", _COUNTY, bodies.Lease)
ACKNOWLEDGEMENT: Final = _control("acknowledgement", _COUNTY, bodies.Acknowledgement)
RELEASE_REQUEST: Final = _control("release-request", _COUNTY, bodies.ReleaseRequest)
NUMBER_BLOCK: Final = _control("number-block", _COUNTY, bodies.NumberBlock)
NODE_REPORT: Final = _control("node-report", _EVERY_TIER, bodies.NodeReport)
CONTACT_REPORT: Final = _control("contact-report", _WITH_CHILDREN, bodies.ContactReport)
SAMPLE_SEED: Final = _control("sample-seed", _COUNTY, bodies.SampleSeed)
RESUBMIT: Final = _control("resubmit", _EVERY_TIER, bodies.Resubmit)

KINDS: Final[Mapping[WireType, Kind]] = {
    kind.type: kind
    for kind in (
        ENTRY,
        DEPOSIT,
        VERDICT,
        NOTICE,
        PAPER_MOVEMENT,
        EVALUATION,
        QUERY,
        REPLY,
        SAMPLE_FINDING,
        RECEIPT_MANIFEST,
        SET_ANNOUNCEMENT,
        LEASE,
        ACKNOWLEDGEMENT,
        RELEASE_REQUEST,
        NUMBER_BLOCK,
        NODE_REPORT,
        CONTACT_REPORT,
        SAMPLE_SEED,
        RESUBMIT,
    )
}
_KIND_OF_BODY: Final = {kind.body: kind for kind in KINDS.values()}

Body = (
    Entry
    | bodies.Deposit
    | bodies.Verdict
    | bodies.Notice
    | bodies.PaperMovement
    | bodies.Evaluation
    | bodies.Query
    | bodies.Reply
    | bodies.SampleFinding
    | bodies.ReceiptManifest
    | bodies.SetAnnouncement
    | bodies.Lease
    | bodies.Acknowledgement
    | bodies.ReleaseRequest
    | bodies.NumberBlock
    | bodies.NodeReport
    | bodies.ContactReport
    | bodies.SampleSeed
    | bodies.Resubmit
)


class TimeTrust(StrEnum):
    """Whether the author's clock could be relied on (protocol.md section 8)."""

    TRUSTED = "trusted"
    SUSPECT = "suspect"


class Header(Fact, frozen=True):
    """What every message says of its place; it never changes, in any version of any kind."""

    log: LogName
    seq: Seq
    prev: HexId
    at: str  # an instant
    time: TimeTrust
    anchor: HexId | None
    case: HexCase | None
    trust: TrustVersions
    body: Raw

    def __post_init__(self) -> None:
        split_log(self.log)
        parse_instant(self.at)
        if (self.seq == 1) != (self.prev == ZERO_ID):
            raise ValueError("the first message of a log, and only that, follows the zeros")


class Claim(Struct, frozen=True):
    """What a message says of itself before anybody has verified it."""

    envelope: Envelope
    header: Header
    wire: bytes

    @property
    def key_id(self) -> KeyId:
        return self.envelope.signatures[0][0]


class Message(Struct, frozen=True):
    """A message whose signature and author have been verified; its body has not been read."""

    id: MessageId
    type: WireType
    header: Header
    key_id: KeyId
    wire: bytes

    @property
    def kind(self) -> Kind | None:
        """None for a kind that this release does not know: keep it, relay it, act on nothing."""
        return KINDS.get(self.type)

    @property
    def node(self) -> NodeId:
        return split_log(self.header.log)[0]

    @property
    def incarnation(self) -> Incarnation:
        return split_log(self.header.log)[1]

    @property
    def lane(self) -> Lane:
        return split_log(self.header.log)[2]


class Place(Struct, frozen=True):
    """Where and when an author writes a message down: the header of one that has no body yet."""

    log: LogName
    seq: int
    prev: MessageId
    at: datetime
    is_suspect: bool
    anchor: MessageId | None
    case: CaseId | None
    trust: TrustVersions


def seal_message(place: Place, body: Body, signer: Signer) -> Message:
    """Write a body down in its place and sign it; OversizeError if it will not travel."""
    kind = _KIND_OF_BODY[type(body)]
    header = Header(
        log=place.log,
        seq=place.seq,
        prev=place.prev,
        at=instant_text(place.at),
        time=TimeTrust.SUSPECT if place.is_suspect else TimeTrust.TRUSTED,
        anchor=place.anchor,
        case=place.case,
        trust=place.trust,
        body=Raw(encode_strict(body)),
    )
    payload = encode_strict(header)
    if len(payload) > PAYLOAD_BYTES_MAX and kind is not RESUBMIT:
        raise OversizeError(f"a payload of {len(payload)} bytes")
    wire = seal(kind.type, payload, signer)
    return Message(message_id(kind.type, payload), kind.type, header, signer.key_id, wire)


def read_claim(wire: bytes) -> Claim:
    """Steps 1 and 2 of admission: what these bytes say, in the one form they may say it."""
    envelope = decode_envelope(wire)
    if not _TYPE.fullmatch(envelope.type):
        raise MalformedEnvelopeError("not a type of ours")
    try:
        header = decode_strict(envelope.payload, Header)
        if envelope.type not in KINDS:
            check_object(bytes(header.body))
    except UNREADABLE as error:
        raise MalformedEnvelopeError("not the header of a message") from error
    return Claim(envelope, header, wire)


def open_message(wire: bytes, find_key: RecordLookup) -> Message:
    """Steps 1 to 4: a message that its author's key signed, in that author's own log.

    Whether the log ended before it is the directory's to say; whether the neighbour that brought
    it may do so is `delivery.check_sender`'s.
    """
    return verify_claim(read_claim(wire), find_key)


def verify_claim(claim: Claim, find_key: RecordLookup) -> Message:
    """Steps 3 and 4, for a wire that `read_claim` took apart."""
    record = find_key(claim.key_id)
    if record is None:
        raise UnknownKeyError(claim.key_id)
    opened = verify_envelope(claim.envelope, claim.wire, find_key)
    node, incarnation, _ = split_log(claim.header.log)
    if (node, incarnation) != (record.node, record.incarnation):
        raise WrongSenderError(f"{record.node} wrote into {claim.header.log}")
    return Message(opened.id, opened.type, claim.header, record.key_id, opened.wire)


def read_body(message: Message) -> Body:
    """Step 7: the body of a kind known here; KeyError for any other (ask `message.kind`)."""
    kind = KINDS[message.type]
    try:
        return cast("Body", decode_strict(bytes(message.header.body), kind.body))
    except UNREADABLE as error:
        raise BodyError(f"not the body of a {kind.name}") from error


def open_original(resubmit: bodies.Resubmit, find_key: RecordLookup) -> Message:
    """The original that a `resubmit` carries: genuine by itself, and never another `resubmit`."""
    original = open_message(resubmit.wire, find_key)
    if original.type == RESUBMIT.type:
        raise BodyError("a resubmit within a resubmit")
    return original


def check_type(message: Message) -> None:
    """Step 8: the kind belongs to this lane and to an author of this tier; unknown kinds pass."""
    kind = message.kind
    if kind is None:
        return
    if message.lane is not kind.lane:
        raise WrongTypeError(f"{kind.name} in lane {message.lane}")
    if tier_of(message.node) not in kind.tiers:
        raise WrongTypeError(f"{kind.name} by {message.node}")


def check_key_window(message: Message, record: KeyRecord) -> None:
    """Step 8: written while its key was valid, as far as its author's clock can tell."""
    if message.header.time is TimeTrust.SUSPECT:
        return
    at = message.header.at  # instants have one spelling, so texts compare as the instants do
    if at < record.not_before or (record.not_after is not None and at > record.not_after):
        raise KeyWindowError(f"{record.key_id} at {at}")


def check_trust(message: Message, shown: TrustVersions) -> None:
    """Step 8: no trust version lower than one that this log already showed."""
    if message.header.trust.is_behind(shown):
        raise TrustRollbackError(message.header.log)
