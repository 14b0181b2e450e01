"""One case as an officer of this centre may see it: its file, and what the page is given of it."""

from collections.abc import Mapping

import structlog
from msgspec.structs import replace

from casework.case import Case, Status
from casework.facts import facts_of
from casework.names import CaseId, NodeId
from casework.organisation import Officer
from sync.batch import Batch
from sync.case_file import CaseFile, read_case_file
from township_node.services.office import Office
from webui.case_given import CaseGiven
from webui.county_words import county_words
from webui.held_file import Seen, given_of
from webui.paper_given import PaperGiven

_log = structlog.stdlib.get_logger("township_node.reading")

# Who may see a case in full without saying why: those whose work it is.
_WORKING = frozenset({"clerk", "issuing", "approver", "chief_representative", "leader"})

_WITH_AN_ANSWER = frozenset({"receive", "instant", "return_pen"})


def case_url(case: CaseId) -> str:
    return f"/cases/{case}"


async def read_file(
    office: Office, officer: Officer, case: CaseId, acting_for: Officer | None = None
) -> CaseFile:
    return await read_case_file(office.desk, case, officer, acting_for)


def given_for(
    office: Office, officer: Officer, file: CaseFile, *, unmasked: bool = False
) -> CaseGiven:
    """`unmasked`: the officer has said why they need to see the whole of it."""
    url = case_url(file.case.id)
    if file.case.status is Status.COLLECTED and file.case.pen == office.me:
        # Receiving is offered together with the answer (`services.offers`), so not by itself.
        offered = {name: why for name, why in file.why_not.items() if name not in _WITH_AN_ANSWER}
        file = replace(file, why_not=offered)
    return given_of(
        file,
        Seen(
            node=office.me,
            names=office.names,
            calendar=office.calendar,
            base_url=url,
            unmasked=unmasked or works_on(office, officer, file.case),
            unmask_url=f"{url}/unmask",
            destinations=destinations(office, file.case),
            counters=office.counters(),
            contacts=office.holdings.machines_but(office.me),
            judges=office.decides(file.matter, facts_of(file.case)),
        ),
    )


def works_on(office: Office, officer: Officer, case: Case) -> bool:
    """Whether the case is in this officer's hands: the pen is here, and so is their duty."""
    return case.pen == office.me and not _WORKING.isdisjoint(role.value for role in officer.roles)


def destinations(office: Office, case: Case) -> Mapping[NodeId, str]:
    """To whom the pen may go from here: the county, and the counter that hands the result over."""
    to = [office.county]
    if case.status is Status.READY and case.pickup is not None:
        to.append(case.pickup)
    return {node: office.names.node(node) for node in to if node != office.me}


def papers_given(office: Office, given: CaseGiven, file: CaseFile) -> PaperGiven:
    """What the papers of a case are made of; they go to the applicant, who is named in full."""
    words = county_words(office.holdings.regions.county)
    return PaperGiven.of(given, words, handover=file.handover)


async def note_disclosure(office: Office, officer: Officer, case: CaseId, reason: str) -> None:
    """Remember that somebody looked at a case in full that is not in their hands, and why."""

    def note(batch: Batch) -> None:
        batch.audit("personal-data-shown", case=case, code=officer.id)

    await office.desk.node.change(note)
    _log.info("personal data shown", officer=officer.id, case=case, reason=reason)
