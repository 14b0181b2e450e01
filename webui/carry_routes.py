"""The pages of the stick (U盘): write a carry file for a neighbour, read one that was brought.

The same at every tier. What a file holds is nothing to these pages: they hand it out as a download
and take it in as an upload, which works with any stick, mail or disc.
"""

from asyncio import to_thread
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol, cast
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream, Template
from litestar.types import Guard

from casework.names import NodeId
from webui import labels_carry
from webui.forms import read_form
from webui.responses import page

CARRY_URL: Final = "/carry"
CARRY_BODY_BYTES_MAX: Final = 1024 * 1024 * 1024 + 1024 * 1024
_CHUNK_BYTES: Final = 256 * 1024
_UNPROCESSABLE: Final = 422


class Brought(Protocol):
    @property
    def neighbour(self) -> NodeId | None: ...
    @property
    def written_at(self) -> datetime | None: ...
    @property
    def code(self) -> str | None: ...


class Trip(Protocol):
    @property
    def at(self) -> datetime: ...
    @property
    def event(self) -> str: ...


class Sticks(Protocol):
    """What these pages ask of a node (`sync.carrying.CarryDesk`)."""

    async def neighbours(self) -> Sequence[NodeId]: ...
    async def write(self, neighbour: NodeId) -> Path: ...
    async def read(self, source: BinaryIO) -> Brought: ...
    async def trips(self) -> Sequence[Trip]: ...


NameOf = Callable[[Request[Any, Any, Any]], Callable[[NodeId], str]]


def carry_routes(
    *, guards: Sequence[Guard], name_of: NameOf, layout: str = "kit/layout.html"
) -> Sequence[HTTPRouteHandler]:
    """`name_of`: how the tier calls a node; `layout`: what its pages look like."""

    async def show(request: Request[Any, Any, Any], **context: Any) -> Template:
        sticks = _sticks(request)
        return await page(
            request,
            "kit/carry.html",
            layout=layout,
            neighbours=await sticks.neighbours(),
            trips=await sticks.trips(),
            name_of=name_of(request),
            **{"problem": "", "brought": None, **context},
        )

    @get(CARRY_URL, guards=list(guards))
    async def carry(request: Request[Any, Any, Any]) -> Template:
        return await show(request)

    @post(f"{CARRY_URL}/written", guards=list(guards), status_code=200)
    async def write(request: Request[Any, Any, Any]) -> Response[Any] | Template:
        chosen = NodeId((await read_form(request)).typed("neighbour"))
        if chosen not in await _sticks(request).neighbours():
            problem = labels_carry.NOBODY
            return await show(request, problem=problem, status_code=_UNPROCESSABLE)
        try:
            path = await _sticks(request).write(chosen)
        except OSError:
            problem = labels_carry.NO_ROOM
            return await show(request, problem=problem, status_code=_UNPROCESSABLE)
        named = name_of(request)(chosen)
        return Stream(
            _chunks(path),
            media_type="application/octet-stream",
            headers={
                "content-length": str(path.stat().st_size),
                "content-disposition": "attachment; filename*=UTF-8''"
                + quote(labels_carry.FILE.format(name=named), safe=""),
            },
        )

    @post(
        f"{CARRY_URL}/read",
        guards=list(guards),
        status_code=200,
        request_max_body_size=CARRY_BODY_BYTES_MAX,
    )
    async def read(request: Request[Any, Any, Any]) -> Template:
        files = (await read_form(request)).files.get("file", [])
        if not files or not files[0].filename:
            problem = labels_carry.CHOOSE
            return await show(request, problem=problem, status_code=_UNPROCESSABLE)
        try:
            brought = await _sticks(request).read(cast("BinaryIO", files[0].file))
        finally:
            for each in files:
                await each.close()
        status_code = _UNPROCESSABLE if brought.code else 200
        return await show(request, brought=brought, status_code=status_code)

    return (carry, write, read)


def _sticks(request: Request[Any, Any, Any]) -> Sticks:
    found: Sticks = request.app.state.line.carry
    return found


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    """The file piece by piece; whatever ends the download also ends the file."""
    try:
        with path.open("rb") as file:
            while chunk := await to_thread(file.read, _CHUNK_BYTES):
                yield chunk
    finally:
        await to_thread(path.unlink, missing_ok=True)
