"""The three applications in one process, each on a directory of its own.

A county is founded once for all tests, its nodes enrolled and given their sets; a test works on a
copy. Officers sign in as in a browser, over the application's own routes.
"""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar

from casework.names import OfficerId
from central.services.county import open_county
from central.services.judging import CountyJudge
from central.settings import Settings
from sync.carriers.port import PartRange
from sync.trust_store import TrustStore
from tests.builders import OTHER_TOWN, TOWN, VILLAGE
from tests.founded import a_clock, a_county, at_work, enrol
from tests.lines import settle

ENROLLED = (TOWN, OTHER_TOWN, VILLAGE)
PASSWORD = "correct-horse-9"
COUNTY_DIR = "county"
MET_DIR = "met"


def found_once(path: Path) -> Path:
    """A county and some of its nodes, as they are after enrolment and the first fetching.

    In a folder of its own it stands once more, as it is after all have talked to each other.
    """

    async def build() -> None:
        clock = a_clock()
        async with a_county(path, clock) as county:
            for node in ENROLLED:
                await enrol(county, path, node, clock)
            for node in ENROLLED:
                async with at_work(path, node, clock) as opened:
                    await fetch_sets(county.opened.store, opened.store)

    async def meet(folder: Path) -> None:
        clock = a_clock()
        async with AsyncExitStack() as stack:
            settings = Settings(data_dir=folder / COUNTY_DIR)
            county = await stack.enter_async_context(
                open_county(settings, clock, make_judge=CountyJudge)
            )
            town, other, village = [
                (await stack.enter_async_context(at_work(folder, node, clock))).node
                for node in ENROLLED
            ]
            above = [(each, county.opened.node) for each in (town, other)]
            await settle([*above, (village, town), *above])

    asyncio.run(build())
    met = path / MET_DIR
    for name in (COUNTY_DIR, *ENROLLED):
        copy_of(path, met, name)
    asyncio.run(meet(met))
    return path


async def fetch_sets(above: TrustStore, below: TrustStore) -> None:
    """Carry every set from one node to another, as the exchange does piece by piece."""
    while wants := await below.wanted(100):
        for want in wants:
            data = await above.read_range(want.hash, want.offset, want.length)
            assert data is not None, "what is announced is held"
            await below.accept_ranges([PartRange(want.hash, want.offset, data)])


def copy_of(founded: Path, path: Path, name: str) -> Path:
    """A directory of one node, for one test."""
    return Path(shutil.copytree(founded / name, path / name))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Browser:
    """Somebody before a screen of this node."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, url: str, **options: Any) -> httpx.Response:
        return await self.client.get(url, **options)

    async def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        page = (await self.get("/sign-in")).text
        token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page)
        assert token is not None
        sent = {"login": login, "password": password, "csrf_token": token[1]}
        return await self.client.post("/sign-in", data=sent)

    async def post(self, url: str, **fields: str | list[str]) -> httpx.Response:
        """Submit a form of a page of this session."""
        answer = await self.client.get("/session/token")
        sent: dict[str, str | list[str]] = {**answer.json(), **fields}
        return await self.client.post(url, data=sent)


@asynccontextmanager
async def opened_hall(app: Litestar, host: str = "127.0.0.1") -> AsyncIterator[Browser]:
    """An application that runs, and a browser before it."""
    async with running(app):
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            yield Browser(client)


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """An application's life in a task of its own, as a server gives it: a fixture may hold it."""
    started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()

    async def live() -> None:
        try:
            async with app.lifespan():
                started.set_result(None)
                await stop.wait()
        except Exception as error:
            if started.done():
                raise
            started.set_exception(error)

    life = asyncio.create_task(live())
    try:
        await started
        yield
    finally:
        stop.set()
        await life


async def give_account(app: Litestar, officer: OfficerId, login: str) -> None:
    """An account with a password that its officer chose."""
    services = app.state.services
    await services.sign_in.set_account(
        officer=officer, login=login, password=PASSWORD, now=services.clock.now(), must_change=False
    )
