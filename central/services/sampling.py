"""Supervision of delegated decisions by samples: the seeds, who looks at which, and what it tells.

The county binds itself before each week and tells the seed after it (`casework.sampling`). Where a
record's reviewed decisions are wrong too often, the security desk is alarmed and whoever
administers delegations is advised to suspend it; two persons decide on that as on any change.
"""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Final

from msgspec import Struct

from casework.names import DelegationId, MessageId, PartHash
from casework.organisation import Officer, Role
from casework.sampling import (
    SEED_BYTES,
    Finding,
    Rate,
    SampleParty,
    is_reasoned,
    rates,
    sample,
    seed_digest,
    week_of,
    weeks_ahead,
)
from central.services.queues import Queues
from central.services.reach import reach_of
from central.services.town_findings import findings_of_towns
from central.store.samples import (
    Decided,
    Findings,
    Found,
    decided_between,
    drop_secret,
    put_secret,
    records_of,
    secrets_in,
)
from sync.batch import Batch
from sync.bodies import SampleSeed
from sync.desk import Desk
from sync.engine import Work
from sync.sampled_weeks import Week, weeks_in
from sync.writing import is_rolled_back, seems_suspect, write

WEEKS_SHOWN: Final = 8
OF_THE_CENTRE: Final = frozenset({Role.SUPERVISOR, Role.COORDINATOR})
OF_A_DEPARTMENT: Final = frozenset({Role.LEADER, Role.CHIEF_REPRESENTATIVE})
REVIEWING_ROLES: Final = OF_THE_CENTRE | OF_A_DEPARTMENT
# Who proposes a suspension sees the figures, and reviews nothing.
SEEING_ROLES: Final = REVIEWING_ROLES | {Role.DELEGATION_ADMIN}
# What the audit of the journal calls a record whose decisions are wrong too often.
ALARM: Final = "sample-errors"
ALARM_CODE: Final = "E_SAMPLE_ERRORS"


class SampleError(Exception):
    """A finding cannot be recorded so; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code: Final = code
        super().__init__(code)


class SuspensionAdvice(Struct, frozen=True):
    """A record that should be suspended, and on what figures."""

    delegation: DelegationId
    rate: Rate
    reasons: tuple[str, ...]  # of what was found wrong


class SampleLine(Struct, frozen=True):
    week: str
    decided: Decided
    found: Found | None


class Samples(Struct, frozen=True, kw_only=True):
    party: SampleParty | None
    lines: tuple[SampleLine, ...]
    weeks: tuple[Week, ...]  # the newest first; those without a seed are yet to be drawn
    rates: Mapping[DelegationId, Rate]

    @property
    def open(self) -> int:
        return sum(line.found is None for line in self.lines)


def party_of(officer: Officer) -> SampleParty | None:
    """For whom an officer reviews: the centre sees all departments, a department its own."""
    if not OF_THE_CENTRE.isdisjoint(officer.roles):
        return SampleParty.CENTRE
    if not OF_A_DEPARTMENT.isdisjoint(officer.roles) and officer.department is not None:
        return SampleParty.DEPARTMENT
    return None


class Sampling:
    def __init__(self, desk: Desk, queues: Queues) -> None:
        self._desk: Final = desk
        self._node: Final = desk.node
        self._queues: Final = queues
        self._findings: Final = Findings(desk.node.database)

    async def keep(self) -> None:
        """Bind the county for this week and the next, and tell the seeds of those that ended."""
        await self._node.change(self._keep)

    async def look(self, officer: Officer) -> Samples:
        """What an officer has to review, what is open first."""
        weeks = await self._weeks()
        found = await self._found()
        party = party_of(officer)
        told = [each for each in weeks if each.seed is not None][:WEEKS_SHOWN]
        lines: list[SampleLine] = []
        for week in told if party is not None else ():
            assert party is not None
            lines.extend(
                SampleLine(week.week, each, found.get((each.id, party)))
                for each in await self._drawn(week, party)
                if self._is_for(officer, each)
            )
        lines.sort(key=lambda line: line.found is not None)
        return Samples(
            party=party, lines=tuple(lines), weeks=weeks, rates=await self._rates(found.values())
        )

    async def find(self, officer: Officer, decision: MessageId) -> SampleLine | None:
        looked = await self.look(officer)
        return next((each for each in looked.lines if each.decided.id == decision), None)

    async def record(
        self, officer: Officer, decision: MessageId, finding: Finding, reason: str
    ) -> SuspensionAdvice | None:
        """Write down what a reviewer found; advice where the record's decisions fail too often."""
        line = await self.find(officer, decision)
        party = party_of(officer)
        if line is None or party is None:
            raise SampleError("sample-unknown")
        said = reason.strip()
        if not is_reasoned(finding, said):
            raise SampleError("sample-reason")
        record = line.decided.delegation
        before = (await self._rates((await self._found()).values())).get(record)
        await self._findings.add(
            Found(
                decision=decision,
                party=party,
                finding=finding,
                reason=said,
                officer=officer.id,
                at=self._desk.now(),
            )
        )
        now = (await self._found()).values()
        rate = (await self._rates(now))[record]
        if not rate.is_too_high or (before is not None and before.is_too_high):
            return None
        wrong = [each for each in now if each.finding is Finding.WRONG]
        reasons = await self._of_record(wrong, record)
        advice = SuspensionAdvice(record, rate, tuple(each.reason for each in reasons))
        await self._node.change(lambda batch: _alarm(batch, line))
        return advice

    async def _found(self) -> dict[tuple[MessageId, SampleParty], Found]:
        """What the county's reviewers noted here, and what townships signed of their samples."""
        weeks = [each for each in await self._weeks() if each.seed is not None]
        zone = self._desk.holdings.calendar.tz

        def drawn(work: Work) -> dict[MessageId, Decided]:
            return {
                each.id: each
                for week in weeks
                for each in drawn_in(work, week, SampleParty.TOWNSHIP, zone)
            }

        said = await findings_of_towns(self._node, drawn)
        return {**await self._findings.newest(), **said}

    async def _of_record(self, found: list[Found], record: DelegationId) -> list[Found]:
        records = await self._records(found)
        return [each for each in found if records.get(each.decision) == record]

    async def _rates(self, found: Iterable[Found]) -> Mapping[DelegationId, Rate]:
        listed = list(found)
        records = await self._records(listed)
        return rates(records, [(each.decision, each.finding) for each in listed])

    async def _records(self, found: list[Found]) -> Mapping[MessageId, DelegationId]:
        ids = [each.decision for each in found]
        return await self._node.database.read(lambda work: records_of(work, ids))

    async def _weeks(self) -> tuple[Week, ...]:
        weeks = await self._node.database.read(weeks_in)
        return tuple(sorted(weeks.values(), key=lambda each: each.week, reverse=True))

    async def _drawn(self, week: Week, party: SampleParty) -> list[Decided]:
        """A party's sample of a week, by the decisions that came after the county was bound."""
        zone = self._desk.holdings.calendar.tz
        return await self._node.database.read(lambda work: drawn_in(work, week, party, zone))

    def _is_for(self, officer: Officer, decided: Decided) -> bool:
        reach = reach_of(officer)
        return reach.department is None or decided.matter in self._queues.matters_within(reach)

    def _keep(self, batch: Batch) -> None:
        if is_rolled_back(batch) or seems_suspect(batch):
            return  # What week it is, somebody else has to say first.
        today = self._desk.holdings.calendar.day_of(batch.now)
        bound = weeks_in(batch.work)
        for week in weeks_ahead(today):
            if week not in bound:
                seed = self._node.randomness(SEED_BYTES)
                put_secret(batch.work, week, seed)
                write(batch, SampleSeed(week, PartHash(seed_digest(week, seed)), None))
        for week, seed in secrets_in(batch.work).items():
            if week < week_of(today):
                told = SampleSeed(week, PartHash(seed_digest(week, seed)), PartHash(seed.hex()))
                write(batch, told)
                drop_secret(batch.work, week)


def drawn_in(work: Work, week: Week, party: SampleParty, zone: tzinfo) -> list[Decided]:
    """A party's sample of a week whose seed was told, by the rows as they are now."""
    assert week.seed is not None, "its seed was told"
    decided = {each.id: each for each in decided_between(work, *week.span(zone))}
    chosen = sample(week.seed, party, [each.eligible for each in decided.values()])
    return [decided[each] for each in chosen]


def _alarm(batch: Batch, line: SampleLine) -> None:
    batch.audit(
        ALARM,
        is_alarm=True,
        neighbour=line.decided.node,
        case=line.decided.case,
        code=ALARM_CODE,
    )
