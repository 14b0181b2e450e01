"""One case as the agent of this laptop may see it: its file, and what the page is given of it."""

from casework.case import Case
from casework.names import CaseId
from casework.organisation import Officer
from sync.case_file import CaseFile, read_case_file
from village_agent.services.station import Station
from webui.case_given import CaseGiven
from webui.county_words import county_words
from webui.held_file import Seen, given_of
from webui.paper_given import PaperGiven


def case_url(case: CaseId) -> str:
    return f"/cases/{case}"


async def read_file(station: Station, officer: Officer, case: CaseId) -> CaseFile:
    return await read_case_file(station.desk, case, officer)


def given_for(station: Station, file: CaseFile) -> CaseGiven:
    """An agent sees the people of the village in full: whoever is not theirs is not held here."""
    return given_of(
        file,
        Seen(
            node=station.me,
            names=station.names,
            calendar=station.calendar,
            base_url=case_url(file.case.id),
            unmasked=True,
            counters=station.counters(),
            contacts=station.holdings.machines_but(station.me),
        ),
    )


def papers_given(station: Station, given: CaseGiven, file: CaseFile) -> PaperGiven:
    """What the papers of a case are made of; they go to the applicant, who is named in full."""
    words = county_words(station.holdings.regions.county)
    return PaperGiven.of(given, words, handover=file.handover)


def is_here(station: Station, case: Case) -> bool:
    return case.pen == station.me
