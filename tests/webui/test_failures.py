"""What is shown when something is refused or breaks."""

import json

import pytest

from tests.webui.conftest import Hall

MARKER = "440229198802290014"


async def test_a_refusal_of_the_rules_is_a_sentence_with_what_to_do_next(hall: Hall) -> None:
    wu = hall.browser()
    await wu.sign_in()
    answer = await wu.get("/refused")
    assert answer.status_code == 409
    assert "办件现由其他单位办理" in answer.text
    assert "E_PEN" in answer.text


async def test_htmx_gets_a_toast_and_keeps_what_was_typed(hall: Hall) -> None:
    wu = hall.browser()
    await wu.sign_in()
    answer = await wu.get("/refused", headers={"hx-request": "true"})
    assert answer.headers["hx-reswap"] == "none"
    shown = json.loads(answer.headers["hx-trigger"])["toast"]
    assert shown["kind"] == "error"
    assert shown["text"].startswith("办件现由其他单位办理")
    assert "<html" not in answer.text


async def test_the_unforeseen_shows_a_support_code_and_nothing_else(
    hall: Hall, capsys: pytest.CaptureFixture[str]
) -> None:
    wu = hall.browser()
    await wu.sign_in()
    answer = await wu.get("/broken")
    assert answer.status_code == 500
    assert "支持代码" in answer.text
    assert MARKER not in answer.text
    assert "Traceback" not in answer.text
    code = answer.text.split('<b class="num">')[1][:8]
    assert code in capsys.readouterr().out


async def test_a_page_that_does_not_exist_is_said_in_chinese_with_all_headers(hall: Hall) -> None:
    answer = await hall.browser().get("/no-such-page")
    assert answer.status_code == 404
    assert "没有找到" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_machine_gets_the_code_as_json(hall: Hall) -> None:
    answer = await hall.browser().client.post("/machine")
    assert answer.status_code == 409
    assert answer.json() == {"code": "E_PEN", "support_code": ""}


@pytest.mark.parametrize("url", ["/schema", "/schema/openapi.json", "/metrics"])
async def test_nothing_of_the_inside_is_public(hall: Hall, url: str) -> None:
    assert (await hall.browser().get(url)).status_code == 404


async def test_one_handler_serves_the_page_and_its_fragment(hall: Hall) -> None:
    wu = hall.browser()
    await wu.sign_in()
    fragment = await wu.get("/", headers={"hx-request": "true"})
    assert fragment.text == "<p>欢迎吴</p>"
    boosted = await wu.get("/", headers={"hx-request": "true", "hx-boosted": "true"})
    assert "<html" in boosted.text
    token = (await wu.client.get("/session/token")).json()["csrf_token"]
    done = await wu.client.post("/act", headers={"hx-request": "true", "x-csrf-token": token})
    assert done.headers["hx-redirect"] == "/?by=o0099"
    assert json.loads(done.headers["hx-trigger"])["toast"]["text"] == "已保存在本机"
