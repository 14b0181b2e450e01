"""A child that asks its parent over HTTP on loopback, by a real server."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest
import uvicorn
from litestar import Litestar

from casework.names import NodeId
from sync.carriers.https import HttpsLink, ask_to_enrol
from sync.carriers.https_desk import ExchangeDesk, machine_routes
from sync.carriers.https_messages import (
    BODY_BYTES_MAX,
    ENROL_PATH,
    EXCHANGE_PATH,
    Answered,
    Asked,
    BusyError,
)
from sync.carriers.port import PartRange, RangeWant, pack, pack_ranges
from sync.clock import SystemClock
from sync.errors import LinkDownError
from sync.relay import LinkState, Relay
from tests.sync.carriers.fakes import LIN, WU, FakeExchange, FakeWatch, comes_true

Enrol = Callable[[bytes], Awaitable[bytes]]


def a_desk(exchange: FakeExchange, relay: Relay | None = None, at_once: int = 8) -> ExchangeDesk:
    watch_of = relay.watch_of if relay else lambda _: FakeWatch()
    return ExchangeDesk(exchange, turn=asyncio.Semaphore(), watch_of=watch_of, at_once=at_once)


@asynccontextmanager
async def serving(
    desk: ExchangeDesk, enrol: Enrol | None = None, port: int = 0
) -> AsyncIterator[str]:
    app = Litestar(machine_routes(desk, enrol), openapi_config=None)
    config = uvicorn.Config(app, port=port, log_level="critical", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    await comes_true(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = server.force_exit = True
        await task


@asynccontextmanager
async def asking(url: str, exchange: FakeExchange, parent: NodeId = WU) -> AsyncIterator[Relay]:
    relay = Relay(SystemClock())
    link = HttpsLink(url, exchange, neighbour=parent, turn=asyncio.Semaphore())
    relay.add(parent, [link])
    async with relay:
        yield relay


async def greet(desk: ExchangeDesk, lin: FakeExchange) -> bytes:
    nonce = read(await desk.answer(pack(Asked()))).nonce
    hello = await lin.make_hello(WU, nonce)
    return read(await desk.answer(pack(Asked(answers=nonce, hello=hello, nonce=b"n")))).session


def read(data: bytes) -> Answered:
    return msgspec.msgpack.decode(data, type=Answered)


def messages(count: int, size: int = 400) -> list[bytes]:
    return [b"%06d" % n + os.urandom(size) for n in range(count)]


async def test_what_is_listed_arrives_both_ways_and_is_receipted() -> None:
    wu, lin = FakeExchange(WU), FakeExchange(LIN)
    up, down = messages(2000), messages(300)
    lin.list(WU, *up)
    wu.list(LIN, *down)
    township = Relay(SystemClock())
    async with serving(a_desk(wu, township)) as url, asking(url, lin) as village:
        await comes_true(lambda: lin.receipts[WU] == 2000 and wu.receipts[LIN] == 300)
        assert (wu.came[LIN], lin.came[WU]) == (up, down)
        assert village.report(WU).state is township.report(LIN).state is LinkState.ONLINE
        assert village.report(WU).carrier == "https"
        lin.list(WU, b"one more")
        await comes_true(lambda: lin.receipts[WU] == 2001, 2)


async def test_large_parts_come_by_ranges_both_ways() -> None:
    wu, lin = FakeExchange(WU), FakeExchange(LIN)
    scan, result = os.urandom(1_500_000), os.urandom(70_001)
    wu.want_part(lin.hold_part(scan), len(scan), LIN)
    lin.want_part(wu.hold_part(result), len(result), WU)
    async with serving(a_desk(wu)) as url, asking(url, lin):
        await comes_true(lambda: scan in wu.parts.values() and result in lin.parts.values())


async def test_a_parent_that_was_away_is_asked_again_at_once_if_somebody_wants_it() -> None:
    wu, lin = FakeExchange(WU), FakeExchange(LIN)
    async with serving(a_desk(wu)) as url:
        pass
    async with asking(url, lin) as village:
        await comes_true(lambda: village.report(WU).failures > 0)
        assert village.report(WU).state is LinkState.OFFLINE
        assert village.report(WU).code == "E_LINK_DOWN"
        lin.list(WU, *messages(5))
        async with serving(a_desk(wu), port=int(url.rsplit(":", 1)[1])):
            village.sync_now()
            await comes_true(lambda: lin.receipts[WU] == 5)
            assert village.report(WU).code is None


async def test_a_parent_that_restarted_knows_no_session_and_gets_a_hello() -> None:
    wu, lin = FakeExchange(WU), FakeExchange(LIN)
    desk = a_desk(wu)
    async with serving(desk) as url, asking(url, lin):
        await comes_true(lambda: wu.greeted == [LIN])
        desk._sessions.clear()
        lin.list(WU, *messages(5))
        await comes_true(lambda: lin.receipts[WU] == 5)
    assert wu.greeted == [LIN, LIN]


async def test_nothing_but_a_nonce_is_answered_before_a_hello() -> None:
    wu = FakeExchange(WU)
    wu.list(LIN, b"for Lin alone")
    part = wu.hold_part(b"x" * 100)
    desk = a_desk(wu)
    asked = Asked(session=b"guessed", frames=(b"\x00",), wants=(RangeWant(part, 0, 100),))

    answered = read(await desk.answer(pack(asked)))

    assert answered == Answered(code="E_SESSION", nonce=answered.nonce)
    assert wu.frames_read == 0
    assert read(await desk.answer(b"garbage")).code == "E_ENVELOPE"


async def test_a_nonce_works_once_and_only_if_it_was_given_out_here() -> None:
    wu, lin = FakeExchange(WU), FakeExchange(LIN)
    desk = a_desk(wu)
    nonce = read(await desk.answer(pack(Asked()))).nonce
    hello = await lin.make_hello(WU, nonce)
    asked = pack(Asked(answers=nonce, hello=hello, nonce=b"n"))

    assert read(await desk.answer(asked)).session
    assert read(await desk.answer(asked)).code == "E_SENDER"
    forged = os.urandom(32)
    hello = await lin.make_hello(WU, forged)
    asked = pack(Asked(answers=forged, hello=hello, nonce=b"n"))
    assert read(await desk.answer(asked)).code == "E_SENDER"


async def test_a_session_ends_when_its_node_says_hello_again() -> None:
    wu, lin = FakeExchange(WU), FakeExchange(LIN)
    desk = a_desk(wu)
    first = await greet(desk, lin)
    second = await greet(desk, lin)

    assert read(await desk.answer(pack(Asked(session=first)))).code == "E_SESSION"
    assert read(await desk.answer(pack(Asked(session=second)))).code is None


async def test_a_hello_that_is_not_believed_is_a_fault() -> None:
    wu, lin = FakeExchange(WU), FakeExchange(LIN)
    wu.refuses_hello = True
    async with serving(a_desk(wu)) as url, asking(url, lin) as village:
        await comes_true(lambda: village.report(WU).state is LinkState.FAULT)
        assert village.report(WU).code == "E_SIGNATURE"


async def test_a_poisoned_message_neither_stops_the_link_nor_makes_it_spin() -> None:
    wu, lin = FakeExchange(WU), FakeExchange(LIN)
    wu.list(LIN, *messages(3))
    rounds = 0

    def poisoned(blob: bytes) -> bool:
        nonlocal rounds
        rounds += b"frame" in blob
        return b"frame" in blob

    lin.poison = poisoned
    async with serving(a_desk(wu)) as url, asking(url, lin) as village:
        lin.list(WU, *messages(3))
        await comes_true(lambda: lin.receipts[WU] == 3)
        await asyncio.sleep(1)
        assert rounds < 10
        lin.poison = lambda _: False
        village.sync_now()
        await comes_true(lambda: wu.receipts[LIN] == 3)


async def test_a_busy_parent_says_so_and_the_child_comes_again() -> None:
    wu, lin = FakeExchange(WU), FakeExchange(LIN)
    lin.list(WU, *messages(5))
    desk = a_desk(wu, at_once=0)
    async with serving(desk) as url:
        with pytest.raises(BusyError):
            await desk.answer(pack(Asked()))
        async with httpx.AsyncClient(base_url=url) as http:
            answer = await http.post(EXCHANGE_PATH, content=pack(Asked()))
            assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        async with asking(url, lin):
            await asyncio.sleep(0.5)
            desk._free = 8
            await comes_true(lambda: lin.receipts[WU] == 5)


async def test_one_child_has_one_exchange_at_a_time() -> None:
    wu, lin = FakeExchange(WU), FakeExchange(LIN)
    desk = a_desk(wu)
    frame = msgspec.msgpack.encode(("frame", 0, messages(3)))
    asked = pack(Asked(session=await greet(desk, lin), frames=(frame,)))

    answers = await asyncio.gather(*(desk.answer(asked) for _ in range(3)), return_exceptions=True)

    assert sum(isinstance(each, BusyError) for each in answers) == 2


async def test_a_body_too_large_is_refused_unread() -> None:
    wu = FakeExchange(WU)
    async with serving(a_desk(wu)) as url, httpx.AsyncClient(base_url=url) as http:
        answer = await http.post(EXCHANGE_PATH, content=b"x" * (BODY_BYTES_MAX + 1))
    assert answer.status_code == 413


async def test_ranges_that_make_no_sense_are_ignored() -> None:
    wu, lin = FakeExchange(WU), FakeExchange(LIN)
    part = wu.hold_part(b"x" * 100)
    desk = a_desk(wu)
    session = await greet(desk, lin)
    wants = (RangeWant(part, -5, 100), RangeWant(part, 0, 100))
    asked = Asked(session=session, wants=wants, ranges=pack_ranges([PartRange(part, 7, b"")]))

    assert read(await desk.answer(pack(asked))).ranges == b""


@pytest.mark.parametrize("url", ["http://hall.example", "ftp://127.0.0.1", "https://"])
def test_plain_http_is_for_loopback_only(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        HttpsLink(url, FakeExchange(LIN), neighbour=WU, turn=asyncio.Semaphore())


async def test_a_request_to_enrol_is_handed_on_as_it_is() -> None:
    asked: list[bytes] = []

    async def enrol(request: bytes) -> bytes:
        asked.append(request)
        if len(asked) > 1:
            raise LinkDownError("the county is away")
        return b"wait"

    async with serving(a_desk(FakeExchange(WU)), enrol) as url:
        assert await ask_to_enrol(url, b"request") == b"wait"
        with pytest.raises(LinkDownError):
            await ask_to_enrol(url, b"request")
        async with httpx.AsyncClient(base_url=url) as http:
            assert (await http.post(ENROL_PATH, content=b"x" * 300_000)).status_code == 413
    assert asked == [b"request"] * 2
