"""The county, put together: the only place where its parts meet.

Everything is made here and nothing is opened: the node opens when the server starts the
application, and closes when it stops.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from litestar import Litestar

from central.routes import route_handlers
from central.routes.access import Services
from central.routes.chrome import chrome
from central.services.accounts import make_sign_in
from central.services.broker import Broker
from central.services.county import County, commands
from central.services.judging import CountyJudge
from central.settings import ServerRole, Settings
from central.tables import SCHEMA
from sync.carriers.https_desk import ExchangeDesk, machine_routes
from sync.clock import Clock
from sync.desk import Desk
from sync.keys import random_bytes
from sync.runtime import Runtime
from webui.case_assets import CASE_ASSETS
from webui.gate import GateSettings
from webui.intake_view import INTAKE_ASSETS
from webui.kit import create_kit
from webui.progress_routes import PROGRESS_ASSETS

HERE: Final = Path(__file__).parent


def create_app(settings: Settings, clock: Clock | None = None) -> Litestar:
    """The application of a founded county; NotEnrolledError if it is not."""
    runtime = Runtime(settings, SCHEMA, make_judge=CountyJudge, clock=clock)
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
    desk = ExchangeDesk(runtime.node.exchange, turn=runtime.turn, watch_of=runtime.watch_of)
    machines = machine_routes(desk, services.county.enrolment.answer)
    app = Litestar(
        route_handlers=[*route_handlers(services), *machines, *kit.route_handlers],
        lifespan=[_lifespan(settings, services)],
        logging_config=None,
        **kit.options,
    )
    app.state.services = services
    app.state.line = runtime
    return app


def _services(settings: Settings, runtime: Runtime) -> Services:
    return Services(
        settings=settings,
        runtime=runtime,
        node=runtime.node,
        database=runtime.database,
        trust=runtime.sets,
        desk=Desk(runtime.node, runtime.sets),
        county=County(settings, runtime.made, runtime.clock, random_bytes),
        sign_in=make_sign_in(runtime.database),
        clock=runtime.clock,
    )


def _lifespan(
    settings: Settings, services: Services
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    broker = Broker(settings, services.runtime, services.county)
    does_sync = settings.role in {ServerRole.ALL, ServerRole.SYNC}
    does_jobs = settings.role in {ServerRole.ALL, ServerRole.JOBS}

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            runtime = services.runtime
            asked = commands(services.county)
            await stack.enter_async_context(
                runtime.running(asked, upkeep=does_jobs, hourly=services.sampling.keep)
            )
            if does_sync:
                await stack.enter_async_context(broker.running())
            yield

    return running
