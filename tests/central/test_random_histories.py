"""Verdicts over random histories: in whatever order and how often messages came, the same ones."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from msgspec import Raw, Struct

from casework import act as acts
from casework.delegation import (
    Delegation,
    GrantSource,
    Level,
    Quota,
    QuotaPeriod,
    Revocation,
    RevocationMode,
)
from casework.delegation_file import KeyCompromise
from casework.entry import Entry
from casework.errors import QuotaExhaustedError
from casework.instants import instant_text
from casework.names import (
    ZERO_ID,
    CaseNumber,
    DelegationId,
    DepartmentId,
    Incarnation,
    KeyId,
    Lane,
    MessageId,
    NodeId,
    PartHash,
    case_id,
    log_name,
)
from casework.verdict import Judgement, Verdict, verdict
from central.services.evidence import Ruling, gather
from central.services.verifying_verdicts import LogSources
from sync import bodies
from sync.bodies import SetName, TrustVersions
from sync.holdings import Holdings, nothing_held, with_set
from sync.payloads import Body, Header, Message, TimeTrust
from sync.stored import kind_of, stored_body, written_of
from sync.strict_json import encode_strict
from sync.trust_items import HeldRevocations
from tests.builders import COUNTY, INCARNATION, MATTER, NOON, TOWN, VILLAGE, WU

HISTORIES, OF_A_SOAK = 200, 10_000
SETS_MAX = 4
KEY = KeyId("ed25519:" + "0" * 32)


class Sets(Struct, frozen=True):
    """Every version of the revocations, as an export would bring them."""

    held: dict[int, Holdings]
    versions: TrustVersions

    @property
    def newest(self) -> Holdings:
        return self.held[self.versions.revocations]

    def at(self, versions: TrustVersions) -> Holdings | None:
        return self.held.get(versions.revocations)


class Incarnations:
    """Nobody was enrolled twice."""

    def incarnations_of(self, _: NodeId) -> Sequence[Incarnation]:
        return (INCARNATION,)


class History:
    """What a county, a township and a village wrote in ten days, and when it came."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now = NOON
        self.seqs: dict[tuple[NodeId, Lane], int] = {}
        self.messages: list[Message] = []
        self.received: dict[MessageId, datetime] = {}
        self.held = {number: _holdings(number, self._revocations(number)) for number in range(5)}
        self.anchors: list[MessageId] = []
        self.announced = 0
        self.records = {node: _record(node, self.random) for node in (TOWN, VILLAGE)}
        for _ in range(self.random.randint(8, 25)):
            self.now += timedelta(minutes=self.random.randint(1, 1200))
            self.random.choice((self._lease, self._announce, self._decide, self._decide))()
        self._acknowledge()

    def _revocations(self, number: int) -> HeldRevocations:
        rng = self.random
        records = tuple(
            Revocation(
                id=f"r{at}",
                delegation=DelegationId(f"d-{rng.choice((TOWN, VILLAGE))}"),
                mode=rng.choice(tuple(RevocationMode)),
                since=NOON + timedelta(hours=rng.randint(0, 240)),
                reason="",
                instrument="",
            )
            for at in range(number)
        )
        lost = KeyCompromise(VILLAGE, NOON + timedelta(hours=rng.randint(0, 240)), "", "")
        return HeldRevocations(records, (lost,) if number == SETS_MAX else ())

    def _lease(self) -> None:
        until = instant_text(self.now + timedelta(hours=72))
        node = self.random.choice((TOWN, VILLAGE))
        self.anchors.append(self._write(COUNTY, bodies.Lease(node, INCARNATION, until)).id)

    def _announce(self) -> None:
        if self.announced < SETS_MAX:
            self.announced += 1
            body = bodies.SetAnnouncement(SetName.REVOCATIONS, self.announced, PartHash("0" * 64))
            self.anchors.append(self._write(COUNTY, body).id)

    def _decide(self) -> None:
        node = self.random.choice((TOWN, VILLAGE))
        entry = Entry(
            number=CaseNumber("A-0001"),
            previous=ZERO_ID,
            act=acts.DecideGrant((), None),
            matter_version=MATTER,
            delegation=self.records[node].id,
            officer=WU,
            acting_for=None,
            bundle=None,
            project=None,
            parts=(),
        )
        made = self._write(node, entry)
        if self.random.random() < 0.5:
            named = bodies.TakenIn(CaseNumber("A-0001"), MATTER.matter, made.header.at, made.id)
            self._write(node, bodies.ReceiptManifest((named,)))

    def _acknowledge(self) -> None:
        for (node, lane), seq in sorted(self.seqs.items()):
            if node != COUNTY and lane is Lane.CASE:
                log = log_name(node, INCARNATION, lane)
                self._write(COUNTY, bodies.Acknowledgement(log, seq, ZERO_ID, ()))

    def _write(self, node: NodeId, body: Body) -> Message:
        lane = kind_of(body).lane
        seq = self.seqs[node, lane] = self.seqs.get((node, lane), 0) + 1
        log = log_name(node, INCARNATION, lane)
        shown = TrustVersions(1, 1, 1, 1, self.random.randint(0, self.announced), 1)
        header = Header(
            log=log,
            seq=seq,
            prev=ZERO_ID if seq == 1 else MessageId("1" * 64),
            at=instant_text(self.now + timedelta(minutes=self.random.choice((0, 0, 0, -60)))),
            time=TimeTrust.SUSPECT if self.random.random() < 0.05 else TimeTrust.TRUSTED,
            anchor=self.random.choice(self.anchors[-3:]) if self.anchors else None,
            case=case_id(log, seq) if lane is Lane.CASE else None,
            trust=shown,
            body=Raw(encode_strict(body)),
        )
        id_ = MessageId(hashlib.sha256(f"{log}/{seq}".encode()).hexdigest())
        message = Message(id_, kind_of(body).type, header, KEY, b"")
        late = self.random.choice((0, 0, 0, 30, 200))
        self.received[id_] = self.now + timedelta(hours=0 if node == COUNTY else late)
        self.messages.append(message)
        return message


def _record(node: NodeId, random: Random) -> Delegation:
    return Delegation(
        id=DelegationId(f"d-{node}"),
        principal=DepartmentId("forestry"),
        grantee=node,
        matter=MATTER.matter,
        matter_versions=None,
        level=Level.FINAL,
        conditions=(),
        positions=(),
        not_before=date(2026, 1, 1),
        not_after=None,
        offline_hours=random.choice((24, 48, 96)),
        two_person=False,
        separate_acceptor=False,
        quota=Quota(QuotaPeriod.MONTH, random.randint(1, 6)),
        instrument="",
        source=GrantSource.ENTRUSTED,
        redelegate=False,
    )


def _holdings(number: int, revocations: HeldRevocations) -> Holdings:
    return with_set(nothing_held(COUNTY), SetName.REVOCATIONS, number, revocations)


def judged(history: History, messages: Sequence[Message]) -> dict[MessageId, Verdict]:
    """The verdicts on a history's decisions, whose messages come in this order."""
    versions = TrustVersions(0, 0, 0, 0, SETS_MAX, 0)
    sets = Sets(history.held, versions)
    sources = LogSources(messages, history.received, Incarnations(), sets)  # type: ignore[arg-type]
    decisions = {
        each.id: (each, written_of(each, body))
        for each in messages
        if isinstance(body := stored_body(each), Entry)
    }
    found = {}
    for message, written in sorted(decisions.values(), key=lambda d: sources.place(d[1])):
        record = history.records[written.node]
        assert record.quota is not None
        used = sources.quota_used(record, written)
        full = used >= record.quota.count
        ruling = Ruling(None, QuotaExhaustedError.code) if full else Ruling(record)
        evidence = gather(
            sources,
            message,
            written,
            ruling,
            newest=sets.newest,
            received_at=history.received[message.id],
            county_decided=False,
        )
        found[message.id] = verdict(evidence)
        if not full and found[message.id].judgement is not Judgement.REJECTED:
            sources.took_place(record, written)
    return found


@pytest.mark.parametrize("histories", [HISTORIES, pytest.param(OF_A_SOAK, marks=pytest.mark.soak)])
def test_no_order_and_no_repetition_changes_a_verdict(histories: int) -> None:
    seen: set[Judgement] = set()
    for seed in range(histories):
        history = History(seed)
        first = judged(history, history.messages)
        again = [*history.messages, *history.random.sample(history.messages, 5)]
        history.random.shuffle(again)
        assert judged(history, again) == first, f"seed {seed}"
        seen |= {each.judgement for each in first.values()}
    assert seen == set(Judgement)  # else the histories would be too kind


def test_a_history_is_the_same_for_the_same_seed() -> None:
    one, other = History(7), History(7)
    assert [each.header for each in one.messages] == [each.header for each in other.messages]
    assert one.now.tzinfo is UTC
