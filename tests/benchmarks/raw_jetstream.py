"""What JetStream itself moves: the yardstick of the catch-up, in the same run and on this disk.

The same payloads one by one, 64 on their way at a time, fetched by the hundred and acknowledged
one by one, every write flushed. Nothing is signed, checked or kept: a publisher and a reader, each
a process of its own as the two nodes are.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec
import nats
from nats.aio.client import Client
from nats.js.api import ConsumerConfig, RetentionPolicy, StorageType, StreamConfig

from sync.nats_server import find_binary
from tests.benchmarks.figures import Figure, figure
from tests.halls import free_port

WINDOW: Final = 64
FETCH: Final = 100
START_SECONDS_MAX: Final = 20.0
STREAM: Final = "RAW"
SUBJECT: Final = "raw"
NAME: Final = "raw JetStream"


async def measure(folder: Path, payloads: Sequence[bytes]) -> Figure:
    folder.mkdir()  # noqa: ASYNC240 - before anything is measured
    file = folder / "payloads"
    file.write_bytes(msgspec.msgpack.encode(payloads))
    async with _broker(folder) as url:
        client = await _connect(url)
        await client.jetstream().add_stream(
            StreamConfig(
                name=STREAM,
                subjects=[SUBJECT],
                retention=RetentionPolicy.WORK_QUEUE,
                storage=StorageType.FILE,
            )
        )
        reader = await _start("read", url, str(len(payloads)))
        await _said(reader)
        writer = await _start("write", url, str(file))
        began = float(await _said(writer))
        ended = float(await _said(reader))
        await asyncio.gather(reader.wait(), writer.wait())
        await client.close()
    return figure(NAME, len(payloads) / (ended - began), "messages/s")


async def write(url: str, file: Path) -> None:
    packed = file.read_bytes()  # noqa: ASYNC240 - likewise
    payloads = msgspec.msgpack.decode(packed, type=tuple[bytes, ...])
    client = await _connect(url)
    streams = client.jetstream()
    room = asyncio.Semaphore(WINDOW)

    async def publish(payload: bytes) -> None:
        await streams.publish(SUBJECT, payload)
        room.release()

    _say(time.monotonic())
    async with asyncio.TaskGroup() as posts:
        for payload in payloads:
            await room.acquire()
            posts.create_task(publish(payload))
    await client.close()


async def read(url: str, count: int) -> None:
    client = await _connect(url)
    consumer = await client.jetstream().pull_subscribe(
        SUBJECT, "reader", stream=STREAM, config=ConsumerConfig(max_ack_pending=1000)
    )
    _say(0.0)
    while count > 0:
        for message in await consumer.fetch(min(FETCH, count), timeout=START_SECONDS_MAX):
            await message.ack()
            count -= 1
    await client.flush()
    _say(time.monotonic())
    await client.close()


@asynccontextmanager
async def _broker(folder: Path) -> AsyncIterator[str]:
    port = free_port()
    told = folder / "nats.json"
    told.write_text(
        json.dumps(
            {
                "listen": f"127.0.0.1:{port}",
                "jetstream": {"store_dir": str(folder / "store"), "sync_interval": "always"},
            }
        )
    )
    process = await asyncio.create_subprocess_exec(
        str(find_binary()),
        "-c",
        str(told),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield f"nats://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _connect(url: str) -> Client:
    async def ignore(_: Exception) -> None: ...

    until = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            return await nats.connect(
                url, allow_reconnect=False, max_reconnect_attempts=1, error_cb=ignore
            )
        except OSError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.1)


async def _start(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, *arguments, stdout=asyncio.subprocess.PIPE
    )


async def _said(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None, "it was asked for"
    return (await process.stdout.readline()).decode()


def _say(moment: float) -> None:
    sys.stdout.write(f"{moment}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _, what, address, given = sys.argv
    asyncio.run(write(address, Path(given)) if what == "write" else read(address, int(given)))
