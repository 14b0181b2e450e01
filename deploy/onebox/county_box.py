"""The county on this machine: founding it, enrolling every place, keeping lines and processes."""

import asyncio
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from deploy.onebox.line import Line
from deploy.onebox.plan import COUNTY_FOLDER, HOST, PASSWORD, Place, Plan
from deploy.onebox.processes import Processes, StepError

ENROLS_AT_ONCE: Final = 2
# Two officers, since one makes the slip and another compares the fingerprint.
MAKES_SLIPS: Final = "o0089"
COMPARES: Final = "o0092"
FOUNDED: Final = "founded"

Say = Callable[[str], None]


class CountyBox:
    """Everything that runs; `say` is told what happens, a line at a time."""

    def __init__(self, folder: Path, say: Say, plan: Plan | None = None) -> None:
        self.folder = folder
        self.plan = plan or Plan()
        self.processes = Processes(folder)
        self.lines = {
            name: Line(port, self._parent_port(name))
            for name, port in self.plan.line_ports().items()
        }
        self.broker_lines = {
            name: Line(port, self.plan.broker_port)
            for name, port in self.plan.broker_line_ports().items()
        }
        self._say = say

    @property
    def is_founded(self) -> bool:
        return (self.folder / FOUNDED).exists()

    def data_dir(self, name: str) -> Path:
        return self.folder / name

    def settings(self, place: Place) -> dict[str, str]:
        """What a place's process is told; every way to its parent leads over a line of ours."""
        given = {
            "data_dir": str(self.data_dir(place.name)),
            "port": str(place.port),
            "host": HOST,
            "log_level": "info",
            "test_build": "true",
        }
        if place.name == "county":
            return given | {"nats_listen": f"{HOST}:{self.plan.broker_port}"}
        line = f"http://{HOST}:{self.lines[place.name].listen_port}"
        if place.program == "tongban-village":
            return given | {"parent_url": line, "open_browser": "false"}
        broker = f"nats://{HOST}:{self.broker_lines[place.name].listen_port}"
        return given | {"county_url": line, "nats_url": broker}

    async def up(self) -> None:
        """Found the county if it is not yet, and start whatever does not run."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for line in (*self.lines.values(), *self.broker_lines.values()):
            await line.start()
        county = self.plan.place("county")
        if self.is_founded:
            for place in self.plan.places:
                await self.start(place.name)
            return
        for place in self.plan.places:
            shutil.rmtree(self.data_dir(place.name), ignore_errors=True)
        self._say("founding the county: keys, catalogue, delegations, officers, calendar")
        await self._found(county)
        await self.start("county")
        for tier in ("tongban-township", "tongban-village"):
            await self._enrol_all([place for place in self.plan.places if place.program == tier])
        (self.folder / FOUNDED).touch()

    async def down(self) -> None:
        below = [place.name for place in self.plan.places if place.parent]
        await self.processes.stop([name for name in below if self.processes.is_running(name)])
        await self.processes.stop()
        for line in (*self.lines.values(), *self.broker_lines.values()):
            await line.stop()

    async def start(self, name: str) -> None:
        if not self.processes.is_running(name):
            place = self.plan.place(name)
            await self.processes.start(place, self.settings(place))
            self._say(f"{place.title} serves at {place.url}")

    async def kill(self, name: str) -> None:
        await self.processes.kill(name)

    def cut(self, name: str) -> None:
        """Cut every way from a place to its parent."""
        for line in self._lines_of(name):
            line.cut()

    def heal(self, name: str) -> None:
        for line in self._lines_of(name):
            line.heal()

    def is_cut(self, name: str) -> bool:
        return any(line.is_cut for line in self._lines_of(name))

    async def command(self, name: str, *arguments: str, said: str = "") -> str:
        """Run a place's own command line to its end."""
        place = self.plan.place(name)
        settings = self.settings(place)
        return await self.processes.run(place.program, *arguments, settings=settings, said=said)

    def _lines_of(self, name: str) -> list[Line]:
        if name not in self.lines:
            known = ", ".join(self.lines)
            raise StepError(f"no line leads from {name}; there are {known}")
        found = [self.lines[name]]
        if name in self.broker_lines:
            found.append(self.broker_lines[name])
        return found

    def _parent_port(self, name: str) -> int:
        parent = self.plan.place(name).parent
        assert parent is not None, "only places with a parent have a line"
        return self.plan.place(parent).port

    async def _found(self, county: Place) -> None:
        await self.command("county", "init", "--county", county.node[:6])
        await self.command("county", "load", str(COUNTY_FOLDER), "--publish")
        await self._accounts(county)

    async def _enrol_all(self, places: list[Place]) -> None:
        gate = asyncio.Semaphore(ENROLS_AT_ONCE)

        async def enrol(place: Place) -> None:
            async with gate:
                await self._enrol(place)

        await asyncio.gather(*(enrol(place) for place in places))

    async def _enrol(self, place: Place) -> None:
        """By slip and fingerprint, as a person would; then accounts, then it serves."""
        slip = await self.command("county", "nodes", "add", place.node, "--by", MAKES_SLIPS)
        code = _after("slip", slip)
        enrolling = asyncio.create_task(self.command(place.name, "enrol", "--code", code))
        try:
            shown = await self._fingerprint(place, enrolling)
            await self.command("county", "nodes", "approve", place.node, shown, "--by", COMPARES)
            await enrolling
        finally:
            enrolling.cancel()
            await asyncio.gather(enrolling, return_exceptions=True)
        await self._accounts(place)
        await self.start(place.name)

    async def _fingerprint(self, place: Place, enrolling: asyncio.Task[str]) -> str:
        """What the county shows once the request has come; StepError if the machine gave up."""
        while True:
            waiting = await self.command("county", "nodes", "pending")
            for line in waiting.splitlines():
                if line.startswith(place.node) and (digits := re.search(r"(\d{5} ){5}\d{5}", line)):
                    return digits[0]
            if enrolling.done():
                raise StepError(f"{place.name} did not enrol: {enrolling.result()}")
            await asyncio.sleep(0.3)

    async def _accounts(self, place: Place) -> None:
        for person in place.people:
            await self.command(
                place.name,
                *("account", "set", person.officer, "--login", person.login, "--password-stdin"),
                said=PASSWORD + "\n",
            )


def _after(label: str, text: str) -> str:
    """What stands behind a label in a command's answer."""
    for line in text.splitlines():
        if line.startswith(label):
            return line.removeprefix(label).strip()
    raise StepError(f"no {label!r} in: {text}")
