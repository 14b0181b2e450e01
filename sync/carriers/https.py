"""HTTPS as a carrier: the child asks, the parent answers, both ways in one exchange.

`POST /sync/v1/exchange` carries hellos, frames, receipts, wanted ranges and ranges. A child first
asks for a nonce, then proves itself by a hello that signs it, and is given a token for the
exchanges that follow. This module is the child's side.
"""

import asyncio
import hashlib
import ssl
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx
import msgspec

from casework.names import NodeId
from sync.carriers.https_messages import (
    BODY_BYTES_MAX,
    BUSY_SECONDS,
    ENROL_PATH,
    EXCHANGE_PATH,
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
from sync.carriers.mailbox import jitter, now, wait_for
from sync.carriers.port import (
    Exchange,
    RangeWant,
    RefusedError,
    Watch,
    pack,
    within_answer,
)
from sync.errors import LinkDownError, UnknownKeyError, WrongSenderError
from sync.faults import fault_point
from sync.frame import FRAME_BYTES_FIRST, FRAME_BYTES_MAX, FRAME_BYTES_MIN
from sync.settings import check_url
from sync.strict_json import UNREADABLE

CONNECT_SECONDS_MAX: Final = 5.0
ANSWER_SECONDS_MAX: Final = 60.0
QUICK_SECONDS: Final = 1.0
IDLE_SECONDS_FIRST: Final = 0.5
IDLE_SECONDS_MAX: Final = 10.0
PAUSE_SECONDS_MAX: Final = 60.0
# A set part may take several answers; a directory has a few hundred, most of them held already.
INTRODUCTION_ROUNDS_MAX: Final = 100


class HttpsLink:
    """The child's side: asks again and again, at once while anything moves."""

    carrier: Final = "https"
    pause_seconds_max: Final = PAUSE_SECONDS_MAX

    def __init__(
        self,
        url: str,
        exchange: Exchange,
        *,
        neighbour: NodeId,
        turn: asyncio.Semaphore,
        ca_file: Path | None = None,
    ) -> None:
        check_url("url", url)
        self._url = url
        self._exchange = exchange
        self._neighbour = neighbour
        self._turn = turn
        self._ca_file = ca_file
        self._room = FRAME_BYTES_FIRST
        self._woken = asyncio.Event()
        self._session = b""
        self._given_wants: tuple[RangeWant, ...] = ()
        self._last_frames = b""

    def wake(self) -> None:
        """Ask at once."""
        self._woken.set()

    async def run(self, watch: Watch) -> None:
        self._session, self._given_wants = b"", ()
        changes = asyncio.create_task(self._notice_changes(), name="https changes")
        try:
            async with _client(self._url, self._ca_file) as http:
                await self._keep_asking(http, watch)
        finally:
            changes.cancel()
            await asyncio.wait([changes])

    async def enrol(self, request: bytes) -> bytes:
        return await ask_to_enrol(self._url, request, ca_file=self._ca_file)

    async def _keep_asking(self, http: httpx.AsyncClient, watch: Watch) -> None:
        idle = IDLE_SECONDS_FIRST
        while True:
            self._woken.clear()
            try:
                moved = await self._ask_once(http, watch)
            except BusyError:
                watch.contact()
                await asyncio.sleep(jitter(2 * BUSY_SECONDS))
                continue
            except LinkDownError:
                self._room = max(FRAME_BYTES_MIN, self._room // 2)
                raise
            if moved:
                idle = IDLE_SECONDS_FIRST
                continue
            await wait_for(self._woken, jitter(idle))
            idle = IDLE_SECONDS_FIRST if self._woken.is_set() else min(2 * idle, IDLE_SECONDS_MAX)

    async def _notice_changes(self) -> None:
        while True:
            await self._exchange.wait_for_change(self._neighbour)
            self._woken.set()

    async def _ask_once(self, http: httpx.AsyncClient, watch: Watch) -> bool:
        """One exchange; whether anything came of it that calls for another at once."""
        if not self._session:
            await self._say_hello(http)
            watch.contact()
        asked = await self._gather()
        before = await self._exchange.receipted(self._neighbour)
        began = now()
        answered = await _exchange(http, asked)
        took = now() - began
        for name, blobs in (("outbox", asked.frames), ("receipt", asked.receipts)):
            if blobs:
                fault_point(f"{name}.after_send")
        if answered.code == NO_SESSION:
            self._session = b""
            return True
        if answered.code is not None:
            raise RefusedError(answered.code)
        watch.contact()
        watch.sent(_weight(asked))
        watch.received(_weight(answered))
        gained = await self._take_in(answered)
        unpacked = await take_ranges(self._exchange, self._neighbour, answered.ranges, self._turn)
        self._learn(took, _weight(asked) + max(_weight(answered), unpacked))
        after = await self._exchange.receipted(self._neighbour)
        return gained or unpacked > 0 or dict(after) != dict(before) or bool(asked.ranges)

    async def _say_hello(self, http: httpx.AsyncClient, *, introduced: bool = False) -> None:
        nonce = (await _exchange(http, Asked())).nonce
        mine = self._exchange.new_nonce()
        hello = await self._exchange.make_hello(self._neighbour, nonce)
        answered = await _exchange(http, Asked(answers=nonce, hello=hello, nonce=mine))
        if answered.code is not None:
            raise RefusedError(answered.code)
        try:
            async with self._turn:
                node = await self._exchange.accept_hello(answered.hello, mine)
        except UnknownKeyError:
            if introduced:
                raise
            await self._be_introduced(http, answered.session)
            await self._say_hello(http, introduced=True)
            return
        if node != self._neighbour:
            raise WrongSenderError(f"{node} in the place of {self._neighbour}")
        await take_in(self._exchange, node, answered.receipts, self._turn)
        self._session, self._last_frames = answered.session, b""

    async def _be_introduced(self, http: httpx.AsyncClient, session: bytes) -> None:
        """Fetch the directory that knows a new machine in the parent's place.

        Nothing else is told to it or believed of it: a set is believed by its own signatures.
        """
        exchange, neighbour = self._exchange, self._neighbour
        shown = await _exchange(http, Asked(session=session, introduce=True))
        await exchange.take_shown(shown.manifests)
        for _ in range(INTRODUCTION_ROUNDS_MAX):
            wants = within_answer(await exchange.wanted_ranges(neighbour, 0))
            if not wants:
                return
            answered = await _exchange(http, Asked(session=session, wants=wants))
            if not answered.ranges:
                return
            await take_ranges(exchange, neighbour, answered.ranges, self._turn)

    async def _gather(self) -> Asked:
        """What there is to send and to ask for: receipts first, large parts with what is left."""
        exchange, neighbour = self._exchange, self._neighbour
        receipts = await exchange.receipts_to_send(neighbour)
        frames = await next_frames(exchange, neighbour, self._room, self._turn)
        if frames:
            fault_point("outbox.before_send")
        room = self._room - sum(map(len, frames))
        return Asked(
            session=self._session,
            room=self._room,
            receipts=tuple(receipts),
            frames=frames,
            wants=tuple(await exchange.wanted_ranges(neighbour, self._room))[:ITEMS_MAX],
            ranges=await give_ranges(exchange, neighbour, self._given_wants, room),
        )

    async def _take_in(self, answered: Answered) -> bool:
        """Take in an answer; whether it brought anything that was not brought before."""
        exchange, neighbour, turn = self._exchange, self._neighbour, self._turn
        await take_in(exchange, neighbour, (*answered.receipts, *answered.frames), turn)
        # The same frames again mean that they were not believed: no reason to hurry.
        frames = hashlib.sha256(b"".join(answered.frames)).digest() if answered.frames else b""
        gained = bool(frames) and frames != self._last_frames
        self._last_frames = frames
        self._given_wants = answered.wants
        return gained

    def _learn(self, took: float, moved: int) -> None:
        if took < QUICK_SECONDS and moved > self._room // 2:
            self._room = min(FRAME_BYTES_MAX, 2 * self._room)


async def ask_to_enrol(url: str, request: bytes, *, ca_file: Path | None = None) -> bytes:
    """Ask once, from a machine that is no node yet; LinkDownError if there is no answer."""
    check_url("url", url)
    async with _client(url, ca_file) as http:
        try:
            return await _post(http, ENROL_PATH, request)
        except BusyError as error:
            raise LinkDownError("busy") from error


def _client(url: str, ca_file: Path | None) -> httpx.AsyncClient:
    verify = ssl.create_default_context(cafile=ca_file) if url.startswith("https:") else True
    timeout = httpx.Timeout(ANSWER_SECONDS_MAX, connect=CONNECT_SECONDS_MAX)
    # Proxies of the environment are for people; the way to a neighbour is a setting.
    return httpx.AsyncClient(base_url=url, verify=verify, timeout=timeout, trust_env=False)


async def _exchange(http: httpx.AsyncClient, asked: Asked) -> Answered:
    data = await _post(http, EXCHANGE_PATH, pack(asked))
    try:
        return msgspec.msgpack.decode(data, type=Answered)
    except UNREADABLE as error:
        raise LinkDownError("an answer that cannot be read") from error


async def _post(http: httpx.AsyncClient, path: str, body: bytes) -> bytes:
    """The body of an answer, within bounds; LinkDownError if it is none of ours."""
    headers = {"Content-Type": MEDIA_TYPE}
    try:
        async with http.stream("POST", path, content=body, headers=headers) as response:
            if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                raise BusyError
            if response.status_code != HTTPStatus.OK:
                raise LinkDownError(f"answered with status {response.status_code}")
            data = bytearray()
            async for piece in response.aiter_bytes():
                data += piece
                if len(data) > BODY_BYTES_MAX:
                    raise LinkDownError("an answer without end")
            return bytes(data)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise LinkDownError(f"{type(error).__name__}: {error}") from error


def _weight(sent: Asked | Answered) -> int:
    return sum(map(len, sent.frames)) + len(sent.ranges)
