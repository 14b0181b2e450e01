"""NATS JetStream as a mailbox between two neighbours, and nothing more (protocol.md section 10).

One connection is one session: there is no reconnecting underneath, so nothing of an earlier
connection (a publish that still goes out, a future that never resolves, a subscription that went
deaf) can reach into a later one. The relay connects again and says hello again.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import msgspec
import nats
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import APIError, BadRequestError, NotFoundError

from sync.carriers.mailbox import Answer, Mailed, NoAnswerError, NotStoredError
from sync.carriers.nats_settings import NatsSettings
from sync.errors import LinkDownError
from sync.subjects import COUNTY, NODE, READER, Ask, Side, other_side

CONNECT_SECONDS_MAX: Final = 10.0
PING_SECONDS: Final = 5
PINGS_OUTSTANDING_MAX: Final = 2
POST_SECONDS_MAX: Final = 30.0
API_SECONDS_MAX: Final = 5.0
FETCH_SECONDS: Final = 30.0
HEARTBEAT_SECONDS: Final = 5.0
FETCH_MESSAGES: Final = 16
FETCH_AGAIN_SECONDS: Final = 1.0
ACK_SECONDS_MAX: Final = 60.0
UNACKED_MAX: Final = 256
NANOSECONDS: Final = 1_000_000_000

_HEARTBEAT: Final = "100"
_PULL_OVER: Final = ("404", "408")

_log = structlog.stdlib.get_logger("sync.carriers.nats")


class NatsMail:
    """A message that a stream handed out; the stream keeps it until it is acknowledged."""

    def __init__(self, msg: Msg) -> None:
        self._msg = msg

    @property
    def data(self) -> bytes:
        return self._msg.data

    @property
    def deliveries(self) -> int:
        return self._msg.metadata.num_delivered or 1

    async def done(self) -> None:
        with _link_errors():
            await self._msg.ack()

    async def again(self, seconds: float) -> None:
        with _link_errors():
            await self._msg.nak(delay=seconds)

    async def drop(self) -> None:
        with _link_errors():
            await self._msg.term()


class NatsMailbox:
    """One side's connection to an account."""

    def __init__(self, client: Client, side: Side, settings: NatsSettings) -> None:
        self._client = client
        self._side = side
        self._settings = settings
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    @contextlib.asynccontextmanager
    async def connect(cls, side: Side, settings: NatsSettings) -> AsyncIterator["NatsMailbox"]:
        """LinkDownError if the broker is not there or does not know this key."""
        client = Client()
        mailbox = cls(client, side, settings)
        await open_client(client, settings, side.inbox, mailbox._note_loss)
        try:
            yield mailbox
        finally:
            await close_client(client)

    async def post(self, blob: bytes) -> None:
        # Without `Nats-Msg-Id`: the dedupe window would swallow the resend of what the broker
        # acknowledged and lost.
        try:
            with _link_errors():
                stored = await self._client.request(
                    self._side.sends_on, blob, timeout=POST_SECONDS_MAX
                )
        except NoAnswerError as error:
            raise NotStoredError(str(error)) from error
        answer = msgspec.json.decode(stored.data)
        if "error" in answer:
            raise NotStoredError(answer["error"].get("description", "refused"))

    async def mail(self) -> AsyncIterator[Mailed]:
        """What comes, for as long as the connection lasts."""
        arrived: asyncio.Queue[Msg] = asyncio.Queue()
        # A callback, because the library cancels those who wait for a subscription's next message
        # when the connection closes, and they could not tell that from their own cancellation.
        inbox = self._client.new_inbox()
        with _link_errors():
            subscription = await self._client.subscribe(inbox, cb=arrived.put)
        try:
            while True:
                await self._pull(inbox)
                async for each in _batch(arrived):
                    if each is None:
                        # The stream or its consumer is gone; the county makes it anew.
                        await asyncio.sleep(FETCH_AGAIN_SECONDS)
                        await self.mend()
                    else:
                        yield each
        finally:
            with contextlib.suppress(NatsError):
                await subscription.unsubscribe()

    async def ask(self, ask: Ask, data: bytes, seconds: float) -> bytes:
        subject = other_side(self._side).asked_on(ask)
        with _link_errors():
            answer = await self._client.request(subject, data, timeout=seconds)
        return answer.data

    async def answer_with(self, answer: Answer) -> None:
        allowed = f"{other_side(self._side).inbox}."
        for ask in Ask:

            async def respond(msg: Msg, ask: Ask = ask) -> None:
                # An answer goes to an inbox of the other side and nowhere else: this side may
                # publish where the other may not.
                if msg.reply.startswith(allowed):
                    with contextlib.suppress(NatsError):
                        await msg.respond(await answer(ask, msg.data))

            with _link_errors():
                await self._client.subscribe(self._side.asked_on(ask), cb=respond)
        with _link_errors():
            await self._client.flush(int(API_SECONDS_MAX))

    async def mend(self) -> None:
        """The county makes streams and consumers anew, whatever became of them."""
        if self._side is not COUNTY:
            return
        with _link_errors():
            for side in (COUNTY, NODE):
                await self._mend_stream(side)

    async def until_lost(self) -> None:
        await asyncio.shield(self._lost)

    async def _mend_stream(self, writer: Side) -> None:
        streams = self._client.jetstream(timeout=API_SECONDS_MAX)
        wanted = StreamConfig(
            name=writer.sends_to,
            subjects=[writer.sends_on],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_bytes=self._settings.stream_bytes_max,
            num_replicas=self._settings.replicas,
        )
        await ensure_stream(streams, wanted)
        try:
            await streams.consumer_info(writer.sends_to, READER)
        except NotFoundError:
            consumer = ConsumerConfig(
                durable_name=READER,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=ACK_SECONDS_MAX,
                max_ack_pending=UNACKED_MAX,
                num_replicas=self._settings.replicas,
            )
            await streams.add_consumer(writer.sends_to, consumer)

    async def _pull(self, inbox: str) -> None:
        request = {
            "batch": FETCH_MESSAGES,
            "expires": int(FETCH_SECONDS * NANOSECONDS),
            "idle_heartbeat": int(HEARTBEAT_SECONDS * NANOSECONDS),
        }
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._side.reads_from}.{READER}"
        with _link_errors():
            await self._client.publish(subject, json.dumps(request).encode(), reply=inbox)

    async def _note_loss(self, error: Exception | None) -> None:
        if not self._lost.done():
            self._lost.set_exception(LinkDownError(str(error) or "the connection was closed"))
            # Whether or not anybody waits for it.
            self._lost.exception()


async def ensure_stream(streams: Any, wanted: StreamConfig) -> None:
    try:
        found = (await streams.stream_info(wanted.name)).config
    except NotFoundError:
        await streams.add_stream(wanted)
        return
    if (found.max_bytes, found.num_replicas) != (wanted.max_bytes or -1, wanted.num_replicas):
        with contextlib.suppress(BadRequestError):
            await streams.update_stream(wanted)


async def _batch(arrived: "asyncio.Queue[Msg]") -> AsyncIterator[NatsMail | None]:
    """The messages of one pull, and None last if there is nothing left to pull from."""
    count = 0
    while count < FETCH_MESSAGES:
        try:
            async with asyncio.timeout(2 * HEARTBEAT_SECONDS):
                msg = await arrived.get()
        except TimeoutError:
            yield None
            return
        status = (msg.headers or {}).get("Status")
        if status is None:
            count += 1
            yield NatsMail(msg)
        elif status != _HEARTBEAT:
            if status not in _PULL_OVER:
                yield None
            return


async def open_client(
    client: Client, settings: NatsSettings, inbox: str, on_loss: Callable[[Exception | None], Any]
) -> None:
    async def note_error(error: Exception) -> None:
        _log.debug("broker connection", error=repr(error))

    async def note_close() -> None:
        await on_loss(client.last_error)

    options: dict[str, Any] = {"tls": settings.tls} if settings.tls else {}
    try:
        async with asyncio.timeout(CONNECT_SECONDS_MAX):
            await client.connect(
                settings.urls,
                nkeys_seed_str=settings.key.seed,
                inbox_prefix=inbox,
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                connect_timeout=int(CONNECT_SECONDS_MAX),
                ping_interval=PING_SECONDS,
                max_outstanding_pings=PINGS_OUTSTANDING_MAX,
                pending_size=0,
                error_cb=note_error,
                closed_cb=note_close,
                **options,
            )
    except asyncio.CancelledError:
        # Half a connection is one as well: the library leaves it open.
        await close_client(client)
        raise
    except (NatsError, OSError, TimeoutError) as error:
        await close_client(client)
        raise LinkDownError(f"broker: {error or type(error).__name__}") from error


async def close_client(client: Client) -> None:
    with contextlib.suppress(NatsError, OSError, TimeoutError):
        async with asyncio.timeout(API_SECONDS_MAX):
            await client.close()


@contextlib.contextmanager
def _link_errors() -> Any:
    """Say in our words what the library says in its own."""
    try:
        yield
    except NoRespondersError as error:
        raise NoAnswerError("nobody is there") from error
    except (TimeoutError, nats.errors.TimeoutError) as error:
        raise NoAnswerError("no answer in time") from error
    except APIError as error:
        raise LinkDownError(f"broker: {error.description}") from error
    except (NatsError, OSError) as error:
        raise LinkDownError(f"broker: {error or type(error).__name__}") from error
