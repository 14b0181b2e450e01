"""Hello, and whether the other side is still there.

The node asks first and the county answers, so that either may come and go in any order. Nothing
but a nonce is answered before a hello has proven who is there.
"""

import asyncio
from typing import Final

import msgspec
import structlog
from msgspec import Struct

from sync.carriers.mailbox import NoAnswerError, Talk, now
from sync.carriers.nonces import Nonces
from sync.carriers.port import RefusedError, pack
from sync.errors import EnvelopeError, MalformedEnvelopeError, WrongSenderError
from sync.strict_json import UNREADABLE
from sync.subjects import Ask

ALIVE_SECONDS: Final = 3.0
ALIVE_FAILURES_MAX: Final = 2
SILENCE_SECONDS_MAX: Final = 10.0
# While much is on its way, the question whether anybody is there waits behind it.
BUSY_SILENCE_SECONDS_MAX: Final = 45.0
HELLO_SECONDS_MAX: Final = 10.0
HELLO_REPEATED_SECONDS: Final = 24 * 3600.0
MEND_SECONDS: Final = 30.0

_YES: Final = b"yes"
_NO: Final = b"no"

_log = structlog.stdlib.get_logger("sync.carriers.greeting")


class HelloAsked(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    answers: bytes  # the nonce that was given out for this hello
    hello: bytes
    nonce: bytes


class HelloAnswered(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    hello: bytes
    code: str | None  # why not, if the asker was not believed


class Greeting:
    """What is known of the other side's presence."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._nonces = Nonces(talk.exchange.new_nonce)
        self._session = b""  # the nonce of the hello that counts: both sides know it
        self._greeted_at = 0.0
        self._heard_at = 0.0
        self._nonce_given_at = 0.0
        self.given = asyncio.Event()
        # Set at each hello, for whoever has to begin again then.
        self.anew = asyncio.Event()

    def hear(self) -> None:
        """The other side has just proven that it is there."""
        self._heard_at = now()
        self._talk.watch.contact()

    def hear_mail(self) -> None:
        """Stored mail says that the way stands, not that anybody is there."""
        self._heard_at = now()

    async def keep(self) -> None:
        """Say hello, and ask again and again; or notice that nobody asks any more."""
        if self._talk.asks_first:
            await self._keep_asking()
        else:
            await self._keep_listening()

    async def answer_hello(self, data: bytes) -> bytes:
        if not data:
            self._nonce_given_at = now()
            return self._nonces.give(now())
        self._talk.window.note_delay(now() - self._nonce_given_at)
        try:
            asked = _read_asked(data)
            if not self._nonces.is_good(asked.answers, now()):
                raise WrongSenderError("a hello to no nonce of ours")
            await self._believe(asked.hello, asked.answers)
            self._nonces.use_up(asked.answers, now())
            hello = await self._talk.exchange.make_hello(self._talk.neighbour, asked.nonce)
        except EnvelopeError as error:
            _log.warning("hello refused", neighbour=self._talk.neighbour, code=error.code)
            return pack(HelloAnswered(b"", error.code))
        self._greet(session=asked.answers)
        return pack(HelloAnswered(hello, None))

    def answer_alive(self, data: bytes) -> bytes:
        if not self.given.is_set() or data != self._session:
            return _NO
        self.hear()
        return _YES

    async def _keep_asking(self) -> None:
        failures = 0
        while True:
            try:
                if not self.given.is_set() or now() - self._greeted_at > HELLO_REPEATED_SECONDS:
                    await self._say_hello()
                elif not await self._is_known():
                    self.given.clear()
                    continue
                self.hear()
                failures = 0
            except NoAnswerError:
                failures += 1
                if failures >= ALIVE_FAILURES_MAX and self._is_silent():
                    raise
                await asyncio.sleep(ALIVE_SECONDS / 4)
                continue
            await asyncio.sleep(ALIVE_SECONDS)

    async def _keep_listening(self) -> None:
        mended_at = now()
        while True:
            await asyncio.sleep(ALIVE_SECONDS)
            if self.given.is_set() and self._is_silent():
                self.given.clear()
                self._talk.window.rewind()
                self._talk.watch.silence()
            if now() - mended_at > MEND_SECONDS:
                await self._talk.mailbox.mend()
                mended_at = now()

    async def _is_known(self) -> bool:
        return await self._ask(Ask.ALIVE, self._session, ALIVE_SECONDS) == _YES

    async def _ask(self, ask: Ask, data: bytes, seconds: float) -> bytes:
        asked_at = now()
        answer = await self._talk.mailbox.ask(ask, data, seconds)
        self._talk.window.note_delay(now() - asked_at)
        return answer

    async def _say_hello(self) -> None:
        talk = self._talk
        nonce = await self._ask(Ask.HELLO, b"", HELLO_SECONDS_MAX)
        mine = talk.exchange.new_nonce()
        hello = await talk.exchange.make_hello(talk.neighbour, nonce)
        asked = pack(HelloAsked(nonce, hello, mine))
        answered = _read_answered(await talk.mailbox.ask(Ask.HELLO, asked, HELLO_SECONDS_MAX))
        if answered.code is not None:
            raise RefusedError(answered.code)
        await self._believe(answered.hello, mine)
        self._greet(session=nonce)

    async def _believe(self, hello: bytes, nonce: bytes) -> None:
        async with self._talk.turn:
            node = await self._talk.exchange.accept_hello(hello, nonce)
        if node != self._talk.neighbour:
            raise WrongSenderError(f"{node} in the place of {self._talk.neighbour}")

    def _greet(self, *, session: bytes) -> None:
        self._session = session
        self._greeted_at = now()
        self._talk.window.rewind()
        self.hear()
        self.given.set()
        self.anew.set()

    def _is_silent(self) -> bool:
        busy = not self._talk.window.is_empty
        allowed = BUSY_SILENCE_SECONDS_MAX if busy else SILENCE_SECONDS_MAX
        return now() - self._heard_at > allowed - ALIVE_SECONDS


def _read_asked(data: bytes) -> HelloAsked:
    try:
        return msgspec.msgpack.decode(data, type=HelloAsked)
    except UNREADABLE as error:
        raise MalformedEnvelopeError("not a hello") from error


def _read_answered(data: bytes) -> HelloAnswered:
    try:
        return msgspec.msgpack.decode(data, type=HelloAnswered)
    except UNREADABLE as error:
        raise NoAnswerError("an answer that cannot be read") from error
