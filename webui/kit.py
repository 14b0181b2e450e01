"""The kit put together for one application: what every tier gives Litestar alike."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.plugins.htmx import HTMXRequest
from msgspec import Struct

from webui.assets import asset_handler, load_assets
from webui.chrome import Chrome
from webui.failures import failure_handlers
from webui.gate import FindOfficer, Gate, GateSettings, WhyBarred, add_headers
from webui.session import RandomBytes, SignIn
from webui.sign_in import session_routes
from webui.templating import create_environment, template_config

MakeChrome = Callable[[Request[Any, Any, Any]], Awaitable[Chrome]]


class Kit(Struct, frozen=True):
    """`Litestar(route_handlers=[*mine, *kit.route_handlers], **kit.options)`."""

    route_handlers: Sequence[HTTPRouteHandler]
    options: dict[str, Any]


def create_kit(  # noqa: PLR0913 - what the parts need, each by its name
    *,
    gate: GateSettings,
    templates: Path,
    sign_in: SignIn,
    find_officer: FindOfficer,
    why_barred: WhyBarred,
    chrome: MakeChrome,
    clock: Callable[[], datetime],
    random_bytes: RandomBytes,
    static: Mapping[str, Path] | None = None,
) -> Kit:
    """`chrome` also surrounds the sign-in page, when nobody is signed in; `static` adds assets."""
    assets = load_assets(static)
    environment = create_environment(assets, templates)
    middleware = Gate(
        settings=gate,
        sign_in=sign_in,
        find_officer=find_officer,
        clock=clock,
        random_bytes=random_bytes,
    )
    return Kit(
        route_handlers=(
            asset_handler(assets),
            *session_routes(settings=gate, sign_in=sign_in, why_barred=why_barred, clock=clock),
        ),
        options={
            "middleware": [middleware],
            "template_config": template_config(environment),
            "exception_handlers": failure_handlers(random_bytes),
            "before_send": [add_headers],
            "request_class": HTMXRequest,
            "openapi_config": None,
            "state": State({"chrome": chrome, "environment": environment}),
        },
    )
