"""From a draft to a case: collected and handed up, accepted, or decided on the spot.

The draft becomes the case in the same transaction, so that a laptop that loses power has either
the whole draft or the whole case.
"""

from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.case import Case
from casework.clock_rules import DEFAULTS
from casework.errors import CaseworkError, UnknownCaseError
from casework.judging import why_not
from casework.names import CaseId
from casework.organisation import Officer
from casework.procedure import name_of
from sync.case_file import read_case_file
from sync.desk import Attachment, Sitting, Step
from sync.foreseeing import check
from village_agent.services.handing_up import upward
from village_agent.services.printing import RESULT, instant_result
from village_agent.services.station import Station
from webui.documents import PaperKind
from webui.drafts import DraftRecord, DraftUnknownError, FileContent
from webui.intake_again import used_again
from webui.intake_decision import last_day
from webui.intake_form import IntakeForm
from webui.notices import deficiencies_of, notice_text
from webui.paper_numbers import document_number

_JSON: Final = "application/json"
_TEXT: Final = "text/plain"


class Taken(Struct, frozen=True):
    """A case that came of a draft, and the act that it began with."""

    case: CaseId
    act: str


async def submit(
    station: Station, officer: Officer, draft: DraftRecord, intake: IntakeForm
) -> Taken:
    """Do what the button said; the CaseworkError that forbids it leaves the draft as it was."""
    assert intake.matter is not None, "a form without errors has a matter"
    if intake.act == "collect":
        return await _collect(station, officer, draft, intake)
    files = await station.drafts.contents_of(draft.id)
    intended = _answer(intake)
    received = acts.Receive(intake.intake(), intake.verdicts_at_receipt())
    steps = [Step(received, _brought(intake, files))]
    sitting = Sitting(officer=officer, matter=intake.matter.ref)
    if isinstance(intended, acts.Instant):
        await check(station.desk, intended, sitting, ("applicant", RESULT))
    elif intended is not None:
        steps.append(Step(intended, _said(intake)))
        if isinstance(intended, acts.Accept | acts.AcceptDeferred):
            steps.append(Step(await upward(station, sitting)))
    async with station.desk.node.database.transaction():
        # A second press of the button finds the case that the first one made.
        made = await station.drafts.submitted_case(draft.id)
        if made is not None:
            return Taken(made, intake.act)
        case = await station.desk.perform_all(steps, sitting)
        await station.drafts.mark_submitted(draft.id, case.id, station.now())
    if isinstance(intended, acts.Instant):
        await _decide(station, officer, case, intended)
    return Taken(case.id, intake.act)


async def _collect(
    station: Station, officer: Officer, draft: DraftRecord, intake: IntakeForm
) -> Taken:
    """Collect and hand up in one sitting; a draft that mends a case collects that case anew."""
    assert intake.matter is not None, "a form without errors has a matter"
    files = await station.drafts.contents_of(draft.id)
    collected = acts.Collect(intake.intake(), intake.verdicts())
    steps = (
        Step(collected, _brought(intake, files)),
        Step(acts.HandOverPen(station.parent)),
    )
    mended = await mended_case(station, draft.id)
    sitting = Sitting(
        officer=officer,
        matter=intake.matter.ref,
        case_id=mended.id if mended is not None else None,
        seen=mended.head if mended is not None else None,
    )
    async with station.desk.node.database.transaction():
        made = await station.drafts.submitted_case(draft.id)
        if made is not None:
            return Taken(made, intake.act)
        if await station.drafts.find(draft.id) is None:
            raise DraftUnknownError(draft.id)
        case = await station.desk.perform_all(steps, sitting)
        await station.drafts.mark_submitted(draft.id, case.id, station.now())
    return Taken(case.id, intake.act)


async def refusals(
    station: Station, officer: Officer, intake: IntakeForm, case: Case | None = None
) -> dict[str, CaseworkError | None]:
    """Why this officer may not collect, receive, or decide at once what is typed; by act."""
    assert intake.matter is not None, "powers are over a matter"
    sitting = Sitting(officer=officer, matter=intake.matter.ref)
    given = acts.Receive(intake.intake(), intake.verdicts())
    standing = await station.desk.standing(sitting, case, given)
    kinds = (acts.Collect, acts.Receive, acts.Instant)
    return {name_of(kind): why_not(case, kind, standing) for kind in kinds}


async def mended_case(station: Station, draft: str) -> Case | None:
    """The case whose name a draft bears, if it bears one."""
    try:
        return await station.desk.get_case(CaseId(draft))
    except UnknownCaseError:
        return None


async def _decide(station: Station, officer: Officer, case: Case, act: acts.Instant) -> Case:
    """Decide an instant case that has just been received; its result goes with the decision."""
    file = await read_case_file(station.desk, case.id, officer)
    act = replace(act, document=document_number(case, PaperKind.INSTANT_RESULT))
    result = await instant_result(station, officer, file, act, ())
    sitting = Sitting(officer=officer, case_id=case.id, seen=case.head)
    steps = [Step(act, (result,)), Step(await upward(station, sitting, case))]
    return await station.desk.perform_all(steps, sitting)


def _answer(intake: IntakeForm) -> AnyAct | None:
    """The act after receipt; None where it is only received."""
    match intake.act:
        case "accept":
            return acts.Accept(intake.verdicts())
        case "accept_deferred":
            limit = intake.assessment().supply_within or DEFAULTS.supplement
            return acts.AcceptDeferred(intake.verdicts(), last_day(intake, limit).isoformat())
        case "notify_deficiency":
            last = last_day(intake, DEFAULTS.supplement)
            return acts.NotifyDeficiency(intake.verdicts(), last.isoformat())
        case "instant":
            given = intake.intake()
            recipient = "agent" if intake.has_agent else "applicant"
            return acts.Instant(given, intake.verdicts(), given.facts, None, recipient)
        case _:
            return None


def _brought(intake: IntakeForm, files: list[FileContent]) -> tuple[Attachment, ...]:
    """The applicant, the form and the scans, as parts of the entry."""
    return (
        Attachment("applicant", _JSON, msgspec.json.encode(intake.applicant_sheet())),
        Attachment("form", _JSON, msgspec.json.encode(intake.form_values())),
        *(Attachment(each.material, each.media_type, each.content) for each in files),
        *(Attachment("remark", _TEXT, text.encode()) for text in used_again(intake, files)),
    )


def _said(intake: IntakeForm) -> tuple[Attachment, ...]:
    assert intake.matter is not None, "a form without errors has a matter"
    if intake.act != "notify_deficiency":
        return ()
    told = notice_text(deficiencies_of(intake.matter, intake.verdicts()))
    return (Attachment("notice", _TEXT, told.encode()),)
