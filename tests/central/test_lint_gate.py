"""What the lint holds back, who may let it pass, and that both are on record."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from casework.instants import instant_text
from casework.names import MatterId, OfficerId
from central.services.county import County, commands
from central.services.lint_gate import LintStandsError, OverrideError
from sync.bodies import SetName
from tests.central.reviewing import GUO, HU, Office
from tests.central.test_publishing import copy_of, edit
from tests.founded import a_clock, a_county

ZHOU = OfficerId("o0095")  # reviews the catalogue
REASON = "法律已列明，待省里修订"
CATCH_ALL = "其他有关材料"


def spoil(path: Path, *, name: str = CATCH_ALL, later: int = 1, **changes: Any) -> Path:
    """A folder, some versions later, whose first matter asks for what nobody can bring."""
    folder = copy_of(path)
    data = json.loads((folder / "catalogue.json").read_text())
    first = data["matters"][0]
    first["materials"][0]["name"] = name
    first |= changes
    data["version"] += later
    (folder / "catalogue.json").write_text(json.dumps(data, ensure_ascii=False))
    return folder


@asynccontextmanager
async def spoilt(path: Path, **changes: Any) -> AsyncIterator[County]:
    async with a_county(path, a_clock()) as county:
        await county.load(spoil(path / "folder", **changes))
        yield county


async def test_a_version_with_a_finding_is_not_published(tmp_path: Path) -> None:
    async with spoilt(tmp_path) as county:
        before = county.opened.store.versions_held()

        with pytest.raises(LintStandsError, match=r"company-registration v1 .*\(other_papers\)"):
            await county.publish()

        assert county.opened.store.versions_held() == before
        (held,) = await county.lint.held()
        assert (held.text, held.verdict, held.stands) == (CATCH_ALL, "catch_all", True)


async def test_what_is_in_force_is_not_looked_at_again(tmp_path: Path) -> None:
    folder = copy_of(tmp_path / "folder")
    async with a_county(tmp_path, a_clock()) as county:
        edit(folder / "calendar.json", "holidays", 0, name="改名")
        await county.load(folder)

        assert await county.lint.held() == ()
        assert [one.set for one in await county.publish()] == [SetName.CALENDAR]


@pytest.mark.parametrize("status", ["draft", "retired"])
async def test_what_will_not_apply_holds_nothing_back(tmp_path: Path, status: str) -> None:
    dates = {"effective_until": "2026-02-01"} if status == "retired" else {}
    async with spoilt(tmp_path, status=status, **dates) as county:
        assert await county.lint.held() == ()


async def test_a_reviewer_lets_a_finding_pass_and_it_is_on_record(tmp_path: Path) -> None:
    async with spoilt(tmp_path) as county:
        (held,) = await county.lint.held()
        await county.lint.override(held.id[:12], ZHOU, f" {REASON} ")
        (published,) = await county.publish()

        assert published.set is SetName.CATALOGUE
        (record,) = await county.lint.overrides.newest()
        assert (record.officer, record.reason, record.text) == (ZHOU, REASON, CATCH_ALL)
        assert (record.matter, record.version) == (MatterId("company-registration"), 1)
        assert record.at == a_clock().now()


async def test_another_text_at_the_same_place_is_a_new_finding(tmp_path: Path) -> None:
    async with spoilt(tmp_path) as county:
        (held,) = await county.lint.held()
        await county.lint.override(held.id, ZHOU, REASON)
        await county.load(spoil(tmp_path / "again", name="其他材料", later=2))

        with pytest.raises(LintStandsError):
            await county.publish()


async def test_who_may_not_let_a_finding_pass(tmp_path: Path) -> None:
    async with spoilt(tmp_path) as county:
        (held,) = await county.lint.held()
        for finding, officer, reason, code in (
            (held.id, HU, REASON, "override-role"),  # the drafter, who is no reviewer
            (held.id, OfficerId("o9999"), REASON, "override-role"),
            (held.id, ZHOU, "好的", "override-reason"),
            (held.id, ZHOU, "理" * 501, "override-reason"),
            (held.id, ZHOU, " " * 20, "override-reason"),
            ("", ZHOU, REASON, "override-unknown"),
            (held.id[:4], ZHOU, REASON, "override-unknown"),
            ("0" * 12, ZHOU, REASON, "override-unknown"),
        ):
            with pytest.raises(OverrideError) as refused:
                await county.lint.override(finding, officer, reason)
            assert refused.value.code == code
        assert await county.lint.overrides.newest() == ()

        await county.lint.override(held.id, ZHOU, REASON)
        with pytest.raises(OverrideError) as refused:
            await county.lint.override(held.id, ZHOU, REASON)
        assert refused.value.code == "override-twice"


async def test_nobody_answers_for_what_they_drafted(tmp_path: Path) -> None:
    async with spoilt(tmp_path, drafted_by=ZHOU, reviewed_by=HU) as county:
        (held,) = await county.lint.held()

        with pytest.raises(OverrideError) as refused:
            await county.lint.override(held.id, ZHOU, REASON)

        assert refused.value.code == "override-own"


async def test_a_county_that_begins_takes_its_catalogue_over(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock(), published=False) as county:
        await county.load(spoil(tmp_path / "folder"))
        (held,) = await county.lint.held()

        assert held.stands
        assert len(await county.publish()) == 5


async def test_the_command_line_shows_and_overrides(tmp_path: Path) -> None:
    async with spoilt(tmp_path) as county:
        ask = commands(county)
        (before,) = await ask["catalogue findings"]({})
        await ask["catalogue override"]({"finding": before["id"], "by": ZHOU, "reason": REASON})
        (after,) = await ask["catalogue findings"]({})

        assert before["override"] is None
        assert after["override"]["officer"] == ZHOU


async def test_the_reviewer_sees_why_passes_it_with_a_reason_and_it_is_listed(
    office: Office, tmp_path: Path
) -> None:
    await office.app.state.services.county.load(spoil(tmp_path / "folder"))
    guo, zhou = await office.sign_in(GUO), await office.sign_in(ZHOU)

    blocked = (await guo.get("/publishing")).text
    loaded = office.app.state.services.county.loaded
    seen_at = instant_text(await loaded.loaded_at())
    refused = await guo.post("/publishing", seen=seen_at)
    seen = (await zhou.get("/publishing/lint")).text
    found = re.search(r'name="finding" value="([0-9a-f]{64})"', seen)
    assert found is not None
    short = await zhou.post("/publishing/lint", finding=found[1], reason="好")
    passed = await zhou.post("/publishing/lint", finding=found[1], reason=REASON)
    after = (await zhou.get("/publishing/lint?passed=1")).text

    assert "条款检查还有 1 处未处理" in blocked
    assert "发布到各镇村" not in blocked
    assert refused.status_code == 422
    assert CATCH_ALL in seen
    assert "兜底" in seen
    assert "申请材料" in seen
    assert "请写明放行理由" in short.text
    assert (short.status_code, passed.status_code) == (422, 303)
    assert "周沐阳" in after
    assert REASON in after
    assert "没有发现问题" in after
    assert "发布到各镇村" in (await guo.get("/publishing")).text
    assert (await guo.post("/publishing", seen=seen_at)).status_code == 303


async def test_only_a_reviewer_may_let_pass(office: Office, tmp_path: Path) -> None:
    await office.app.state.services.county.load(spoil(tmp_path / "folder"))
    guo = await office.sign_in(GUO)

    page = (await guo.get("/publishing/lint")).text

    assert "由事项审核人放行" in page
    assert (await guo.post("/publishing/lint", finding="0" * 64, reason=REASON)).status_code == 403
