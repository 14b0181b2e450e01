"""A county of processes in which stories are told as on a stage in one process."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from casework.act import AnyAct
from casework.case import Case
from casework.instants import instant_text
from casework.matter import MatterVersion
from casework.names import CaseId, MessageId, NodeId, OfficerId, is_of_county
from sync.bodies import TrustVersions
from sync.clock import SystemClock
from sync.stored import case_from_bytes
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.county import matter as matter_of
from tests.county import organisation
from tests.faults.county import County
from tests.procedure.liar import QIU, RECORD
from tests.procedure.scene import Done
from tests.procedure.stage import APPLICANT, edit_file

_HELD: Final = (
    "SELECT \"set\", max(version) FROM trust_manifest WHERE state = 'held' GROUP BY 1 ORDER BY 1"
)
_LEASED: Final = "SELECT max(at) FROM lease WHERE node = ?"
_OWED: Final = "SELECT count(*) FROM listed WHERE neighbour = ?"


class Acted(Struct, frozen=True):
    id: CaseId


# A word that was on its way in a line that was cut comes again after a minute at the latest.
QUIET_SECONDS_MAX: Final = 120.0
LINES: Final = ((COUNTY, TOWN), (COUNTY, OTHER_TOWN), (TOWN, VILLAGE))
NODES: Final = (COUNTY, TOWN, OTHER_TOWN, VILLAGE)


class Processes:
    """Whichever nodes of a county run; `record` is by what the town decides small fellings."""

    def __init__(self, county: County) -> None:
        self.county: Final = county
        self.record = RECORD
        # The files that were published since somebody looked.
        self.bent: set[str] = set()
        self._cut: set[NodeId] = set()

    # Time and lines.

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(seconds=self.county.ahead_seconds)

    def set_clock(self, now: datetime) -> None:
        """What the clocks of all processes show that are started from here on."""
        self.county.ahead_seconds = (now - SystemClock().now()).total_seconds()

    async def later(self, *, days: int) -> None:
        self.county.ahead_seconds += timedelta(days=days).total_seconds()
        began = instant_text(self.now() - timedelta(hours=1))
        for node in self._running(*NODES):
            await self.county.ask(node, "clock", seconds=self.county.ahead_seconds)
        up = [below for below in self._running(TOWN, OTHER_TOWN) if below not in self._cut]
        # A lease is renewed when two meet, and they meet whenever a line comes up.
        if up:
            for node in up:
                self.cut(node)
            await self.heal(*up)
        await self.county.until(
            lambda: all(str(self.county.one(node, _LEASED, node)) > began for node in up),
            "their leases are new",
        )
        await self.settle()

    def cut(self, node: NodeId) -> None:
        self._cut.add(node)
        self.county.lines[node].cut()
        self.county.broker_lines[node].cut()

    async def heal(self, *nodes: NodeId) -> None:
        """Let these lines carry again, or all that were cut."""
        healed = self._cut & set(nodes or self._cut)
        for node in healed:
            self.county.lines[node].heal()
            self.county.broker_lines[node].heal()
        self._cut -= healed
        for node in self._running(*healed):
            await self.county.ask(node, "hurry")

    async def settle(self) -> None:
        running = self._running(*NODES)
        pairs = [
            (above, below)
            for above, below in LINES
            if above in running and below in running and below not in self._cut
        ]

        def unsettled() -> list[str]:
            owed = [
                f"{one} owes {other} {count}"
                for pair in pairs
                for one, other in (pair, pair[::-1])
                if (count := self.county.one(one, _OWED, other))
            ]
            return owed + [
                f"{below} holds {held}"
                for above, below in pairs
                if (held := self.county.rows(below, _HELD)) != self.county.rows(above, _HELD)
            ]

        try:
            await self.county.until(
                lambda: not unsettled(), "nobody owes anybody anything", QUIET_SECONDS_MAX
            )
        except AssertionError as error:
            raise AssertionError("; ".join(unsettled())) from error

    async def publish(self, folder: Path, name: str, *edits: Callable[[Any], None]) -> None:
        edit_file(folder, name, *edits)
        self.bent.add(name)
        await self.county.ask(COUNTY, "load", folder=str(folder))
        await self.county.ask(COUNTY, "publish")
        await self.settle()

    def _running(self, *nodes: NodeId) -> list[NodeId]:
        return [node for node in nodes if self.county.is_running(node)]

    # People.

    def matter(self, matter: str) -> MatterVersion:
        return matter_of(matter)

    async def tried(
        self,
        officer: OfficerId,
        *steps: AnyAct,
        case: CaseId | None = None,
        matter: MatterVersion | None = None,
        acting_for: OfficerId | None = None,
    ) -> dict[str, str]:
        """What came of it: the case, or the code with which it was refused."""
        found = organisation().officer(officer)
        assert found is not None
        told: dict[str, Any] = {
            "officer": officer,
            "acts": msgspec.to_builtins(steps),
            "name": APPLICANT.name,
        }
        if case is not None:
            told["case"] = case
        if matter is not None:
            told["matter"] = msgspec.to_builtins(matter.ref)
        if acting_for is not None:
            told["acting_for"] = acting_for
        at = COUNTY if is_of_county(found.node) else found.node
        answer: dict[str, str] = await self.county.ask(at, "do", **told)
        return answer

    async def do(
        self,
        officer: OfficerId,
        *steps: AnyAct,
        case: CaseId | None = None,
        matter: MatterVersion | None = None,
        acting_for: OfficerId | None = None,
    ) -> Done:
        answer = await self.tried(officer, *steps, case=case, matter=matter, acting_for=acting_for)
        assert "case" in answer, answer
        return Acted(CaseId(answer["case"]))

    def held(self, case: CaseId, node: NodeId = COUNTY) -> Case:
        """A case as a node has computed it."""
        found = case_from_bytes(
            self.county.one(node, "SELECT folded FROM case_row WHERE id = ?", case)
        )
        assert found is not None
        return found

    async def agreed(self, case: CaseId, *nodes: NodeId) -> Case:
        """The case, of which these nodes have come to compute the very same."""
        await self.settle()
        first, *others = [self.held(case, node) for node in nodes]
        assert all(each == first for each in others)
        return first

    def liar(self, node: NodeId) -> "ProcessLiar":
        return ProcessLiar(self.county, node, self.record)


class ProcessLiar:
    """A process that signs what it is told to."""

    def __init__(self, county: County, node: NodeId, record: str = RECORD) -> None:
        self.record: Final = record
        self._county: Final = county
        self._node: Final = node

    async def signs(
        self,
        case: CaseId,
        *said: AnyAct,
        delegation: str | None,
        officer: OfficerId = QIU,
        acting_for: OfficerId | None = None,
        **header: Any,
    ) -> MessageId:
        if "at" in header:
            header["at"] = instant_text(header["at"])
        made = await self._ask(
            "sign",
            case=case,
            acts=msgspec.to_builtins(said),
            delegation=delegation,
            officer=officer,
            acting_for=acting_for,
            header=msgspec.to_builtins(header),
        )
        return MessageId(made)

    async def anchor(self) -> MessageId:
        return MessageId(await self._ask("anchor"))

    async def versions(self) -> TrustVersions:
        return msgspec.convert(await self._ask("versions"), type=TrustVersions)

    async def cited(self, case: CaseId) -> str | None:
        found: str | None = await self._ask("cited", case=case)
        return found

    async def _ask(self, command: str, /, **said: Any) -> Any:
        return await self._county.ask(self._node, command, **said)
