"""A real broker, and the two ends of an account at it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from casework.names import NodeId
from sync.carriers.nats import BrokerKey, NatsLink, NatsSettings
from sync.clock import SystemClock
from sync.nats_server import Account, BrokerSettings, NatsServer
from sync.relay import Relay
from sync.subjects import CANARY_ACCOUNT, COUNTY, NODE
from tests.sync.carriers.fakes import CHEN, WU, ZHOU, FakeExchange

COUNTY_KEY = BrokerKey.make(b"c" * 32)


def node_key(node: NodeId) -> BrokerKey:
    return BrokerKey.make(hashlib.sha256(node.encode()).digest())


def account(node: NodeId) -> Account:
    county_user = COUNTY_KEY.for_account(node).public
    return Account(name=node, county_user=county_user, node_user=node_key(node).public)


def canary_account() -> Account:
    county_user = COUNTY_KEY.for_account(CANARY_ACCOUNT).public
    return Account(name=CANARY_ACCOUNT, county_user=county_user, node_user=None)


@asynccontextmanager
async def a_broker(directory: Path, *nodes: NodeId, port: int = 0) -> AsyncIterator[NatsServer]:
    settings = BrokerSettings(directory=directory / "nats", port=port)
    accounts = [canary_account(), *(account(node) for node in nodes or (WU, ZHOU))]
    async with NatsServer(settings, accounts) as server:
        yield server


def county_settings(url: str, node: NodeId) -> NatsSettings:
    return NatsSettings(url=url, key=COUNTY_KEY.for_account(node))


def node_settings(url: str, node: NodeId) -> NatsSettings:
    return NatsSettings(url=url, key=node_key(node))


def county_relay(url: str, exchange: FakeExchange, *nodes: NodeId) -> Relay:
    turn = asyncio.Semaphore()
    relay = Relay(SystemClock())
    for node in nodes:
        settings = county_settings(url, node)
        link = NatsLink(settings, exchange, neighbour=node, side=COUNTY, turn=turn)
        relay.add(node, [link])
    return relay


def node_relay(url: str, exchange: FakeExchange, node: NodeId) -> Relay:
    relay = Relay(SystemClock())
    settings = node_settings(url, node)
    turn = asyncio.Semaphore()
    relay.add(CHEN, [NatsLink(settings, exchange, neighbour=CHEN, side=NODE, turn=turn)])
    return relay
