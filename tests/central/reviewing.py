"""A county at work in a test: its application on a copy of the founded county, and its cases."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import msgspec
from litestar import Litestar

from casework import act as acts
from casework.act import AnyAct
from casework.assessment import Outcome, assess
from casework.case import Case
from casework.facts import facts_of_intake
from casework.material import MaterialState, MaterialVerdict
from casework.matter import MatterRef, MatterVersion
from casework.names import CaseId, MatterId, NodeId, OfficerId
from casework.party import ApplicantSheet, Party
from central.app import create_app
from central.settings import ServerRole, Settings
from sync.clock import ManualClock
from sync.desk import Attachment, Desk, Sitting, Step
from tests.builders import COUNTY, TOWN
from tests.founded import a_clock
from tests.halls import COUNTY_DIR, Browser, copy_of, give_account, running

CHEN = OfficerId("o0010")  # chief representative of civil affairs, may decide
XU = OfficerId("o0011")  # approver of civil affairs, may not decide
LIANG = OfficerId("o0012")  # leader of civil affairs
SHE = OfficerId("o0057")  # chief representative of forestry
OUYANG = OfficerId("o0072")  # clerk of the hall
SHEN = OfficerId("o0080")  # issues results at the hall
HU = OfficerId("o0085")  # edits the catalogue
GUO = OfficerId("o0086")  # administers delegations
WU_SUPERVISOR = OfficerId("o0087")
LUO = OfficerId("o0089")  # system administrator
LIN_SECURITY = OfficerId("o0090")  # security administrator
FORESTRY = MatterId("timber-felling-permit")
ALLOWANCE = MatterId("elderly-allowance")
SOCIAL = MatterId("minimum-living-allowance")
NAME, NUMBER = "陈桂兰", "440229193501010004"
# The smallest picture there is: a WEBP of one pixel.
PICTURE = bytes.fromhex("524946461a000000574542505650384c0d0000002f00000010071011118888fe0700")


class Office:
    """The county's application with somebody before it, and its desk behind it."""

    def __init__(self, app: Litestar, stack: AsyncExitStack, clock: ManualClock) -> None:
        self.app = app
        self.clock = clock
        self._stack = stack
        self._accounts: set[OfficerId] = set()

    @property
    def desk(self) -> Desk:
        desk: Desk = self.app.state.services.desk
        return desk

    async def sign_in(self, officer: OfficerId) -> Browser:
        """A browser of their own for each officer."""
        if officer not in self._accounts:
            # Once only: another password would sign out whoever is at a second screen.
            await give_account(self.app, officer, f"login-{officer}")
            self._accounts.add(officer)
        transport = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
        browser = Browser(await self._stack.enter_async_context(client))
        answer = await browser.sign_in(f"login-{officer}")
        assert answer.status_code == 303, answer.text
        return browser

    def matter(self, matter: MatterId) -> MatterVersion:
        today = self.desk.holdings.calendar.day_of(self.clock.now())
        found = self.desk.holdings.catalogue.current(matter, today)
        assert found is not None
        return found

    async def case(
        self,
        matter: MatterId = SOCIAL,
        *,
        name: str = NAME,
        number: str = NUMBER,
        pickup: NodeId = TOWN,
        accepted: bool = True,
    ) -> Case:
        """A case taken in at the county by its hall."""
        version = self.matter(matter)
        verdicts = complete(version)
        taken = acts.Receive(intake(pickup), verdicts)
        steps = [Step(taken, (applicant(name, number), scan(version)))]
        if accepted:
            steps.append(Step(acts.Accept(verdicts)))
        return await self.act(OUYANG, *steps, matter=version.ref)

    async def act(
        self,
        officer: OfficerId,
        *steps: Step | AnyAct,
        case: CaseId | None = None,
        matter: MatterRef | None = None,
    ) -> Case:
        found = self.desk.holdings.officer(officer)
        assert found is not None
        sitting = Sitting(officer=found, case_id=case, matter=matter)
        wanted = [each if isinstance(each, Step) else Step(each) for each in steps]
        return await self.desk.perform_all(wanted, sitting)

    async def in_review(self, matter: MatterId = SOCIAL, officer: OfficerId = CHEN) -> Case:
        case = await self.case(matter)
        return await self.take(case, officer)

    async def take(self, case: Case, officer: OfficerId = CHEN) -> Case:
        """Take a case and tell the window that its papers are sound."""
        sound = acts.JudgeMaterials(case.materials)
        return await self.act(officer, acts.Take(), sound, case=case.id)

    async def look(self, case: CaseId) -> Case:
        return await self.desk.get_case(case)


@asynccontextmanager
async def an_office(founded: Path, path: Path) -> AsyncIterator[Office]:
    clock = a_clock()
    home = copy_of(founded, path, COUNTY_DIR)
    app = create_app(Settings(data_dir=home, role=ServerRole.WEB), clock)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(running(app))
        office = Office(app, stack, clock)
        await office.desk.node.tick()  # its own number blocks
        yield office


FACTS = (acts.FactItem("applicant.age", 91),)


def complete(matter: MatterVersion) -> tuple[MaterialVerdict, ...]:
    return tuple(
        MaterialVerdict(need.id, MaterialState.PRESENT, need.originals, need.copies, ())
        for need in matter.materials
    )


def with_one_deferred(matter: MatterVersion) -> tuple[str, tuple[MaterialVerdict, ...]]:
    """A material that may be brought later, and the verdicts without it."""
    for need in matter.materials:
        verdicts = tuple(
            MaterialVerdict(need.id, MaterialState.DEFERRED, 0, 0, ())
            if verdict.material == need.id
            else verdict
            for verdict in complete(matter)
        )
        if assess(matter, facts_of_intake(intake(TOWN)), verdicts).outcome is Outcome.DEFERRABLE:
            return need.id, verdicts
    raise AssertionError(f"{matter.id} allows nothing to be brought later")


def intake(pickup: NodeId) -> acts.Intake:
    return acts.Intake(
        channel="window",
        applicant_kind="1",
        has_agent=False,
        home=None,
        pickup=pickup,
        delivery="counter",
        facts=FACTS,
    )


def applicant(name: str = NAME, number: str = NUMBER) -> Attachment:
    party = Party(name, "111", number, "13800138000", "龙仙镇青云村3号")
    sheet = ApplicantSheet(party, None, None, None, None)
    return Attachment("applicant", "application/json", msgspec.json.encode(sheet))


def scan(matter: MatterVersion) -> Attachment:
    return Attachment(matter.materials[0].id, "image/webp", PICTURE)


def opinion(text: str = "经审查，符合条件。") -> Attachment:
    return Attachment("opinion", "text/plain", text.encode())


def granted(document: str | None = "翁民准〔2026〕1号") -> Step:
    return Step(acts.DecideGrant((), document), (opinion(),))


def issued() -> Step:
    return Step(acts.ProduceResult(None), (Attachment("result", "application/pdf", b"%PDF-1.7"),))


async def delivered(office: Office) -> Case:
    """A case whose result was handed over at the county itself."""
    case = await office.case(pickup=COUNTY)
    await office.take(case)
    await office.act(CHEN, granted(), case=case.id)
    await office.act(CHEN, issued(), case=case.id)
    return await office.act(SHEN, acts.Deliver("applicant", "counter"), case=case.id)
