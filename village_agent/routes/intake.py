"""收材料: the choice of a matter, and the kit's intake with what this village may do."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from litestar import Request, Response, Router, get, post
from litestar.response import Template

from casework.errors import CaseworkError
from casework.matter import MatterRef, MatterVersion
from casework.names import CaseId, MatterId
from casework.numbering import LOW_NUMBERS, NumberKind
from village_agent.routes.access import officer_of, services
from village_agent.services.earlier import earlier_for, scans_again
from village_agent.services.offering import elsewhere, offer_of, offered
from village_agent.services.reading import case_url
from village_agent.services.station import Station
from village_agent.services.taking_in import mended_case, refusals, submit
from village_agent.services.worklist import drafts_of
from village_agent.words import word
from webui import labels
from webui.drafts import DraftRecord
from webui.forms import one_line, read_form
from webui.gate import require_role
from webui.intake_earlier import Earlier, Reusable, ScanAgain
from webui.intake_form import IntakeForm, IntakePlace, matter_ref_of
from webui.intake_routes import AnyRequest, intake_routes
from webui.paper_sheets import Told
from webui.responses import page, redirect
from webui.sheets import told_by

QUERY_CHARS_MAX: Final = 60
AGENT: Final = "village_agent"
CHANNELS: Final = (AGENT, "home_visit")


class StationIntake:
    """What the kit's intake asks of a laptop."""

    base = "/intake"
    layout = "kit/village_layout.html"

    def __init__(self, station: Station) -> None:
        self._station = station
        self.drafts = station.drafts

    def now(self) -> datetime:
        return self._station.now()

    def place(self, request: AnyRequest) -> IntakePlace:  # noqa: ARG002 - of the kit's protocol
        station, holdings = self._station, self._station.holdings
        return IntakePlace(
            node=station.me,
            regions=holdings.regions,
            calendar=holdings.calendar,
            channels=CHANNELS,
            counters=station.counters(),
            delegations=holdings.delegations_of(station.me),
            departments={each.id: each.short_name for each in holdings.organisation.departments},
            village=True,
            home=station.home,
        )

    def matter(self, ref: MatterRef) -> MatterVersion | None:
        return self._station.holdings.matter(ref)

    def current(self, matter: MatterId, on: date) -> MatterVersion | None:
        return self._station.holdings.catalogue.current(matter, on)

    def search(self, text: str, on: date) -> Sequence[MatterVersion]:  # noqa: ARG002 - today's
        return [one.matter for one in offered(self._station, text)]

    def case_url(self, case: CaseId) -> str:
        return case_url(case)

    async def may(self, request: AnyRequest, intake: IntakeForm) -> Mapping[str, str]:
        """Collecting, or what the county left to this village, each with why it is not open."""
        assert intake.matter is not None, "the kit asks about a matter"
        refused = await refusals(self._station, officer_of(request), intake)
        offer = offer_of(self._station, intake.matter)
        if offer is None or offer.how == "assist":
            return {"collect": _words(refused["collect"])}
        receive = _words(refused["receive"])
        found = {"notify_deficiency": receive}
        if intake.matter.is_instant:
            found["instant"] = _words(refused["instant"])
        if not intake.matter.is_instant or refused["instant"] is not None:
            found |= {"accept": receive, "receive": receive}
        if intake.matter.supports.deferral is not None:
            found["accept_deferred"] = receive
        return found

    async def warnings(self, request: AnyRequest, intake: IntakeForm) -> tuple[str, ...]:
        station, matter = self._station, intake.matter
        found = []
        if not station.holdings.is_complete:
            found.append(word("warning", "sets_missing"))
        left = await station.desk.node.journal.numbers_left(NumberKind.CASE)
        if left == 0:
            found.append(word("warning", "numbers_none"))
        elif left <= LOW_NUMBERS:
            found.append(word("warning", "numbers_low", count=left))
        if matter is None:
            return tuple(found)
        mended = await mended_case(station, request.path_params.get("draft", ""))
        if mended is not None:
            found.append(word("warning", "mending", number=mended.number))
        offer = offer_of(station, matter)
        if offer is not None and offer.how == "final":
            refused = (await refusals(station, officer_of(request), intake))["instant"]
            if refused is not None:
                found.append(word("warning", "not_instant", why=_words(refused)))
        return tuple(found)

    async def earlier(self, request: AnyRequest, intake: IntakeForm) -> Earlier:
        mended = await mended_case(self._station, request.path_params.get("draft", ""))
        return await earlier_for(self._station, intake, mended.id if mended is not None else None)

    async def scans_again(self, paper: Reusable) -> tuple[ScanAgain, ...]:
        return await scans_again(self._station, paper)

    def prints(self, draft: DraftRecord, intake: IntakeForm) -> Mapping[str, str]:  # noqa: ARG002
        return {}

    def told(self, request: AnyRequest, matter: MatterVersion, asker: str) -> Told:
        return told_by(self._station, officer_of(request), matter, asker=asker)

    async def submit(
        self, request: AnyRequest, draft: DraftRecord, intake: IntakeForm
    ) -> Response[Any]:
        taken = await submit(self._station, officer_of(request), draft, intake)
        return redirect(request, self.case_url(taken.case), did=taken.act)


@get("/collect", guards=[require_role(AGENT)])
async def choose(request: Request[Any, Any, Any], q: str = "") -> Template:
    """The matters of this village; a matter's name is nobody's secret, so it may stand in a URL."""
    station = services(request).station
    text = one_line(q)[:QUERY_CHARS_MAX]
    departments = station.holdings.organisation.departments
    return await page(
        request,
        "collect/page.html",
        "collect/_found.html",
        q=text,
        offered=offered(station, text),
        elsewhere=elsewhere(station, text),
        departments={each.id: each.short_name for each in departments},
        drafts=await drafts_of(station, officer_of(request).id) if not text else (),
        complete=station.holdings.is_complete,
        node_up=station.names.node(station.parent),
    )


@post("/collect", guards=[require_role(AGENT)], status_code=303)
async def begin(request: Request[Any, Any, Any]) -> Response[None]:
    """Begin an application; a matter that is not for this village leads back to the choice."""
    station = services(request).station
    ref = matter_ref_of(await read_form(request), "choose")
    matter = station.holdings.matter(ref) if ref is not None else None
    if matter is None or matter not in [one.matter for one in offered(station)]:
        return redirect(request, "/collect")
    draft = await station.drafts.create(
        officer=officer_of(request).id,
        now=station.now(),
        fields={"channel": [CHANNELS[0]], "home": [str(station.home)]},
        matter=matter.ref,
    )
    return redirect(request, f"/intake/{draft.id}")


def routes(station: Station) -> tuple[Router | Any, ...]:
    kit = intake_routes(StationIntake(station), guards=[require_role(AGENT)])
    return choose, begin, kit


def _words(refused: CaseworkError | None) -> str:
    return labels.error_text(refused.code) if refused is not None else ""
