"""The broker at the county: its child process, an account for each township, a link to each.

A county whose broker does not start goes on: its pages work, its nodes come by HTTPS, and the
broker is tried again. A machine that was killed may still hold the port for a moment.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Final

import structlog

from casework.names import NodeId
from central.services.county import County
from central.settings import Settings
from sync.carriers.nats import BrokerKey, NatsLink, NatsSettings, watch_canary
from sync.ending import end_task
from sync.nats_server import Account, BrokerError, BrokerSettings, NatsServer
from sync.runtime import Runtime
from sync.subjects import CANARY_ACCOUNT, COUNTY

START_AGAIN_SECONDS: Final = 2.0

_log = structlog.stdlib.get_logger("central.broker")


class Broker:
    """Runs while the application does. An outside broker has its accounts from its operator."""

    def __init__(self, settings: Settings, runtime: Runtime, county: County) -> None:
        self._settings: Final = settings
        self._runtime: Final = runtime
        self._county: Final = county
        self._key: Final = BrokerKey.read(runtime.made.files.nats_seed.read_text(encoding="ascii"))
        self._server: NatsServer | None = None
        county.on_enrolled.append(self._on_enrolled)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        for node in await self._county.enrolment.broker_users():
            self._link(node)
        async with contextlib.AsyncExitStack() as stack:
            if self._settings.runs_broker:
                self._server = NatsServer(_broker_settings(self._settings), await self._accounts())
                stack.push_async_callback(self._server.stop)
                keeper = asyncio.create_task(self._keep(self._server), name="broker")
                stack.push_async_callback(end_task, keeper)
            # Links end before the broker they go by.
            stack.push_async_callback(self._runtime.relay.stop)
            await self._runtime.relay.start()
            yield

    async def _keep(self, server: NatsServer) -> None:
        """Start it, and see to it that it stores what it is given."""
        while True:
            try:
                await server.start()
                break
            except BrokerError as error:
                _log.error("broker does not start", error=str(error))
                await server.stop()
                await asyncio.sleep(START_AGAIN_SECONDS)
        self._runtime.sync_now()
        await watch_canary(self._nats_settings(CANARY_ACCOUNT), server.restart)

    async def _on_enrolled(self, node: NodeId) -> None:
        users = await self._county.enrolment.broker_users()
        if node not in users:
            return
        if self._server is not None:
            await self._server.reload(await self._accounts())
        self._link(node)

    def _link(self, node: NodeId) -> None:
        runtime = self._runtime
        if node in runtime.relay.reports():
            return
        link = NatsLink(
            self._nats_settings(node),
            runtime.node.exchange,
            neighbour=node,
            side=COUNTY,
            turn=runtime.turn,
        )
        runtime.relay.add(node, [link])

    def _nats_settings(self, account: str) -> NatsSettings:
        settings = self._settings
        return NatsSettings(
            url=settings.broker_url_for_nodes if _serves_tls(settings) else settings.broker_url,
            key=self._key.for_account(account),
            ca_file=settings.ca_file,
            replicas=settings.nats_replicas,
        )

    async def _accounts(self) -> Sequence[Account]:
        def county_user(account: str) -> str:
            return self._key.for_account(account).public

        canary = Account(
            name=CANARY_ACCOUNT, county_user=county_user(CANARY_ACCOUNT), node_user=None
        )
        return [*await self._county.broker_accounts(county_user), canary]


def _broker_settings(settings: Settings) -> BrokerSettings:
    host, _, port = settings.nats_listen.rpartition(":")
    with_tls = _serves_tls(settings)
    return BrokerSettings(
        directory=settings.files.nats,
        host=host,
        port=int(port),
        tls_certificate=settings.tls_certificate if with_tls else None,
        tls_key=settings.tls_key if with_tls else None,
        binary=settings.nats_server,
    )


def _serves_tls(settings: Settings) -> bool:
    return settings.broker_url_for_nodes.startswith("tls:")
