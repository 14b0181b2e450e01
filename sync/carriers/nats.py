"""A link to a neighbour over NATS, and the canary that tells whether the broker stores.

Each township has an account of its own at the broker; the county has a connection to every one.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import StorageType, StreamConfig

from casework.names import NodeId
from sync.carriers.mailbox import Talk
from sync.carriers.nats_mailbox import NatsMailbox, close_client, ensure_stream, open_client
from sync.carriers.nats_settings import BrokerKey, NatsSettings
from sync.carriers.port import Exchange, Watch
from sync.carriers.session import Session
from sync.carriers.window import Window
from sync.errors import LinkDownError
from sync.subjects import CANARY_STREAM, CANARY_SUBJECT, COUNTY, NODE, Ask, Side

__all__ = ["BrokerKey", "NatsLink", "NatsSettings", "watch_canary"]

ENROL_SECONDS_MAX: Final = 30.0
PAUSE_SECONDS_MAX: Final = 5.0
CANARY_SECONDS: Final = 60.0
CANARY_PATIENCE_SECONDS: Final = 10.0

_log = structlog.stdlib.get_logger("sync.carriers.nats")


class NatsLink:
    """The way to a neighbour by an account of its own at the broker."""

    carrier: Final = "nats"
    pause_seconds_max: Final = PAUSE_SECONDS_MAX

    def __init__(  # noqa: PLR0913
        self,
        settings: NatsSettings,
        exchange: Exchange,
        *,
        neighbour: NodeId,
        side: Side,
        turn: asyncio.Semaphore,
        enrol: Callable[[bytes], Awaitable[bytes]] | None = None,
    ) -> None:
        self._settings = settings
        self._exchange = exchange
        self._neighbour = neighbour
        self._side = side
        self._turn = turn
        self._answer_enrol = enrol
        self._window = Window()  # outlives a connection: how large frames may be is the line's
        self._mailbox: NatsMailbox | None = None

    async def run(self, watch: Watch) -> None:
        async with NatsMailbox.connect(self._side, self._settings) as mailbox:
            talk = Talk(
                mailbox,
                self._exchange,
                self._neighbour,
                asks_first=self._side is NODE,
                window=self._window,
                watch=watch,
                turn=self._turn,
                enrol=self._answer_enrol,
            )
            self._mailbox = mailbox
            try:
                await Session(talk).run()
            finally:
                self._mailbox = None

    def wake(self) -> None:
        """Nothing waits here: what is to be sent leaves at once."""

    async def enrol(self, request: bytes) -> bytes:
        if self._mailbox is None:
            raise LinkDownError("not connected")
        answer = await self._mailbox.ask(Ask.ENROL, request, ENROL_SECONDS_MAX)
        if not answer:
            raise LinkDownError("no answer at present")
        return answer


async def watch_canary(settings: NatsSettings, on_failure: Callable[[], Any]) -> None:
    """Write to the broker once a minute, and call when it is connected but does not store.

    After a full disk a broker answers no publish until it is restarted, and gives no error.
    """
    while True:
        with contextlib.suppress(LinkDownError):
            if not await canary_sings(settings):
                _log.error("broker does not store")
                result = on_failure()
                if asyncio.iscoroutine(result):
                    await result
        await asyncio.sleep(CANARY_SECONDS)


async def canary_sings(settings: NatsSettings) -> bool:
    async def ignore(_: Exception | None) -> None: ...

    client = Client()
    await open_client(client, settings, COUNTY.inbox, ignore)
    try:
        streams = client.jetstream(timeout=CANARY_PATIENCE_SECONDS)
        wanted = StreamConfig(
            name=CANARY_STREAM,
            subjects=[CANARY_SUBJECT],
            storage=StorageType.FILE,
            max_msgs=1,
            num_replicas=settings.replicas,
        )
        await ensure_stream(streams, wanted)
        await streams.publish(CANARY_SUBJECT, b"")
    except (NatsError, TimeoutError):
        return False
    else:
        return True
    finally:
        await close_client(client)
