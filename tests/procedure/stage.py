"""A county at work by its own rules: desks of four nodes, whose lines go up and down at will.

Every act is judged by the catalogue and the delegations that the county published, signed, carried
and judged again at the county. A test sets the day, says who does what, and asks what each node
that holds the case makes of it.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from casework import act as acts
from casework.act import Act, AnyAct, FactItem, FactOnWire, Intake
from casework.assessment import materials_for
from casework.calendar import Calendar
from casework.case import Case
from casework.clock import Clock, ClockName
from casework.errors import CaseworkError
from casework.facts import facts_of_intake
from casework.ledger import Ledger, ledger_of
from casework.material import MaterialState, MaterialVerdict
from casework.matter import MatterRef, MatterVersion
from casework.names import CaseId, CaseNumber, MatterId, MessageId, NodeId, OfficerId, is_of_county
from casework.organisation import Officer
from casework.party import ApplicantSheet, Party
from casework.procedure import PROCEDURE
from casework.regions import Regions, decode_regions
from casework.warnings import WarningCode, warnings_of
from central.services.county import County, open_county
from central.services.judging import CountyJudge
from central.settings import Settings as CountySettings
from sync.case_file import read_case_file
from sync.clock import ManualClock
from sync.desk import Attachment, Desk, Sitting, Step
from sync.opening import OpenNode
from sync.power import officer_of
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE, WORDS
from tests.county import FOLDER, calendar
from tests.founded import a_clock, at_work
from tests.halls import COUNTY_DIR, copy_of, fetch_sets
from tests.lines import settle
from tests.procedure.liar import Liar
from webui.documents import Paper
from webui.names_known import Names
from webui.papers import CountyWords, PaperGiven, paper_for, papers_of

WU, WEN, QIU, REN, TOWN_LEADER, LIN = (
    OfficerId(each) for each in ("o0099", "o0100", "o0101", "o0102", "o0103", "o0105")
)
ZHOU, TONG, OTHER_APPROVER, OTHER_SECOND, OTHER_LEADER = (
    OfficerId(each) for each in ("o0114", "o0115", "o0116", "o0117", "o0118")
)
CHEN, XU, LIANG = (OfficerId(each) for each in ("o0010", "o0011", "o0012"))
HALL_CLERK, HALL_ISSUES = OfficerId("o0072"), OfficerId("o0080")
ALL_LINES: Final = ((TOWN, COUNTY), (OTHER_TOWN, COUNTY), (VILLAGE, TOWN))
YEAR: Final = 2026
# What is asked of a household of the plain kind that applies for the minimum allowance.
HOUSEHOLD: Final[Mapping[str, FactOnWire]] = {
    "has_disabled": False,
    "main_cause": "age",
    "is_staff_relative": False,
}
APPLICANT: Final = Party("陈桂兰", "111", "440229193501010004", "13800138000", "青云村3号")
AGENT: Final = Party("陈小明", "111", "440229198802290014", "13900139000", "青云村3号")


class Stage:
    """The nodes and who may talk; `day` is the local day on which things happen."""

    def __init__(
        self, county: County, nodes: Mapping[NodeId, OpenNode], clock: ManualClock
    ) -> None:
        self.county = county
        self.clock = clock
        self.nodes = nodes
        self.desks = {name: Desk(each.node, each.store) for name, each in nodes.items()}
        self.cut_off: set[NodeId] = set()
        self.acts: dict[MessageId, AnyAct] = {}

    # Time and lines.

    @property
    def calendar(self) -> Calendar:
        return self.desks[COUNTY].holdings.calendar

    async def on(self, day: str, at: str = "09:00", *, year: int = YEAR) -> None:
        """Let time pass until then, and every line that is up talk."""
        moment = datetime.combine(
            date.fromisoformat(f"{year}-{day}"), time.fromisoformat(at), self.calendar.tz
        )
        assert moment >= self.clock.now(), "time goes on"
        self.clock.advance(moment - self.clock.now())
        await self.settle()

    def now(self) -> datetime:
        return self.clock.now()

    async def later(self, *, days: int) -> None:
        self.clock.advance(timedelta(days=days))
        await self.settle()

    def cut(self, node: NodeId) -> None:
        self.cut_off.add(node)

    async def settle(self) -> None:
        lines = [
            (self.nodes[low].node, self.nodes[high].node)
            for low, high in ALL_LINES
            if not {low, high} & self.cut_off
        ]
        await settle(lines, rounds=2)
        for low, high in ALL_LINES:
            if not {low, high} & self.cut_off:
                await fetch_sets(self.nodes[high].store, self.nodes[low].store)

    async def publish(self, folder: Path, name: str, *edits: Callable[[Any], None]) -> None:
        """Change a file of the example county, load it and publish it to whoever can be reached."""
        edit_file(folder, name, *edits)
        await self.county.load(folder)
        await self.county.publish()
        await self.settle()

    # People.

    def liar(self, node: NodeId) -> Liar:
        """Whoever has a node's machine and knows how messages are made."""
        return Liar(self.nodes[node].node)

    def desk_of(self, officer: OfficerId) -> tuple[Desk, Officer]:
        found = self.desks[COUNTY].holdings.officer(officer)
        assert found is not None
        node = COUNTY if is_of_county(found.node) else found.node
        return self.desks[node], found

    def matter(self, matter: str) -> MatterVersion:
        """The version in force on the day, as the county publishes it."""
        holdings = self.desks[COUNTY].holdings
        today = holdings.calendar.day_of(self.clock.now())
        found = holdings.catalogue.current(MatterId(matter), today)
        assert found is not None
        return found

    def matter_in(self, matter: str, version: int) -> MatterVersion:
        found = self.desks[COUNTY].holdings.matter(MatterRef(MatterId(matter), version))
        assert found is not None
        return found

    async def do(
        self,
        officer: OfficerId,
        *steps: AnyAct,
        case: CaseId | None = None,
        matter: MatterVersion | None = None,
        party: Party = APPLICANT,
        acting_for: OfficerId | None = None,
    ) -> Case:
        """What an officer does in one sitting, with the words and papers each act must bring."""
        desk, found = self.desk_of(officer)
        sitting = Sitting(
            officer=found,
            acting_for=self.desk_of(acting_for)[1] if acting_for else None,
            case_id=case,
            matter=matter.ref if matter else None,
        )
        wanted = [Step(each, brought_by(each, party)) for each in steps]
        done = await desk.perform_all(wanted, sitting)
        self.acts.update(zip((m.entry for m in done.timeline[-len(steps) :]), steps, strict=True))
        return done

    async def tried(
        self,
        officer: OfficerId,
        *steps: AnyAct,
        case: CaseId | None = None,
        matter: MatterVersion | None = None,
    ) -> str | None:
        """The code with which acts are refused, None if they were done."""
        try:
            await self.do(officer, *steps, case=case, matter=matter)
        except CaseworkError as refused:
            return refused.code
        return None

    async def refused(self, officer: OfficerId, *steps: AnyAct, case: CaseId | None) -> str:
        code = await self.tried(officer, *steps, case=case)
        assert code is not None, f"{steps} was permitted"
        return code

    async def look(self, case: CaseId) -> Case:
        """The case as whoever holds the pen has it."""
        held = await self.holders(case)
        return next(each for name, each in held.items() if each.pen == name)

    async def why_not(self, officer: OfficerId, case: Case, *kinds: type[Act]) -> dict[str, str]:
        """For acts that are not open, by their name, the code that says why."""
        desk, found = self.desk_of(officer)
        asked = await desk.why_not(kinds, Sitting(officer=found, case_id=case.id), case)
        return {name: refused.code for name, refused in asked.items() if refused is not None}

    async def collect(
        self, intake: Intake, full: tuple[MaterialVerdict, ...], matter: MatterVersion
    ) -> CaseId:
        """What the village's agent collects goes up to the township."""
        steps = (acts.Collect(intake, full), acts.HandOverPen(TOWN))
        case = await self.do(LIN, *steps, matter=matter)
        await self.settle()
        return case.id

    # What the nodes make of a case.

    def name_of(self, node: NodeId) -> str:
        return Names.of(self.desks[COUNTY].holdings.organisation, regions(), (), ()).node(node)

    async def by_number(self, number: CaseNumber) -> list[CaseId]:
        """The cases that the county finds by a number, as its search does."""
        rows = await self.nodes[COUNTY].database.fetch(
            "SELECT id FROM case_row WHERE number = ?", (number,)
        )
        return [row[0] for row in rows]

    async def told(self, case: CaseId, node: NodeId, officer: OfficerId) -> list[tuple[str, str]]:
        """What the county said of a case at a node: the code, and of which other case."""
        await self.settle()
        desk = self.desks[node]
        file = await read_case_file(desk, case, officer_of(desk.holdings, officer))
        return [(each.code, each.args["case"]) for each in file.notices]

    async def holders(self, case: CaseId) -> dict[NodeId, Case]:
        found = {name: await each.node.journal.find_case(case) for name, each in self.nodes.items()}
        return {name: held for name, held in found.items() if held is not None}

    async def agreed(self, case: CaseId, *nodes: NodeId) -> Case:
        """The case, which all these nodes hold; whoever else holds it computes the very same."""
        await self.settle()
        held = await self.holders(case)
        assert set(nodes) <= set(held)
        [first, *others] = held.values()
        assert all(each == first for each in others), {n: c.status for n, c in held.items()}
        ledgers = {name: self.ledger(held[name], name) for name in held}
        assert len({repr(each) for each in ledgers.values()}) == 1
        return first

    def ledger(self, case: Case, node: NodeId = COUNTY) -> Ledger:
        holdings = self.desks[node].holdings
        matter = holdings.matter(case.matter)
        assert matter is not None
        return ledger_of(case, matter, holdings.calendar, self.clock.now())

    def clock_of(self, case: Case, name: ClockName | str, node: NodeId = COUNTY) -> Clock:
        return next(each for each in self.ledger(case, node).clocks if each.name == name)

    def due(self, case: Case, name: ClockName | str, node: NodeId = COUNTY) -> str:
        return str(self.clock_of(case, name, node).due_on)

    def turn(self, case: Case) -> tuple[int, ...]:
        """The numbers of the steps whose owners have their turn."""
        return tuple(step.seq for step in self.ledger(case).progress.current)

    def warned(self, case: Case) -> dict[WarningCode, int]:
        """What the county warns of, with the days left or over."""
        matter = self.desks[COUNTY].holdings.matter(case.matter)
        assert matter is not None
        today = self.calendar.day_of(self.clock.now())
        told = warnings_of(self.ledger(case), case, matter, self.calendar, today)
        return {each.code: each.days for each in told}

    def papers(self, case: Case) -> list[str]:
        matter = self.desks[COUNTY].holdings.matter(case.matter)
        assert matter is not None
        return [link.kind.value for link in papers_of(case, matter)]

    async def take_over(self, case: CaseId, giver: OfficerId, to: NodeId) -> None:
        """The pen goes on, and the message that says so with it."""
        await self.do(giver, acts.HandOverPen(to), case=case)
        await self.settle()


@asynccontextmanager
async def a_stage(
    founded: Path, folder: Path, clocks: Mapping[NodeId, ManualClock] = {}
) -> AsyncIterator[Stage]:
    """All nodes go by one clock but those that are given one of their own."""
    clock = a_clock()
    for name in (COUNTY_DIR, TOWN, OTHER_TOWN, VILLAGE):
        copy_of(founded, folder, name)
    async with AsyncExitStack() as stack:
        settings = CountySettings(data_dir=folder / COUNTY_DIR)
        county = await stack.enter_async_context(
            open_county(settings, clock, make_judge=CountyJudge)
        )
        nodes = {COUNTY: county.opened}
        for name in (TOWN, OTHER_TOWN, VILLAGE):
            its = clocks.get(name, clock)
            nodes[name] = await stack.enter_async_context(at_work(folder, name, its))
        stage = Stage(county, nodes, clock)
        await county.opened.node.tick()
        await stage.settle()
        yield stage


def edit_file(folder: Path, name: str, *edits: Callable[[Any], None]) -> None:
    """Change a file of the example county, which the folder is a copy of, to its next version."""
    folder.mkdir(exist_ok=True)
    for file in FOLDER.glob("*.json"):
        if not (folder / file.name).exists():
            (folder / file.name).write_bytes(file.read_bytes())
    listed = json.loads((folder / name).read_text(encoding="utf-8"))
    for edit in edits:
        edit(listed)
    listed["version"] += 1
    (folder / name).write_text(json.dumps(listed, ensure_ascii=False), encoding="utf-8")


def intake_for(
    facts: Mapping[str, FactOnWire] = {},
    *,
    has_agent: bool = False,
    pickup: NodeId = TOWN,
    channel: str = "window",
) -> Intake:
    """An application as it comes in, with the facts that conditions read."""
    stated = tuple(FactItem(field, value) for field, value in sorted(facts.items()))
    return Intake(channel, "1", has_agent, None, pickup, "counter", stated)


def papers_for(
    matter: MatterVersion,
    intake: Intake,
    *,
    missing: Iterable[str] = (),
    deferred: Iterable[str] = (),
) -> tuple[MaterialVerdict, ...]:
    """The papers this application needs, all of them at hand but those named."""
    needed = [need.requirement for need in materials_for(matter, facts_of_intake(intake))]
    absent = {**dict.fromkeys(missing, MaterialState.MISSING)}
    absent |= dict.fromkeys(deferred, MaterialState.DEFERRED)
    return tuple(
        MaterialVerdict(one.id, absent[one.id], 0, 0, ())
        if one.id in absent
        else MaterialVerdict(one.id, MaterialState.PRESENT, one.originals, one.copies, ())
        for one in needed
    )


def brought_by(act: AnyAct, party: Party) -> tuple[Attachment, ...]:
    """The parts that an act must bring, and the notice that tells what is wanting."""
    meant = act.restated if isinstance(act, acts.TakeUpDeposit) else act
    names = set(PROCEDURE[type(meant)].parts)
    if isinstance(meant, acts.NotifyDeficiency | acts.NotifyDeficiencyReview):
        names.add("notice")
        names |= {"grounds"} if meant.agreed_by else set()
    agent = AGENT if getattr(getattr(meant, "intake", None), "has_agent", False) else None
    sheet = ApplicantSheet(party, None, None, agent, "女儿" if agent else None)
    return tuple(
        Attachment("applicant", "application/json", msgspec.json.encode(sheet))
        if name == "applicant"
        else Attachment(name, "text/plain", WORDS[name])
        for name in sorted(names)
    )


def a_paper(stage: Stage, case: Case, kind: str) -> Paper:
    """The newest paper of a kind, as it would be printed."""
    holdings = stage.desks[COUNTY].holdings
    matter = holdings.matter(case.matter)
    assert matter is not None
    given = PaperGiven(
        case=case,
        matter=matter,
        calendar=holdings.calendar,
        names=Names.of(holdings.organisation, regions(), (), ()),
        county=CountyWords(reconsideration_body="县政府", court="县法院"),
        applicant=ApplicantSheet(APPLICANT, None, None, AGENT, "女儿"),
        acts=stage.acts,
    )
    return paper_for(kind, given, now=stage.clock.now(), final=True)


@cache
def regions() -> Regions:
    return decode_regions((FOLDER / "regions.json").read_bytes())


def days_of(case: Case, *kinds: str) -> list[str]:
    """The local days of acts, as `12-01`."""
    return [f"{calendar().day_of(moment.at):%m-%d}" for moment in case.moments(*kinds)]
