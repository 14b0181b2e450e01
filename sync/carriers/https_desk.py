"""The parent's side of HTTPS: sessions, exchanges, and the routes that other machines call.

The parent commits what came before it answers, so a child needs no window: each exchange goes on
after the last receipt.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler, post
from msgspec import Struct

from casework.names import NodeId
from sync.carriers.https_messages import (
    BODY_BYTES_MAX,
    BUSY_SECONDS,
    ENROL_PATH,
    EXCHANGE_PATH,
    HELLO_REPEATED_SECONDS,
    ITEMS_MAX,
    MEDIA_TYPE,
    NO_SESSION,
    Answered,
    Asked,
    BusyError,
    give_ranges,
    next_frames,
    take_in,
    take_ranges,
)
from sync.carriers.mailbox import now
from sync.carriers.nonces import Nonces
from sync.carriers.port import Exchange, Watch, pack
from sync.envelope import WIRE_BYTES_MAX
from sync.errors import EnvelopeError, LinkDownError, MalformedEnvelopeError, WrongSenderError
from sync.frame import FRAME_BYTES_MAX, FRAME_BYTES_MIN
from sync.strict_json import UNREADABLE

BODY_SECONDS_MAX: Final = 60.0
AT_ONCE_MAX: Final = 8
SESSIONS_MAX: Final = 1000
SESSION_SECONDS_MAX: Final = 15 * 60.0

_log = structlog.stdlib.get_logger("sync.carriers.https")


class _Session(Struct):
    """A child that has proven itself, and until when that counts."""

    neighbour: NodeId
    until: float
    renewed_at: float
    busy: bool = False


class ExchangeDesk:
    """The parent's side: answers exchanges, a bounded number at a time.

    `watch_of` gives whoever keeps the state of a child's link.
    """

    def __init__(
        self,
        exchange: Exchange,
        *,
        turn: asyncio.Semaphore,
        watch_of: Callable[[NodeId], Watch],
        at_once: int = AT_ONCE_MAX,
    ) -> None:
        self._exchange = exchange
        self._turn = turn
        self._watch_of = watch_of
        self._free = at_once
        self._nonces = Nonces(exchange.new_nonce)
        self._sessions: dict[bytes, _Session] = {}

    async def answer(self, body: bytes) -> bytes:
        """The answer to one exchange; BusyError if there are too many at once."""
        try:
            asked = msgspec.msgpack.decode(body, type=Asked)
        except UNREADABLE:
            return pack(Answered(code=MalformedEnvelopeError.code))
        if self._free == 0:
            raise BusyError
        self._free -= 1
        try:
            return pack(await self._answer(asked))
        finally:
            self._free += 1

    async def _answer(self, asked: Asked) -> Answered:
        if asked.hello:
            return await self._answer_hello(asked)
        session = self._find(asked.session)
        if session is None:
            code = NO_SESSION if asked.session else None
            return Answered(code=code, nonce=self._nonces.give(now()))
        if session.busy:
            raise BusyError
        session.busy = True
        try:
            return await self._exchange_with(session.neighbour, asked)
        finally:
            session.busy = False

    async def _answer_hello(self, asked: Asked) -> Answered:
        try:
            if not self._nonces.is_good(asked.answers, now()):
                raise WrongSenderError("a hello to no nonce of ours")
            async with self._turn:
                neighbour = await self._exchange.accept_hello(asked.hello, asked.answers)
            hello = await self._exchange.make_hello(neighbour, asked.nonce)
        except EnvelopeError as error:
            _log.warning("hello refused", code=error.code)
            return Answered(code=error.code)
        self._nonces.use_up(asked.answers, now())
        self._watch_of(neighbour).contact()
        receipts = tuple(await self._exchange.receipts_to_send(neighbour))
        return Answered(session=self._admit(neighbour), hello=hello, receipts=receipts)

    async def _exchange_with(self, neighbour: NodeId, asked: Asked) -> Answered:
        watch = self._watch_of(neighbour)
        watch.contact()
        if asked.introduce:
            return Answered(manifests=tuple(await self._exchange.sets_to_show()))
        blobs = (*asked.receipts, *asked.frames)
        answers = await take_in(self._exchange, neighbour, blobs, self._turn)
        await take_ranges(self._exchange, neighbour, asked.ranges, self._turn)
        answers += await self._exchange.receipts_to_send(neighbour)
        room = max(FRAME_BYTES_MIN, min(asked.room, FRAME_BYTES_MAX))
        frames = await next_frames(self._exchange, neighbour, room, self._turn)
        room -= sum(map(len, frames))
        answered = Answered(
            receipts=tuple(answers),
            frames=frames,
            ranges=await give_ranges(self._exchange, neighbour, asked.wants, room),
            wants=tuple(await self._exchange.wanted_ranges(neighbour, asked.room))[:ITEMS_MAX],
        )
        watch.received(sum(map(len, blobs)) + len(asked.ranges))
        watch.sent(sum(map(len, frames)) + len(answered.ranges))
        return answered

    def _admit(self, neighbour: NodeId) -> bytes:
        """A token for a child; what it had before ends."""
        at = now()
        self._sessions = {
            token: session
            for token, session in self._sessions.items()
            if session.until > at and session.neighbour != neighbour
        }
        while len(self._sessions) >= SESSIONS_MAX:
            del self._sessions[next(iter(self._sessions))]
        token = self._exchange.new_nonce()
        self._sessions[_name_of(token)] = _Session(neighbour, at + SESSION_SECONDS_MAX, at)
        return token

    def _find(self, token: bytes) -> _Session | None:
        session = self._sessions.get(_name_of(token)) if token else None
        at = now()
        if session is None or session.until <= at:
            return None
        if at - session.renewed_at > HELLO_REPEATED_SECONDS:
            return None
        session.until = at + SESSION_SECONDS_MAX
        return session


def machine_routes(
    desk: ExchangeDesk, enrol: Callable[[bytes], Awaitable[bytes]] | None = None
) -> list[HTTPRouteHandler]:
    """The routes that other machines call. `enrol` answers a request, or passes it on."""

    @post(
        EXCHANGE_PATH,
        opt={"machine": True},
        status_code=HTTPStatus.OK,
        request_max_body_size=BODY_BYTES_MAX,
        include_in_schema=False,
    )
    async def exchange(request: Request[Any, Any, Any]) -> Response[bytes]:
        return await _respond(desk.answer, await _read_body(request))

    routes: list[HTTPRouteHandler] = [exchange]
    if enrol is not None:
        routes.append(_enrol_route(enrol))
    return routes


def _enrol_route(answer: Callable[[bytes], Awaitable[bytes]]) -> HTTPRouteHandler:
    free = asyncio.Semaphore(AT_ONCE_MAX)

    async def bounded(body: bytes) -> bytes:
        if free.locked():
            raise BusyError
        async with free:
            return await answer(body)

    @post(
        ENROL_PATH,
        opt={"machine": True},
        status_code=HTTPStatus.OK,
        request_max_body_size=WIRE_BYTES_MAX,
        include_in_schema=False,
    )
    async def enrol(request: Request[Any, Any, Any]) -> Response[bytes]:
        return await _respond(bounded, await _read_body(request))

    return enrol


async def _read_body(request: Request[Any, Any, Any]) -> bytes | None:
    """The body, or None from a sender too slow to be waited for."""
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            return await request.body()
    except TimeoutError:
        return None


async def _respond(
    answer: Callable[[bytes], Awaitable[bytes]], body: bytes | None
) -> Response[bytes]:
    if body is None:
        return Response(b"", status_code=HTTPStatus.REQUEST_TIMEOUT)
    try:
        return Response(await answer(body), media_type=MEDIA_TYPE)
    except BusyError:
        wait = {"Retry-After": str(int(BUSY_SECONDS))}
        return Response(b"", status_code=HTTPStatus.TOO_MANY_REQUESTS, headers=wait)
    except LinkDownError:
        # What was to be passed on cannot be at present.
        return Response(b"", status_code=HTTPStatus.BAD_GATEWAY)


def _name_of(token: bytes) -> bytes:
    """Tokens are looked up by their hash, so that a look-up's time tells nothing of them."""
    return hashlib.sha256(token).digest()
