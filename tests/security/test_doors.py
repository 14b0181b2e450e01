"""Every door of the three applications: who may open it, and what it leaves behind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar import Litestar

from tests.builders import TOWN, WU, ZHOU
from tests.centres import LOW_INCOME, Clerk, World, a_world, collected
from tests.cluster import rows
from tests.laptops import a_village
from webui.gate import PASSWORD_URL

# Of nobody's cases: the line, one's own password, and in whose stead one acts.
FOR_ALL_OFFICERS = {
    *("/sync/bar", "/sync/now", "/sign-out", "/lock", "/session/token", "/acting-for"),
    PASSWORD_URL,
}


@pytest.fixture
async def world(founded: Path, tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(founded, tmp_path) as made:
        yield made


def unguarded(app: Litestar) -> set[str]:
    """Routes that neither are public nor ask for a role."""
    found = set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            opt = handler.opt
            if handler.http_methods <= {"OPTIONS"}:
                continue
            if opt.get("public") or opt.get("machine") or handler.resolve_guards():
                continue
            found.add(route.path)
    return found


async def test_every_page_of_a_centre_asks_for_a_role(world: World) -> None:
    assert unguarded(world.town.app) <= FOR_ALL_OFFICERS


async def test_every_page_of_a_laptop_asks_for_a_role(founded: Path, tmp_path: Path) -> None:
    async with a_village(founded, tmp_path) as village:
        assert unguarded(village.laptop.app) <= FOR_ALL_OFFICERS


async def test_the_clerk_of_another_town_finds_nothing_of_a_case(world: World) -> None:
    wu, zhou = await world.town.sign_in(WU), await world.other.sign_in(ZHOU)
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    await world.settle()
    stands = await world.town.services.desk.get_case(case)
    for part in (
        "",
        "/clocks",
        "/taken",
        *(f"/parts/{each.ref.hash}" for each in stands.parts),
        "/papers/materials-receipt.pdf",
    ):
        assert (await zhou.get(f"/cases/{case}{part}")).status_code in {403, 404}, part
    for act in ("acts/accept", "deposits/withdraw", "sittings/accept", "unmask"):
        assert (await zhou.post(f"/cases/{case}/{act}", unmask_reason="x")).status_code in {
            403,
            404,
        }
    found = await zhou.post("/cases/search", q=stands.number)
    assert case not in found.text


async def test_nothing_is_changed_without_the_token_of_the_session(world: World) -> None:
    wu: Clerk = await world.town.sign_in(WU)
    case = await collected(world)
    for act in ("acts/accept", "deposits/withdraw", "sittings/accept", "unmask"):
        answer = await wu.client.post(f"/cases/{case}/{act}", data={"unmask_reason": "x"})
        assert answer.status_code == 403, act


async def test_no_personal_page_is_kept_by_a_browser(world: World) -> None:
    wu = await world.town.sign_in(WU)
    case = await collected(world)
    stands = await world.town.services.desk.get_case(case)
    scan = next(part.ref.hash for part in stands.parts if part.ref.name == "m1")
    for path in (
        "/",
        f"/cases/{case}",
        f"/cases/{case}/parts/{scan}",
        "/cases",
        "/nowhere",
        f"/cases/{case}/papers/collection-receipt.pdf",
    ):
        answer = await wu.get(path)
        assert answer.headers["cache-control"] == "no-store", path


async def test_whoever_sees_a_case_in_full_away_from_their_desk_is_remembered(
    world: World,
) -> None:
    """A paper names the applicant in full, and a scan shows their card: as much as unmasking."""
    wu = await world.town.sign_in(WU)
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    await world.settle()
    assert (await world.town.services.desk.get_case(case)).pen != TOWN
    paper = await wu.get(f"/cases/{case}/papers/acceptance-notice.pdf")
    assert paper.status_code == 200
    query = "SELECT code FROM audit WHERE event = 'personal-data-shown' AND case_id = ?"
    assert (WU,) in await rows(world.town.node, query, case)
