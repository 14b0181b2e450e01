"""A county in bad weather: links that lose, repeat, reorder, delay and corrupt, driven by a seed.

Each step is one thing that may happen at any moment. What one neighbour has for another goes into
a broker that may forget it, although it said that it kept it. Nodes are stopped and started again
on what their disks hold. When the weather clears, everything must be everywhere it belongs.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

from casework import act as acts
from casework.act import AnyAct, Outcome
from casework.asking import Question
from casework.case import Case
from casework.names import CaseId, CaseNumber, Lane, NodeId, parent_of
from sync.bodies import Deposit, DepositKind, Query
from sync.errors import EnvelopeError
from tests.builders import COUNTY, HALL, LIN, OTHER_TOWN, OTHER_VILLAGE, TOWN, VILLAGE
from tests.cluster import (
    FIRST,
    SECOND,
    Cluster,
    accepted,
    applicant,
    collected,
    fetch,
    received,
    rows,
)

NODES = (COUNTY, HALL, TOWN, OTHER_TOWN, VILLAGE, OTHER_VILLAGE)
CASES_MAX = 12
QUEUE_MAX = 40
Way = tuple[NodeId, NodeId]  # from, to
Step = Callable[[], Awaitable[None]]


class World:
    def __init__(self, cluster: Cluster, random: Random) -> None:
        self.cluster = cluster
        self.random = random
        self.queues: dict[Way, list[bytes]] = {}
        self.sent: dict[Way, dict[Lane, int]] = {}
        self.cases: list[CaseId] = []
        self.numbers: list[CaseNumber] = []
        self.replaced: NodeId | None = None
        self.steps: list[str] = []

    @classmethod
    async def begin(cls, folder: Path, seed: int) -> "World":
        cluster = Cluster(folder, seed=seed)
        await cluster.add(*NODES)
        return cls(cluster, Random(seed))

    async def run(self, steps: int) -> None:
        """So many random steps of bad weather."""
        kinds: list[tuple[int, Step]] = [
            (30, self._act),
            (6, self._deposit),
            (5, self._ask),
            (60, self._pump),
            (70, self._deliver),
            (12, self._greet),
            (8, self._start_over),
            (3, self._forget),
            (5, self._restart),
            (10, self._pass_time),
            (10, self._duties),
            (8, self._fetch),
            (4, self._change_mind),
            (1, self._replace_town),
        ]
        weights = [weight for weight, _ in kinds]
        for _ in range(steps):
            _, step = self.random.choices(kinds, weights)[0]
            self.steps.append(step.__name__)
            await step()

    async def clear_up(self) -> None:
        """Fair weather until nothing moves."""
        self.queues.clear()
        for _ in range(3):
            self.cluster.pass_time(minutes=5)
            await self.cluster.settle(rounds=3)

    # What may happen.

    def _any_link(self) -> Way:
        child, parent = self.random.choice(self.cluster.links())
        return (child, parent) if self.random.random() < 0.5 else (parent, child)

    async def _act(self) -> None:
        name = self.random.choice(NODES)
        journal = self.cluster.nodes[name].journal
        mine = [
            (case, standing)
            for case in self.cases
            if (standing := await journal.find_case(case)) is not None
            and standing.pen == name
            and not standing.is_frozen
        ]
        if len(self.cases) < CASES_MAX and (not mine or self.random.random() < 0.3):
            act = collected() if len(name) > 12 else received()
            parts = {"applicant": applicant(f"人{len(self.cases)}")}
            if self.random.random() < 0.4:
                parts["scan"] = self.random.randbytes(self.random.randint(20_000, 150_000))
            number = f"{name}-{len(self.cases)}"
            self.numbers.append(CaseNumber(number))
            self.cases.append(
                await self.cluster.act(name, act, parts=parts, number=number, officer=LIN)
            )
        elif mine:
            case, standing = self.random.choice(mine)
            await self.cluster.act(name, self._some_act(name, standing), case=case)

    def _some_act(self, name: NodeId, standing: Case) -> AnyAct:
        """Any act will do: the judge of the simulation lets everything pass but what it is told."""
        choices: list[AnyAct] = [accepted(), acts.Opine(1, Outcome.PASS), received()]
        others = [each for each in NODES if each != name]
        choices += [acts.HandOverPen(self.random.choice(others)) for _ in range(3)]
        choices.append(acts.ChangePickup(self.random.choice(NODES)))
        if (parent := parent_of(name)) is not None:
            choices.append(acts.HandOverPen(parent))
        if standing.pen_from is not None and standing.pen_from != name:
            choices.append(acts.ReturnPen(standing.pen_from))
        return self.random.choice(choices)

    async def _deposit(self) -> None:
        if not self.cases:
            return
        node = self.cluster.nodes[self.random.choice(NODES)]
        refs, small = await self.cluster.make_parts(node, {"note": b"a question"})
        body = Deposit(CaseNumber("A-1"), DepositKind.QUESTION, None, LIN, None, refs)
        await node.journal.append(body, case=self.random.choice(self.cases), parts=small)

    async def _ask(self) -> None:
        """A counter asks for a case, whether or not it has it."""
        if not self.cases:
            return
        node = self.cluster.nodes[self.random.choice(NODES[1:])]
        number = self.random.choice(self.numbers)
        purpose = self.random.choice(("supply", "collect", "withdraw"))
        await node.journal.append(Query(Question.CASE_FILE, number, LIN, purpose, ()))

    async def _pump(self) -> None:
        """A carrier hands frames and receipts to the broker, which says that it keeps them."""
        sender, receiver = way = self._any_link()
        exchange, queue = self.cluster.nodes[sender].exchange, self.queues.setdefault(way, [])
        if len(queue) > QUEUE_MAX:
            return
        sent = self.sent.setdefault(way, {})
        limit = self.random.choice([2_000, 16_384, 65_536, 300_000])
        for frame in await exchange.frames_to_send(receiver, after=sent, limit_bytes=limit):
            sent[frame.lane] = frame.last
            queue.append(frame.data)
        queue.extend(await exchange.receipts_to_send(receiver))

    async def _deliver(self) -> None:
        """Something comes out of the broker: late, twice, in any order, damaged, or not at all."""
        waiting = [way for way, queue in sorted(self.queues.items()) if queue]
        if not waiting:
            return
        way = self.random.choice(waiting)
        queue = self.queues[way]
        place = self.random.randrange(len(queue)) if self.random.random() < 0.3 else 0
        blob = queue.pop(place)
        chance = self.random.random()
        if chance < 0.1:
            return
        if chance < 0.2:
            queue.insert(self.random.randrange(len(queue) + 1), blob)
        if chance > 0.95:
            blob = self._damage(blob)
        await self._give(way, blob)

    async def _give(self, way: Way, blob: bytes) -> None:
        sender, receiver = way
        try:
            answers = await self.cluster.nodes[receiver].exchange.receive(sender, blob)
        except EnvelopeError:
            return
        self.queues.setdefault((receiver, sender), []).extend(answers)

    def _damage(self, blob: bytes) -> bytes:
        damaged = bytearray(blob)
        damaged[self.random.randrange(len(damaged))] ^= 1 << self.random.randrange(8)
        return bytes(damaged)

    async def _greet(self) -> None:
        child, parent = self.random.choice(self.cluster.links())
        await self.cluster.greet(child, parent)

    async def _start_over(self) -> None:
        self.sent.pop(self._any_link(), None)

    async def _forget(self) -> None:
        """The broker's disk is wiped."""
        self.queues.pop(self._any_link(), None)

    async def _restart(self) -> None:
        await self.cluster.restart(self.random.choice(NODES))

    async def _pass_time(self) -> None:
        self.cluster.pass_time(seconds=self.random.choice([1, 30, 600, 7200, 40_000]))

    async def _duties(self) -> None:
        await self.cluster.nodes[COUNTY].tick()

    async def _fetch(self) -> None:
        asker, answerer = self._any_link()
        await fetch(
            self.cluster.nodes[asker],
            self.cluster.nodes[answerer],
            self.random.choice([60_000, 200_000]),
        )

    async def _change_mind(self) -> None:
        """The county's judge refuses some act of some node, or no longer does."""
        refused = (self.random.choice(NODES), self.random.choice(["Accept", "Opine", "Collect"]))
        if self.cluster.judge.refusals.pop(refused, None) is None:
            self.cluster.judge.refusals[refused] = "E_TEST"

    async def _replace_town(self) -> None:
        """A township burns down; what the county accepted of its words is what stands."""
        if self.replaced is not None or self.random.random() < 0.5:
            return
        self.replaced = TOWN
        await self.cluster.nodes[COUNTY].tick()
        accepted_up_to = {}
        for lane in Lane:
            found = await rows(
                self.cluster.nodes[COUNTY],
                "SELECT seq FROM log_position WHERE log = ?",
                f"{TOWN}/{FIRST}/{lane}",
            )
            accepted_up_to[lane] = found[0][0] if found else 0
        await self.cluster.replace(TOWN, SECOND, accepted=accepted_up_to)
        for way in [way for way in self.queues if TOWN in way]:
            del self.queues[way]
        for way in [way for way in self.sent if TOWN in way]:
            del self.sent[way]
