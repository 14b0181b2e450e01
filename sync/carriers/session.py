"""The conversation of two neighbours over a mailbox, from one connection to its loss.

A frame leaves the mailbox when it is committed here, and the sender forgets it only on a receipt:
whatever the mailbox loses, repeats or delays is made good by going back to the last receipt.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from sync.carriers.fetching import Fetching
from sync.carriers.greeting import Greeting
from sync.carriers.mailbox import Mailed, Talk, jitter, now, wait_for
from sync.carriers.port import Outgoing, run_together
from sync.carriers.window import RECEIPT_DELAY_SECONDS
from sync.errors import EnvelopeError, LinkDownError
from sync.faults import fault_point
from sync.subjects import Ask

RECEIPT_BYTES: Final = 256 * 1024
IDLE_SECONDS: Final = 1.0
RETRY_SECONDS_FIRST: Final = 0.5
RETRY_SECONDS_MAX: Final = 5.0
DELIVERIES_MAX: Final = 5

_log = structlog.stdlib.get_logger("sync.carriers.session")


class Session:
    """What passes between two neighbours while a connection lasts."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._greeting = Greeting(talk)
        self._fetching = Fetching(talk, self._greeting)
        self._stir = asyncio.Event()
        self._receipt_due = asyncio.Event()
        self._receipt_pays = asyncio.Event()  # so much was taken in that a receipt is worth it
        self._taken_bytes = 0
        self._answers: list[bytes] = []  # receipts that the mailbox has not taken yet
        self._trouble: LinkDownError | None = None

    async def run(self) -> None:
        """Talk until the connection is lost."""
        mailbox = self._talk.mailbox
        await mailbox.mend()
        await mailbox.answer_with(self._answer)
        try:
            await run_together(
                mailbox.until_lost(),
                self._greeting.keep(),
                self._begin_anew(),
                self._notice_changes(),
                self._read(),
                self._send(),
                self._send_receipts(),
                self._fetching.run(),
            )
        finally:
            self._talk.window.cut()

    async def _answer(self, ask: Ask, data: bytes) -> bytes:
        match ask:
            case Ask.HELLO:
                return await self._greeting.answer_hello(data)
            case Ask.ALIVE:
                return self._greeting.answer_alive(data)
            case Ask.RANGES:
                return await self._fetching.answer(data)
            case Ask.ENROL:
                return await self._answer_enrol(data)

    async def _answer_enrol(self, data: bytes) -> bytes:
        if self._talk.enrol is None or not self._greeting.given.is_set():
            return b""
        return await self._talk.enrol(data)

    async def _begin_anew(self) -> None:
        """At each hello: repeat the receipts, and see what is to be sent and asked for."""
        while True:
            await self._greeting.anew.wait()
            self._greeting.anew.clear()
            self._receipt_due.set()
            self._stir_all()

    async def _notice_changes(self) -> None:
        while True:
            await self._talk.exchange.wait_for_change(self._talk.neighbour)
            self._receipt_due.set()
            self._stir_all()

    def _stir_all(self) -> None:
        self._stir.set()
        self._fetching.stir.set()

    # What we send

    async def _send(self) -> None:
        retry = RETRY_SECONDS_FIRST
        async with asyncio.TaskGroup() as posts:
            while True:
                await self._greeting.given.wait()
                self._stir.clear()
                if await self._note_receipts():
                    retry = RETRY_SECONDS_FIRST
                if self._trouble is not None:
                    await self._recover(self._trouble, retry)
                    retry = min(2 * retry, RETRY_SECONDS_MAX)
                    continue
                frames = await self._next_frames()
                for frame in frames:
                    self._talk.window.leaves(frame, now())
                    posts.create_task(self._post_frame(frame))
                if not frames:
                    await wait_for(self._stir, IDLE_SECONDS)

    async def _note_receipts(self) -> bool:
        talk = self._talk
        heard = talk.window.hear(await talk.exchange.receipted(talk.neighbour), now())
        if talk.window.is_overdue(now()):
            _log.info("no receipt, sending again", neighbour=talk.neighbour)
            talk.window.resend()
        return heard

    async def _next_frames(self) -> Sequence[Outgoing]:
        talk = self._talk
        if not talk.window.has_room():
            return ()
        rewinds = talk.window.rewinds
        async with talk.turn:
            frames = await talk.exchange.frames_to_send(
                talk.neighbour, after=dict(talk.window.sent), limit_bytes=talk.window.aim_bytes
            )
        if rewinds != talk.window.rewinds:
            return ()
        if frames:
            self._fetching.idle.clear()
        elif talk.window.is_empty:
            self._fetching.idle.set()
        return frames

    async def _post_frame(self, frame: Outgoing) -> None:
        fault_point("outbox.before_send")
        try:
            await self._talk.mailbox.post(frame.data)
        except LinkDownError as error:
            self._trouble = error
            self._stir.set()
        else:
            self._talk.watch.sent(len(frame.data))
        fault_point("outbox.after_send")

    async def _recover(self, trouble: LinkDownError, seconds: float) -> None:
        """Wait for the mailbox to be well again, and go back to the last receipt."""
        _log.info("not stored", neighbour=self._talk.neighbour, error=str(trouble))
        await asyncio.sleep(jitter(seconds))
        await self._talk.mailbox.mend()
        self._trouble = None
        self._talk.window.rewind()

    async def _send_receipts(self) -> None:
        retry = RETRY_SECONDS_FIRST
        while True:
            await self._greeting.given.wait()
            if not self._answers:
                await self._receipt_due.wait()
                await wait_for(self._receipt_pays, RECEIPT_DELAY_SECONDS)
                self._receipt_due.clear()
                self._receipt_pays.clear()
                self._taken_bytes = 0
                self._answers += await self._talk.exchange.receipts_to_send(self._talk.neighbour)
            try:
                await self._post_answers()
                retry = RETRY_SECONDS_FIRST
            except LinkDownError:
                await asyncio.sleep(jitter(retry))
                retry = min(2 * retry, RETRY_SECONDS_MAX)

    async def _post_answers(self) -> None:
        while self._answers:
            await self._talk.mailbox.post(self._answers[0])
            self._talk.watch.sent(len(self._answers.pop(0)))
            fault_point("receipt.after_send")

    # What comes

    async def _read(self) -> None:
        await self._greeting.given.wait()
        async for mailed in self._talk.mailbox.mail():
            await self._greeting.given.wait()
            await self._take_in(mailed)

    async def _take_in(self, mailed: Mailed) -> None:
        talk = self._talk
        answers: Sequence[bytes] = ()
        try:
            async with talk.turn:
                answers = await talk.exchange.receive(talk.neighbour, mailed.data)
        except EnvelopeError as error:
            _log.warning("not believed", neighbour=talk.neighbour, code=error.code)
        except Exception:  # noqa: BLE001 - whatever it is, the next message goes on
            _log.exception("not taken in", neighbour=talk.neighbour)
            await _put_back(mailed)
            return
        await mailed.done()
        self._greeting.hear_mail()
        talk.watch.received(len(mailed.data))
        self._answers += answers
        self._taken_bytes += len(mailed.data)
        if self._taken_bytes >= RECEIPT_BYTES:
            self._receipt_pays.set()
        self._receipt_due.set()
        self._stir_all()


async def _put_back(mailed: Mailed) -> None:
    """Try again a little later; in the end the sender, for want of a receipt, sends it again."""
    if mailed.deliveries < DELIVERIES_MAX:
        await mailed.again(RETRY_SECONDS_MAX)
    else:
        await mailed.drop()
