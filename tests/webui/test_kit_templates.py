"""Every macro renders, escapes what it is given, and needs no inline style or script."""

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, UndefinedError

from casework.lamp import Colour, Lamp, LampWord
from tests.webui.conftest import NOON
from webui.assets import load_assets
from webui.chrome import SyncBar
from webui.forms import Form, FormErrors
from webui.templating import create_environment

KIT = Path(__file__).parents[2] / "webui" / "templates" / "kit"
HOSTILE = "<script>alert(1)</script>\"'"


@pytest.fixture(scope="module")
def environment() -> Environment:
    return create_environment(load_assets())


def render(environment: Environment, source: str, **values: Any) -> str:
    names = re.findall(r"{% macro (\w+)\(", (KIT / "macros.html").read_text())
    head = f'{{% from "kit/macros.html" import {", ".join(names)} %}}'
    return environment.from_string(head + source).render(**values)


@pytest.mark.parametrize(
    "source",
    [
        "{{ status_badge('received', paused=true) }}",
        "{{ tag(hostile) }}",
        "{{ sync_badge('in_transit', percent=40) }}{{ sync_badge('returned', reason=hostile) }}",
        "{{ sync_badge('local_only', village=true) }}",
        "{{ field('name', hostile, hostile, hint=hostile, error=hostile, required=true) }}",
        "{{ field('level', '权限', 'final', options=choices('level'), empty='请选择') }}",
        "{{ field('why', '理由', hostile, type='textarea', maxlength=200) }}",
        "{{ checkbox('agree', hostile, checked=true, hint='说明', switch=true) }}",
        "{{ seg('m1', hostile, choices('material_choice'), 'present', disabled=['deferred']) }}",
        "{{ stat(hostile, 7, hostile, kind='red', href='/a?b=1', current=true) }}",
        "{{ stat('待办', 7) }}",
        "{{ timeline([moment]) }}",
        "{% call card(hostile, number=1, note='2 件') %}x{% endcall %}",
        "{% call data_table(['时限', none], '待办', select_all=true) %}<tr></tr>{% endcall %}",
        "{% call data_table(['时限'], '待办', rows=0) %}{% endcall %}",
        "{{ facts([('姓名', hostile)]) }}",
        "{% call decision('defer', hostile, [hostile]) %}<button>x</button>{% endcall %}",
        "{{ decision('accept') }}",
        "{{ act_button('受理', 'check', 'F9', 'primary') }}",
        "{{ act_button('受理', refusal=hostile) }}",
        "{% call dialog('d', hostile, open=true) %}x{% endcall %}",
        "{{ pager(2, 9, 180, '?page=') }}",
        "{{ level('final') }}{{ level('none') }}{{ necessity('deferrable') }}",
        "{{ alert(hostile, 'error') }}{{ autosave_status() }}{{ progress('导入', 3, 9) }}",
        "{{ big('收材料', '拍照或扫描', 'camera', '/collect') }}",
        "{% with sync = sync %}{% include 'kit/_sync_bar.html' %}{% endwith %}",
        "{% with sync = sync %}{% include 'kit/_village_sync_bar.html' %}{% endwith %}",
    ],
)
def test_a_macro_renders_inert(environment: Environment, source: str) -> None:
    sync = SyncBar(state="offline", neighbour="县级平台", lasting_seconds=5_160, detail=HOSTILE)
    chrome = {"sync_url": "/sync/bar", "sync_now_url": "/sync/now", "powers_url": None}
    moment = {"at": NOON, "title": HOSTILE, "who": "吴", "where": "镇", "note": "", "offline": True}
    text = render(environment, source, hostile=HOSTILE, moment=moment, sync=sync, chrome=chrome)
    assert text.strip()
    assert "<script" not in text
    assert "style=" not in text
    assert not re.search(r"\son\w+=", text)
    for tag in re.findall(r"<[a-z][^>]*>", text):
        assert tag.count('"') % 2 == 0, tag


def test_every_lamp_has_a_shape_a_colour_and_words(environment: Environment) -> None:
    shapes = set()
    for colour in Colour:
        text = render(environment, "{{ lamp(light) }}", light=Lamp(colour, LampWord.DUE_SOON, 2))
        assert f"lamp-{colour}" in text
        assert "剩 2 日" in text
        shapes.add(text.split("<path")[1])
    assert len(shapes) == len(Colour)
    assert 'hx-get="/why"' in render(
        environment, "{{ lamp(light, why='/why') }}", light=Lamp(Colour.RED, LampWord.OVERDUE, 1)
    )


def test_the_summary_links_to_each_field(environment: Environment) -> None:
    form = Form({"name": [""]})
    form.name("name", label="姓名", required=True)
    text = render(
        environment,
        "{{ error_summary(errors) }}{{ field('name', '姓名', error=errors.of('name')) }}",
        errors=form.errors,
    )
    assert 'href="#f-name"' in text
    assert 'id="f-name"' in text
    assert 'aria-describedby="e-name"' in text
    assert render(environment, "{{ error_summary(errors) }}", errors=FormErrors()).strip() == ""


def test_a_misspelt_name_fails_loudly(environment: Environment) -> None:
    with pytest.raises(UndefinedError):
        render(environment, "{{ no_such_thing }}")


def test_no_kit_template_holds_an_inline_style_or_handler() -> None:
    for path in KIT.glob("*.html"):
        text = path.read_text()
        assert "style=" not in text, path
        assert not re.search(r"\son[a-z]+=", text), path
        assert not re.search(r"<script(?![^>]*src=)", text), path
        assert "https://" not in text, path


def test_no_intake_template_holds_an_inline_style_or_handler() -> None:
    folder = Path(__file__).parents[2] / "webui" / "templates" / "kit" / "intake"
    for path in folder.glob("*.html"):
        text = path.read_text("utf-8")
        assert "style=" not in text, path
        assert not re.search(r"\son[a-z]+=", text), path
        assert "https://" not in text, path
