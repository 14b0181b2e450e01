"""A service centre, put together: the only place where its parts meet.

Everything is made here and nothing is opened: the node opens when the server starts the
application, and closes when it stops.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from litestar import Litestar

from sync.carriers.https import ask_to_enrol
from sync.carriers.https_desk import ExchangeDesk, machine_routes
from sync.clock import Clock
from sync.desk import Desk
from sync.engine import bind
from sync.errors import LinkDownError
from sync.keys import random_bytes
from sync.runtime import Runtime
from township_node.routes import route_handlers
from township_node.routes.access import Services
from township_node.routes.chrome import chrome
from township_node.services.accounts import make_sign_in
from township_node.services.commands import commands
from township_node.services.links import links_up
from township_node.settings import Settings
from township_node.tables import SCHEMA
from webui.case_assets import CASE_ASSETS
from webui.drafts import Drafts
from webui.drafts_tables import Draft, DraftFile
from webui.gate import GateSettings
from webui.intake_view import INTAKE_ASSETS
from webui.kit import create_kit
from webui.progress_routes import PROGRESS_ASSETS

HERE: Final = Path(__file__).parent


def create_app(settings: Settings, clock: Clock | None = None) -> Litestar:
    """The application of an enrolled node; NotEnrolledError if it is not."""
    runtime = Runtime(settings, SCHEMA, clock=clock)
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
            **PROGRESS_ASSETS,
            **INTAKE_ASSETS,
            **{path.name: path for path in (HERE / "static").glob("*.*")},
        },
    )
    links = links_up(settings, runtime) if settings.sync_enabled else []
    if links and runtime.parent is not None:
        runtime.relay.add(runtime.parent, links)

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        async with runtime.running(commands(services.database)):
            await runtime.relay.start()
            yield

    desk = ExchangeDesk(runtime.node.exchange, turn=runtime.turn, watch_of=runtime.watch_of)

    async def enrol(request: bytes) -> bytes:
        """Pass a village's request on to the county."""
        if settings.county_url is None:
            raise LinkDownError("no county_url is set")
        return await ask_to_enrol(settings.county_url, request, ca_file=settings.ca_file)

    app = Litestar(
        route_handlers=[
            *route_handlers(services),
            *machine_routes(desk, enrol),
            *kit.route_handlers,
        ],
        lifespan=[running],
        logging_config=None,
        **kit.options,
    )
    app.state.services = services
    app.state.line = runtime
    return app


def _services(settings: Settings, runtime: Runtime) -> Services:
    database = runtime.database
    return Services(
        settings=settings,
        runtime=runtime,
        node=runtime.node,
        database=database,
        trust=runtime.sets,
        desk=Desk(runtime.node, runtime.sets),
        drafts=Drafts(bind(Draft, database), bind(DraftFile, database), random_bytes),
        sign_in=make_sign_in(database),
        clock=runtime.clock,
    )
