"""What a browser may fetch, and that it is what the wheels say it is."""

from importlib.metadata import PackagePath
from pathlib import Path

import pytest

from tests.webui.conftest import Hall
from webui.assets import AssetDamagedError, load_assets
from webui.icons import icon


async def test_assets_are_cached_for_ever_under_the_hash_of_their_content(hall: Hall) -> None:
    browser = hall.browser()
    for name in load_assets().names():
        url = load_assets().url(name)
        answer = await browser.get(url)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"].startswith(
            ("text/css", "text/javascript", "image/svg")
        )


@pytest.mark.parametrize(
    "url",
    ["/assets/0000000000000000/kit.css", "/assets/x/bootstrap.min.css.map", "/assets/x/..%2Fx"],
)
async def test_nothing_else_is_served(hall: Hall, url: str) -> None:
    assert (await hall.browser().get(url)).status_code == 404


def test_a_changed_file_of_a_wheel_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(_: PackagePath) -> bytes:
        return b"alert(1)"

    monkeypatch.setattr(PackagePath, "read_binary", changed)
    with pytest.raises(AssetDamagedError, match="differs from its record"):
        load_assets()


def test_a_tier_adds_its_own_files_by_name(tmp_path: Path) -> None:
    (tmp_path / "camera.js").write_text("void 0")
    assets = load_assets({"camera.js": tmp_path / "camera.js"})
    assert assets.url("camera.js").endswith("/camera.js")
    with pytest.raises(KeyError):
        assets.url("missing.js")


def test_icons_are_inlined_and_hidden_from_readers() -> None:
    drawn = icon("cloud-off", 16)
    assert drawn.startswith("<svg")
    assert 'aria-hidden="true"' in drawn
    assert 'width="16"' in drawn
    assert "style=" not in drawn
