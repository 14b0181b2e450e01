"""A village laptop, put together: the only place where its parts meet.

Everything is made here and nothing is opened: the node opens when the server starts the
application, and closes when it stops.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from litestar import Litestar

from sync.carriers.https import HttpsLink
from sync.clock import Clock
from sync.desk import Desk
from sync.engine import bind
from sync.keys import random_bytes
from sync.laptop_vault import LaptopVault
from sync.runtime import Runtime
from sync.vault_keys import VaultKeys
from village_agent.routes import route_handlers
from village_agent.routes.access import Services
from village_agent.routes.chrome import chrome
from village_agent.services.accounts import make_sign_in
from village_agent.services.commands import commands
from village_agent.services.draft_safe import LaptopSafe
from village_agent.services.vault import guarding, make_vault, recovery_key
from village_agent.settings import Settings
from village_agent.store.bags import Bags
from village_agent.store.draft_keys import DraftKeys
from village_agent.tables import SCHEMA, Bag, DraftKey
from webui.case_assets import CASE_ASSETS
from webui.drafts import Drafts
from webui.drafts_tables import Draft, DraftFile
from webui.gate import GateSettings
from webui.intake_view import INTAKE_ASSETS
from webui.kit import create_kit

HERE: Final = Path(__file__).parent


def create_app(settings: Settings, clock: Clock | None = None) -> Litestar:
    """The application of an enrolled node; NotEnrolledError if it is not."""
    runtime = Runtime(settings, SCHEMA, make_vault=make_vault, clock=clock)
    services = _services(settings, runtime)
    kit = create_kit(
        gate=GateSettings(
            node=runtime.node.id,
            hosts=frozenset(settings.hosts),
            secure=settings.cookies_are_secure,
        ),
        templates=HERE / "templates",
        sign_in=services.sign_in,
        find_officer=runtime.find_officer,
        why_barred=runtime.why_barred,
        chrome=chrome,
        clock=runtime.clock.now,
        random_bytes=random_bytes,
        static={
            **CASE_ASSETS,
            **INTAKE_ASSETS,
            **{path.name: path for path in (HERE / "static").glob("*.*")},
        },
    )
    if settings.sync_enabled and settings.parent_url is not None:
        _link_up(settings.parent_url, settings, runtime)

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        async with runtime.running(commands(services.database)):
            await services.keys.load()
            async with guarding(services.sign_in, services.keys, services.safe, runtime):
                await runtime.relay.start()
                yield

    app = Litestar(
        route_handlers=[*route_handlers(services), *kit.route_handlers],
        lifespan=[running],
        logging_config=None,
        **kit.options,
    )
    app.state.services = services
    app.state.line = runtime
    return app


def _services(settings: Settings, runtime: Runtime) -> Services:
    database, vault = runtime.database, runtime.node.vault
    assert isinstance(vault, LaptopVault), "a laptop has a vault"
    vault.recovery = recovery_key(settings.files)
    secret = settings.files.device_secret
    keys = VaultKeys(vault, database, secret, runtime.clock, random_bytes)
    safe = LaptopSafe(keys, DraftKeys(bind(DraftKey, database)), random_bytes)
    return Services(
        settings=settings,
        runtime=runtime,
        node=runtime.node,
        database=database,
        trust=runtime.sets,
        desk=Desk(runtime.node, runtime.sets),
        keys=keys,
        safe=safe,
        drafts=Drafts(bind(Draft, database), bind(DraftFile, database), random_bytes, safe),
        bags=Bags(bind(Bag, database)),
        sign_in=make_sign_in(database, keys),
        clock=runtime.clock,
    )


def _link_up(url: str, settings: Settings, runtime: Runtime) -> None:
    parent = runtime.parent
    assert parent is not None, "a laptop stands below a township"
    link = HttpsLink(
        url,
        runtime.node.exchange,
        neighbour=parent,
        turn=runtime.turn,
        ca_file=settings.ca_file,
    )
    runtime.relay.add(parent, [link])
