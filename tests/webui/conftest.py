"""A small application on the kit: one table file, one officer or two, a clock that stands still."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from litestar import Litestar, Request, Response, get, post
from msgspec import Struct
from piccolo.engine.sqlite import SQLiteEngine
from piccolo.table import Table

from casework.errors import NotPenHolderError
from webui.chrome import Chrome, NavItem, SyncBar
from webui.gate import GateSettings, require_role, signed_in
from webui.kit import create_kit
from webui.responses import page, redirect, toast
from webui.session import Passwords, SignIn
from webui.store import Accounts, Attempts, Sessions
from webui.tables import Account, Session, SignInAttempt

Bound = TypeVar("Bound", bound=Table)

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
GATE = GateSettings(node="440229901-01", hosts=frozenset({"127.0.0.1"}), secure=False)
PASSWORD = "correct-horse-9"


class SomeOfficer(Struct, frozen=True):
    id: str
    name: str
    roles: frozenset[str]


OFFICERS = {
    "o0099": SomeOfficer("o0099", "吴", frozenset({"clerk"})),
    "o0114": SomeOfficer("o0114", "周", frozenset({"approver"})),
}


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


class Hall:
    """The application, its sign-in service, its clock; `browser()` opens another browser."""

    def __init__(self, app: Litestar, sign_in: SignIn, clock: Clock) -> None:
        self.app = app
        self.sign_in = sign_in
        self.clock = clock
        self.sessions: type[Session]

    def browser(self, host: str = "127.0.0.1") -> "Browser":
        transport = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        client = httpx.AsyncClient(transport=transport, base_url=f"http://{host}:8000")
        return Browser(client)


class Browser:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, url: str, **options: Any) -> httpx.Response:
        return await self.client.get(url, **options)

    async def token(self, url: str = "/sign-in") -> str:
        found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', (await self.get(url)).text)
        assert found is not None
        return found[1]

    async def sign_in(
        self, login: str = "wu", password: str = PASSWORD, **fields: str
    ) -> httpx.Response:
        token = await self.token()
        sent = {"login": login, "password": password, "csrf_token": token, **fields}
        return await self.client.post("/sign-in", data=sent)

    async def post(self, url: str, **fields: str) -> httpx.Response:
        """Submit a form of the page one is on, with its token."""
        answer = await self.client.get("/session/token")
        sent = {"csrf_token": answer.json()["csrf_token"], **fields}
        return await self.client.post(url, data=sent)

    @property
    def session_id(self) -> str | None:
        return self.client.cookies.get(GATE.session_cookie)


@get("/")
async def home(request: Request[Any, Any, Any]) -> Response[Any]:
    return await page(request, "home.html", "_home.html", word="欢迎")


@post("/act", status_code=303)
async def act(request: Request[Any, Any, Any]) -> Response[Any]:
    return toast(redirect(request, "/", by=signed_in(request).id), "已保存在本机")


@get("/approvals", guards=[require_role("approver")], sync_to_thread=False)
def approvals() -> str:
    return "approvals"


@get("/refused", sync_to_thread=False)
def refused() -> str:
    raise NotPenHolderError("held elsewhere")


@get("/broken", sync_to_thread=False)
def broken() -> str:
    raise RuntimeError("the identity number 440229198802290014 went wrong")


@get("/poll", opt={"background": True}, sync_to_thread=False)
def poll() -> str:
    return "polled"


@get("/health", opt={"machine": True}, sync_to_thread=False)
def health() -> dict[str, bool]:
    return {"ok": True}


@post("/machine", opt={"machine": True}, sync_to_thread=False)
def machine() -> dict[str, bool]:
    raise NotPenHolderError("held elsewhere")


async def _find_officer(officer: str) -> SomeOfficer | None:
    return OFFICERS.get(officer)


async def _why_barred(_: str) -> str | None:
    return None


async def _chrome(request: Request[Any, Any, Any]) -> Chrome:
    officer = request.state.officer
    return Chrome(
        node_name="龙仙镇便民服务中心",
        tier_name="镇级综合窗口",
        officer_label=officer.name if officer else None,
        nav=(NavItem("/", "inbox", "待办"),),
        search_url="/search",
        sync=SyncBar(state="online", neighbour="县级平台"),
    )


def _bound(base: type[Bound], engine: SQLiteEngine) -> type[Bound]:
    name = base.__name__
    return type(name, (base,), {}, db=engine, tablename=name.lower())


@pytest.fixture
async def hall(tmp_path: Path) -> Hall:
    engine = SQLiteEngine(path=str(tmp_path / "web.sqlite"), log_queries=False)
    accounts, sessions, attempts = (
        _bound(Account, engine),
        _bound(Session, engine),
        _bound(SignInAttempt, engine),
    )
    for table in (accounts, sessions, attempts):
        await table.create_table()
    clock = Clock()
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
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "home.html").write_text(
        '{% extends "kit/layout.html" %}{% block title %}待办{% endblock %}'
        '{% block body %}{% include "_home.html" %}{% endblock %}'
    )
    (templates / "_home.html").write_text("<p>{{ word }}{{ officer.name }}</p>")
    kit = create_kit(
        gate=GATE,
        templates=templates,
        sign_in=sign_in,
        find_officer=_find_officer,
        why_barred=_why_barred,
        chrome=_chrome,
        clock=clock,
        random_bytes=os.urandom,
    )
    mine = [home, act, approvals, refused, broken, poll, health, machine]
    app = Litestar(route_handlers=[*mine, *kit.route_handlers], **kit.options)
    hall = Hall(app, sign_in, clock)
    hall.sessions = sessions
    return hall
