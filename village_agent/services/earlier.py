"""What this laptop already has of the applicant at the table."""

from casework.names import CaseId
from sync.earlier import earlier_cases, papers_held
from village_agent.services.reading import case_url
from village_agent.services.station import Station
from webui.intake_earlier import NOTHING_EARLIER, Earlier, Reusable, ScanAgain, earlier_of
from webui.intake_form import IntakeForm


async def earlier_for(
    station: Station, intake: IntakeForm, mended: CaseId | None = None
) -> Earlier:
    """Open cases of the same matter, and papers to use again; nothing until the number is sound."""
    number = intake.parties.applicant.id_number
    unsure = not number or intake.errors.of("id_number") or not intake.applicant_name
    if intake.matter is None or unsure:
        return NOTHING_EARLIER
    name = intake.applicant_name
    cases = await earlier_cases(station.desk, name, number, but=mended)
    papers = await papers_held(station.desk, intake.matter, cases, intake.on)
    return earlier_of(intake.matter, cases, papers, station.names, case_url)


async def scans_again(station: Station, paper: Reusable) -> tuple[ScanAgain, ...]:
    """The scans of a paper that was offered, as they are held."""
    case = await station.desk.get_case(paper.case)
    found = []
    for part in paper.scans:
        content = await station.desk.read_part(part.hash)
        assert content is not None, "what is offered is held"
        found.append(ScanAgain(case.number, part.media_type, content))
    return tuple(found)
