"""Answers: a page or the fragment of it that htmx asked for, a redirect, a toast, a document.

Markup exists once: the page includes its fragment, and one handler serves both.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode

from litestar import MediaType, Request, Response
from litestar.response import Template
from litestar.types import ASGIApp

from webui.forms import neutral_cell

_T = TypeVar("_T")

_TOAST_KINDS: Final = frozenset({"ok", "warn", "error"})
# A document may be shown beside its form, by a page of this node only.
_EMBEDDED_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
_ALONE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


async def page(
    request: Request[Any, Any, Any],
    template: str,
    fragment: str | None = None,
    *,
    status_code: int = 200,
    **context: Any,
) -> Template:
    """The fragment for htmx, else the whole page with what surrounds it (`chrome`)."""
    context.setdefault("officer", getattr(request.state, "officer", None))
    if fragment is not None and wants_fragment(request):
        return Template(
            fragment, context=context, status_code=status_code, media_type=MediaType.HTML
        )
    if "chrome" not in context:
        context["chrome"] = await request.app.state.chrome(request)
    # Said outright: a handler that may also answer otherwise would call it JSON.
    return Template(template, context=context, status_code=status_code, media_type=MediaType.HTML)


def wants_fragment(request: Request[Any, Any, Any]) -> bool:
    """Whether htmx asks for a part; a boosted link or a restored history entry is a whole page."""
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-boosted") != "true"
        and headers.get("hx-history-restore-request") != "true"
    )


def redirect(request: Request[Any, Any, Any], url: str, **query: str) -> Response[None]:
    """Go and see the result: 303 for a form, `HX-Redirect` for htmx. `url` is a path of ours."""
    assert url.startswith("/"), "redirects never leave this node"
    assert not url.startswith("//"), "redirects never leave this node"
    if query:
        url = f"{url}?{urlencode(query)}"
    if wants_fragment(request):
        return Response(None, status_code=204, headers={"hx-redirect": url})
    return Response(None, status_code=303, headers={"location": url})


def redirect_to(request: Request[Any, Any, Any], url: str, **query: str) -> ASGIApp:
    """The same, from a middleware."""
    return redirect(request, url, **query).to_asgi_response(request.app, request)


def toast(response: Response[_T], text: str, kind: str = "ok") -> Response[_T]:
    """Have the browser show a passing message once it has the answer."""
    response.headers["hx-trigger"] = toast_trigger(text, kind)
    return response


def toast_trigger(text: str, kind: str = "ok") -> str:
    """The `HX-Trigger` value of a toast; headers are ASCII, so other characters are escaped."""
    assert kind in _TOAST_KINDS
    return json.dumps({"toast": {"text": text, "kind": kind}})


def pdf(content: bytes, name: str, *, embeddable: bool = False) -> Response[bytes]:
    """A PDF to look at or print; `name` is shown when it is saved and holds nothing personal."""
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "content-disposition": f"inline; filename*=UTF-8''{quote(name, safe='')}",
            "content-security-policy": _EMBEDDED_POLICY if embeddable else _ALONE_POLICY,
        },
    )


def csv_file(rows: Iterable[Sequence[object]], name: str) -> Response[bytes]:
    """A table for a spreadsheet: UTF-8 with its mark, no cell a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([neutral_cell(cell) for cell in row])
    return Response(
        ("\ufeff" + text.getvalue()).encode(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
    )
