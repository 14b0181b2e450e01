"""The papers of a case as PDFs, and those that are part of an act."""

from typing import Final

from msgspec.structs import replace

from casework.act import Instant
from casework.case import Case
from casework.names import MessageId
from casework.organisation import Officer
from sync.attesting import is_proven
from sync.case_file import CaseFile
from sync.desk import Attachment, Sitting
from sync.foreseeing import FORESEEN, foresee
from sync.own_vouchers import voucher_for
from village_agent.services.reading import given_for, papers_given
from village_agent.services.station import Station
from village_agent.words import word
from webui.documents import Paper, PaperKind, PaperParty, render_async
from webui.papers import decision_behind, paper_for

RESULT: Final = "result"
_PDF: Final = "application/pdf"


async def print_paper(  # noqa: PLR0913 - which paper of what, and who prints it
    station: Station,
    officer: Officer,
    file: CaseFile,
    kind: PaperKind,
    entry: MessageId | None = None,
    *,
    again: bool = False,
) -> bytes:
    """A paper of a standing entry; a preview with its watermark where nothing bears it out.

    What states a decision is final only where the decision is proven. `again`: it was printed
    before, and says how many times this laptop has printed it once more.
    """
    vouched = await voucher_for(station.desk, file.case, kind, entry)
    given = replace(papers_given(station, given_for(station, file), file), voucher=vouched)
    decided = decision_behind(kind, file.case, file.matter, entry)
    proven = decided is None or await is_proven(station.desk, file.case, decided)
    final = file.blocked is None and proven
    paper = paper_for(kind, given, now=station.now(), entry=entry, final=final)
    if kind is PaperKind.ENTRUSTMENT and paper.agent is None:
        paper = entrusted_to(station, officer, paper)
    if again and paper.final:
        count = await station.papers.printed_again(file.case.id, kind.value, entry)
        paper = replace(paper, reprint=count)
    return await render_async(paper)


def entrusted_to(station: Station, officer: Officer, paper: Paper) -> Paper:
    """The resident who came alone entrusts the agent of the village."""
    agent = PaperParty(
        name=f"{officer.name}（{station.names.node(station.me)}）",
        id_type=word("paper", "agent_number"),
        id_number=officer.id,
    )
    return replace(paper, agent=agent)


async def instant_result(
    station: Station, officer: Officer, file: CaseFile, act: Instant, names: tuple[str, ...]
) -> Attachment:
    """The result of an instant matter, made before the act that it is signed with.

    Raises the CaseworkError that forbids the act.
    """
    sitting = Sitting(officer=officer, case_id=file.case.id, seen=file.case.head)
    foreseen = await foresee(station.desk, file.case, act, sitting, (*names, RESULT))
    given = given_for(station, _as_foreseen(file, foreseen, act))
    paper = paper_for(
        PaperKind.INSTANT_RESULT,
        papers_given(station, given, file),
        now=station.now(),
        entry=FORESEEN,
        final=True,
    )
    return Attachment(RESULT, _PDF, await render_async(paper))


def _as_foreseen(file: CaseFile, foreseen: Case, act: Instant) -> CaseFile:
    return replace(file, case=foreseen, acts={**file.acts, FORESEEN: act})
