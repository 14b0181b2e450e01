"""The cast's keys, made from fixed seeds, and one message, frame and body of every kind.

Everything here is deterministic: the golden vectors are made of it.
"""

import hashlib
from typing import Final

from casework import act as acts
from casework.asking import Answer, Question
from casework.entry import Entry
from casework.names import (
    ZERO_ID,
    CaseNumber,
    Incarnation,
    KeyId,
    Lane,
    LogName,
    MatterId,
    MessageId,
    NodeId,
    OfficerId,
    PartHash,
    case_id,
    log_name,
    parent_of,
)
from casework.sampling import Finding
from casework.verdict import Judgement
from sync import bodies, payloads
from sync.bodies import SetName, TrustVersions
from sync.delivery import START, Head, Hello, Holds, Position, Receipt, Sends, Want, seal_head
from sync.enrolment import EnrolGrant, EnrolRequest, Follows, HeldSet
from sync.keys import KeyRecord, NodeSigner
from sync.payloads import Body, Message, Place, seal_message
from tests.builders import COUNTY, HALL, INTAKE, LIN, MATTER, NOON, OTHER_TOWN, TOWN, VILLAGE, WU
from tests.builders import a_part as a_part_reference
from tests.builders import a_verdict as a_material_verdict

INCARNATION: Final = Incarnation("5f0c2a91")
AT: Final = "2026-11-20T04:00:00.000000Z"
TRUST: Final = TrustVersions(1, 12, 8, 31, 4, 2)
NUMBER: Final = CaseNumber("440229901-26-000017-8")
CODE: Final = "WZVG-7P83-5YDK"
# What the node of the vector read: kinds that came later are not in it.
LATER = {
    payloads.CONTACT_REPORT.type,
    payloads.SAMPLE_SEED.type,
    payloads.SAMPLE_FINDING.type,
}
KINDS_REPORTED = tuple(kind for kind in payloads.KINDS if kind not in LATER)


def a_signer(node: NodeId, incarnation: Incarnation = INCARNATION) -> NodeSigner:
    return NodeSigner.from_seed(hashlib.sha256(f"test key {node}/{incarnation}".encode()).digest())


def a_record(node: NodeId, incarnation: Incarnation = INCARNATION) -> KeyRecord:
    key = a_signer(node, incarnation).public_key
    return KeyRecord(
        key_id=key.key_id,
        algorithm=key.algorithm,
        public=key.public,
        node=node,
        incarnation=incarnation,
        not_before="2026-01-01T00:00:00.000000Z",
        not_after=None,
    )


RECORDS: Final[dict[KeyId, KeyRecord]] = {
    record.key_id: record for record in map(a_record, (COUNTY, HALL, TOWN, OTHER_TOWN, VILLAGE))
}
find_key = RECORDS.get


def a_log(node: NodeId = TOWN, lane: Lane = Lane.CASE) -> LogName:
    return log_name(node, INCARNATION, lane)


def a_place(
    node: NodeId = TOWN, lane: Lane = Lane.CASE, seq: int = 1, prev: MessageId = ZERO_ID
) -> Place:
    case = case_id(a_log(TOWN), 1) if lane is Lane.CASE else None
    return Place(
        log=a_log(node, lane),
        seq=seq,
        prev=prev,
        at=NOON,
        is_suspect=False,
        anchor=None,
        case=case,
        trust=TRUST,
    )


def a_message(node: NodeId, body: Body, seq: int = 1, prev: MessageId = ZERO_ID) -> Message:
    """A message in its author's log, in the lane where its kind belongs."""
    kind = next(kind for kind in payloads.KINDS.values() if kind.body is type(body))
    return seal_message(a_place(node, kind.lane, seq, prev), body, a_signer(node))


def some_messages(count: int, node: NodeId = TOWN) -> list[Message]:
    """The beginning of a log."""
    messages: list[Message] = []
    for seq in range(1, count + 1):
        prev = messages[-1].id if messages else ZERO_ID
        messages.append(a_message(node, an_entry(f"{NUMBER}-{seq}"), seq, prev))
    return messages


def an_entry(number: str = NUMBER) -> Entry:
    return Entry(
        number=CaseNumber(number),
        previous=ZERO_ID,
        act=acts.Receive(INTAKE, (a_material_verdict(),)),
        matter_version=MATTER,
        delegation=None,
        officer=WU,
        acting_for=None,
        bundle=None,
        project=None,
        parts=(a_part_reference(),),
    )


def an_id(what: str) -> MessageId:
    return MessageId(hashlib.sha256(what.encode()).hexdigest())


def a_body_of_each() -> dict[str, tuple[NodeId, Body]]:
    """One body of every kind, and the node that authors it."""
    part = a_part_reference()
    return {
        "entry": (TOWN, an_entry()),
        "deposit": (
            OTHER_TOWN,
            bodies.Deposit(
                number=NUMBER,
                kind=bodies.DepositKind.WITHDRAWAL,
                act=acts.Withdraw("applicant"),
                officer=OfficerId("o0114"),
                acting_for=None,
                parts=(part,),
            ),
        ),
        "verdict": (
            COUNTY,
            bodies.Verdict(
                decision=an_id("decision"),
                judgement=Judgement.CONFIRMED_FLAGGED,
                grounds=("prospective",),
                decided_at=AT,
                not_before=None,
                received_at=AT,
                proof=(an_id("lease"),),
                existed=(),
                replaces=None,
            ),
        ),
        "notice": (
            COUNTY,
            bodies.Notice(an_id("deposit"), "E_BODY", "notice.unread", {"number": NUMBER}),
        ),
        "paper-movement": (
            VILLAGE,
            bodies.PaperMovement(
                movement=bodies.Movement.SENT,
                slip="S-1",
                parcel="P-1",
                seal="0001",
                items=(bodies.PaperItem("L-1", "forest-title", 1),),
                giver=VILLAGE,
                taker=TOWN,
                given_by=LIN,
                taken_by=None,
                note=None,
                parts=(),
            ),
        ),
        "evaluation": (
            TOWN,
            bodies.Evaluation(NUMBER, "counter-pad", 1, ("manner",), AT, (part,)),
        ),
        "query": (
            OTHER_TOWN,
            bodies.Query(Question.CASE_STATE, NUMBER, OfficerId("o0114"), "resident-asks", ()),
        ),
        "reply": (COUNTY, bodies.Reply(an_id("query"), Answer.FOUND, None, (part,))),
        "sample-finding": (
            TOWN,
            bodies.SampleFinding(
                MessageId("ab" * 32), Finding.WRONG, WU, (a_part_reference("reason"),)
            ),
        ),
        "receipt-manifest": (
            TOWN,
            bodies.ReceiptManifest(
                (bodies.TakenIn(NUMBER, MatterId("birth-registration"), AT, an_id("entry")),)
            ),
        ),
        "set-announcement": (
            COUNTY,
            bodies.SetAnnouncement(SetName.CATALOGUE, 8, PartHash(an_id("manifest"))),
        ),
        "lease": (COUNTY, bodies.Lease(TOWN, INCARNATION, "2026-11-23T04:00:00.000000Z")),
        "acknowledgement": (
            COUNTY,
            bodies.Acknowledgement(a_log(), 17, an_id("entry"), (PartHash(an_id("scan")),)),
        ),
        "release-request": (
            COUNTY,
            bodies.ReleaseRequest(TOWN, an_id("entry"), "decided-by-county"),
        ),
        "number-block": (
            COUNTY,
            bodies.NumberBlock(3, TOWN, INCARNATION, "case", 2001, 3000),
        ),
        "node-report": (
            TOWN,
            bodies.NodeReport("0.1.0", KINDS_REPORTED, TRUST, bodies.NodeCounts(120, 3, 0, 0, 1)),
        ),
        "contact-report": (
            TOWN,
            bodies.ContactReport((bodies.SilentNode(VILLAGE, AT),)),
        ),
        "sample-seed": (
            COUNTY,
            bodies.SampleSeed("2026-W48", PartHash("d" * 64), PartHash("5" * 64)),
        ),
        "resubmit": (
            TOWN,
            bodies.Resubmit(a_message(TOWN, an_entry()).wire),
        ),
    }


def a_head(n: int = 0, position: Position = START) -> Head:
    return Head(
        from_node=TOWN,
        from_incarnation=INCARNATION,
        to_node=COUNTY,
        to_incarnation=INCARNATION,
        lane=Lane.CASE,
        n=n or position.n,
        digest=position.digest,
    )


def a_receipt() -> Receipt:
    return Receipt(
        from_node=TOWN,
        from_incarnation=INCARNATION,
        to_node=COUNTY,
        to_incarnation=INCARNATION,
        lane=Lane.CASE,
        n=0,
        digest=START.digest,
        want=(Want(a_log(VILLAGE), 3, 5),),
        at=AT,
    )


def a_hello(nonce: str, to: NodeId | None = None) -> Hello:
    head = seal_head(a_head(), a_signer(TOWN))
    return Hello(
        from_node=COUNTY,
        from_incarnation=INCARNATION,
        to_node=to or TOWN,
        to_incarnation=None,
        nonce=nonce,
        at=AT,
        sends=(Sends(Lane.CONTROL, 0, START.digest), Sends(Lane.CASE, 0, START.digest)),
        holds=(Holds(Lane.CASE, 0, START.digest, head),),
    )


def an_enrol_request(node: NodeId = VILLAGE) -> EnrolRequest:
    return EnrolRequest(
        node=node,
        incarnation=Incarnation("00000002"),
        code=CODE,
        public=a_signer(node, Incarnation("00000002")).public_key.public,
        nkey="UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4",
        old_key=a_record(node).key_id,
        follows=(Follows(a_log(node), 12, an_id("entry")),),
        at=AT,
    )


def an_enrol_grant(request: EnrolRequest) -> EnrolGrant:
    assert parent_of(request.node) == TOWN
    return EnrolGrant(
        node=request.node,
        incarnation=request.incarnation,
        key_id=request.key.key_id,
        root=PartHash(an_id("root")),
        sets=(HeldSet(SetName.DIRECTORY, 12, PartHash(an_id("directory"))),),
        county_key=a_record(COUNTY),
        nats_url=None,
        https_url="https://town.example",
        at=AT,
    )
