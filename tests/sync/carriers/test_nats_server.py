"""The broker as a child: who may do what in it, and how long it lives."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.js.errors import Error as JetStreamError
from nats.js.errors import NotFoundError

from casework.names import NodeId
from sync.carriers.nats import BrokerKey, NatsSettings, canary_sings, watch_canary
from sync.carriers.nats_mailbox import NatsMailbox
from sync.errors import LinkDownError
from sync.nats_server import (
    Account,
    BrokerError,
    BrokerSettings,
    NatsServer,
    configuration,
    find_binary,
)
from sync.relay import LinkState
from sync.subjects import CANARY_ACCOUNT, COUNTY, NODE, Ask
from tests.sync.carriers.brokers import (
    COUNTY_KEY,
    a_broker,
    account,
    county_relay,
    county_settings,
    node_key,
    node_relay,
    node_settings,
)
from tests.sync.carriers.fakes import CHEN, LIN, WU, ZHOU, FakeExchange, comes_true

processes = pytest.mark.processes


@contextlib.asynccontextmanager
async def raw(url: str, key: BrokerKey, inbox: str) -> AsyncIterator[tuple[Client, list[str]]]:
    """A client with a node's key and bad intentions, and what it was refused."""
    refused: list[str] = []
    client = Client()

    async def note(error: Exception) -> None:
        refused.append(str(error))

    await client.connect(
        url, nkeys_seed_str=key.seed, inbox_prefix=inbox, allow_reconnect=False, error_cb=note
    )
    try:
        yield client, refused
    finally:
        await client.close()


def test_an_account_has_two_users_and_limits_and_the_store_is_flushed(tmp_path: Path) -> None:
    told = configuration(BrokerSettings(directory=tmp_path), [account(WU), account(ZHOU)], port=0)

    assert told["jetstream"]["sync_interval"] == "always"
    assert told["host"] == "127.0.0.1"
    assert "http" not in told
    assert set(told["accounts"]) == {WU, ZHOU}
    county, node = told["accounts"][WU]["users"]
    assert "permissions" not in county
    assert county["nkey"] != told["accounts"][ZHOU]["users"][0]["nkey"]
    assert node["permissions"]["subscribe"]["allow"] == [
        "ask.node.hello",
        "ask.node.alive",
        "ask.node.ranges",
        "ask.node.enrol",
        "_INBOX.node.>",
    ]
    assert json.loads(json.dumps(told)) == told


def test_monitoring_is_on_loopback_only_and_tls_as_told(tmp_path: Path) -> None:
    settings = BrokerSettings(
        directory=tmp_path,
        host="0.0.0.0",
        monitor_port=8222,
        tls_certificate=tmp_path / "c.pem",
        tls_key=tmp_path / "k.pem",
    )
    told = configuration(settings, [], port=4222)
    assert told["http"] == "127.0.0.1:8222"
    assert told["tls"]["cert_file"] == str(tmp_path / "c.pem")


@pytest.mark.parametrize("url", ["nats://hall.example:4222", "http://127.0.0.1", "tls://"])
def test_plain_nats_is_for_loopback_only(url: str) -> None:
    with pytest.raises(ValueError, match=r"NATS|broker"):
        NatsSettings(url=url, key=COUNTY_KEY)


def test_a_broker_key_is_read_as_it_was_written_and_nothing_else_is_one() -> None:
    key = node_key(WU)
    assert BrokerKey.read(f" {key.seed}\n") == key
    assert key.for_account("a") != key.for_account("b")
    for text in ("", "SUAxxx", key.public, "ß"):
        with pytest.raises(ValueError, match="NKey"):
            BrokerKey.read(text)


def test_a_binary_that_is_not_there_is_not_made_up(tmp_path: Path) -> None:
    assert find_binary(tmp_path / "none").name == "nats-server"
    assert find_binary(Path(sys.executable)) == Path(sys.executable).resolve()


@processes
async def test_a_township_sees_and_reaches_nothing_of_another(tmp_path: Path) -> None:
    chen, wu, zhou = FakeExchange(CHEN), FakeExchange(WU), FakeExchange(ZHOU)
    async with (
        a_broker(tmp_path) as broker,
        county_relay(broker.url, chen, WU, ZHOU) as county,
        node_relay(broker.url, wu, WU),
        raw(broker.url, node_key(ZHOU), NODE.inbox) as (zhous, refused),
    ):
        await comes_true(lambda: county.report(WU).state is LinkState.ONLINE)
        heard: list[bytes] = []

        async def hear(msg: object) -> None:
            heard.append(msg.data)  # type: ignore[attr-defined]

        # What it may listen to is its own; the rest it is refused.
        for subject in (">", "up.>", "down.>", "$JS.>", "_INBOX.>", "_INBOX.county.>", "$SYS.>"):
            await zhous.subscribe(subject, cb=hear)
        await zhous.subscribe("ask.node.hello", cb=hear)
        await zhous.subscribe("_INBOX.node.>", cb=hear)
        await zhous.flush()
        # What the broker refuses is told apart from the flush, a moment later.
        await comes_true(lambda: len(refused) == 7)

        # Streams and consumers are the county's business, in every account.
        streams = zhous.jetstream(timeout=0.3)
        for forbidden in (
            streams.add_stream(name="SPY", subjects=["spy"]),
            streams.delete_stream("UP"),
            streams.purge_stream("DOWN"),
            streams.stream_info("DOWN"),
            streams.add_consumer("DOWN", durable_name="spy"),
            streams.publish("down.frames", b"forged"),
        ):
            with pytest.raises((NatsError, JetStreamError, TimeoutError)):
                await forbidden

        # The same subjects, and a reply that points where the sender may not write.
        frames_before = chen.frames_read
        for reply in ("up.frames", "down.frames", "$JS.API.STREAM.DELETE.UP", "_INBOX.county.x"):
            await zhous.publish("up.frames", b"\xc1 forged", reply=reply)
            await zhous.publish("ask.county.hello", b"", reply=reply)
        chen.list(WU, b"for Wu alone")
        await comes_true(lambda: wu.came[CHEN] == [b"for Wu alone"])
        await asyncio.sleep(0.5)

        assert heard == []
        assert chen.frames_read == frames_before
        assert not any([*chen.came.values(), *zhou.came.values()])
        async with NatsMailbox.connect(COUNTY, county_settings(broker.url, ZHOU)) as mailbox:
            assert await mailbox._client.jetstream().stream_info("UP")
        wu.list(CHEN, b"after all this")
        await comes_true(lambda: wu.receipts[CHEN] == 1)


@processes
async def test_a_forged_or_missing_key_is_not_let_in(tmp_path: Path) -> None:
    async with a_broker(tmp_path) as broker:
        for key in (node_key(LIN), BrokerKey.make(os.urandom(32))):
            with pytest.raises(LinkDownError):
                async with NatsMailbox.connect(NODE, NatsSettings(url=broker.url, key=key)):
                    pass
        client = Client()
        with pytest.raises(NatsError):
            await client.connect(broker.url, allow_reconnect=False, error_cb=ignore)
        await client.close()


async def ignore(_: Exception) -> None: ...


@processes
async def test_accounts_come_and_go_without_disturbing_the_others(tmp_path: Path) -> None:
    chen, wu = FakeExchange(CHEN), FakeExchange(WU)
    new = NodeId("440229903-01")
    async with (
        a_broker(tmp_path, WU) as broker,
        county_relay(broker.url, chen, WU) as county,
        node_relay(broker.url, wu, WU) as node,
    ):
        await comes_true(lambda: node.report(CHEN).state is LinkState.ONLINE)
        pid, since = broker.pid, county.report(WU).since
        await broker.reload([account(WU), account(new)])
        newcomer = FakeExchange(new)
        async with county_relay(broker.url, chen, new), node_relay(broker.url, newcomer, new):
            newcomer.list(CHEN, b"hello from a new township")
            await comes_true(lambda: newcomer.receipts[CHEN] == 1)
        assert (broker.pid, county.report(WU).since) == (pid, since)

        # Revoked: cut off at once, and not let in again.
        await broker.reload([account(new)])
        await comes_true(lambda: node.report(CHEN).state is LinkState.OFFLINE)
        with pytest.raises(LinkDownError):
            async with NatsMailbox.connect(NODE, node_settings(broker.url, WU)):
                pass
        assert broker.pid == pid


@processes
async def test_a_configuration_that_the_broker_refuses_changes_nothing(tmp_path: Path) -> None:
    async with a_broker(tmp_path, WU) as broker:
        pid = broker.pid
        with pytest.raises(BrokerError):
            await broker.reload([account(WU), account(WU), _with_a_bad_key()])
        assert broker.pid == pid
        async with NatsMailbox.connect(NODE, node_settings(broker.url, WU)):
            pass


def _with_a_bad_key() -> Account:
    return Account(name="x", county_user="not an nkey", node_user=None)


@processes
async def test_it_can_be_stopped_while_it_is_being_started_again(tmp_path: Path) -> None:
    async with a_broker(tmp_path) as broker:
        for pause in (0.55, 0.7):
            assert broker.pid is not None
            os.kill(broker.pid, signal.SIGKILL)
            await asyncio.sleep(pause)
            await broker.stop()
            await broker.start()


@processes
async def test_a_broker_that_cannot_start_says_why(tmp_path: Path) -> None:
    async with a_broker(tmp_path) as broker:
        port = int(broker.url.rsplit(":", 1)[1])
        second = NatsServer(BrokerSettings(directory=tmp_path / "two", port=port), [])
        with pytest.raises(BrokerError, match="address already in use"):
            await second.start()


@processes
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends the child on Linux only")
def test_the_broker_dies_with_its_parent_however_that_dies(tmp_path: Path) -> None:
    program = f"""
import asyncio
from pathlib import Path
from sync.nats_server import BrokerSettings, NatsServer
async def main():
    server = NatsServer(BrokerSettings(directory=Path({str(tmp_path)!r}), port=0), [])
    await server.start()
    print("PID", server.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]
    ) as parent:
        assert parent.stdout is not None
        line = next(each for each in parent.stdout if each.startswith(b"PID"))
        broker = int(line.split()[1])
        assert _is_alive(broker)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    asyncio.run(comes_true(lambda: not _is_alive(broker), 5))


def _is_alive(pid: int) -> bool:
    try:
        return f"{pid} (nats-server) Z" not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


@processes
async def test_the_canary_tells_a_broker_that_stores_from_one_that_does_not(
    tmp_path: Path,
) -> None:
    async with a_broker(tmp_path) as broker:
        settings = NatsSettings(url=broker.url, key=COUNTY_KEY.for_account(CANARY_ACCOUNT))
        assert await canary_sings(settings)
        failures = asyncio.Event()
        wrong = NatsSettings(url=broker.url, key=node_key(WU))
        watching = asyncio.create_task(watch_canary(wrong, failures.set))
        try:
            await asyncio.wait_for(failures.wait(), 20)
        finally:
            watching.cancel()
            await asyncio.wait([watching])


@processes
async def test_the_county_answers_only_to_an_inbox_of_the_asker(tmp_path: Path) -> None:
    asked: list[Ask] = []

    async def answer(ask: Ask, _: bytes) -> bytes:
        asked.append(ask)
        return b"answer"

    async with (
        a_broker(tmp_path) as broker,
        NatsMailbox.connect(COUNTY, county_settings(broker.url, WU)) as county,
        NatsMailbox.connect(NODE, node_settings(broker.url, WU)) as node,
        raw(broker.url, node_key(WU), NODE.inbox) as (wus, refused),
    ):
        await county.answer_with(answer)
        assert await node.ask(Ask.ALIVE, b"", 2) == b"answer"
        await wus.publish("ask.county.ranges", b"", reply="$JS.API.STREAM.DELETE.UP")
        await wus.flush()
        assert await node.ask(Ask.HELLO, b"", 2) == b"answer"
        assert asked == [Ask.ALIVE, Ask.HELLO]
        assert refused == []
        with pytest.raises((NoRespondersError, NotFoundError)):
            await county._client.jetstream().stream_info("UP")
