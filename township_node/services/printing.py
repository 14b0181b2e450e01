"""The papers of a case as PDFs, and those that are part of an act."""

from msgspec.structs import replace

from casework.act import Instant
from casework.case import Case
from casework.names import MessageId
from casework.organisation import Officer
from sync.attesting import ResultUnprovenError, is_proven
from sync.case_file import CaseFile
from sync.desk import Attachment, Sitting
from sync.foreseeing import FORESEEN, foresee
from sync.own_vouchers import voucher_for
from township_node.services.office import Office
from township_node.services.reading import given_for, papers_given
from webui.documents import Paper, PaperKind, render_async
from webui.papers import decision_behind, paper_for
from webui.seals import sealed

RESULT = "result"
_PDF = "application/pdf"


async def print_paper(
    office: Office, officer: Officer, file: CaseFile, kind: PaperKind, entry: MessageId | None
) -> bytes:
    """A paper of a standing entry; a preview with its watermark where nothing bears it out."""
    return await render_async(await _paper(office, officer, file, kind, entry))


async def _paper(
    office: Office, officer: Officer, file: CaseFile, kind: PaperKind, entry: MessageId | None
) -> Paper:
    """The paper, which is final only where what it states is proven."""
    given = given_for(office, officer, file, unmasked=True)
    decided = decision_behind(kind, file.case, file.matter, entry)
    proven = decided is None or await is_proven(office.desk, file.case, decided)
    vouched = await voucher_for(office.desk, file.case, kind, entry)
    return paper_for(
        kind,
        replace(papers_given(office, given, file), voucher=vouched),
        now=office.now(),
        entry=entry,
        final=file.blocked is None and proven,
    )


async def print_for(  # noqa: PLR0913 - which paper of what, and who prints it
    office: Office,
    who: tuple[Officer, Officer | None],
    file: CaseFile,
    kind: PaperKind,
    entry: MessageId | None,
    *,
    again: bool,
) -> bytes:
    """A paper as somebody takes it from the printer: with the seal that they may place."""
    officer, _ = who
    today = office.calendar.day_of(office.now())
    plain = await _paper(office, officer, file, kind, entry)
    paper, is_sealed = sealed(plain, office.seals, file.matter.department, who, today)
    if again and paper.final:
        count = await office.papers.printed_again(file.case.id, kind.value, entry)
        paper = replace(paper, reprint=count)
    content = await render_async(paper)
    if is_sealed:
        await office.papers.seal_used(file.case.id, kind.value, officer.id)
    return content


async def result_of(office: Office, officer: Officer, file: CaseFile) -> Attachment:
    """The result of a decision that stands: its document, as it will be handed over.

    ResultUnprovenError where the decision is not proven here: no preview is signed as a result.
    """
    made = file.case.decision
    if made is not None and not await is_proven(office.desk, file.case, made.entry):
        raise ResultUnprovenError(file.case.id)
    granted = made is not None and made.granted
    kind = PaperKind.GRANT if granted else PaperKind.REFUSAL
    entry = made.entry if made is not None else None
    return Attachment(RESULT, _PDF, await print_paper(office, officer, file, kind, entry))


async def instant_result(
    office: Office, officer: Officer, file: CaseFile, act: Instant, names: tuple[str, ...]
) -> Attachment:
    """The result of an instant matter, made before the act that it is signed with.

    Raises the CaseworkError that forbids the act.
    """
    sitting = Sitting(officer=officer, case_id=file.case.id, seen=file.case.head)
    foreseen = await foresee(office.desk, file.case, act, sitting, (*names, RESULT))
    given = given_for(office, officer, _as_foreseen(file, foreseen, act), unmasked=True)
    paper = paper_for(
        PaperKind.INSTANT_RESULT,
        papers_given(office, given, file),
        now=office.now(),
        entry=FORESEEN,
        final=True,
    )
    return Attachment(RESULT, _PDF, await render_async(paper))


def _as_foreseen(file: CaseFile, foreseen: Case, act: Instant) -> CaseFile:
    return replace(file, case=foreseen, acts={**file.acts, FORESEEN: act})
