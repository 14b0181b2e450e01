"""A laptop at work: its application, the township above it and the county, and lines by hand."""

import io
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

import httpx
from litestar import Litestar
from PIL import Image

from casework import act as acts
from casework.case import Case
from casework.names import CaseId, OfficerId
from central.services.county import open_county
from central.services.judging import CountyJudge
from central.settings import Settings as CountySettings
from sync.clock import ManualClock
from sync.desk import Attachment, Desk, Sitting, Step
from sync.opening import OpenNode
from tests.builders import CHEN, LIN, TOWN, VILLAGE
from tests.centres import LOW_INCOME, PERSON, Centre, Clerk, case_in, visible
from tests.founded import a_clock
from tests.halls import COUNTY_DIR, MET_DIR, PASSWORD, Browser, copy_of, give_account, running
from tests.lines import settle
from township_node.app import create_app as create_township
from township_node.settings import Settings as TownshipSettings
from village_agent.app import create_app
from village_agent.routes.access import Services
from village_agent.settings import Settings

AT_THE_TABLE = {**PERSON, "channel": "village_agent", "pickup": VILLAGE}


class Laptop:
    """The village's application, and the one browser before it."""

    def __init__(self, app: Litestar, services: Services) -> None:
        self.app = app
        self.services = services
        self._stack = AsyncExitStack()

    @property
    def desk(self) -> Desk:
        return self.services.desk

    async def sign_in(self, officer: OfficerId = LIN) -> "Agent":
        await give_account(self.app, officer, officer)
        transport = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
        await self._stack.enter_async_context(client)
        agent = Agent(client)
        answer = await agent.sign_in(officer, PASSWORD)
        assert answer.headers["location"] == "/"
        return agent

    async def close(self) -> None:
        await self._stack.aclose()


class Agent(Browser):
    """Lin, before the laptop's screen."""

    async def said(self, url: str) -> str:
        page = await self.get(url)
        assert page.status_code == 200, visible(page.text)
        return visible(page.text)

    async def begin(self, matter: str, version: int = 1) -> str:
        """The address of a new draft of a matter that was picked from the list."""
        begun = await self.post("/collect", choose=f"{matter}@{version}")
        return str(begun.headers["location"])

    async def revision(self, draft: str) -> str:
        found = re.search(r'name="revision"[^>]*value="(\d+)"', (await self.get(draft)).text)
        assert found is not None
        return found[1]

    async def photograph(
        self, draft: str, material: str, content: bytes, name: str = "a.jpg"
    ) -> httpx.Response:
        token = (await self.get("/session/token")).json()["csrf_token"]
        return await self.client.post(
            f"{draft}/files",
            data={"csrf_token": token, "material": material},
            files={"file": (name, content)},
            headers={"hx-request": "true"},
        )

    async def press(
        self, draft: str, fields: Mapping[str, str], act: str = "collect"
    ) -> httpx.Response:
        page = (await self.get(draft)).text
        looked = dict.fromkeys(re.findall(r'name="(q-[^"]+)"', page), "1")
        sent = {**AT_THE_TABLE, **looked, **fields, "act": act}
        return await self.post(draft, **sent, revision=await self.revision(draft))

    async def collected(
        self, matter: str, fields: Mapping[str, str], act: str = "collect", version: int = 1
    ) -> CaseId:
        answer = await self.press(await self.begin(matter, version), fields, act)
        assert answer.status_code == 303, visible(answer.text)[:1500]
        return case_in(answer.headers["location"])

    async def act(self, case: CaseId, act: str, **fields: str) -> httpx.Response:
        page = (await self.get(f"/cases/{case}")).text
        found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
        seen = {"seen": found[1]} if found else {}
        return await self.post(f"/cases/{case}/acts/{act}", **seen, **fields)


class Village:
    """A county, a township and the laptop below it, in one process."""

    def __init__(self, clock: ManualClock, county: OpenNode, town: Centre, laptop: Laptop) -> None:
        self.clock = clock
        self.county = county
        self.county_desk = Desk(county.node, county.store)
        self.town = town
        self.laptop = laptop

    async def settle(self) -> None:
        """The line comes back: everything goes where it belongs."""
        below = (self.laptop.services.node, self.town.node)
        above = (self.town.node, self.county.node)
        await settle([above, below, above])

    async def case(self, case: CaseId) -> Case:
        return await self.laptop.desk.get_case(case)


@asynccontextmanager
async def a_village(founded: Path, folder: Path) -> AsyncIterator[Village]:
    clock = a_clock()
    for name in (COUNTY_DIR, TOWN, VILLAGE):
        copy_of(founded / MET_DIR, folder, name)
    async with AsyncExitStack() as stack:
        settings = CountySettings(data_dir=folder / COUNTY_DIR)
        county = await stack.enter_async_context(
            open_county(settings, clock, make_judge=CountyJudge)
        )
        town = create_township(TownshipSettings(data_dir=folder / TOWN, sync_enabled=False), clock)
        await stack.enter_async_context(running(town))
        app = create_app(Settings(data_dir=folder / VILLAGE, sync_enabled=False), clock)
        await stack.enter_async_context(running(app))
        centre, laptop = Centre(town.state.services, town), Laptop(app, app.state.services)
        stack.push_async_callback(centre.close)
        stack.push_async_callback(laptop.close)
        made = Village(clock, county.opened, centre, laptop)
        yield made


def a_photo(shade: int = 90) -> bytes:
    """A picture that a camera might have made: sharp, and not dark."""
    picture = Image.new("L", (900, 1200), 250)
    for at in range(0, 1200, 24):
        picture.paste(shade, (60, at, 840, at + 9))
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=85)
    return made.getvalue()


def a_picture() -> bytes:
    """One that compresses badly: it is a large part, and its bytes are like no other's."""
    made = io.BytesIO()
    Image.frombytes("L", (400, 400), Random(64).randbytes(400 * 400)).save(made, "JPEG", quality=90)
    return made.getvalue()


async def ready_for_the_village(village: Village, lin: Agent, wu: Clerk) -> CaseId:
    """Accepted in the township, granted at the county, sent to the village."""
    case = await lin.collected("minimum-living-allowance", LOW_INCOME)
    await village.settle()
    answer = await wu.post(f"/cases/{case}/sittings/accept", seen=await wu.seen(case))
    assert answer.status_code == 303, visible(answer.text)
    await village.settle()
    desk = village.county_desk
    chen = desk.holdings.officer(CHEN)
    assert chen is not None
    result = Attachment("result", "application/pdf", b"%PDF-1.7 the licence")
    opinion = Attachment("opinion", "text/plain", "同意".encode())
    await desk.perform_all(
        (
            Step(acts.Take()),
            Step(acts.JudgeMaterials((await desk.get_case(case)).materials)),
            Step(acts.DecideGrant((), "翁民〔2026〕1号"), (opinion,)),
            Step(acts.ProduceResult("翁民〔2026〕1号"), (result,)),
            Step(acts.ForwardResult(VILLAGE)),
            Step(acts.HandOverPen(VILLAGE)),
        ),
        Sitting(officer=chen, case_id=case),
    )
    await village.settle()
    return case
