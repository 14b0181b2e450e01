"""Icons, inlined in the page: no request, no sprite, nothing for a screen reader to spell out."""

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final
from zipfile import ZipFile

from markupsafe import Markup

_ICONS_CACHED: Final = 512
_ATTRIBUTE: Final = re.compile(r'([\w-]+)="([^"]*)"')
_ADDED: Final = {"aria-hidden": "true", "focusable": "false", "class": "icon"}


@lru_cache(maxsize=_ICONS_CACHED)
def icon(name: str, size: int = 18) -> Markup:
    """The outline icon of this name, or the filled one for `filled/name`.

    The text beside an icon says what it means, so the icon itself is hidden from readers.
    """
    path = name if "/" in name else f"outline/{name}"
    head, _, drawing = _archive().read(f"{path}.svg").decode().strip().partition(">")
    told = dict(_ATTRIBUTE.findall(head)) | {"width": size, "height": size} | _ADDED
    attributes = " ".join(f'{key}="{value}"' for key, value in told.items() if key != "xmlns")
    return Markup(f"<svg {attributes}>{drawing}")  # noqa: S704  (drawn from the wheel, not typed)


@cache
def _archive() -> ZipFile:
    """The wheel's thousands of icons: opened once, because its own reader lists all for each."""
    return ZipFile(str(files("tablericons") / "tablericons.zip"))
