"""A centre at work: its application, the county and a village beside it, and lines by hand."""

import io
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import msgspec
from litestar import Litestar
from PIL import Image

from casework import act as acts
from casework.act import Intake
from casework.material import MaterialState, MaterialVerdict
from casework.names import CaseId, MatterId, OfficerId, RegionCode
from casework.party import ApplicantSheet, Party
from central.services.county import open_county
from central.services.judging import CountyJudge
from central.settings import Settings as CountySettings
from sync.desk import Attachment, Desk, Sitting, Step
from sync.node import Node
from sync.opening import OpenNode
from tests.builders import CHEN, LIN, OTHER_TOWN, TOWN, VILLAGE, WU
from tests.county import catalogue
from tests.founded import a_clock, at_work
from tests.halls import COUNTY_DIR, MET_DIR, PASSWORD, Browser, copy_of, give_account, running
from tests.lines import settle
from township_node.app import create_app
from township_node.routes.access import Services
from township_node.settings import Settings

WEN = OfficerId("o0100")  # of the same township: clerk and issuing
QIU = OfficerId("o0101")  # approver of the township
TONG = OfficerId("o0115")  # clerk and issuing in another township

PERSON = {
    "kind": "1",
    "name": "陈秀兰",
    "id_type": "111",
    "id_number": "440229193501010004",
    "phone": "13800138000",
    "address": "翁源县龙仙镇青云村",
    "home": "440229901002",
    "channel": "window",
    "delivery": "counter",
}
TIMBER = {
    "v-volume_m3": "8.5",
    "v-area_mu": "2",
    "v-species": "fir",
    "v-age": "26",
    "v-mode": "select",
    "v-compartment": "901-01-012",
    "v-purpose": "sale",
    "v-replant_on": "2027-03-01",
    **{f"m-m{number}": "present" for number in (1, 2, 3, 4)},
}
CARD = {"v-apply_kind": "new", "v-is_local": "1", "m-m1": "present", "m-m2": "present"}
LOW_INCOME = {
    "v-settlement": "rural",
    "v-household_size": "1",
    "v-members-row": "0",
    "v-members-0-name": "陈秀兰",
    "v-members-0-id_number": "440229193501010004",
    "v-members-0-relation": "本人",
    "v-members-0-monthly_income": "300",
    "v-monthly_income_total": "300",
    "v-main_cause": "age",
    "v-has_disabled": "0",
    "v-housing_area": "60",
    "v-has_vehicle": "0",
    "v-is_staff_relative": "0",
    "v-applies_as_single": "0",
    "v-bank_account": "6200008052621020125",
    **{f"m-m{number}": "present" for number in (1, 2, 3, 4)},
}


class Centre:
    """One centre's application, with as many browsers before it as a test wants."""

    def __init__(self, services: Services, app: Litestar) -> None:
        self.services = services
        self.app = app
        self._stack = AsyncExitStack()

    @property
    def node(self) -> Node:
        return self.services.node

    async def sign_in(self, officer: OfficerId) -> "Clerk":
        """A browser of its own, in which this officer is signed in."""
        await give_account(self.app, officer, officer)
        transport = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
        await self._stack.enter_async_context(client)
        browser = Clerk(client)
        answer = await browser.sign_in(officer, PASSWORD)
        assert answer.headers["location"] == "/"
        return browser

    async def close(self) -> None:
        await self._stack.aclose()


class Clerk(Browser):
    """Somebody signed in, and what they do at the counter."""

    async def open_draft(self, matter: str, version: int = 1) -> str:
        """The address of a new draft on which a matter was chosen."""
        begun = await self.get("/intake/new")
        url = begun.headers["location"]
        chosen = {"choose": f"{matter}@{version}", "revision": "1"}
        answer = await self.post(f"{url}/matter", **chosen)
        assert answer.status_code == 200, answer.text
        return str(url)

    async def revision(self, draft: str) -> str:
        page = (await self.get(draft)).text
        found = re.search(r'name="revision"[^>]*value="(\d+)"', page)
        assert found is not None
        return found[1]

    async def take_in(self, matter: str, fields: Mapping[str, str], act: str) -> httpx.Response:
        """Fill the whole screen in and press a button."""
        draft = await self.open_draft(matter)
        looked = yes_to_conditions(matter)
        sent = {**PERSON, **looked, **fields, "act": act, "revision": await self.revision(draft)}
        return await self.post(draft, **sent)

    async def taken(self, matter: str, fields: Mapping[str, str], act: str = "accept") -> CaseId:
        answer = await self.take_in(matter, fields, act)
        assert answer.status_code == 303, visible(answer.text)[:900]
        return case_in(answer.headers["location"])

    async def seen(self, case: CaseId) -> str:
        """The head of a case as its page shows it."""
        page = (await self.get(f"/cases/{case}")).text
        found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
        assert found is not None, visible(page)
        return found[1]

    async def act(self, case: CaseId, act: str, **fields: str) -> httpx.Response:
        return await self.post(f"/cases/{case}/acts/{act}", seen=await self.seen(case), **fields)


class World:
    """A county, two townships and a village in one process."""

    def __init__(self, county: OpenNode, village: OpenNode, town: Centre, other: Centre) -> None:
        self.county, self.village, self.town, self.other = county, village, town, other
        self.county_desk = Desk(county.node, county.store)
        self.village_desk = Desk(village.node, village.store)

    async def settle(self, *, county: bool = True) -> None:
        """Let the lines talk; without the county only that between village and township."""
        lines = [(self.village.node, self.town.node)]
        if county:
            above = [(self.town.node, self.county.node), (self.other.node, self.county.node)]
            lines = [*above, *lines, *above]
        await settle(lines)


@asynccontextmanager
async def a_world(founded: Path, folder: Path) -> AsyncIterator[World]:
    """The county and the centres of the cast, at work on copies of their own."""
    clock = a_clock()
    for name in (COUNTY_DIR, TOWN, OTHER_TOWN, VILLAGE):
        copy_of(founded / MET_DIR, folder, name)
    async with AsyncExitStack() as stack:
        settings = CountySettings(data_dir=folder / COUNTY_DIR)
        county = await stack.enter_async_context(
            open_county(settings, clock, make_judge=CountyJudge)
        )
        village = await stack.enter_async_context(at_work(folder, VILLAGE, clock))
        centres = []
        for town in (TOWN, OTHER_TOWN):
            app = create_app(Settings(data_dir=folder / town, sync_enabled=False), clock)
            await stack.enter_async_context(running(app))
            centre = Centre(app.state.services, app)
            stack.push_async_callback(centre.close)
            centres.append(centre)
        made = World(county.opened, village, *centres)
        yield made


def yes_to_conditions(matter: str) -> dict[str, str]:
    """Whoever takes in looked at each condition that no machine tests, and found it to hold."""
    asked = (one for one in catalogue().matters if one.id == matter)
    return {
        f"q-{condition.id}": "1"
        for one in asked
        for condition in one.acceptance.conditions
        if condition.rule is None
    }


def materials(*present: str, missing: tuple[str, ...] = ()) -> dict[str, str]:
    return {
        **{f"m-{one}": "present" for one in present},
        **{f"m-{one}": "missing" for one in missing},
    }


def case_in(url: str) -> CaseId:
    found = re.search(r"/cases/([0-9a-f]{32})", url)
    assert found is not None, url
    return CaseId(found[1])


def visible(page: str) -> str:
    """What a page says to a person."""
    body = re.sub(r"<(script|style|svg)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


async def handed_over(world: World, case: CaseId) -> None:
    """The county decides, and Wu hands the result to the applicant."""
    await decided_by_the_county(world, case)
    await world.settle()
    desk = world.town.services.desk
    wu = desk.holdings.officer(WU)
    assert wu is not None
    steps = (Step(acts.ConfirmArrival()), Step(acts.Deliver("applicant", "counter")))
    await desk.perform_all(steps, Sitting(officer=wu, case_id=case))


async def collected(world: World, *, present: tuple[str, ...] = ("m1", "m2", "m3", "m4")) -> CaseId:
    """Lin collects an application of somebody at the table, and hands it up."""
    desk = world.village_desk
    matter = desk.holdings.catalogue.current(
        MatterId("minimum-living-allowance"), desk.holdings.calendar.day_of(desk.now())
    )
    assert matter is not None
    intake = Intake("village_agent", "1", False, RegionCode("440229901002"), TOWN, "counter", ())
    verdicts = tuple(
        MaterialVerdict(
            need.id,
            MaterialState.PRESENT if need.id in present else MaterialState.MISSING,
            need.originals,
            need.copies,
            (),
        )
        for need in matter.materials[:4]
    )
    party = Party("林桂芳", "111", "440229193501010004", "13800138000", "青云村")
    sheet = ApplicantSheet(party, RegionCode("440229901002"), None, None, None)
    brought = (
        Attachment("applicant", "application/json", msgspec.json.encode(sheet)),
        Attachment("form", "application/json", b"{}"),
        Attachment("m1", "image/webp", a_scan()),
    )
    lin = desk.holdings.officer(LIN)
    assert lin is not None
    case = await desk.perform_all(
        (Step(acts.Collect(intake, verdicts), brought), Step(acts.HandOverPen(TOWN))),
        Sitting(officer=lin, matter=matter.ref),
    )
    await world.settle(county=False)
    return case.id


def a_scan() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(made, "WEBP")
    return made.getvalue()


async def decided_by_the_county(world: World, case: CaseId) -> None:
    """Chen takes the case, decides it, has its result made, and sends it to the counter."""
    desk = world.county_desk
    chen = desk.holdings.officer(CHEN)
    assert chen is not None
    stands = await desk.get_case(case)
    assert stands.pickup is not None
    opinion = Attachment("opinion", "text/plain", "符合条件".encode())
    result = Attachment("result", "application/pdf", b"%PDF-1.7 the result")
    await desk.perform_all(
        (
            Step(acts.Take()),
            Step(acts.JudgeMaterials(stands.materials)),
            Step(acts.Opine(1, acts.Outcome.PASS), (opinion,)),
            Step(acts.DecideGrant((), "翁民决〔2026〕1号"), (opinion,)),
            Step(acts.ProduceResult("翁民决〔2026〕1号"), (result,)),
            Step(acts.ForwardResult(stands.pickup)),
            Step(acts.HandOverPen(stands.pickup)),
        ),
        Sitting(officer=chen, case_id=case),
    )
