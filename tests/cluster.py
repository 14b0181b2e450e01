"""A county of nodes in one process: each on a database of its own, joined by links of bytes.

Nothing here knows the protocol. A link takes what one exchange hands out and gives it to the other;
what it loses on the way is up to the test. A node may be closed and opened again at any moment.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.asking import Answer
from casework.case import Case
from casework.entry import Entry, PartRef, Written
from casework.material import MaterialVerdict
from casework.names import (
    ZERO_ID,
    CaseId,
    CaseNumber,
    Incarnation,
    KeyId,
    Lane,
    LogName,
    MessageId,
    NodeId,
    OfficerId,
    PartHash,
    parent_of,
)
from casework.party import ApplicantSheet, Party
from sync.batch import Batch
from sync.bodies import Reply, TrustVersions
from sync.clock import ManualClock
from sync.directory import LogEnd
from sync.engine import Database
from sync.errors import EnvelopeError
from sync.keys import Algorithm, KeyRecord
from sync.node import Node
from sync.parts import Parts, Shelf, is_small, make_part
from sync.payloads import Body, Header, Message
from sync.tables import create_tables
from sync.writing import write
from tests.builders import COUNTY, INTAKE, LIN, MATTER, NOON, OTHER_TOWN, TOWN, VILLAGE, a_verdict
from tests.keyring import a_signer

FIRST = Incarnation("00000001")
SECOND = Incarnation("00000002")
ENOUGH_ROUNDS = 60


class Register(msgspec.Struct):
    """A directory reduced to what the journal asks of it; `Trust` for every node of a test."""

    incarnations: dict[NodeId, list[Incarnation]] = {}
    keys: dict[KeyId, KeyRecord] = {}
    ends: dict[LogName, LogEnd] = {}
    versions: TrustVersions = TrustVersions(1, 1, 1, 1, 1, 1)

    def enrol(self, node: NodeId, incarnation: Incarnation) -> None:
        key = a_signer(node, incarnation).public_key
        record = KeyRecord(
            key_id=key.key_id,
            algorithm=Algorithm.ED25519,
            public=key.public,
            node=node,
            incarnation=incarnation,
            not_before="2026-01-01T00:00:00.000000Z",
            not_after=None,
        )
        self.keys[key.key_id] = record
        self.incarnations.setdefault(node, []).append(incarnation)

    def end(self, log: LogName, seq: int, *, compromised: bool = False) -> None:
        self.ends[log] = LogEnd(log, seq, compromised)
        self.versions = replace(self.versions, directory=self.versions.directory + 1)

    def find_key(self, key_id: KeyId) -> KeyRecord | None:
        return self.keys.get(key_id)

    def find_end(self, log: LogName) -> LogEnd | None:
        return self.ends.get(log)

    def incarnations_of(self, node: NodeId) -> Sequence[Incarnation]:
        return self.incarnations.get(node, ())

    def keys_of(self, node: NodeId) -> Sequence[KeyRecord]:
        return [record for record in self.keys.values() if record.node == node]

    def nodes(self) -> Iterable[NodeId]:
        return tuple(self.incarnations)


class Lenient:
    """A judge for tests: refuses the acts it was told to, and nothing else."""

    def __init__(self) -> None:
        self.refusals: dict[tuple[NodeId, str], str] = {}
        self.shown: dict[MessageId, Case | None] = {}  # the case that each entry was judged on

    def judge(
        self,
        batch: Batch,  # noqa: ARG002
        case: Case | None,
        written: Written,
        header: Header | None,  # noqa: ARG002
    ) -> str | None:
        self.shown[written.id] = case
        return self.refusals.get((written.node, type(written.entry.act).__name__))

    def judge_other(self, batch: Batch, message: Message, body: Body) -> str | None:  # noqa: ARG002
        return self.refusals.get((message.node, type(body).__name__))

    def answer(self, batch: Batch) -> None:
        """Whoever asks is given the case, if there is one of the number."""
        waiting = batch.work.execute(
            "SELECT i.id, c.id FROM inquiry AS i LEFT JOIN case_row AS c ON c.number = i.number"
            " WHERE i.answer IS NULL AND i.node IS NOT NULL"
        ).fetchall()
        for query, case in waiting:
            answer = Answer.NOT_FOUND if case is None else Answer.FOUND
            write(batch, Reply(query, answer, case, ()))

    def pronounce(self, batch: Batch) -> None:
        """It judges no decisions."""

    def reconsider(self, batch: Batch) -> None:
        """As `pronounce`."""


class Cluster:
    """The nodes of a test, by their names, and the ways between them."""

    def __init__(
        self, folder: Path, *, seed: int = 0, now: datetime = NOON, durable: bool = False
    ) -> None:
        self.folder = folder
        self.durable = durable
        self.random = Random(seed)
        self.clock = ManualClock(now)
        self.register = Register()
        self.judge = Lenient()
        self.nodes: dict[NodeId, Node] = {}
        self._databases: dict[NodeId, Database] = {}

    async def add(self, *names: NodeId, incarnation: Incarnation = FIRST) -> None:
        for name in names:
            self.register.enrol(name, incarnation)
            await self.open(name, incarnation)

    async def open(self, name: NodeId, incarnation: Incarnation) -> Node:
        """Start a node's process on whatever its disk holds."""
        place = self.folder / f"{name}-{incarnation}"
        place.mkdir(exist_ok=True)
        is_new = not (place / "node.sqlite").exists()
        database = Database(place / "node.sqlite", durable=self.durable, inline=True)
        await database.open()
        if is_new:
            await create_tables(database)
        node = Node(
            id=name,
            incarnation=incarnation,
            signer=a_signer(name, incarnation),
            database=database,
            parts=Parts(database, Shelf(place / "shelf"), place / "arrivals"),
            clock=self.clock,
            trust=self.register,
            judge=self.judge,
            randomness=self.random.randbytes,
        )
        self._databases[name] = database
        self.nodes[name] = await node.open()
        return node

    async def close(self, *names: NodeId) -> None:
        for name in names or tuple(self.nodes):
            await self._databases.pop(name).close()
            del self.nodes[name]

    async def restart(self, name: NodeId) -> Node:
        incarnation = self.nodes[name].incarnation
        await self.close(name)
        return await self.open(name, incarnation)

    async def replace(
        self, name: NodeId, incarnation: Incarnation = SECOND, *, accepted: Mapping[Lane, int] = {}
    ) -> Node:
        """Destroy a machine, and enrol an empty one in its place."""
        if name in self.nodes:
            await self.close(name)
        self.register.enrol(name, incarnation)
        for lane in Lane:
            self.register.end(LogName(f"{name}/{FIRST}/{lane}"), accepted.get(lane, 0))
        await self.tell_trust()
        return await self.open(name, incarnation)

    async def tell_trust(self) -> None:
        """Let every node have the register as it is, as if a new directory had come."""
        for node in self.nodes.values():
            await node.adopt_trust(self.register)

    def pass_time(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    # Links.

    def links(self) -> list[tuple[NodeId, NodeId]]:
        """Child and parent of every link whose two ends are up."""
        return [
            (name, parent)
            for name in sorted(self.nodes)
            if (parent := parent_of(name)) is not None and parent in self.nodes
        ]

    async def greet(self, one: NodeId, other: NodeId) -> None:
        """Both sides prove themselves to each other."""
        for asking, answering in ((one, other), (other, one)):
            nonce = self.nodes[asking].exchange.new_nonce()
            hello = await self.nodes[answering].exchange.make_hello(asking, nonce)
            await self.nodes[asking].exchange.accept_hello(hello, nonce)

    async def carry(self, sender: NodeId, receiver: NodeId, limit_bytes: int = 65536) -> int:
        """Bring what one owes the other, until nothing waits; say how many blobs went."""
        return await carry(self.nodes[sender], self.nodes[receiver], limit_bytes)

    async def talk(self, one: NodeId, other: NodeId) -> int:
        """A whole contact: hellos, everything both owe, receipts, scans; how much went."""
        await self.greet(one, other)
        moved = 0
        for _ in range(ENOUGH_ROUNDS):
            before = moved
            moved += await self.carry(one, other) + await self.carry(other, one)
            moved += await fetch(self.nodes[one], self.nodes[other])
            moved += await fetch(self.nodes[other], self.nodes[one])
            if moved == before:
                break
        return moved

    async def settle(self, rounds: int = 6) -> None:
        """Let every link talk, and the county do its duties, until all is quiet."""
        for turn in range(rounds):
            moved = sum([await self.talk(child, parent) for child, parent in self.links()])
            if turn and not moved:
                return  # its duties, done once, gave nobody anything more to say
            for node in self.nodes.values():
                await node.tick()

    # Acts.

    async def act(  # noqa: PLR0913
        self,
        name: NodeId,
        act: AnyAct,
        *,
        case: CaseId | None = None,
        officer: OfficerId = LIN,
        parts: Mapping[str, bytes] = {},
        number: str = "A-0001",
    ) -> CaseId:
        """Write an entry on top of the case as the node sees it; say which case it is in."""
        node = self.nodes[name]
        standing = await node.journal.get_case(case) if case is not None else None
        refs, small = await self.make_parts(node, parts)
        entry = Entry(
            number=standing.number if standing else CaseNumber(number),
            previous=standing.head if standing else ZERO_ID,
            act=act,
            matter_version=MATTER,
            delegation=None,
            officer=officer,
            acting_for=None,
            bundle=None,
            project=None,
            parts=refs,
        )
        message = await node.journal.append(entry, case=case, parts=small)
        assert message.header.case is not None
        return message.header.case

    async def make_parts(
        self, node: Node, contents: Mapping[str, bytes]
    ) -> tuple[tuple[PartRef, ...], dict[PartHash, bytes]]:
        refs: list[PartRef] = []
        small: dict[PartHash, bytes] = {}
        for name, content in contents.items():
            hash_, data = make_part(content, self.random.randbytes(16))
            refs.append(PartRef(hash_, len(data), "application/json", name))
            if is_small(len(data)):
                small[hash_] = data
            else:
                await node.parts.shelve(hash_, data)
        return tuple(refs), small

    async def case(self, name: NodeId, case: CaseId) -> Case | None:
        return await self.nodes[name].journal.find_case(case)


async def carry(sender: Node, receiver: Node, limit_bytes: int = 65536) -> int:
    """Frames one way and receipts back, as a faithful carrier does it."""
    blobs = 0
    sent = dict(await sender.exchange.receipted(receiver.id))
    while frames := await sender.exchange.frames_to_send(
        receiver.id, after=sent, limit_bytes=limit_bytes
    ):
        for frame in frames:
            sent[frame.lane] = frame.last
            blobs += 1
            for answer in await receiver.exchange.receive(sender.id, frame.data):
                await sender.exchange.receive(receiver.id, answer)
    for receipt in await receiver.exchange.receipts_to_send(sender.id):
        blobs += 1
        await sender.exchange.receive(receiver.id, receipt)
    return blobs


async def fetch(asker: Node, answerer: Node, budget_bytes: int = 1 << 20) -> int:
    """Large parts that one misses and the other may give."""
    wants = await asker.exchange.wanted_ranges(answerer.id, budget_bytes)
    ranges = await answerer.exchange.read_ranges(asker.id, wants)
    await asker.exchange.accept_ranges(answerer.id, ranges)
    return len(ranges)


def applicant(name: str = "林秀英") -> bytes:
    party = Party(name, "111", "440229193501010004", "13800000000", "青云村")
    return msgspec.json.encode(ApplicantSheet(party, None, None, None, None))


def collected() -> acts.Collect:
    return acts.Collect(INTAKE, _materials())


def received() -> acts.Receive:
    return acts.Receive(INTAKE, _materials())


def accepted() -> acts.Accept:
    return acts.Accept(_materials())


def _materials() -> tuple[MaterialVerdict, ...]:
    return (a_verdict(),)


async def rows(node: Node, query: str, *values: Any) -> list[tuple[Any, ...]]:
    return await node.database.fetch(query, values)


async def swallow(receiver: Node, sender: NodeId, blob: bytes) -> str | None:
    """Give a blob to a node that may not believe it; the code it refuses it with."""
    try:
        await receiver.exchange.receive(sender, blob)
    except EnvelopeError as error:
        return error.code
    return None


async def a_county(folder: Path, *, seed: int = 0) -> Cluster:
    """The cast's nodes: the county, two townships, a village."""
    cluster = Cluster(folder, seed=seed)
    await cluster.add(COUNTY, TOWN, OTHER_TOWN, VILLAGE)
    return cluster
