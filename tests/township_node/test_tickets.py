"""排队叫号 (row C8): it works with the line down, and no two windows call one person."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from casework.tickets import Line
from sync.clock import ManualClock
from tests.centres import LOW_INCOME, Clerk, World, case_in, visible
from tests.halls import Browser
from township_node.services.queueing import WAITING_MAX

ALL = ["A", "B", "C"]


@pytest.fixture
async def door(world: World) -> AsyncIterator[Browser]:
    """The machine at the door, which nobody signed in at."""
    transport = httpx.ASGITransport(app=world.town.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield Browser(client)


async def take(door: Browser, line: str = "A", **fields: str) -> str:
    answer = await door.post("/tickets/machine", line=line, **fields)
    assert answer.status_code == 303, visible(answer.text)
    shown = visible((await door.get(answer.headers["location"])).text)
    found = re.search(r"\b[ABC]\d{3}\b", shown)
    assert found is not None, shown
    return found[0]


async def call(clerk: Clerk, *lines: str, window: str = "3") -> httpx.Response:
    return await clerk.post("/tickets/call", window=window, line=list(lines or ALL))


async def now(clerk: Clerk) -> str:
    return visible((await clerk.get("/tickets")).text)


async def pressed(clerk: Clerk, move: str) -> httpx.Response:
    """The button of the ticket that is at this window."""
    found = re.search(
        rf'action="(/tickets/[0-9a-f]{{32}}/{move})"', (await clerk.get("/tickets")).text
    )
    assert found is not None, move
    return await clerk.post(found[1])


async def test_people_are_called_in_order_and_the_board_says_where_to(
    wu: Clerk, door: Browser
) -> None:
    assert [await take(door), await take(door, "B"), await take(door)] == ["A001", "B001", "A002"]
    assert "请取号后等候叫号" in visible((await door.get("/tickets/board")).text)

    assert (await call(wu, "A")).status_code == 303
    board = visible((await door.get("/tickets/board")).text)
    assert "A001 请到 3 号窗口" in board
    assert (await pressed(wu, "serve")).headers["location"] == "/intake/new"
    assert "A001" not in visible((await door.get("/tickets/board")).text)
    await call(wu, "B")
    assert "B001" in visible((await door.get("/tickets/board")).text)


async def test_the_elderly_go_first_and_the_skipped_begin_anew(wu: Clerk, door: Browser) -> None:
    for _ in range(2):
        await take(door)
    old = await take(door, first="1")
    await call(wu)
    assert f"{old} 收件办事 · 优先 · 已叫号" in await now(wu)
    await pressed(wu, "skip")
    assert "过号（ 1 ）" in await now(wu)
    await pressed(wu, "queue-again")
    assert "过号（ 0 ）" in await now(wu)


async def test_a_ticket_leads_to_its_case(wu: Clerk, door: Browser) -> None:
    await take(door)
    await call(wu)
    await pressed(wu, "serve")
    case = await wu.taken("minimum-living-allowance", LOW_INCOME)
    assert f"/cases/{case}" in (await wu.get("/tickets")).text
    assert case_in(f"/cases/{case}") == case
    await pressed(wu, "finish")
    assert "没有正在办理的号" in await now(wu)


async def test_two_windows_never_call_one_person(wu: Clerk, door: Browser) -> None:
    numbers = [await take(door) for _ in range(6)]
    await asyncio.gather(*(call(wu, window=str(each)) for each in range(1, 7)))
    board = visible((await door.get("/tickets/board")).text)
    assert [board.count(number) for number in numbers] == [1] * 6


async def test_a_ticket_that_moved_on_is_said_and_nothing_is_lost(wu: Clerk, door: Browser) -> None:
    await take(door)
    await call(wu)
    page = (await wu.get("/tickets")).text
    found = re.search(r'action="(/tickets/[0-9a-f]{32})/skip"', page)
    assert found is not None
    await wu.post(f"{found[1]}/serve")
    late = await wu.post(f"{found[1]}/skip")
    assert late.status_code == 422
    assert "刚刚被别的窗口处理过" in visible(late.text)
    assert "正在办理" in await now(wu)


async def test_what_is_wrong_is_said_at_its_field(wu: Clerk, door: Browser) -> None:
    assert (await door.post("/tickets/machine", line="Z")).status_code == 422
    assert "窗口号" in visible((await call(wu, window="")).text)
    empty = await call(wu)
    assert empty.status_code == 422
    assert "没有人在等候" in visible(empty.text)
    booked = await wu.post(
        "/tickets/appointments",
        **{"person": "陈桂兰", "for": "A", "day": "2020-01-01", "time": "25:00"},
    )
    assert "时间应为 24 小时制" in visible(booked.text)
    assert 'value="陈桂兰"' in booked.text


async def test_whoever_booked_gets_a_ticket_in_time(world: World, wu: Clerk, door: Browser) -> None:
    clock = world.town.services.clock
    assert isinstance(clock, ManualClock)
    office = world.town.services.office
    at = (office.now() + timedelta(minutes=10)).astimezone(office.calendar.tz)
    booked = await wu.post(
        "/tickets/appointments",
        **{"person": "陈桂兰", "for": "A", "day": at.date().isoformat(), "time": f"{at:%H:%M}"},
    )
    assert booked.status_code == 303
    clock.advance(timedelta(minutes=15))
    await take(door)
    came = re.search(
        r'action="(/tickets/appointments/[0-9a-f]{32}/came)"', (await wu.get("/tickets")).text
    )
    assert came is not None
    await wu.post(came[1])
    again = await wu.post(came[1])
    await call(wu)

    assert again.headers["location"] == "/tickets"
    assert "A002 收件办事" in await now(wu)


async def test_a_day_begins_at_one_and_fills_up(world: World, door: Browser) -> None:
    clock = world.town.services.clock
    assert isinstance(clock, ManualClock)
    for _ in range(WAITING_MAX):
        await world.town.services.queue.take(Line.INTAKE)
    full = await door.post("/tickets/machine", line="A")
    assert full.status_code == 503
    assert "请到咨询台登记" in visible(full.text)
    clock.advance(timedelta(days=1))
    assert await take(door) == "A001"


async def test_only_a_counter_calls(door: Browser) -> None:
    refused = await door.get("/tickets")
    assert refused.status_code == 303
    assert "/sign-in" in refused.headers["location"]
