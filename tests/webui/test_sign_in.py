"""Signing in, from the browser's side of the wire."""

import asyncio
import hashlib
import importlib.util
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING

import pytest

from webui.gate import GateSettings, local_url
from webui.session import check_password
from webui.store import FAILURES_MAX

if TYPE_CHECKING:
    from tests.webui.conftest import Hall

NODE_COOKIE = "tongban-440229901-01"
PASSWORD = "correct-horse-9"


async def test_wu_signs_in_works_and_signs_out(hall: "Hall") -> None:
    wu = hall.browser()
    arrived = await wu.get("/")
    assert arrived.status_code == 303
    assert arrived.headers["location"] == "/sign-in?next=%2F"

    assert (await wu.sign_in()).headers["location"] == "/"
    at_home = await wu.get("/")
    assert "欢迎吴" in at_home.text
    assert "龙仙镇便民服务中心" in at_home.text
    token = (await wu.client.get("/session/token")).json()["csrf_token"]
    assert f'data-csrf="{token}"' in at_home.text

    assert (await wu.post("/act")).headers["location"] == "/?by=o0099"
    kept = wu.session_id
    assert (await wu.post("/sign-out")).status_code == 303
    wu.client.cookies.set(NODE_COOKIE, kept or "", domain="127.0.0.1")
    assert (await wu.get("/")).status_code == 303


async def test_only_the_hash_of_a_session_is_stored(hall: "Hall") -> None:
    wu = hall.browser()
    await wu.sign_in()
    rows = await hall.sessions.select()
    assert [row["id_hash"] for row in rows] == [
        hashlib.sha256((wu.session_id or "").encode()).hexdigest()
    ]


async def test_a_session_cannot_be_chosen_by_the_browser(hall: "Hall") -> None:
    wu = hall.browser()
    planted = "ab" * 32
    wu.client.cookies.set(NODE_COOKIE, planted, domain="127.0.0.1")
    assert (await wu.get("/")).status_code == 303
    await wu.sign_in()
    stranger = hall.browser()
    stranger.client.cookies.set(NODE_COOKIE, planted, domain="127.0.0.1")
    assert (await stranger.get("/")).status_code == 303


async def test_signing_in_again_ends_the_session_before(hall: "Hall") -> None:
    wu = hall.browser()
    await wu.sign_in()
    first = wu.session_id
    answer = await wu.client.get("/session/token")
    await wu.client.post(
        "/sign-in",
        data={
            "login": "zhou",
            "password": PASSWORD,
            "csrf_token": answer.json()["csrf_token"],
        },
    )
    assert len(await hall.sessions.select()) == 1
    old = hall.browser()
    old.client.cookies.set(NODE_COOKIE, first or "", domain="127.0.0.1")
    assert (await old.get("/")).status_code == 303


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(hall: "Hall") -> None:
    entered = await hall.browser().sign_in()
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    secure = GateSettings(node="440229-01", hosts=frozenset(), secure=True)
    assert secure.session_cookie == "__Host-tongban-440229-01"
    assert secure.cookie("a", "b", lives_seconds=1).secure


async def test_an_unknown_name_and_a_wrong_password_get_one_answer(hall: "Hall") -> None:
    unknown = await hall.browser().sign_in("nobody", "something-else")
    wrong = await hall.browser().sign_in("wu", "something-else")
    assert unknown.status_code == wrong.status_code == 422
    assert _without_what_was_typed(unknown.text) == _without_what_was_typed(wrong.text)
    await hall.sign_in.disable("o0114")
    disabled = await hall.browser().sign_in("zhou")
    assert _without_what_was_typed(disabled.text) == _without_what_was_typed(wrong.text)


@pytest.mark.parametrize("login", ["wu", "nobody"])
async def test_ten_failures_lock_a_name_whether_or_not_it_exists(hall: "Hall", login: str) -> None:
    browser = hall.browser()
    for _ in range(FAILURES_MAX):
        assert "账号或密码不正确" in (await browser.sign_in(login, "wrong-password")).text
    assert "已暂时锁定" in (await browser.sign_in(login)).text
    hall.clock.advance(minutes=31)
    if login == "wu":
        assert (await browser.sign_in(login)).status_code == 303


async def test_a_burst_of_guesses_does_not_outrun_the_count(hall: "Hall") -> None:
    browsers = [hall.browser() for _ in range(FAILURES_MAX + 5)]
    answers = await asyncio.gather(*(b.sign_in("wu", "wrong-password") for b in browsers))
    locked = [answer for answer in answers if "已暂时锁定" in answer.text]
    assert len(locked) == 5


async def test_an_idle_session_ends_and_a_poll_does_not_keep_it_alive(hall: "Hall") -> None:
    wu = hall.browser()
    await wu.sign_in()
    for _ in range(3):
        hall.clock.advance(minutes=9)
        assert (await wu.get("/poll")).status_code == 200
    assert (await wu.get("/")).status_code == 200
    for _ in range(2):
        hall.clock.advance(minutes=16)
        answer = await wu.get("/poll", headers={"hx-request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-trigger"] == '{"signed-out": true}'


async def test_no_session_lives_longer_than_a_working_day(hall: "Hall") -> None:
    wu = hall.browser()
    await wu.sign_in()
    for _ in range(24):
        assert (await wu.get("/")).status_code == 200
        hall.clock.advance(minutes=29, seconds=59)
    hall.clock.advance(minutes=1)
    assert (await wu.get("/")).status_code == 303


async def test_disabling_an_account_ends_its_sessions(hall: "Hall") -> None:
    zhou = hall.browser()
    await zhou.sign_in("zhou")
    assert (await zhou.get("/approvals")).text == "approvals"
    await hall.sign_in.disable("o0114")
    assert (await zhou.get("/")).status_code == 303


async def test_a_new_password_ends_every_other_session(hall: "Hall") -> None:
    here, there = hall.browser(), hall.browser()
    await here.sign_in()
    await there.sign_in()
    hall.clock.advance(seconds=1)
    before = here.session_id
    new = "another-horse-8"
    fields = {"password": PASSWORD, "new_password": new, "new_password_again": new}
    assert (await here.post("/password", **fields)).status_code == 303
    assert here.session_id != before
    assert (await here.get("/")).status_code == 200
    assert (await there.get("/")).status_code == 303
    assert (await there.sign_in()).status_code == 422
    assert (await there.sign_in(password=new)).status_code == 303


async def test_a_password_somebody_else_chose_is_replaced_first(hall: "Hall") -> None:
    await hall.sign_in.set_account(
        officer="o0099", login="wu", password=PASSWORD, now=hall.clock(), must_change=True
    )
    wu = hall.browser()
    assert (await wu.sign_in()).headers["location"] == "/password"
    assert (await wu.get("/")).headers["location"] == "/password"
    weak = {"password": PASSWORD, "new_password": "aaaaaaaaaaaa", "new_password_again": ""}
    shown = await wu.post("/password", **weak)
    assert "不一致" in shown.text
    weak["new_password_again"] = weak["new_password"]
    assert "不能过于简单" in (await wu.post("/password", **weak)).text


@pytest.mark.parametrize("password", ["short-1", "aaaaaaaaaaaa", "a" * 129, "wu.long.name"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(Exception, match=r"length|too simple"):
        check_password(password, "wu.long.name")


async def test_a_form_without_the_token_of_this_session_changes_nothing(hall: "Hall") -> None:
    wu, zhou = hall.browser(), hall.browser()
    await wu.sign_in()
    await zhou.sign_in("zhou")
    of_zhou = (await zhou.client.get("/session/token")).json()["csrf_token"]
    assert (await wu.client.post("/act")).status_code == 403
    assert (await wu.client.post("/act", data={"csrf_token": of_zhou})).status_code == 403
    of_wu = (await wu.client.get("/session/token")).json()["csrf_token"]
    by_header = await wu.client.post("/act", headers={"x-csrf-token": of_wu})
    assert by_header.status_code == 303


async def test_nobody_is_signed_in_by_a_form_of_another_site(hall: "Hall") -> None:
    victim = hall.browser()
    sent = {"login": "wu", "password": PASSWORD, "csrf_token": await hall.browser().token()}
    assert (await victim.client.post("/sign-in", data=sent)).status_code == 403


async def test_only_our_own_host_names_are_answered(hall: "Hall") -> None:
    stranger = hall.browser("evil.example")
    assert (await stranger.get("/sign-in")).status_code == 400
    assert (await stranger.get("/health")).status_code == 400
    assert (await hall.browser().get("/health")).json() == {"ok": True}


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\tevil",
        "javascript:alert(1)",
        "relative",
        "http:///x",
        "/" * 600,
        "",
        None,
    ],
)
def test_a_redirect_never_leaves_this_node(url: str | None) -> None:
    assert local_url(url) == "/"


def test_a_redirect_goes_to_where_one_was() -> None:
    assert local_url("/cases/12?tab=2") == "/cases/12?tab=2"


async def test_signing_in_leads_back_to_the_page_asked_for(hall: "Hall") -> None:
    wu = hall.browser()
    assert (await wu.sign_in(next="/poll?x=1")).headers["location"] == "/poll?x=1"
    assert (await hall.browser().sign_in(next="//evil.example")).headers["location"] == "/"


async def test_the_wrong_role_is_told_so(hall: "Hall") -> None:
    wu = hall.browser()
    await wu.sign_in()
    answer = await wu.get("/approvals")
    assert answer.status_code == 403
    assert "您的岗位不能进行这项操作" in answer.text


def test_python_multipart_is_not_installed() -> None:
    with pytest.raises(PackageNotFoundError):
        distribution("python-multipart")


def _without_what_was_typed(page: str) -> str:
    lines = page.splitlines()
    return "\n".join(line for line in lines if "value=" not in line)


def test_a_hash_costs_in_service_what_a_guess_should() -> None:
    """The tests sign in cheaply; the module as it ships does not (at least 64 MiB, OWASP)."""
    spec = importlib.util.find_spec("webui.session")
    assert spec is not None
    assert spec.loader is not None
    shipped = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shipped)

    assert shipped.MEMORY_KIB >= 64 * 1024
    assert shipped.ROUNDS >= 3
