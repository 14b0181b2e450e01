"""The intake screen as a browser meets it: saving, choosing, attaching, going on after an error."""

import io
import os
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment
from litestar import Litestar, Request, Response
from piccolo.engine.sqlite import SQLiteEngine
from PIL import Image

from casework.errors import NotDelegatedError
from casework.matter import MatterRef, MatterVersion, effective_on, version_on
from casework.names import CaseId, MatterId
from tests.centres import yes_to_conditions
from tests.county import catalogue
from tests.webui.conftest import (
    GATE,
    NOON,
    OFFICERS,
    PASSWORD,
    Browser,
    Clock,
    Hall,
    SomeOfficer,
    _bound,
    _chrome,
)
from tests.webui.intake_cases import CHEN_XIULAN, TODAY, a_counter, a_village
from tests.webui.paper_text import text_of
from webui.assets import load_assets
from webui.drafts import DraftRecord, Drafts
from webui.drafts_tables import Draft, DraftFile
from webui.forms import Form
from webui.intake_decision import decision_of
from webui.intake_earlier import Earlier, Reusable, ScanAgain
from webui.intake_form import IntakeForm, IntakePlace, read_intake
from webui.intake_newer import newer_version
from webui.intake_routes import intake_routes
from webui.intake_view import INTAKE_ASSETS, IntakeUrls, IntakeView
from webui.kit import create_kit
from webui.paper_sheets import Told
from webui.responses import redirect
from webui.session import Passwords, SignIn
from webui.store import Accounts, Attempts, Sessions
from webui.tables import Account, Session, SignInAttempt
from webui.templating import create_environment

CASE = CaseId("c" * 32)
MATTERS = catalogue().matters
ALLOWANCE = "minimum-living-allowance@1"


class Office:
    """A township's counter with the catalogue of the example county."""

    base = "/intake"
    layout = "kit/layout.html"

    def __init__(self, drafts: Drafts) -> None:
        self.drafts = drafts
        self.done: list[IntakeForm] = []
        self.scans: list[tuple[str, ...]] = []
        self.refusal: type[NotDelegatedError] | None = None
        self.known = Earlier()

    def now(self) -> datetime:
        return NOON

    def place(self, request: Request[Any, Any, Any]) -> IntakePlace:  # noqa: ARG002
        return a_counter()

    def matter(self, ref: MatterRef) -> MatterVersion | None:
        return next((one for one in MATTERS if one.ref == ref), None)

    def current(self, matter: MatterId, on: date) -> MatterVersion | None:
        return version_on(MATTERS, matter, on)

    def search(self, text: str, on: date) -> Sequence[MatterVersion]:
        return [one for one in effective_on(MATTERS, on) if text in one.name]

    def case_url(self, case: CaseId) -> str:
        return f"/cases/{case}"

    async def may(
        self,
        request: Request[Any, Any, Any],  # noqa: ARG002
        intake: IntakeForm,  # noqa: ARG002
    ) -> Mapping[str, str]:
        acts = ("accept", "accept_deferred", "notify_deficiency", "refuse_acceptance", "receive")
        return dict.fromkeys(acts, "")

    async def warnings(
        self,
        request: Request[Any, Any, Any],  # noqa: ARG002
        intake: IntakeForm,  # noqa: ARG002
    ) -> tuple[str, ...]:
        return ()

    async def earlier(
        self,
        request: Request[Any, Any, Any],  # noqa: ARG002
        intake: IntakeForm,  # noqa: ARG002
    ) -> Earlier:
        return self.known

    async def scans_again(self, paper: Reusable) -> tuple[ScanAgain, ...]:
        return (ScanAgain(paper.number, "image/jpeg", a_jpeg()),)

    def prints(self, draft: DraftRecord, intake: IntakeForm) -> Mapping[str, str]:  # noqa: ARG002
        return {}

    def told(self, request: Request[Any, Any, Any], matter: MatterVersion, asker: str) -> Told:  # noqa: ARG002
        return Told(issuer="翁源县民政局", office="龙仙镇", officer="吴敏", asker=asker)

    async def submit(
        self, request: Request[Any, Any, Any], draft: DraftRecord, intake: IntakeForm
    ) -> Response[Any]:
        if self.refusal is not None:
            raise self.refusal(intake.act)
        self.done.append(intake)
        self.scans.append(tuple(one.material for one in await self.drafts.files_of(draft.id)))
        await self.drafts.mark_submitted(draft.id, CASE, self.now())
        return redirect(request, self.case_url(CASE))


class Desk:
    """The application, the office behind it, and a browser signed in as Wu."""

    def __init__(self, hall: Hall, office: Office) -> None:
        self.hall = hall
        self.office = office

    async def browser(self, login: str = "wu") -> Browser:
        browser = self.hall.browser()
        await browser.sign_in(login)
        return browser


async def _find_officer(officer: str) -> SomeOfficer | None:
    return OFFICERS.get(officer)


async def _why_barred(_: str) -> str | None:
    return None


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    return await a_desk(tmp_path)


async def a_desk(tmp_path: Path) -> Desk:
    """The intake on a database of its own, and who works at it."""
    engine = SQLiteEngine(path=str(tmp_path / "intake.sqlite"), log_queries=False)
    accounts, sessions = _bound(Account, engine), _bound(Session, engine)
    attempts = _bound(SignInAttempt, engine)
    draft, file = _bound(Draft, engine), _bound(DraftFile, engine)
    for table in (accounts, sessions, attempts, draft, file):
        await table.create_table()
    sign_in = SignIn(
        accounts=Accounts(accounts),
        sessions=Sessions(sessions),
        attempts=Attempts(attempts),
        passwords=Passwords(),
        random_bytes=os.urandom,
    )
    for officer, login in (("o0099", "wu"), ("o0114", "zhou")):
        await sign_in.set_account(
            officer=officer, login=login, password=PASSWORD, now=NOON, must_change=False
        )
    clock = Clock()
    kit = create_kit(
        gate=GATE,
        templates=tmp_path,
        sign_in=sign_in,
        find_officer=_find_officer,
        why_barred=_why_barred,
        chrome=_chrome,
        clock=clock,
        random_bytes=os.urandom,
        static=INTAKE_ASSETS,
    )
    office = Office(Drafts(draft, file, os.urandom))
    app = Litestar(route_handlers=[intake_routes(office), *kit.route_handlers], **kit.options)
    return Desk(Hall(app, sign_in, clock), office)


async def begin(browser: Browser) -> str:
    answer = await browser.get("/intake/new")
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def choose(browser: Browser, url: str, ref: str = ALLOWANCE, **fields: str) -> str:
    """Choose a matter with what is typed so far; the answer replaces the form."""
    revision = re.search(r'name="revision" value="(\d+)"', (await browser.get(url)).text)
    assert revision is not None
    answer = await browser.post(f"{url}/matter", choose=ref, revision=revision[1], **fields)
    assert answer.status_code == 200
    return answer.text


async def test_a_new_intake_is_a_draft_at_its_own_address(desk: Desk) -> None:
    browser = await desk.browser()
    page = await browser.get(await begin(browser))
    assert page.status_code == 200
    assert "请先选择事项" in page.text
    assert "intake.js" in page.text


async def test_choosing_a_matter_keeps_what_was_typed_of_the_applicant(desk: Desk) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    await choose(browser, url, **CHEN_XIULAN)
    text = (await browser.get(url)).text
    assert 'value="陈秀兰"' in text
    assert "城乡居民最低生活保障审核确认" in text
    assert "家庭经济状况核对授权书" in text


async def test_the_sheet_of_a_draft_tells_what_its_own_situation_asks_for(desk: Desk) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    before = await browser.get(f"{url}/sheet")
    await choose(browser, url, "timber-felling-permit@1", **CHEN_XIULAN, **{"v-volume_m3": "8.5"})
    page, sheet = await browser.get(url), await browser.get(f"{url}/sheet")
    text = text_of(sheet.content)

    assert before.status_code == 404
    assert f'href="{url}/sheet"' in page.text
    assert "打印一次性告知单" in page.text
    assert "适用情形告知承诺（蓄积十五立方米以下）" in text
    assert "林木采伐告知承诺书" in text
    assert "伐区调查设计文件" not in text
    assert "咨询人陈秀兰" in text


async def test_a_commitment_is_printed_to_be_signed_before_it_is_ticked(desk: Desk) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    await choose(browser, url, "minimum-living-allowance@1", **CHEN_XIULAN)
    offers_none = await browser.get(f"{url}/commitment")
    await choose(browser, url, "timber-felling-permit@1", **CHEN_XIULAN, **{"v-volume_m3": "8.5"})
    page, paper = await browser.get(url), await browser.get(f"{url}/commitment")
    text = text_of(paper.content)

    assert offers_none.status_code == 404
    assert f'href="{url}/commitment"' in page.text
    assert "告知承诺书" in text
    assert "陈秀兰" in text
    assert "预览" not in text


async def test_the_search_offers_matters_for_the_keyboard(desk: Desk) -> None:
    browser = await desk.browser()
    found = (await browser.get("/intake/matters?q=最低生活")).text
    assert 'role="option"' in found
    assert f'data-choose="{ALLOWANCE}"' in found
    assert "没有找到" in (await browser.get("/intake/matters?q=月球")).text


async def test_every_change_is_saved_and_answered_with_the_panel(desk: Desk) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    await choose(browser, url)
    fields = {**CHEN_XIULAN, "phone": "1392234", "v-main_cause": "illness", "m-m6": "deferred"}
    answer = await browser.post(f"{url}/decide", revision="2", at="name", **fields)
    assert answer.status_code == 200
    assert "需补正" in answer.text
    assert 'name="revision" value="3"' in answer.text
    assert "手机号应为 11 位" in answer.text
    assert "校验通过 · 女 · 1958-06-17 · 翁源县" in answer.text
    assert 'id="n-phone"' in answer.text
    assert "<input class=" not in answer.text  # no field is ever replaced
    assert 'value="1392234"' in (await browser.get(url)).text


async def test_the_field_being_typed_in_is_not_found_fault_with(desk: Desk) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    await choose(browser, url)
    half = {**CHEN_XIULAN, "id_number": "4402291958"}
    answer = await browser.post(f"{url}/decide", revision="2", at="id_number", **half)
    assert 'id="n-id_number"' not in answer.text


async def test_a_second_window_on_one_draft_is_told(desk: Desk) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    assert (await browser.post(f"{url}/decide", revision="1", name="先")).status_code == 200
    late = await browser.post(f"{url}/decide", revision="1", name="后")
    assert late.status_code == 409
    assert "另一个窗口" in late.text
    assert 'value="先"' in (await browser.get(url)).text


async def test_a_colleague_takes_a_draft_over_in_so_many_words(desk: Desk) -> None:
    wu, zhou = await desk.browser(), await desk.browser("zhou")
    url = await begin(wu)
    assert "接手" in (await zhou.get(url)).text
    assert (await zhou.post(f"{url}/decide", revision="1")).status_code == 409
    await zhou.post(f"{url}/take-over")
    assert "请先选择事项" in (await zhou.get(url)).text
    assert (await wu.post(f"{url}/decide", revision="1")).status_code == 409


async def test_a_mistake_is_listed_and_nothing_typed_is_lost(desk: Desk) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    await choose(browser, url)
    sent = {**CHEN_XIULAN, "id_number": "440229580617214", "act": "accept", "revision": "2"}
    answer = await browser.post(url, **sent)
    assert answer.status_code == 422
    assert 'href="#f-id_number"' in answer.text
    assert "15 位的旧身份号码已停用" in answer.text
    assert 'value="440229580617214"' in answer.text
    assert "请选择户籍地类型" in answer.text
    assert desk.office.done == []


async def test_what_the_rules_refuse_is_shown_over_the_form(desk: Desk) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    await choose(browser, url, "livelihood-archives@1")
    desk.office.refusal = NotDelegatedError
    answer = await browser.post(url, **whole("livelihood-archives"), act="accept", revision="2")
    assert answer.status_code == 409
    assert "县里没有把这一事项的这项权限放给本单位" in answer.text
    assert 'value="陈秀兰"' in answer.text


async def test_nothing_is_accepted_on_conditions_that_nobody_looked_at(desk: Desk) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    await choose(browser, url, "livelihood-archives@1")
    sent = whole("livelihood-archives")
    [asked, *_] = yes_to_conditions("livelihood-archives")
    unseen = {name: value for name, value in sent.items() if name != asked}

    answer = await browser.post(url, **unseen, act="accept", revision="2")

    assert answer.status_code == 422
    assert f'href="#f-{asked}"' in answer.text
    assert f'id="f-{asked}"' in answer.text
    assert "请核对受理条件" in answer.text
    assert desk.office.done == []


async def test_a_whole_form_is_submitted_once(desk: Desk) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    await choose(browser, url, "livelihood-archives@1")
    sent = {**whole("livelihood-archives"), "act": "accept", "revision": "2"}
    first = await browser.post(url, **sent)
    assert (first.status_code, first.headers["location"]) == (303, f"/cases/{CASE}")
    again = await browser.post(url, **sent)
    assert (again.status_code, again.headers["location"]) == (303, f"/cases/{CASE}")
    assert len(desk.office.done) == 1
    assert desk.office.done[0].act == "accept"
    assert (await browser.get(url)).headers["location"] == f"/cases/{CASE}"


async def test_putting_aside_says_where_it_was_saved(desk: Desk) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    answer = await browser.post(url, act="save", revision="1", name="陈秀兰")
    assert answer.status_code == 303
    assert "\\u672c\\u673a" in answer.headers["hx-trigger"]


async def test_a_photo_is_attached_shown_and_removed(desk: Desk) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    await choose(browser, url)
    answer = await attach(browser, url, a_jpeg())
    assert answer.status_code == 200
    assert "照片不清，请重拍" in answer.text
    (file,) = re.findall(r'href="([^"]+/files/[0-9a-f]{32})"', answer.text)
    assert (await browser.get(file)).headers["content-type"] == "image/webp"
    assert (await browser.get(f"{file}/thumbnail")).status_code == 200
    removed = await browser.post(f"{file}/remove")
    assert 'data-count="0"' in removed.text
    assert (await browser.get(file)).status_code == 404


@pytest.mark.parametrize(
    ("content", "status"), [(b"", 422), (b"MZ\x90\x00", 422), (b"x" * 31_000_000, 413)]
)
async def test_a_file_that_is_none_is_refused_in_words(
    desk: Desk, content: bytes, status: int
) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    await choose(browser, url)
    answer = await attach(browser, url, content)
    assert answer.status_code == status
    assert "hx-trigger" in answer.headers


async def test_a_file_of_a_paper_that_is_not_asked_for_is_refused(desk: Desk) -> None:
    browser = await desk.browser()
    url = await begin(browser)
    await choose(browser, url)
    assert (await attach(browser, url, a_jpeg(), "m99")).status_code == 422


async def attach(browser: Browser, url: str, content: bytes, material: str = "m1") -> Any:
    token = (await browser.client.get("/session/token")).json()["csrf_token"]
    return await browser.client.post(
        f"{url}/files",
        data={"material": material},
        files={"file": ("身份证.jpg", content, "image/jpeg")},
        headers={"X-CSRF-Token": token, "HX-Request": "true"},
    )


def a_jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 1000), (200, 200, 200)).save(out, "JPEG")
    return out.getvalue()


def whole(matter: str) -> dict[str, str]:
    """Chen Xiulan's application with every field of a matter filled in by an example."""
    found = next(one for one in MATTERS if one.id == matter)
    values = {"enum": lambda one: one.options[0].value, "text": lambda one: one.examples[0]}
    fields = {f"v-{one.key}": _sample(one, values) for one in found.form_fields}
    looked = yes_to_conditions(matter)
    papers = {f"m-{one.id}": "present" for one in found.materials}
    return {**CHEN_XIULAN, **fields, **looked, **papers}


def _sample(field: Any, values: Mapping[str, Any]) -> str:
    if field.type in values:
        return str(values[field.type](field))
    if field.type == "boolean":
        return "0"
    if field.type == "date":
        return TODAY.isoformat()
    return str(field.validation.min if field.validation.min is not None else field.examples[0])


# ---- Every matter of the county renders, and nothing in it could run -----------------------------


@pytest.fixture(scope="module")
def environment() -> Environment:
    return create_environment(load_assets(INTAKE_ASSETS))


def a_view(matter: MatterVersion | None, place: IntakePlace, **fields: str) -> IntakeView:
    intake = read_intake(Form.of({**CHEN_XIULAN, **fields}), matter, place, TODAY)
    may = {"collect": ""} if place.village else {"accept": "", "instant": "", "receive": ""}
    draft = DraftRecord(
        id="d" * 32,
        officer="o0099",
        matter=matter.ref if matter is not None else None,
        fields={},
        applicant="陈秀兰",
        revision=4,
        created_at=NOON,
        updated_at=NOON,
    )
    return IntakeView(
        intake=intake,
        draft=draft,
        files=(),
        urls=IntakeUrls.at("/intake/d", search="/intake/matters"),
        decision=decision_of(intake, may=may),
        newer=newer_version(matter, version_on(MATTERS, matter.id, TODAY)) if matter else None,
    )


@pytest.mark.parametrize("village", [False, True])
@pytest.mark.parametrize("matter", MATTERS, ids=lambda one: f"{one.id}-{one.version}")
def test_every_matter_renders_inert(
    environment: Environment, matter: MatterVersion, *, village: bool
) -> None:
    view = a_view(matter, a_village() if village else a_counter(), has_agent="1")
    for name in ("_form", "_decided"):
        text = environment.get_template(f"kit/intake/{name}.html").render(view=view, at="")
        assert "style=" not in text
        assert "<script" not in text
        assert not re.search(r"\son\w+=", text)
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids))
    for field in matter.form_fields:
        assert field.label in text or f"v-{field.key}" in text


def test_what_is_typed_is_shown_as_text(environment: Environment) -> None:
    hostile = "<script>alert(1)</script>\"'"
    view = a_view(MATTERS[0], a_counter(), name=hostile, address=hostile)
    text = environment.get_template("kit/intake/_form.html").render(view=view)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_no_intake_template_holds_an_inline_style_or_handler() -> None:
    folder = Path(__file__).parents[2] / "webui" / "templates" / "kit" / "intake"
    for path in folder.glob("*.html"):
        text = path.read_text("utf-8")
        assert "style=" not in text, path
        assert not re.search(r"\son[a-z]+=", text), path
        assert "https://" not in text, path
