"""What a person sees when something is refused or breaks: a sentence, and what to do next.

The screen gets Chinese and a code; the log gets English and the cause. A page of failure needs no
database, so it can be shown when the database is what failed.
"""

from collections.abc import Mapping
from typing import Any, Final

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Template
from litestar.types import ExceptionHandlersMap

from casework.errors import CaseworkError
from webui import labels
from webui.errors import SignedOutError, WebError
from webui.responses import toast_trigger, wants_fragment
from webui.session import RandomBytes

_SUPPORT_CODE_BYTES: Final = 4
_SERVER_FAULT: Final = 500
_CONFLICT: Final = 409

_CODE_OF_STATUS: Final[Mapping[int, str]] = {
    400: "E_VALIDATION",
    401: "E_SIGNED_OUT",
    403: "E_FORBIDDEN",
    404: "E_NOT_FOUND",
    405: "E_METHOD",
    413: "E_TOO_LARGE",
    422: "E_VALIDATION",
    429: "E_BUSY",
    503: "E_BUSY",
}

_log = structlog.stdlib.get_logger("webui.failures")


def failure_handlers(random_bytes: RandomBytes) -> ExceptionHandlersMap:
    """Handlers for the rules' refusals, the web's own, the framework's and the unforeseen."""

    def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        support_code = random_bytes(_SUPPORT_CODE_BYTES).hex()
        _log.error(
            "unexpected failure",
            support_code=support_code,
            method=request.method,
            path=request.url.path,
            exc_info=error,
        )
        return failure(request, "E_UNEXPECTED", _SERVER_FAULT, support_code=support_code)

    def of_framework(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        if error.status_code >= _SERVER_FAULT and error.status_code not in _CODE_OF_STATUS:
            return unexpected(request, error)
        code = _CODE_OF_STATUS.get(error.status_code, "E_WEB")
        _log.info("refused", code=code, path=request.url.path, reason=type(error).__name__)
        return failure(request, code, error.status_code, headers=error.headers)

    return {
        CaseworkError: _of_rules,
        WebError: _of_web,
        HTTPException: of_framework,
        Exception: unexpected,
    }


def failure(
    request: Request[Any, Any, Any],
    code: str,
    status_code: int,
    *,
    support_code: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response[Any]:
    """The sentence for a code as a page, as a toast with a fragment, or as JSON for a machine."""
    if _is_machine(request):
        body = {"code": code, "support_code": support_code}
        return Response(body, status_code=status_code, headers=dict(headers or {}))
    text = labels.error_text(code)
    context = {"code": code, "text": text, "support_code": support_code}
    if not wants_fragment(request):
        return Template(
            "kit/failure.html",
            context=context,
            status_code=status_code,
            headers=dict(headers or {}),
        )
    shown = f"{text}（{support_code}）" if support_code else text
    response = Template("kit/_failure.html", context=context, status_code=status_code)
    # The answer must not replace what the person was filling in.
    response.headers["hx-reswap"] = "none"
    response.headers["hx-trigger"] = toast_trigger(shown, "error")
    return response


def _of_rules(request: Request[Any, Any, Any], error: CaseworkError) -> Response[Any]:
    _log.info("refused by the rules", code=error.code, path=request.url.path)
    return failure(request, error.code, _CONFLICT)


def _of_web(request: Request[Any, Any, Any], error: WebError) -> Response[Any]:
    _log.info("refused", code=error.code, path=request.url.path)
    response = failure(request, error.code, error.status_code)
    if isinstance(error, SignedOutError) and wants_fragment(request):
        # Its own event, so that the page can offer to sign in without losing what was typed.
        response.headers["hx-trigger"] = '{"signed-out": true}'
    return response


def _is_machine(request: Request[Any, Any, Any]) -> bool:
    handler = request.scope.get("route_handler")
    return handler is not None and bool(handler.opt.get("machine"))
