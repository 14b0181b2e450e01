"""A tier's own program, with a few more commands on its control socket.

Everything runs as it does in a hall: settings, database, carriers, fault points. Only what people
do at a screen comes in by the socket, so that a test of faults depends on no page, and so does the
arming of a fault point in a process that is at work.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Any, Final

import msgspec

from casework import act as acts
from casework.asking import Purpose
from casework.case import Case
from casework.errors import CaseworkError
from casework.material import MaterialState, MaterialVerdict
from casework.matter import MatterRef, MatterVersion
from casework.names import (
    CaseId,
    CaseNumber,
    MatterId,
    OfficerId,
    Tier,
    county_of,
    parent_of,
    tier_of,
)
from casework.organisation import Officer
from casework.party import ApplicantSheet, Party
from casework.procedure import PROCEDURE
from casework.query_code import query_code
from sync.asking import ask_county
from sync.bodies import DepositKind
from sync.control import Command
from sync.desk import Attachment, Desk, Sitting, Step
from sync.faults import arm
from sync.keys import random_bytes
from sync.node import Node
from sync.runtime import Runtime
from sync.trust_store import TrustStore

MATTER: Final = MatterRef(MatterId("minimum-living-allowance"), 1)
APPROVER: Final = OfficerId("o0011")
CLERKS: Final = {
    "440229901002-01": OfficerId("o0105"),
    "440229901-01": OfficerId("o0099"),
    "440229902-01": OfficerId("o0114"),
    "440229-01": APPROVER,
}


class Counter:
    """The person at a node's screen, reduced to what they do to a case."""

    def __init__(self, node: Node, sets: TrustStore) -> None:
        self._here: Final = node.id
        self._sets: Final = sets
        self._desk: Final = Desk(node, sets)

    @property
    def commands(self) -> Mapping[str, Command]:
        return {
            "collect": self.collect,
            "walk in": self.walk_in,
            "receive": self.receive,
            "take": self.take,
            "do": self.do,
            "ask county": self.ask_county,
            "bring": self.bring,
        }

    async def collect(self, said: Mapping[str, Any]) -> Any:
        """A village agent takes papers in and hands them up."""
        parent = parent_of(self._here)
        assert parent is not None, "the county collects nothing"
        first = Step(acts.Collect(self._intake(), self._verdicts()), _papers(said))
        steps = (first, Step(acts.HandOverPen(parent)))
        return _told(await self._desk.perform_all(steps, self._sitting(matter=MATTER)))

    async def walk_in(self, said: Mapping[str, Any]) -> Any:
        """A clerk takes an application in at the counter."""
        receive = acts.Receive(self._intake(), self._verdicts())
        return _told(await self._desk.perform(receive, self._sitting(matter=MATTER), _papers(said)))

    async def receive(self, said: Mapping[str, Any]) -> Any:
        """A clerk accepts what a village collected, and hands it up to be decided."""
        case = await self._desk.get_case(CaseId(said["case"]))
        assert case.intake is not None, "a collected case has an intake"
        steps = (
            Step(acts.Receive(case.intake, self._verdicts())),
            Step(acts.Accept(self._verdicts())),
            Step(acts.HandOverPen(county_of(self._here))),
        )
        return _told(await self._desk.perform_all(steps, self._sitting(case=case)))

    async def take(self, said: Mapping[str, Any]) -> Any:
        """An approver of the county takes a case up."""
        case = await self._desk.get_case(CaseId(said["case"]))
        return _told(await self._desk.perform(acts.Take(), self._sitting(case=case)))

    async def do(self, said: Mapping[str, Any]) -> Any:
        """Whatever an officer does, with words for all that it must bring; a refusal's code."""
        officer = self._sets.holdings.officer(OfficerId(said["officer"]))
        assert officer is not None, "the directory knows who works here"
        case = CaseId(said["case"]) if "case" in said else None
        sitting = Sitting(officer=officer, case_id=case, matter=None if case else MATTER)
        steps = [Step(act, _brought(act, said)) for act in _acts_in(said)]
        try:
            return _told(await self._desk.perform_all(steps, sitting))
        except CaseworkError as refused:
            return {"refused": refused.code}

    async def ask_county(self, said: Mapping[str, Any]) -> Any:
        """A clerk asks for a case that is not held here, with the receipt before them."""
        number, code = CaseNumber(said["number"]), query_code(CaseId(said["case"]))
        purpose = Purpose(said["purpose"])
        return await ask_county(self._desk, self._officer(), purpose, number, code)

    async def bring(self, said: Mapping[str, Any]) -> Any:
        """A clerk keeps papers for whoever holds the pen of a case."""
        [act] = _acts_in(said)
        case = await self._desk.get_case(CaseId(said["case"]))
        scan = Attachment("m4", "image/jpeg", random_bytes(said["scan_bytes"]))
        assert isinstance(act, acts.Supplement), "nothing else is brought here"
        await self._desk.deposit(DepositKind.SUPPLEMENT, act, self._sitting(case=case), (scan,))
        return _told(case)

    def _sitting(self, *, case: Case | None = None, matter: MatterRef | None = None) -> Sitting:
        return Sitting(officer=self._officer(), case_id=case.id if case else None, matter=matter)

    def _officer(self) -> Officer:
        found = self._sets.holdings.officer(CLERKS[self._here])
        assert found is not None, "the directory knows who works here"
        return found

    def _intake(self) -> acts.Intake:
        """The result is to be collected at the township, wherever the papers came in."""
        parent = parent_of(self._here)
        in_village = tier_of(self._here) is Tier.VILLAGE
        pickup = parent if in_village and parent is not None else self._here
        return acts.Intake("window", "1", False, None, pickup, "counter", ())

    def _verdicts(self) -> tuple[MaterialVerdict, ...]:
        return tuple(
            MaterialVerdict(need.id, MaterialState.PRESENT, need.originals, need.copies, ())
            for need in self._matter().materials
        )

    def _matter(self) -> MatterVersion:
        found = self._sets.holdings.matter(MATTER)
        assert found is not None, "the catalogue has the matter"
        return found


def _papers(said: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """The applicant, and a scan of so many bytes that nothing can compress."""
    person = Party(said["name"], "111", "440229199003070011", "", "")
    sheet = msgspec.json.encode(ApplicantSheet(person, None, None, None, None))
    papers = [Attachment("applicant", "application/json", sheet)]
    if size := said.get("scan_bytes"):
        papers.append(Attachment("m1", "image/jpeg", random_bytes(size)))
    return tuple(papers)


def _acts_in(said: Mapping[str, Any]) -> list[acts.AnyAct]:
    return msgspec.convert(said["acts"], type=list[acts.AnyAct])


def _brought(act: acts.AnyAct, said: Mapping[str, Any]) -> tuple[Attachment, ...]:
    names = PROCEDURE[type(act)].parts
    applicant = _papers(said) if "applicant" in names else ()
    words = [Attachment(each, "text/plain", b"words") for each in sorted(names - {"applicant"})]
    return (*applicant, *words)


def _told(case: Case) -> dict[str, str]:
    return {"case": case.id, "number": case.number}


async def arm_point(said: Mapping[str, Any]) -> None:
    """Arm a fault point in a process that has been running for a while."""
    arm(said["point"], hit=said["hit"])


def add_commands() -> None:
    plain = Runtime.running

    def running(
        self: Runtime, commands: Mapping[str, Command], **options: Any
    ) -> AbstractAsyncContextManager[None]:
        counter = Counter(self.node, self.sets).commands
        return plain(self, {**commands, **counter, "arm": arm_point}, **options)

    setattr(Runtime, plain.__name__, running)


def main(arguments: Sequence[str]) -> None:
    """Run a command of a tier, whose name comes first."""
    add_commands()
    tier, *rest = arguments
    import_module(f"{tier}.cli").main(rest)
