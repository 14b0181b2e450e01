"""The Jinja environment of a tier: its own pages beside the kit's, and a loud failure on a typo.

The form token is `form_token()`: Litestar claims the name `csrf_token` for a token of its own.
"""

from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any, Final

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig
from markupsafe import Markup, escape

from webui import filters, labels
from webui.assets import Assets
from webui.icons import icon

_KIT_TEMPLATES: Final = Path(__file__).parent / "templates"


def create_environment(assets: Assets, *templates: Path) -> Environment:
    """An environment that finds a tier's own templates first, then `kit/…`."""
    environment = Environment(
        loader=FileSystemLoader([*templates, _KIT_TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_COMPILED,
    )
    environment.globals.update(
        asset=assets.url,
        icon=icon,
        csrf_field=_csrf_field,
        form_token=_form_token,
        time_zone=filters.ZONE.key,
        label=labels.label,
        choices=labels.choices,
        error_text=labels.error_text,
        lamp_text=labels.lamp_text,
    )
    environment.filters.update(_FILTERS)
    return environment


def template_config(environment: Environment) -> TemplateConfig[JinjaTemplateEngine]:
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))


class _Compiled(BytecodeCache):
    """Templates as they were compiled, for every application of the process.

    All environments are made alike, and a template is looked up by its own text.
    """

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED: Final = _Compiled()
_FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "day": filters.day,
    "day_short": filters.day_short,
    "day_long": filters.day_long,
    "weekday": filters.weekday,
    "moment": filters.moment,
    "clock_time": filters.clock_time,
    "mask_id": filters.mask_id,
    "mask_name": filters.mask_name,
    "mask_phone": filters.mask_phone,
    "size": filters.size,
    "duration": filters.duration,
}


@pass_context
def _form_token(context: Context) -> str:
    request = context.get("request")
    if request is None:
        return ""
    return str(getattr(request.state, "csrf_token", ""))


@pass_context
def _csrf_field(context: Context) -> Markup:
    token = escape(_form_token(context))
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(token)
