"""What a story needs of the county that it is told in, be it on a stage or in processes."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from casework import act as acts
from casework.act import AnyAct, Outcome
from casework.matter import MatterVersion
from casework.names import CaseId, MessageId, NodeId, OfficerId
from sync.bodies import TrustVersions
from tests.builders import TOWN, WU
from tests.procedure.liar import QIU, RECORD
from tests.procedure.stage import intake_for, papers_for

MATTER: Final = "timber-felling-permit"


class Done(Protocol):
    """What somebody did, by the case that they did it to."""

    @property
    def id(self) -> CaseId: ...


class Lying(Protocol):
    """A node that signs what it is told to."""

    @property
    def record(self) -> str:
        """The record by which the town decides small fellings."""

    async def signs(
        self,
        case: CaseId,
        *said: AnyAct,
        delegation: str | None,
        officer: OfficerId = QIU,
        acting_for: OfficerId | None = None,
        **header: Any,
    ) -> MessageId: ...

    async def anchor(self) -> MessageId: ...

    async def versions(self) -> TrustVersions: ...

    async def cited(self, case: CaseId) -> str | None:
        """The record that the newest entry of a case names."""


class Scene(Protocol):
    """A county whose time passes as a story goes on, whose lines and lists people change."""

    def now(self) -> datetime: ...

    def matter(self, matter: str) -> MatterVersion: ...

    def liar(self, node: NodeId) -> Lying: ...

    def cut(self, node: NodeId) -> None: ...

    async def settle(self) -> None: ...

    async def later(self, *, days: int) -> None: ...

    async def publish(self, folder: Path, name: str, *edits: Callable[[Any], None]) -> None: ...

    async def do(
        self,
        officer: OfficerId,
        *steps: AnyAct,
        case: CaseId | None = None,
        matter: MatterVersion | None = None,
    ) -> Done: ...


async def taken_in(scene: Scene) -> CaseId:
    """A small felling, up to the decision."""
    matter = scene.matter(MATTER)
    intake = intake_for({"volume_m3": "8"})
    full = papers_for(matter, intake)
    case = await scene.do(WU, acts.Receive(intake, full), acts.Accept(full), matter=matter)
    await scene.do(QIU, acts.Take(), acts.Opine(2, Outcome.PASS), case=case.id)
    return case.id


def the_grant(listed: Any) -> Any:
    """The record by which the town decides small fellings, as the county's file has it."""
    return [
        each
        for each in listed["records"]
        if (each["grantee"], each["matter"], each["level"]) == (TOWN, MATTER, "final")
    ][-1]


def revoking(mode: str, since: str, record: str = RECORD) -> Any:
    def edit(listed: Any) -> None:
        listed["revocations"].append(
            {
                "id": f"r9{len(listed['revocations'])}",
                "delegation": record,
                "kind": mode,
                "since": since,
                "reason": "抽查发现问题",
                "instrument": "i03",
            }
        )

    return edit
