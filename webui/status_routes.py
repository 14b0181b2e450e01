"""The routes by which a node says how it fares: `/health` for machines, the sync bar for people.

What they show comes from the application's `state.line`; no template knows how it was found.
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from litestar import Request, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct

SYNC_BAR_URL: Final = "/sync/bar"
SYNC_NOW_URL: Final = "/sync/now"


class Line(Protocol):
    """What these routes ask of a node."""

    async def status(self) -> Struct: ...
    def sync_now(self) -> None: ...


def status_routes(bar: str = "kit/_sync_bar.html") -> Sequence[HTTPRouteHandler]:
    """`bar` is the tier's own form of the sync bar."""

    @get("/health", opt={"machine": True})
    async def health(request: Request[Any, Any, Any]) -> Struct:
        line: Line = request.app.state.line
        return await line.status()

    @get(SYNC_BAR_URL, opt={"background": True})
    async def sync_bar(request: Request[Any, Any, Any]) -> Template:
        return await _bar(request, bar)

    @post(SYNC_NOW_URL, status_code=200)
    async def sync_now(request: Request[Any, Any, Any]) -> Template:
        line: Line = request.app.state.line
        line.sync_now()
        return await _bar(request, bar)

    return (health, sync_bar, sync_now)


async def _bar(request: Request[Any, Any, Any], template: str) -> Template:
    chrome = await request.app.state.chrome(request)
    return Template(template, context={"chrome": chrome, "sync": chrome.sync})
