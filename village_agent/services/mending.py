"""Drafts that belong to a case: putting right what was sent back, adding what was missing.

Such a draft bears the name of its case, so there is never more than one of it, and what was
photographed survives a laptop that loses power.
"""

from collections.abc import Collection
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.assessment import needs
from casework.case import Case, Deferral, Status
from casework.errors import ActNotOpenError
from casework.facts import facts_of
from casework.material import MaterialRequirement, MaterialState, MaterialVerdict
from casework.names import NodeId
from casework.organisation import Officer
from casework.papers import owes_papers
from sync.case_file import CaseFile
from village_agent.services.acting import Turn, perform
from village_agent.services.station import Station
from webui.act_contents import Content
from webui.drafts import DraftRecord, FileRecord
from webui.intake_refill import refill
from webui.uploads import UploadError, check_upload_async

# The parts of a case that are not scans of its materials.
_SHEETS: Final = frozenset({"applicant", "form", "result", "notice", "opinion", "grounds"})


class Owed(Struct, frozen=True, kw_only=True):
    """A material that is still to come, what was wrong, and what was photographed of it by now."""

    need: MaterialRequirement
    faults: tuple[str, ...]
    files: tuple[FileRecord, ...] = ()


class NothingBroughtError(ActNotOpenError):
    """Nothing was marked as received."""

    code = "E_NOTHING_BROUGHT"


class StillOwedError(ActNotOpenError):
    """Deferred papers are brought all together: their supply ends the deferral."""

    code = "E_STILL_OWED"


def is_sent_back(case: Case, me: NodeId) -> bool:
    """Whether the case waits here to be put right: nobody has received it, and the pen is here."""
    return case.pen == me and case.status in {Status.COLLECTED, Status.DRAFT, None}


async def mending_draft(station: Station, officer: Officer, file: CaseFile) -> DraftRecord:
    """The draft in which a case sent back is put right, filled in with what was sent."""
    case = file.case
    if not is_sent_back(case, station.me):
        raise ActNotOpenError(f"{case.id} is {case.status}, with {case.pen}")
    if (held := await _held(station, officer, case)) is not None:
        return held
    draft = await station.drafts.create(
        officer=officer.id,
        now=station.now(),
        fields=refill(file.applicant, file.form, case.intake, case.materials),
        matter=case.matter,
        applicant=file.applicant_name or "",
        case=case.id,
    )
    await _copy_scans(station, draft, case)
    return draft


async def supplement_draft(station: Station, officer: Officer, file: CaseFile) -> DraftRecord:
    """The draft that gathers what is brought to a case."""
    case = file.case
    if not owes_papers(case):
        raise ActNotOpenError(f"{case.id} awaits nothing")
    held = await _held(station, officer, case)
    return held or await station.drafts.create(
        officer=officer.id,
        now=station.now(),
        matter=case.matter,
        applicant=file.applicant_name or "",
        case=case.id,
    )


def owed_of(file: CaseFile, files: Collection[FileRecord] = ()) -> tuple[Owed, ...]:
    """What is to be brought; where nobody named a paper, any of those that count."""
    case = file.case
    verdicts = {verdict.material: verdict for verdict in case.materials}
    asked = [each.requirement for each in needs(file.matter, facts_of(case)) if each.needed]
    named = [need for need in asked if _is_owed(verdicts.get(need.id), case)]
    return tuple(
        Owed(
            need=need,
            faults=_faults(need, verdicts.get(need.id)),
            files=tuple(one for one in files if one.material == need.id),
        )
        for need in named or asked
    )


async def bring(
    station: Station, turn: Turn, draft: DraftRecord, received: Collection[str]
) -> None:
    """Make of what was gathered a supplement: an act where the pen is here, else a deposit."""
    case = turn.case
    files = await station.drafts.contents_of(draft.id)
    brought = {*received, *(each.material for each in files)}
    if not brought:
        raise NothingBroughtError(case.id)
    verdicts = tuple(_verdict(turn.file, verdict, brought) for verdict in case.materials)
    act = _act_for(case, verdicts)
    contents = [Content(each.material, each.media_type, each.content) for each in files]
    async with station.desk.node.database.transaction():
        await perform(station, turn, act, contents)
        await station.drafts.delete(draft.id)


def _act_for(
    case: Case, verdicts: tuple[MaterialVerdict, ...]
) -> acts.Supplement | acts.SupplementInReview | acts.DeferredSatisfied:
    if case.status is Status.AWAITING_SUPPLEMENT:
        return acts.Supplement(verdicts)
    if case.status is Status.IN_REVIEW and case.paused:
        return acts.SupplementInReview(verdicts)
    lacking = {MaterialState.DEFERRED, MaterialState.MISSING}
    if any(verdict.state in lacking for verdict in verdicts):
        raise StillOwedError(case.id)
    return acts.DeferredSatisfied(verdicts)


def _verdict(file: CaseFile, verdict: MaterialVerdict, brought: Collection[str]) -> MaterialVerdict:
    need = file.matter.material(verdict.material)
    if verdict.material not in brought or need is None:
        return verdict
    return replace(
        verdict,
        state=MaterialState.PRESENT,
        originals=need.originals,
        copies=need.copies,
        failed_checks=(),
    )


def _is_owed(verdict: MaterialVerdict | None, case: Case) -> bool:
    if case.deferral is Deferral.OPEN and case.status is not Status.AWAITING_SUPPLEMENT:
        return verdict is not None and verdict.state is MaterialState.DEFERRED
    if verdict is None:
        return True
    lacking = verdict.state in {MaterialState.MISSING, MaterialState.DEFERRED}
    return lacking or bool(verdict.failed_checks)


def _faults(need: MaterialRequirement, verdict: MaterialVerdict | None) -> tuple[str, ...]:
    if verdict is None:
        return ()
    return tuple(
        check.check for check in need.acceptance_standard if check.id in verdict.failed_checks
    )


async def _held(station: Station, officer: Officer, case: Case) -> DraftRecord | None:
    """The open draft of a case, taken over where a colleague began it; what is done is cleared."""
    held = await station.drafts.find(case.id)
    if held is None:
        await station.drafts.delete(case.id)
        return None
    if held.officer != officer.id:
        await station.drafts.take_over(
            held.id, officer=officer.id, revision=held.revision, now=station.now()
        )
        return await station.drafts.get(held.id)
    return held


async def _copy_scans(station: Station, draft: DraftRecord, case: Case) -> None:
    """The scans of the last collection, as far as this laptop still holds them."""
    collected = case.moments("collect")
    last = collected[-1].entry if collected else None
    for part in case.parts:
        if part.entry != last or part.ref.name in _SHEETS:
            continue
        content = await station.desk.read_part(part.ref.hash)
        if content is None:
            continue
        try:
            checked = await check_upload_async(content, part.ref.name)
        except UploadError:
            continue
        await station.drafts.add_file(draft.id, part.ref.name, checked, station.now())
