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
from sync import payloads, stored
from sync.asking import ask_county
from sync.bodies import DepositKind
from sync.control import Command
from sync.desk import Attachment, Desk, Sitting, Step
from sync.envelope import WireType
from sync.faults import arm
from sync.keys import random_bytes
from sync.node import Node
from sync.payloads import wire_type
from sync.runtime import Runtime
from sync.trust_store import TrustStore
from tests.faults.lying import acts_in, lying_commands
from tests.faults.shifted import ahead, shift_clock

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
            "ask for the pen": self.ask_for_pen,
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
        officer = self._works_here(said["officer"])
        case = CaseId(said["case"]) if "case" in said else None
        matter = msgspec.convert(said.get("matter", MATTER), type=MatterRef)
        other = self._works_here(said["acting_for"]) if "acting_for" in said else None
        sitting = Sitting(
            officer=officer, acting_for=other, case_id=case, matter=None if case else matter
        )
        steps = [Step(act, _brought(act, said)) for act in acts_in(said)]
        try:
            return _told(await self._desk.perform_all(steps, sitting))
        except CaseworkError as refused:
            return {"refused": refused.code}

    async def ask_for_pen(self, said: Mapping[str, Any]) -> None:
        """The county asks whoever holds a case to give it back."""
        case = await self._desk.get_case(CaseId(said["case"]))
        await self._desk.ask_for_pen("由县里办理", self._sitting(case=case))

    async def ask_county(self, said: Mapping[str, Any]) -> Any:
        """A clerk asks for a case that is not held here, with the receipt before them."""
        number, code = CaseNumber(said["number"]), query_code(CaseId(said["case"]))
        purpose = Purpose(said["purpose"])
        return await ask_county(self._desk, self._officer(), purpose, number, code)

    async def bring(self, said: Mapping[str, Any]) -> Any:
        """A clerk keeps papers for whoever holds the pen of a case."""
        [act] = acts_in(said)
        case = await self._desk.get_case(CaseId(said["case"]))
        scan = Attachment("m4", "image/jpeg", random_bytes(said["scan_bytes"]))
        assert isinstance(act, acts.Supplement), "nothing else is brought here"
        await self._desk.deposit(DepositKind.SUPPLEMENT, act, self._sitting(case=case), (scan,))
        return _told(case)

    def _sitting(self, *, case: Case | None = None, matter: MatterRef | None = None) -> Sitting:
        return Sitting(officer=self._officer(), case_id=case.id if case else None, matter=matter)

    def _officer(self) -> Officer:
        return self._works_here(CLERKS[self._here])

    def _works_here(self, officer: str) -> Officer:
        found = self._sets.holdings.officer(OfficerId(officer))
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


def _brought(act: acts.AnyAct, said: Mapping[str, Any]) -> tuple[Attachment, ...]:
    meant = act.restated if isinstance(act, acts.TakeUpDeposit) else act
    names = PROCEDURE[type(meant)].parts
    applicant = _papers(said) if "applicant" in names else ()
    words = [Attachment(each, "text/plain", b"words") for each in sorted(names - {"applicant"})]
    return (*applicant, *words)


def _told(case: Case) -> dict[str, str]:
    return {"case": case.id, "number": case.number}


def forget_kind(type_: WireType) -> None:
    """Be of a release that came before this kind."""
    for table in (payloads.KINDS, stored.BODIES):
        assert isinstance(table, dict), "the kinds stand in plain tables"
        del table[type_]


async def arm_point(said: Mapping[str, Any]) -> None:
    """Arm a fault point in a process that has been running for a while."""
    arm(said["point"], hit=said["hit"])


async def set_clock(said: Mapping[str, Any]) -> None:
    """Let days pass in a process, or put the clock it began with right."""
    ahead.seconds = said["seconds"]


def add_commands() -> None:
    plain = Runtime.running

    def running(
        self: Runtime, commands: Mapping[str, Command], **options: Any
    ) -> AbstractAsyncContextManager[None]:
        more = {**Counter(self.node, self.sets).commands, **lying_commands(self.node)}
        more |= {"arm": arm_point, "clock": set_clock}

        async def hurry(_: Mapping[str, Any]) -> None:
            self.sync_now()

        return plain(self, {**commands, **more, "hurry": hurry}, **options)

    setattr(Runtime, plain.__name__, running)


def main(arguments: Sequence[str]) -> None:
    """Run a command of a tier: its name comes first, then what it is to be otherwise than it is.

    By how much its clock is ahead, and the kinds of messages that its release does not know.
    """
    add_commands()
    tier, seconds, lacking, *rest = arguments
    ahead.seconds = float(seconds)
    shift_clock()
    for name in filter(None, lacking.split(",")):
        forget_kind(wire_type(name))
    import_module(f"{tier}.cli").main(rest)
