"""What this centre already has of the applicant at the counter."""

from sync.earlier import earlier_cases, papers_held
from township_node.services.office import Office
from township_node.services.reading import case_url
from webui.intake_earlier import NOTHING_EARLIER, Earlier, Reusable, ScanAgain, earlier_of
from webui.intake_form import IntakeForm


async def earlier_for(office: Office, intake: IntakeForm) -> Earlier:
    """Open cases of the same matter, and papers to use again; nothing until the number is sound."""
    number = intake.parties.applicant.id_number
    unsure = not number or intake.errors.of("id_number") or not intake.applicant_name
    if intake.matter is None or unsure:
        return NOTHING_EARLIER
    cases = await earlier_cases(office.desk, intake.applicant_name, number)
    papers = await papers_held(office.desk, intake.matter, cases, intake.on)
    return earlier_of(intake.matter, cases, papers, office.names, case_url)


async def scans_again(office: Office, paper: Reusable) -> tuple[ScanAgain, ...]:
    """The scans of a paper that was offered, as they are held."""
    case = await office.desk.get_case(paper.case)
    found = []
    for part in paper.scans:
        content = await office.desk.read_part(part.hash)
        assert content is not None, "what is offered is held"
        found.append(ScanAgain(case.number, part.media_type, content))
    return tuple(found)
