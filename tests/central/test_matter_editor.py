"""The editor of matters: drafted in forms, looked at by another, put in force from a day on."""

import re
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from casework.matter import MatterVersion
from casework.matter_editing import drafts_of
from casework.names import MatterId, OfficerId
from casework.proposal import MatterChanges, ProposalState
from central.routes.matter_form import rearranged, written
from central.services.matter_desk import MatterDesk, OpenMatter
from central.services.proposals import ProposalDesk
from central.store.proposals import Proposal
from tests.central.reviewing import FORESTRY, HU, LUO, Office
from tests.halls import Browser
from webui.forms import Form

ZHOU = OfficerId("o0095")  # reviews the catalogue
BEGINS = date(2027, 1, 1)
CATCH_ALL = "其他有关材料"
REASON = "依据尚待上级明确，先行使用"


def desk_of(office: Office) -> MatterDesk:
    desk: MatterDesk = office.app.state.services.matter_desk
    return desk


def proposals_of(office: Office) -> ProposalDesk:
    desk: ProposalDesk = office.app.state.services.proposals
    return desk


async def begun(hu: Browser) -> str:
    """A draft of the felling permit's next version; the address of its editor."""
    answer = await hu.post(f"/matters/{FORESTRY}/versions", effective_from=BEGINS.isoformat())
    assert answer.status_code == 303, answer.text
    url: str = answer.headers["location"]
    return url.removesuffix("/basics")


async def opened(office: Office, base: str) -> OpenMatter:
    _, _, proposal, matter = base.split("/")
    return await desk_of(office).open(proposal, MatterId(matter))


async def sent(
    office: Office, who: Browser, base: str, part: str, /, **changes: str
) -> httpx.Response:
    """Post a part of the editor as its page shows it, with some fields typed anew."""
    held = await opened(office, base)
    form = written(held.draft, part)
    return await post(who, f"{base}/{part}", form, held.proposal.edition, **changes)


async def post(who: Browser, url: str, form: Form, edition: int, **changes: str) -> httpx.Response:
    fields: dict[str, Any] = {name: form.typed_all(name) for name in form.names()}
    named = {name.replace("__", "."): to for name, to in changes.items()}
    return await who.post(url, **{**fields, "do": "save", "edition": str(edition), **named})


async def draft_of(office: Office, base: str) -> MatterVersion:
    return (await opened(office, base)).draft


async def submitted(office: Office, hu: Browser, base: str) -> Proposal:
    held = (await opened(office, base)).proposal
    await hu.post(f"/proposals/{held.id}/submit", edition=str(held.edition))
    return await proposals_of(office).get(held.id)


async def test_a_version_is_drafted_in_forms_reviewed_and_in_force_from_its_day(
    office: Office,
) -> None:
    hu, zhou = await office.sign_in(HU), await office.sign_in(ZHOU)
    base = await begun(hu)

    saved = await sent(office, hu, base, "materials", materials__0__name="林木采伐申请书")
    told = (await hu.get(saved.headers["location"])).text
    proposal = await submitted(office, hu, base)
    own = (await hu.get(f"/proposals/{proposal.id}")).text
    others = (await zhou.get(f"/proposals/{proposal.id}")).text
    edition = (await proposals_of(office).get(proposal.id)).edition
    approved = await zhou.post(f"/proposals/{proposal.id}/approve", edition=str(edition))

    assert "已保存，没有提交" in told
    assert proposal.state is ProposalState.SUBMITTED
    assert "申请材料 · 林木采伐申请表 · 材料名称" in others
    assert "<ins>林木采伐申请书</ins>" in others
    assert "停用：林木采伐许可证核发（林农个人） 第 1 版" in others
    assert "/approve" not in own
    assert approved.status_code == 303, approved.text
    versions = office.desk.holdings.catalogue.versions_of(FORESTRY)
    first, second = versions
    assert first.effective_until == BEGINS - timedelta(days=1)
    assert (second.version, second.effective_from) == (2, BEGINS)
    assert (second.drafted_by, second.reviewed_by) == (HU, ZHOU)
    assert second.materials[0].name == "林木采伐申请书"
    assert office.desk.holdings.catalogue.current(FORESTRY, first.effective_until) == first
    assert office.desk.holdings.catalogue.current(FORESTRY, BEGINS) == second


async def test_what_was_typed_wrong_stays_with_its_fault_at_its_field(office: Office) -> None:
    hu = await office.sign_in(HU)
    base = await begun(hu)
    before = await draft_of(office, base)

    answer = await sent(
        office, hu, base, "limits", limits__promised__value="十天", limits__statutory__value="25"
    )

    assert answer.status_code == 422
    assert 'href="#f-limits.promised.value"' in answer.text
    assert 'id="e-limits.promised.value"' in answer.text
    assert 'value="十天"' in answer.text
    assert 'value="25"' in answer.text
    assert await draft_of(office, base) == before


async def test_a_row_is_added_without_saving_and_without_losing_what_was_typed(
    office: Office,
) -> None:
    hu = await office.sign_in(HU)
    base = await begun(hu)
    before = await draft_of(office, base)

    answer = await sent(
        office, hu, base, "materials", materials__0__name="没写完", do="add:materials"
    )

    assert answer.status_code == 200
    assert 'value="没写完"' in answer.text
    assert f'name="materials.{len(before.materials)}.name"' in answer.text
    assert await draft_of(office, base) == before


async def test_nobody_saves_over_another(office: Office) -> None:
    hu = await office.sign_in(HU)
    base = await begun(hu)
    held = await opened(office, base)
    await sent(office, hu, base, "limits", limits__promised__value="9")

    form = written(held.draft, "limits")
    late = await post(
        hu, f"{base}/limits", form, held.proposal.edition, limits__promised__value="8"
    )

    assert late.status_code == 409
    assert "在别处保存过" in late.text
    assert 'value="8"' in late.text
    assert (await draft_of(office, base)).limits.promised.value == 9


async def test_only_the_author_edits_and_only_an_editor_begins(office: Office) -> None:
    hu, zhou, luo = [await office.sign_in(each) for each in (HU, ZHOU, LUO)]
    base = await begun(hu)

    assert (await zhou.get(f"{base}/limits")).status_code == 200
    assert (await sent(office, zhou, base, "limits")).status_code == 403
    refused = await luo.post(f"/matters/{FORESTRY}/versions", effective_from="2027-02-01")
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("day", "told"), [("2020-01-01", "施行日期最早是明天"), ("", "填写的内容有误")]
)
async def test_a_day_that_does_not_do_is_told_where_it_was_asked(
    office: Office, day: str, told: str
) -> None:
    hu = await office.sign_in(HU)

    answer = await hu.post(f"/matters/{FORESTRY}/versions", effective_from=day)

    assert told in (await hu.get(answer.headers["location"])).text


async def test_the_lint_speaks_at_the_clause_and_the_reviewer_answers_before_approving(
    office: Office,
) -> None:
    hu, zhou = await office.sign_in(HU), await office.sign_in(ZHOU)
    base = await begun(hu)
    await sent(office, hu, base, "materials", materials__0__name=CATCH_ALL)

    page = (await hu.get(f"{base}/materials")).text
    proposal = await submitted(office, hu, base)
    url, edition = f"/proposals/{proposal.id}", str(proposal.edition)
    held_back = await zhou.post(f"{url}/approve", edition=edition)
    shown = (await zhou.get(url)).text
    own = (await hu.get(url)).text
    (finding,) = re.findall(r'name="finding" value="([0-9a-f]+)"', shown)
    short = await zhou.post(f"{url}/findings/pass", finding=finding, reason="可以")
    passed = await zhou.post(f"{url}/findings/pass", finding=finding, reason=REASON)
    approved = await zhou.post(f"{url}/approve", edition=edition)

    assert re.search(r'value="其他有关材料".{0,900}改写建议', page, re.DOTALL)
    assert held_back.status_code == 422
    assert "条款检查还有未处理的问题" in held_back.text
    assert 'name="finding"' not in own
    assert (short.status_code, passed.status_code) == (422, 303)
    assert "6 至 500 字" in short.text
    assert 'value="可以"' in short.text
    assert approved.status_code == 303, approved.text
    after = (await hu.get(url)).text
    assert REASON in after
    assert "周沐阳" in after


async def test_what_is_inherited_is_shown_and_not_to_be_typed(office: Office) -> None:
    hu = await office.sign_in(HU)
    base = await begun(hu)

    page = (await hu.get(f"{base}/basics")).text
    await sent(office, hu, base, "basics", name="别的名称", max_visits="0")

    assert 'name="catalog_code"' not in page
    assert "由上级目录规定" in page
    draft = await draft_of(office, base)
    assert (draft.max_visits, draft.name) == (0, "林木采伐许可证核发（林农个人）")


async def test_a_new_matter_tells_what_it_lacks_until_it_has_it(office: Office) -> None:
    hu = await office.sign_in(HU)
    wrong = await hu.post(
        "/editing", name="古树移植", id="林木", department="forestry", effective_from="2027-01-01"
    )
    answer = await hu.post(
        "/editing",
        name="古树移植",
        id="tree-moving",
        department="forestry",
        effective_from="2027-01-01",
    )
    url = answer.headers["location"]
    proposal = url.split("/")[2]

    lacking = (await hu.get(url.replace("basics", "steps"))).text
    held = await proposals_of(office).get(proposal)
    refused = await hu.post(f"/proposals/{proposal}/submit", edition=str(held.edition))

    assert "事项代号用小写字母" in wrong.text
    assert "至少要有一项才能提交" in lacking
    assert refused.status_code == 422
    assert "发布前至少要有一项" in refused.text
    changes = (await proposals_of(office).get(proposal)).changes
    assert isinstance(changes, MatterChanges)
    assert [one.name for one in drafts_of(changes)] == ["古树移植"]


async def test_a_matter_is_retired_by_two(office: Office) -> None:
    hu, zhou = await office.sign_in(HU), await office.sign_in(ZHOU)
    answer = await hu.post(f"/matters/{FORESTRY}/end", effective_until="2026-12-31")
    url = answer.headers["location"]
    proposal = url.rsplit("/", 1)[1]

    await hu.post(f"{url}/submit", edition="1")
    page = (await zhou.get(url)).text
    await zhou.post(f"{url}/approve", edition="2")

    assert "停用：" in page
    assert (await proposals_of(office).get(proposal)).state is ProposalState.APPROVED
    catalogue = office.desk.holdings.catalogue
    assert catalogue.current(FORESTRY, date(2026, 12, 31)) is not None
    assert catalogue.current(FORESTRY, BEGINS) is None


async def test_any_two_versions_are_compared(office: Office) -> None:
    hu = await office.sign_in(HU)

    page = (await hu.get("/matters/birth-registration/history?one=1&other=2")).text
    same = (await hu.get("/matters/birth-registration/history?one=2&other=2")).text

    assert "第 1 版与第 2 版" in page
    assert "<ins>" in page
    assert "没有不同" in same
    assert (await hu.get("/matters/no-such/history")).status_code == 404


async def test_the_preview_asks_what_the_counter_will_ask(office: Office) -> None:
    hu = await office.sign_in(HU)
    base = await begun(hu)
    form = rearranged(written(await draft_of(office, base), "fields"), "add:form_fields")
    assert form is not None
    last = f"form_fields.{form.typed('form_fields.#')}".split(".")
    at = f"form_fields.{int(last[1]) - 1}"
    held = await opened(office, base)
    filled = {f"{at}.key": "road", f"{at}.label": "运输路线", f"{at}.type": "text"}

    saved = await post(hu, f"{base}/fields", form, held.proposal.edition, **filled)
    page = (await hu.get(f"{base}/preview")).text

    assert saved.status_code == 303, saved.text
    assert "运输路线" in page
    assert "采伐蓄积（立方米）" in page
    assert "调查设计文件编号" in page
