"""凭证核验: a scanner types the square of a paper, or a picture of it is uploaded."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from casework.errors import CaseworkError
from casework.names import CaseId
from sync.errors import EnvelopeError
from township_node.routes.access import acting_for, officer_of, services
from township_node.services import rebuilding
from township_node.services.reading import case_url
from township_node.services.vouchers import (
    VoucherFault,
    VoucherShown,
    check_voucher,
    fault_of,
)
from township_node.words import word
from webui import labels
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, redirect
from webui.uploads import FILE_BYTES_MAX, UploadError, squares_in_async

AnyRequest = Request[Any, Any, Any]
SQUARE_CHARS_MAX: Final = 1_200
_BODY_BYTES_MAX: Final = FILE_BYTES_MAX + 64 * 1024
_COUNTER: Final = require_role("clerk", "issuing")
_CLERK: Final = require_role("clerk")
_INVALID: Final = 422


@get("/verify", guards=[_COUNTER])
async def show_verify(request: AnyRequest) -> Response[Any]:
    return await _page(request, Form())


@post("/verify", guards=[_COUNTER], status_code=200, request_max_body_size=_BODY_BYTES_MAX)
async def verify(request: AnyRequest) -> Response[Any]:
    """Posted, since what is scanned belongs to somebody and has no place in an address."""
    form = await read_form(request)
    typed = await _square(form)
    if form.errors:
        return await _page(request, form)
    return await _page(request, Form(), await check_voucher(services(request).office, typed))


@post("/verify/rebuild", guards=[_CLERK], status_code=200)
async def begin_anew(request: AnyRequest) -> Response[Any]:
    """The form that begins a case from a receipt; with `confirmed`, the case."""
    use = services(request)
    form = await read_form(request)
    typed = form.typed("square")
    confirmed = form.flag("confirmed")
    try:
        begun = rebuilding.begin(use.office, typed, form if confirmed else None)
    except EnvelopeError as error:
        return await _page(request, Form(), fault_of(error))
    made = await rebuilding.case_of(use.office, begun.voucher)
    if made is None and confirmed:
        made = await _rebuilt(request, begun, form)
    if made is not None:
        return redirect(request, case_url(made))
    return await page(
        request,
        "verify/rebuild.html",
        status_code=_INVALID if form.errors else 200,
        form=form,
        begun=begun,
        square=typed,
        found=await check_voucher(use.office, typed),
        kinds=rebuilding.kinds(begun),
    )


async def _rebuilt(request: AnyRequest, begun: rebuilding.Rebuilding, form: Form) -> CaseId | None:
    who = officer_of(request), acting_for(request)
    try:
        return await rebuilding.rebuild(services(request).office, who, begun, form)
    except CaseworkError as refused:
        form.errors.add("papers", labels.error_text(refused.code))
        return None


async def _page(
    request: AnyRequest, form: Form, found: VoucherShown | VoucherFault | None = None
) -> Response[Any]:
    fault = found if isinstance(found, VoucherFault) else None
    return await page(
        request,
        "verify/page.html",
        status_code=_INVALID if fault or form.errors else 200,
        form=form,
        fault=fault,
        found=None if fault else found,
    )


async def _square(form: Form) -> str:
    """What the square says: as it was typed, or as it stands in the picture."""
    for upload in form.files.get("picture", ()):
        data = await upload.read()
        if not data:
            continue
        try:
            squares = await squares_in_async(data)
        except UploadError as error:
            form.errors.add("picture", labels.error_text(error.code))
            return ""
        if not squares:
            form.errors.add("picture", word("verify", "no_square"))
            return ""
        return max(squares, key=len)
    typed = form.typed("square").strip()
    if not typed or len(typed) > SQUARE_CHARS_MAX:
        form.errors.add("square", word("verify", "empty"))
    return typed


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (show_verify, verify, begin_anew)
