"""A mailbox: where two neighbours leave messages for each other, and ask each other things.

The conversation over it (`sync.carriers.session`) does not know what it is made of.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from msgspec import Struct

from casework.names import NodeId
from sync.carriers.port import Exchange, Watch
from sync.carriers.window import Window
from sync.errors import LinkDownError
from sync.subjects import Ask


class NotStoredError(LinkDownError):
    """The mailbox did not take a message, or did not say so: it is full, gone or slow."""


class NoAnswerError(LinkDownError):
    """Nobody answered a question in time."""


class Mailed(Protocol):
    """A message in the mailbox, which keeps it until told what became of it."""

    @property
    def data(self) -> bytes: ...
    @property
    def deliveries(self) -> int: ...
    async def done(self) -> None: ...
    async def again(self, seconds: float) -> None: ...
    async def drop(self) -> None: ...


Answer = Callable[[Ask, bytes], Awaitable[bytes]]


class Mailbox(Protocol):
    """One connection to the mailbox."""

    async def post(self, blob: bytes) -> None:
        """Return once the message is stored; NotStoredError if that is not certain."""
        ...

    def mail(self) -> AsyncIterator[Mailed]: ...

    async def ask(self, ask: Ask, data: bytes, seconds: float) -> bytes:
        """What the other side answers now; NoAnswerError if nothing."""
        ...

    async def answer_with(self, answer: Answer) -> None:
        """From here on, answer what the other side asks."""
        ...

    async def mend(self) -> None:
        """Make sure that the mailbox is there, if that is this side's business."""
        ...

    async def until_lost(self) -> None:
        """LinkDownError as soon as the connection is gone."""
        ...


class Talk(Struct, frozen=True):
    """Who talks to whom over what.

    `turn` is shared by all talks of a process: whoever works on the database waits in line, so
    that one neighbour's backlog does not starve the others.
    """

    mailbox: Mailbox
    exchange: Exchange
    neighbour: NodeId
    asks_first: bool
    window: Window
    watch: Watch
    turn: asyncio.Semaphore
    enrol: Callable[[bytes], Awaitable[bytes]] | None = None  # the county's answer


def jitter(seconds: float) -> float:
    """Between half and all of it, so that many who lost the same link do not come as one."""
    return seconds * random.uniform(0.5, 1.0)  # noqa: S311 - nothing secret


def now() -> float:
    return asyncio.get_running_loop().time()


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Return when it is set, or then."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
