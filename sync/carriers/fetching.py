"""Large parts over questions and answers: a few ranges at a time, behind every message.

What arrives is kept range by range, so a cut costs at most the answers under way.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from sync.carriers.greeting import Greeting
from sync.carriers.mailbox import NoAnswerError, Talk, now, wait_for
from sync.carriers.port import (
    ANSWER_BYTES_MAX,
    RangeWant,
    pack,
    pack_ranges,
    read_part_ranges,
    read_wants,
    within_answer,
)
from sync.errors import EnvelopeError
from sync.subjects import Ask

ANSWER_BYTES_FIRST: Final = 32 * 1024
ANSWERS_TOGETHER: Final = 2
ANSWER_SECONDS_MAX: Final = 30.0
QUICK_SECONDS: Final = 0.5
SLOW_SECONDS: Final = 3.0
PAUSE_SECONDS: Final = 5.0
YIELD_SECONDS_MAX: Final = 5.0

_log = structlog.stdlib.get_logger("sync.carriers.fetching")


class Fetching:
    """Asks for the large parts that are missing here, and gives those that are wanted there."""

    def __init__(self, talk: Talk, greeting: Greeting) -> None:
        self._talk = talk
        self._greeting = greeting
        self._answer_bytes = ANSWER_BYTES_FIRST
        self.stir = asyncio.Event()
        self.idle = asyncio.Event()  # set while no message waits to be sent
        self.idle.set()

    async def run(self) -> None:
        while True:
            await self._greeting.given.wait()
            self.stir.clear()
            wants = await self._talk.exchange.wanted_ranges(
                self._talk.neighbour, self._answer_bytes * ANSWERS_TOGETHER
            )
            if not wants:
                await wait_for(self.stir, PAUSE_SECONDS)
            elif not await self._fetch(wants):
                # Nothing came of it: the other side has none of this for us at present.
                self._answer_bytes = ANSWER_BYTES_FIRST
                await asyncio.sleep(PAUSE_SECONDS)

    async def answer(self, data: bytes) -> bytes:
        if not self._greeting.given.is_set():
            return b""
        # Large parts yield whenever a message waits.
        await wait_for(self.idle, YIELD_SECONDS_MAX)
        talk = self._talk
        ranges = await talk.exchange.read_ranges(talk.neighbour, read_wants(data))
        self._greeting.hear()
        packed = pack_ranges(ranges)
        talk.watch.sent(len(packed))
        return packed

    async def _fetch(self, wants: Sequence[RangeWant]) -> int:
        """Ask for the first of the wants; how many bytes came."""
        began = now()
        groups = _groups(wants, self._answer_bytes)
        gained = await asyncio.gather(*(self._ask(group) for group in groups))
        took = now() - began
        if took < QUICK_SECONDS:
            self._answer_bytes = min(2 * self._answer_bytes, ANSWER_BYTES_MAX)
        elif took > SLOW_SECONDS:
            self._answer_bytes = max(self._answer_bytes // 2, ANSWER_BYTES_FIRST)
        return sum(gained)

    async def _ask(self, wants: Sequence[RangeWant]) -> int:
        talk = self._talk
        try:
            answer = await talk.mailbox.ask(Ask.RANGES, pack(wants), ANSWER_SECONDS_MAX)
        except NoAnswerError:
            return 0
        self._greeting.hear()
        try:
            ranges = read_part_ranges(answer) if answer else ()
            async with talk.turn:
                await talk.exchange.accept_ranges(talk.neighbour, ranges)
        except EnvelopeError as error:
            _log.warning("part refused", neighbour=talk.neighbour, code=error.code)
            return 0
        talk.watch.received(len(answer))
        return sum(len(each.data) for each in ranges)


def _groups(wants: Sequence[RangeWant], size: int) -> list[tuple[RangeWant, ...]]:
    groups: list[tuple[RangeWant, ...]] = []
    rest = wants
    while rest and len(groups) < ANSWERS_TOGETHER:
        group = within_answer(rest, size)
        if not group:
            break
        groups.append(group)
        rest = rest[len(group) :]
    return groups
