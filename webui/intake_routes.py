"""The pages of an intake, once for township and village: all but what the act itself is.

A tier gives an `IntakeOffice`, which knows the place, the catalogue and what may be done; the
routes decode, save the draft, and show. What was typed is saved before anything can be refused.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Protocol

from litestar import Request, Response, Router, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Template
from litestar.types import Guard
from msgspec.structs import replace

from casework.errors import CaseworkError
from casework.matter import MatterRef, MatterVersion, in_force
from casework.names import CaseId, MatterId
from webui import labels, labels_intake
from webui.documents import render_async
from webui.drafts import DraftRecord, Drafts, DraftTakenError
from webui.errors import DraftSealedError
from webui.forms import Form, one_line, read_form
from webui.gate import signed_in
from webui.intake_decision import decision_of
from webui.intake_earlier import Earlier, Reusable, ScanAgain
from webui.intake_form import SAVE, IntakeForm, IntakePlace, matter_ref_of, read_intake
from webui.intake_newer import newer_version
from webui.intake_papers import commitment_to_sign
from webui.intake_view import IntakeUrls, IntakeView
from webui.paper_sheets import Situation, Told, consultation_sheet
from webui.responses import page, pdf, redirect, toast
from webui.uploads import FILE_BYTES_MAX, UploadError, check_upload_async

AnyRequest = Request[Any, Any, Any]

MATCHES_MAX: Final = 12
QUERY_CHARS_MAX: Final = 60
# A file of the greatest size, in its envelope of a form.
UPLOAD_BODY_BYTES_MAX: Final = FILE_BYTES_MAX + 256 * 1024
_REFUSED: Final = 409
_INVALID: Final = 422
_PAGE: Final = "kit/intake/page.html"


class IntakeOffice(Protocol):
    """What a tier knows that its intake screen needs."""

    drafts: Drafts
    base: str  # the path below which the routes stand, as "/intake"
    layout: str  # "kit/layout.html" or "kit/village_layout.html"

    def now(self) -> datetime: ...
    def place(self, request: AnyRequest) -> IntakePlace: ...
    def matter(self, ref: MatterRef) -> MatterVersion | None: ...
    def current(self, matter: MatterId, on: date) -> MatterVersion | None: ...
    def search(self, text: str, on: date) -> Sequence[MatterVersion]: ...
    def case_url(self, case: CaseId) -> str: ...
    async def may(self, request: AnyRequest, intake: IntakeForm) -> Mapping[str, str]: ...
    async def warnings(self, request: AnyRequest, intake: IntakeForm) -> tuple[str, ...]: ...
    async def earlier(self, request: AnyRequest, intake: IntakeForm) -> Earlier: ...
    async def scans_again(self, paper: Reusable) -> tuple[ScanAgain, ...]: ...
    def prints(self, draft: DraftRecord, intake: IntakeForm) -> Mapping[str, str]: ...
    def told(self, request: AnyRequest, matter: MatterVersion, asker: str) -> Told:
        """Who tells whom, on a paper that is printed before there is a case."""
        ...

    async def submit(
        self, request: AnyRequest, draft: DraftRecord, intake: IntakeForm
    ) -> Response[Any]:
        """Do the act `intake.act`; it is called with a form that has no errors."""
        ...


class Counter:
    """The steps that the routes share."""

    def __init__(self, office: IntakeOffice) -> None:
        self.office = office

    def url(self, draft: str) -> str:
        return f"{self.office.base}/{draft}"

    async def own(self, request: AnyRequest, draft: str) -> DraftRecord:
        """The draft, if the officer signed in is the one who fills it in."""
        found = await self.office.drafts.get(draft)
        if found.officer != signed_in(request).id:
            raise DraftTakenError(draft)
        if found.is_sealed:
            raise DraftSealedError(draft)
        return found

    def read(self, request: AnyRequest, form: Form, matter: MatterRef | None) -> IntakeForm:
        place = self.office.place(request)
        on = place.calendar.day_of(self.office.now())
        return read_intake(form, self.office.matter(matter) if matter else None, place, on)

    async def saved(self, request: AnyRequest, draft: str) -> tuple[DraftRecord, IntakeForm]:
        """What was posted, decoded and kept."""
        held = await self.own(request, draft)
        form = await read_form(request)
        return await self.keep(request, held, form, held.matter)

    async def keep(
        self, request: AnyRequest, held: DraftRecord, form: Form, matter: MatterRef | None
    ) -> tuple[DraftRecord, IntakeForm]:
        intake = self.read(request, form, matter)
        seen = form.typed("revision")
        await self.office.drafts.save(
            held.id,
            fields=intake.draft_fields(),
            matter=matter,
            applicant=intake.applicant_name,
            revision=int(seen) if seen.isascii() and seen.isdigit() else 0,
            now=self.office.now(),
        )
        return await self.office.drafts.get(held.id), intake

    async def view(
        self,
        request: AnyRequest,
        draft: DraftRecord,
        intake: IntakeForm,
        *,
        failure: str = "",
        submitted: bool = False,
    ) -> IntakeView:
        files = await self.office.drafts.files_of(draft.id)
        may = await self.office.may(request, intake) if intake.matter is not None else {}
        warnings = await self.office.warnings(request, intake)
        earlier = await self.office.earlier(request, intake)
        newer = None
        if intake.matter is not None:
            newer = newer_version(intake.matter, self.office.current(intake.matter.id, intake.on))
        return IntakeView(
            intake=intake,
            draft=draft,
            files=files,
            urls=IntakeUrls.at(self.url(draft.id), search=f"{self.office.base}/matters"),
            decision=decision_of(intake, may=may, files=files, warnings=warnings, earlier=earlier),
            newer=newer,
            prints=self.office.prints(draft, intake),
            failure=failure,
            submitted=submitted,
        )

    async def show(
        self, request: AnyRequest, view: IntakeView, fragment: str | None, status_code: int = 200
    ) -> Template:
        return await page(
            request,
            _PAGE,
            fragment,
            status_code=status_code,
            view=view,
            layout=self.office.layout,
        )


def intake_routes(office: IntakeOffice, *, guards: Sequence[Guard] = ()) -> Router:  # noqa: C901, PLR0915 - one closure a route
    """The routes below `office.base`."""
    counter = Counter(office)
    drafts = office.drafts

    @get("/new")
    async def begin(request: AnyRequest) -> Response[None]:
        place = office.place(request)
        home = [str(place.home)] if place.home else []
        usual = {"channel": [place.channels[0]], "home": home}
        draft = await drafts.create(officer=signed_in(request).id, now=office.now(), fields=usual)
        return redirect(request, counter.url(draft.id))

    @get("/matters")
    async def search_matters(request: AnyRequest, q: str = "") -> Template:
        on = office.place(request).calendar.day_of(office.now())
        found = office.search(one_line(q)[:QUERY_CHARS_MAX], on)
        departments = office.place(request).departments
        context = {"found": found[:MATCHES_MAX], "more": len(found) > MATCHES_MAX}
        name = "kit/intake/_matches.html"
        return Template(name, context={**context, "departments": departments})

    @get("/{draft:str}")
    async def show_draft(request: AnyRequest, draft: str) -> Response[Any]:
        held = await drafts.find(draft)
        if held is None:
            case = await drafts.submitted_case(draft)
            if case is None:
                await drafts.get(draft)
            assert case is not None, "a draft that is neither open nor submitted is unknown"
            return redirect(request, office.case_url(case))
        if held.officer != signed_in(request).id:
            return await page(
                request,
                "kit/intake/take_over.html",
                draft=held,
                layout=office.layout,
                url=counter.url(draft),
            )
        if held.is_sealed:
            raise DraftSealedError(draft)
        intake = counter.read(request, Form(held.fields), held.matter)
        return await counter.show(request, await counter.view(request, held, intake), None)

    @post("/{draft:str}/take-over", status_code=303)
    async def take_over(request: AnyRequest, draft: str) -> Response[None]:
        held = await drafts.get(draft)
        await drafts.take_over(
            draft, officer=signed_in(request).id, revision=held.revision, now=office.now()
        )
        return redirect(request, counter.url(draft))

    @post("/{draft:str}/decide", status_code=200)
    async def decide(request: AnyRequest, draft: str) -> Template:
        held, intake = await counter.saved(request, draft)
        view = await counter.view(request, held, intake)
        context = {"view": view, "at": intake.form.typed("at")}
        return Template("kit/intake/_decided.html", context=context)

    @post("/{draft:str}/matter", status_code=200)
    async def choose_matter(request: AnyRequest, draft: str) -> Template:
        held = await counter.own(request, draft)
        form = await read_form(request)
        ref = matter_ref_of(form, "choose")
        matter = office.matter(ref) if ref is not None else None
        on = office.place(request).calendar.day_of(office.now())
        # Another version may be chosen until receipt, but only one that is in force.
        keeps = matter is not None and ref == held.matter
        chosen = matter if matter is not None and (keeps or in_force(matter, on)) else None
        kept = chosen.ref if chosen is not None else held.matter
        held, intake = await counter.keep(request, held, form, kept)
        view = await counter.view(request, held, intake)
        return await counter.show(request, view, "kit/intake/_form.html")

    @post("/{draft:str}", status_code=200)
    async def submit(request: AnyRequest, draft: str) -> Response[Any]:
        if (case := await drafts.submitted_case(draft)) is not None:
            return redirect(request, office.case_url(case))
        held, intake = await counter.saved(request, draft)
        if intake.act in ("", SAVE):
            return toast(redirect(request, counter.url(draft)), labels_intake.DRAFT_SAVED)
        failure, status = "", _INVALID
        if not intake.errors:
            try:
                return await office.submit(request, held, intake)
            except CaseworkError as refused:
                failure, status = labels.error_text(refused.code), _REFUSED
        view = await counter.view(request, held, intake, failure=failure, submitted=True)
        return await counter.show(request, view, None, status)

    @post("/{draft:str}/delete", status_code=303)
    async def delete(request: AnyRequest, draft: str) -> Response[None]:
        await counter.own(request, draft)
        await drafts.delete(draft)
        return redirect(request, "/")

    @get("/{draft:str}/sheet")
    async def print_sheet(request: AnyRequest, draft: str) -> Response[bytes]:
        held = await counter.own(request, draft)
        intake = counter.read(request, Form(held.fields), held.matter)
        if intake.matter is None:
            raise NotFoundException(draft)
        situation = Situation.of(intake.matter, intake.facts())
        told = office.told(request, intake.matter, intake.applicant_name)
        paper = consultation_sheet(intake.matter, situation, told, office.now())
        return pdf(await render_async(paper), f"sheet-{intake.matter.catalog_code}.pdf")

    @get("/{draft:str}/commitment")
    async def print_commitment(request: AnyRequest, draft: str) -> Response[bytes]:
        """What the applicant signs before the counter says that they commit."""
        held = await counter.own(request, draft)
        intake = counter.read(request, Form(held.fields), held.matter)
        if intake.matter is None or intake.matter.supports.commitment is None:
            raise NotFoundException(draft)
        told = office.told(request, intake.matter, intake.applicant_name)
        paper = commitment_to_sign(intake.matter, intake.parties, told, office.now())
        return pdf(await render_async(paper), f"commitment-{intake.matter.catalog_code}.pdf")

    @post("/{draft:str}/files", status_code=200, request_max_body_size=UPLOAD_BODY_BYTES_MAX)
    async def upload(request: AnyRequest, draft: str) -> Template:
        held = await counter.own(request, draft)
        form = await read_form(request)
        material = form.typed("material")
        _check_material(office, held, material)
        for sent in form.files.get("file", ()):
            checked = await check_upload_async(await sent.read(), sent.filename)
            await drafts.add_file(draft, material, checked, office.now())
        return await show_files(draft, material)

    @post("/{draft:str}/again", status_code=200)
    async def use_again(request: AnyRequest, draft: str) -> Template:
        """Attach the scans of an earlier case, if this draft is still offered them."""
        held = await counter.own(request, draft)
        material = (await read_form(request)).typed("material")
        _check_material(office, held, material)
        intake = counter.read(request, Form(held.fields), held.matter)
        paper = (await office.earlier(request, intake)).reusable.get(material)
        if paper is None:
            raise NotFoundException
        for scan in await office.scans_again(paper):
            checked = await check_upload_async(scan.content, scan.number)
            # The same bytes as before: only the small picture is made anew.
            same = replace(checked, data=scan.content, media_type=scan.media_type)
            await drafts.add_file(draft, material, same, office.now(), source=scan.number)
        return await show_files(draft, material)

    @get("/{draft:str}/files/{file:str}")
    async def show_file(request: AnyRequest, draft: str, file: str) -> Response[bytes]:
        await counter.own(request, draft)
        found = await drafts.file(draft, file)
        if found is None:
            raise NotFoundException
        if found.media_type == "application/pdf":
            return pdf(found.content, f"{found.material}.pdf", embeddable=True)
        return Response(found.content, media_type=found.media_type)

    @get("/{draft:str}/files/{file:str}/thumbnail")
    async def show_thumbnail(request: AnyRequest, draft: str, file: str) -> Response[bytes]:
        await counter.own(request, draft)
        found = await drafts.thumbnail(draft, file)
        if found is None or not found.content:
            raise NotFoundException
        return Response(found.content, media_type="image/webp")

    @post("/{draft:str}/files/{file:str}/remove", status_code=200)
    async def remove_file(request: AnyRequest, draft: str, file: str) -> Template:
        await counter.own(request, draft)
        found = next((one for one in await drafts.files_of(draft) if one.id == file), None)
        if found is None:
            raise NotFoundException
        await drafts.remove_file(draft, file)
        return await show_files(draft, found.material)

    async def show_files(draft: str, material: str) -> Template:
        files = [one for one in await drafts.files_of(draft) if one.material == material]
        urls = IntakeUrls.at(counter.url(draft), search="")
        context = {"files": files, "material": material, "urls": urls}
        return Template("kit/intake/_files.html", context=context)

    return Router(
        path=office.base,
        guards=list(guards),
        route_handlers=[
            begin,
            search_matters,
            show_draft,
            take_over,
            decide,
            choose_matter,
            submit,
            delete,
            print_sheet,
            print_commitment,
            upload,
            use_again,
            show_file,
            show_thumbnail,
            remove_file,
        ],
    )


def _check_material(office: IntakeOffice, draft: DraftRecord, material: str) -> None:
    """A file belongs to a material of the draft's own matter."""
    matter = office.matter(draft.matter) if draft.matter is not None else None
    if matter is None or matter.material(material) is None:
        raise UploadError(f"no material {material!r}")
