"""A walk-in: what was typed and attached at the counter becomes a case, in one sitting."""

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.case import Case
from casework.clock_rules import DEFAULTS
from casework.errors import CaseworkError, FeeError
from casework.judging import why_not
from casework.names import CaseId
from casework.organisation import Officer
from casework.procedure import name_of
from sync.case_file import read_case_file
from sync.desk import Attachment, Sitting, Step
from sync.foreseeing import check
from township_node.services.office import Office
from township_node.services.printing import RESULT, instant_result
from webui.documents import PaperKind
from webui.drafts import DraftRecord, FileContent
from webui.intake_again import used_again
from webui.intake_decision import last_day
from webui.intake_form import IntakeForm
from webui.notices import deficiencies_of, notice_text
from webui.paper_numbers import document_number

SUBMIT_ONLINE = name_of(acts.SubmitOnline)
# How an application comes when nobody stands at the counter (codes.json, table `channel`).
REMOTE_CHANNELS = frozenset({"online", "mobile", "kiosk", "post", "hotline"})

_JSON = "application/json"
_TEXT = "text/plain"


class Taken(Struct, frozen=True):
    """A case that came of a draft, and the act that it began with."""

    case: CaseId
    act: str


async def submit(office: Office, officer: Officer, draft: DraftRecord, intake: IntakeForm) -> Taken:
    """Do what the clerk asked for; the draft becomes the case in the same transaction."""
    assert intake.matter is not None, "a form without errors has a matter"
    files = await office.drafts.contents_of(draft.id)
    intended = answer(intake)
    begun = submitted(intake) if intake.act == SUBMIT_ONLINE else received(intake)
    steps = [Step(begun, brought(intake, files)), *settled(intake)]
    if intended is not None and not isinstance(intended, acts.Instant):
        steps.append(Step(intended, _said(intake)))
        steps += [Step(each) for each in _onward(office, intake, intended)]
    sitting = Sitting(officer=officer, matter=intake.matter.ref)
    if isinstance(intended, acts.Instant):
        await _check_instant(office, intended, sitting, intake)
    async with office.desk.node.database.transaction():
        # A second press of the button finds the case that the first one made.
        made = await office.drafts.submitted_case(draft.id)
        if made is not None:
            return Taken(made, intake.act)
        case = await office.desk.perform_all(steps, sitting)
        await office.drafts.mark_submitted(draft.id, case.id, office.now())
    if isinstance(intended, acts.Instant):
        await finish(office, officer, case, intended)
    return Taken(case.id, intake.act)


async def refusals(
    office: Office, officer: Officer, intake: IntakeForm
) -> dict[str, CaseworkError | None]:
    """Why this officer may not receive, or decide at once, what is being typed; by act."""
    assert intake.matter is not None, "powers are over a matter"
    sitting = Sitting(officer=officer, matter=intake.matter.ref)
    standing = await office.desk.standing(sitting, None, received(intake))
    kinds = (acts.Receive, acts.Instant, acts.SubmitOnline)
    return {name_of(kind): why_not(None, kind, standing) for kind in kinds}


async def finish(office: Office, officer: Officer, case: Case, act: acts.Instant) -> Case:
    """Decide an instant case that has just been received, and hand its result over."""
    file = await read_case_file(office.desk, case.id, officer)
    act = replace(act, document=document_number(case, PaperKind.INSTANT_RESULT))
    result = await instant_result(office, officer, file, act, ())
    steps = [Step(act, (result,)), Step(acts.HandOverPen(office.county))]
    sitting = Sitting(officer=officer, case_id=case.id, seen=case.head)
    return await office.desk.perform_all(steps, sitting)


def received(intake: IntakeForm) -> acts.Receive:
    return acts.Receive(intake.intake(), intake.verdicts_at_receipt())


def submitted(intake: IntakeForm) -> acts.SubmitOnline:
    """An application that came without the applicant: it is looked through before it counts."""
    return acts.SubmitOnline(intake.intake(), intake.verdicts_at_receipt())


def settled(intake: IntakeForm) -> tuple[Step, ...]:
    """The fees that were paid or waived, one act each."""
    return tuple(Step(each.settlement) for each in intake.fees if each.settlement is not None)


async def _check_instant(
    office: Office, act: acts.Instant, sitting: Sitting, intake: IntakeForm
) -> None:
    """Whether the whole sitting could end as it is meant, before any of it is signed."""
    try:
        await check(office.desk, act, sitting, ("applicant", RESULT))
    except FeeError:
        # Asked of a case that has not begun: its fees are settled between receipt and decision.
        if any(fee.is_owed for fee in intake.fees):
            raise


def answer(intake: IntakeForm) -> AnyAct | None:
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
        case "refuse_acceptance":
            return acts.RefuseAcceptance(intake.grounds)
        case "instant":
            given = intake.intake()
            recipient = "agent" if intake.has_agent else "applicant"
            return acts.Instant(given, intake.verdicts(), given.facts, None, recipient)
        case _:
            return None


def brought(intake: IntakeForm, files: list[FileContent]) -> tuple[Attachment, ...]:
    """The applicant, the form and the scans, as parts of the receipt."""
    return (
        Attachment("applicant", _JSON, msgspec.json.encode(intake.applicant_sheet())),
        Attachment("form", _JSON, msgspec.json.encode(intake.form_values())),
        *(Attachment(each.material, each.media_type, each.content) for each in files),
        *(Attachment("remark", _TEXT, text.encode()) for text in used_again(intake, files)),
    )


def _said(intake: IntakeForm) -> tuple[Attachment, ...]:
    assert intake.matter is not None, "a form without errors has a matter"
    if intake.act == "refuse_acceptance":
        return (Attachment("grounds", _TEXT, intake.reason.encode()),)
    if intake.act == "notify_deficiency":
        told = notice_text(deficiencies_of(intake.matter, intake.verdicts()))
        return (Attachment("notice", _TEXT, told.encode()),)
    return ()


def _onward(office: Office, intake: IntakeForm, act: AnyAct) -> tuple[AnyAct, ...]:
    assert intake.matter is not None, "a form without errors has a matter"
    goes_up = isinstance(act, acts.Accept | acts.AcceptDeferred)
    if goes_up and not office.decides(intake.matter, intake.facts()):
        return (acts.HandOverPen(office.county),)
    return ()
