"""Made-up applications as acts: what the generator writes, as a counter would take it in.

A case is to be about 4 KB with its parts. The generator's forms are shorter, so each form also
repeats what the household applied for before: other applications of the same generator.
"""

import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from casework.act import Accept, Collect, Intake, Receive
from casework.case import Case
from casework.condition import AGENT_FACT, APPLICANT_KIND_FACT, CHANNEL_FACT
from casework.errors import CaseworkError
from casework.facts import facts_on_wire, fields_read
from casework.form import form_facts
from casework.material import MaterialState, MaterialVerdict
from casework.matter import MatterRef, in_force
from casework.names import MatterId, NodeId, OfficerId
from casework.organisation import Officer
from casework.party import ApplicantSheet, Party
from deploy.onebox.generators.make_cases import Maker
from deploy.onebox.generators.support.people import People
from deploy.onebox.generators.support.reference import COUNTY_DIR, Reference
from sync.clock import SystemClock
from sync.desk import Attachment, Desk, Sitting, Step
from sync.holdings import Holdings

CASE_BYTES: Final = 4096
DAYS: Final = 60
_STATED: Final = {CHANNEL_FACT, APPLICANT_KIND_FACT, AGENT_FACT}
# What an entry weighs besides its parts, about.
_ENTRY_BYTES: Final = 2200
_JSON: Final = "application/json"


class Application(Struct, frozen=True):
    matter: MatterRef
    intake: Intake
    materials: tuple[MaterialVerdict, ...]
    attachments: tuple[Attachment, ...]

    def received(self) -> Step:
        return Step(Receive(self.intake, self.materials), self.attachments)

    def collected(self) -> Step:
        return Step(Collect(self.intake, self.materials), self.attachments)

    def accepted(self) -> Step:
        return Step(Accept(self.materials))

    def made_whole(self) -> "Application":
        """The same with every material there."""
        whole = tuple(
            replace(each, state=MaterialState.PRESENT, failed_checks=())
            if each.state in {MaterialState.MISSING, MaterialState.DEFERRED} or each.failed_checks
            else each
            for each in self.materials
        )
        return replace(self, materials=whole)


class Applications:
    """An endless row of applications for one counter, the same for the same seed."""

    def __init__(self, holdings: Holdings, pickup: NodeId, *, seed: int = 1) -> None:
        self._holdings = holdings
        self._pickup = pickup
        self._rng = random.Random(seed)
        reference = Reference.load(Path(COUNTY_DIR))
        today = holdings.calendar.day_of(SystemClock().now())
        days = reference.workdays(today - timedelta(DAYS), today)
        self._maker = Maker(reference, People(reference, self._rng), self._rng, days)
        self._today = today
        self._earlier = ""

    def made(self, wanted: MatterId | None = None) -> Iterator[Application]:
        while True:
            for case in self._maker.cases(100, wanted):
                made = self._application(case)
                if made is not None:
                    yield made

    def _application(self, case: Mapping[str, Any]) -> Application | None:
        matter = self._holdings.matter(MatterRef(MatterId(case["matter"]), case["version"]))
        if matter is None or not in_force(matter, self._today):
            return None
        who = case["applicant"]
        given = {
            "case.has_agent": case["agent"] is not None,
            "applicant.kind": who["kind"],
            "applicant.age": who.get("age_counted"),
        }
        form: dict[str, Any] = {
            key: Decimal(str(value)) if isinstance(value, float) else value
            for key, value in case["form"].items()
        }
        read = fields_read(matter, self._holdings.delegations) - _STATED
        intake = Intake(
            channel=case["channel"] if case["channel"] != "village_agent" else "window",
            applicant_kind=who["kind"],
            has_agent=case["agent"] is not None,
            home=case["home"],
            pickup=self._pickup,
            delivery="counter",
            facts=facts_on_wire(form_facts(matter, form, given), read),
        )
        rows = [{k: v for k, v in row.items() if k != "pages"} for row in case["materials"]]
        return Application(
            matter.ref,
            intake,
            msgspec.convert(rows, tuple[MaterialVerdict, ...]),
            self._attachments(case),
        )

    def _attachments(self, case: Mapping[str, Any]) -> tuple[Attachment, ...]:
        sheet = ApplicantSheet(
            _party(case["applicant"]),
            case["home"],
            (case["applicant"].get("representative") or {}).get("name"),
            _party(case["agent"]) if case["agent"] else None,
            None,
        )
        applicant = msgspec.json.encode(sheet)
        form = msgspec.json.encode(case["form"])
        room = CASE_BYTES - _ENTRY_BYTES - len(applicant) - len(form)
        told = msgspec.json.encode({**case["form"], "earlier": self._before(case, room)})
        return Attachment("applicant", _JSON, applicant), Attachment("form", _JSON, told)

    def _before(self, case: Mapping[str, Any], size: int) -> str:
        """So many bytes of the applications before this one."""
        told = self._earlier.encode()[: max(0, size)].decode(errors="ignore")
        parts = {key: case[key] for key in ("applicant", "agent", "form", "materials")}
        self._earlier = (msgspec.json.encode(parts).decode() + self._earlier)[: 2 * CASE_BYTES]
        return told


async def perform(
    desk: Desk, officer: OfficerId, application: Application, *steps: Step
) -> Case | None:
    """Begin a case by the first of these steps and go on with it; None where that may not be."""
    sitting = Sitting(officer=officer_of(desk, officer), matter=application.matter)
    try:
        return await desk.perform_all(steps, sitting)
    except CaseworkError:
        return None


def officer_of(desk: Desk, officer: OfficerId) -> Officer:
    found = desk.holdings.officer(officer)
    assert found is not None, f"{officer} is in the directory"
    return found


def _party(who: Mapping[str, Any]) -> Party:
    return Party(
        who["name"],
        who["id_type"],
        who["id_number"],
        who.get("phone", ""),
        who.get("address", ""),
    )
