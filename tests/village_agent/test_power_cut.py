"""The laptop loses its power at the worst moment: nothing typed, photographed or signed is lost."""

import asyncio
import contextlib
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.onebox.forked import Forked
from tests.builders import LIN, VILLAGE
from tests.centres import LOW_INCOME, case_in, visible, yes_to_conditions
from tests.halls import PASSWORD, free_port, give_account
from tests.laptops import AT_THE_TABLE, a_photo, a_village

PATIENCE_SECONDS = 20.0

pytestmark = pytest.mark.processes


class Machine:
    """A laptop's directory and its process; it may be told where to die."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"http://127.0.0.1:{free_port()}"

    def _environ(self, fault: str = "") -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}  # noqa: TID251
        told = {
            "TONGBAN_DATA_DIR": str(self.path),
            "TONGBAN_PORT": self.url.rpartition(":")[2],
            "TONGBAN_OPEN_BROWSER": "false",
            "TONGBAN_SYNC_ENABLED": "false",
            "TONGBAN_TEST_BUILD": "true",
        }
        return {**kept, **told, **({"TONGBAN_FAULT_POINTS": fault} if fault else {})}

    @contextlib.contextmanager
    def on(self, fault: str = "") -> Iterator[Forked]:
        log = self.path.with_suffix(".log")
        process = Forked("village_agent.cli", ["serve"], self._environ(fault), log)
        try:
            self._wait()
            yield process
        finally:
            process.kill()
            process.join(PATIENCE_SECONDS)

    def _wait(self) -> None:
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{self.url}/health")
                return
            time.sleep(0.05)
        raise TimeoutError(self.url)

    @contextlib.contextmanager
    def lin(self) -> Iterator["Hands"]:
        with httpx.Client(base_url=self.url, timeout=30) as client:
            hands = Hands(client)
            hands.post("/sign-in", login=LIN, password=PASSWORD)
            yield hands


class Hands:
    """Lin at the browser of the machine."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def token(self) -> str:
        page = self.client.get("/sign-in").text
        found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page)
        if found is not None:
            return found[1]
        return str(self.client.get("/session/token").json()["csrf_token"])

    def post(self, url: str, **fields: str) -> httpx.Response:
        return self.client.post(url, data={"csrf_token": self.token(), **fields})

    def photograph(self, draft: str, material: str) -> httpx.Response:
        return self.client.post(
            f"{draft}/files",
            data={"csrf_token": self.token(), "material": material},
            files={"file": ("a.jpg", a_photo())},
        )

    def begin(self) -> str:
        begun = self.post("/collect", choose="minimum-living-allowance@1")
        return str(begun.headers["location"])

    def press(self, draft: str) -> httpx.Response:
        page = self.client.get(draft).text
        revision = re.search(r'name="revision"[^>]*value="(\d+)"', page)
        assert revision is not None, visible(page)
        looked = yes_to_conditions("minimum-living-allowance")
        fields = {**AT_THE_TABLE, **LOW_INCOME, **looked, "act": "collect"}
        return self.post(draft, **fields, revision=revision[1])


@pytest.fixture
def machine(founded: Path, tmp_path: Path) -> Machine:
    """A laptop that has met its county once, and so has numbers to give out."""

    async def meet() -> None:
        async with a_village(founded, tmp_path) as village:
            await give_account(village.laptop.app, LIN, LIN)

    asyncio.run(meet())
    return Machine(tmp_path / VILLAGE)


def test_power_cut_before_the_act_is_kept_leaves_the_whole_draft(machine: Machine) -> None:
    with machine.on("act.before_commit") as process, machine.lin() as lin:
        draft = lin.begin()
        assert lin.photograph(draft, "m1").status_code == 200
        with pytest.raises(httpx.HTTPError):
            lin.press(draft)
        assert process.join(PATIENCE_SECONDS) == -signal.SIGKILL
    with machine.on(), machine.lin() as lin:
        page = lin.client.get(draft).text
        assert "陈秀兰" in page
        assert 'id="files-m1" data-count="1"' in page
        assert "没填完" in visible(lin.client.get("/").text)
        assert lin.press(draft).status_code == 303


def test_power_cut_after_the_act_is_kept_leaves_one_case_and_no_draft(machine: Machine) -> None:
    with machine.on("act.after_commit") as process, machine.lin() as lin:
        draft = lin.begin()
        lin.photograph(draft, "m1")
        with pytest.raises(httpx.HTTPError):
            lin.press(draft)
        assert process.join(PATIENCE_SECONDS) == -signal.SIGKILL
    with machine.on(), machine.lin() as lin:
        found = lin.client.get(draft)
        case = case_in(found.headers["location"])
        home = visible(lin.client.get("/").text)
        assert "没填完" not in home
        assert "仅本机" in home
        assert "1 件在办" in home
        assert "照片 1 张" in home
        paper = lin.client.get(f"/cases/{case}/papers/collection-receipt")
        assert paper.content.startswith(b"%PDF")


def test_power_cut_between_two_photographs_keeps_the_first(machine: Machine) -> None:
    with machine.on() as process, machine.lin() as lin:
        draft = lin.begin()
        assert lin.photograph(draft, "m1").status_code == 200
        process.kill()
        process.join(PATIENCE_SECONDS)
    with machine.on(), machine.lin() as lin:
        assert 'id="files-m1" data-count="1"' in lin.client.get(draft).text
