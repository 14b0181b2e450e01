"""The intake screen of the counter: the kit's pages, with what may be done at this node."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.response import Template

from casework.errors import UnknownCaseError
from casework.matter import MatterRef, MatterVersion
from casework.names import CaseId, MatterId
from casework.numbering import LOW_NUMBERS, NumberKind
from casework.procedure import BY_NAME
from township_node.routes.access import officer_of, services
from township_node.services.earlier import earlier_for, scans_again
from township_node.services.office import Office
from township_node.services.reading import case_url, given_for, read_file
from township_node.services.routing import elsewhere
from township_node.services.taking_in import (
    REMOTE_CHANNELS,
    SUBMIT_ONLINE,
    refusals,
    submit,
)
from township_node.words import sections, word
from webui import labels
from webui.case_view import case_view
from webui.drafts import DraftRecord
from webui.gate import require_role
from webui.intake_earlier import Earlier, Reusable, ScanAgain
from webui.intake_form import IntakeForm, IntakePlace
from webui.intake_routes import AnyRequest, intake_routes
from webui.paper_sheets import Told
from webui.responses import page, redirect
from webui.sheets import told_by

_CHANNEL_FIRST: Final = "window"


class CounterOffice:
    """What the kit's intake asks of a centre."""

    base = "/intake"
    layout = "kit/layout.html"

    def __init__(self, office: Office) -> None:
        self._office = office
        self.drafts = office.drafts

    def now(self) -> datetime:
        return self._office.now()

    def place(self, request: AnyRequest) -> IntakePlace:  # noqa: ARG002 - of the kit's protocol
        office, holdings = self._office, self._office.holdings
        others = [code for code, _ in labels.choices("channel") if code != _CHANNEL_FIRST]
        return IntakePlace(
            node=office.me,
            regions=holdings.regions,
            calendar=holdings.calendar,
            channels=(_CHANNEL_FIRST, *others),
            counters=office.counters(),
            delegations=holdings.delegations_of(office.me),
            departments={each.id: each.short_name for each in holdings.organisation.departments},
        )

    def matter(self, ref: MatterRef) -> MatterVersion | None:
        return self._office.holdings.matter(ref)

    def current(self, matter: MatterId, on: date) -> MatterVersion | None:
        return self._office.holdings.catalogue.current(matter, on)

    def search(self, text: str, on: date) -> Sequence[MatterVersion]:
        return self._office.holdings.catalogue.search(text, on)

    def case_url(self, case: CaseId) -> str:
        return f"{case_url(case)}/taken"

    async def may(self, request: AnyRequest, intake: IntakeForm) -> Mapping[str, str]:
        """For each way ahead why it is not open: what may be received here may be answered here."""
        assert intake.matter is not None, "the kit asks about a matter"
        refused = await refusals(self._office, officer_of(request), intake)
        receive = refused["receive"]
        why = labels.error_text(receive.code) if receive is not None else ""
        offered = ["receive", "accept", "notify_deficiency", "refuse_acceptance"]
        offered += ["accept_deferred"] if intake.matter.supports.deferral is not None else []
        found = dict.fromkeys(offered, why)
        if intake.matter.is_instant:
            instant = refused["instant"]
            found["instant"] = labels.error_text(instant.code) if instant is not None else ""
        if intake.channel in REMOTE_CHANNELS:
            online = refused[SUBMIT_ONLINE]
            found[SUBMIT_ONLINE] = labels.error_text(online.code) if online is not None else ""
        return found

    async def warnings(self, request: AnyRequest, intake: IntakeForm) -> tuple[str, ...]:
        office = self._office
        found = []
        if intake.matter is not None:
            found += elsewhere(office, officer_of(request), intake.matter)
        if not office.holdings.is_complete:
            found.append(word("warning", "sets_missing"))
        left = await office.desk.node.journal.numbers_left(NumberKind.CASE)
        if left == 0:
            found.append(word("warning", "numbers_none"))
        elif left <= LOW_NUMBERS:
            found.append(word("warning", "numbers_low", count=left))
        return tuple(found)

    async def earlier(self, request: AnyRequest, intake: IntakeForm) -> Earlier:  # noqa: ARG002
        return await earlier_for(self._office, intake)

    async def scans_again(self, paper: Reusable) -> tuple[ScanAgain, ...]:
        return await scans_again(self._office, paper)

    def prints(self, draft: DraftRecord, intake: IntakeForm) -> Mapping[str, str]:  # noqa: ARG002
        return {}

    def told(self, request: AnyRequest, matter: MatterVersion, asker: str) -> Told:
        return told_by(self._office, officer_of(request), matter, asker=asker)

    async def submit(
        self, request: AnyRequest, draft: DraftRecord, intake: IntakeForm
    ) -> Response[Any]:
        taken = await submit(self._office, officer_of(request), draft, intake)
        await services(request).queue.served(officer_of(request), taken.case)
        return redirect(request, self.case_url(taken.case), did=taken.act)


@get("/intake", guards=[require_role("clerk")], sync_to_thread=False)
def begin(request: Request[Any, Any, Any]) -> Response[None]:
    """The address of the menu, below which every draft stands."""
    return redirect(request, "/intake/new")


@get("/cases/{case_id:str}/taken", guards=[require_role("clerk")])
async def taken(request: Request[Any, Any, Any], case_id: str, did: str = "") -> Template:
    """What came of an intake: its number, what was done, and the papers to print."""
    office, officer = services(request).office, officer_of(request)
    try:
        file = await read_file(office, officer, CaseId(case_id))
    except UnknownCaseError as error:
        raise NotFoundException(case_id) from error
    title = sections()["taken"].get(did, "")
    view = case_view(given_for(office, officer, file))
    made = f"/papers/{BY_NAME[did].document}" if did in BY_NAME else ""
    return await page(
        request,
        "intake/taken.html",
        view=view,
        # What the applicant waits for comes first.
        papers=sorted(view.papers, key=lambda paper: not made or made not in paper.url),
        case=file.case,
        title=title or word("taken", "receive"),
        goes_up=file.case.pen == office.county,
    )


def routes(office: Office) -> tuple[Router | Any, ...]:
    return intake_routes(CounterOffice(office), guards=[require_role("clerk")]), begin, taken
