"""凭证核验: a scanner types the square of a paper, or a picture of it is uploaded."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from township_node.routes.access import services
from township_node.services.vouchers import VoucherFault, VoucherShown, check_voucher
from township_node.words import word
from webui import labels
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page
from webui.uploads import FILE_BYTES_MAX, UploadError, squares_in_async

AnyRequest = Request[Any, Any, Any]
SQUARE_CHARS_MAX: Final = 1_200
_BODY_BYTES_MAX: Final = FILE_BYTES_MAX + 64 * 1024
_COUNTER: Final = require_role("clerk", "issuing")
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


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (show_verify, verify)
