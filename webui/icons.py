"""Icons, inlined in the page: no request, no sprite, nothing for a screen reader to spell out."""

from functools import lru_cache
from typing import Final

from markupsafe import Markup
from tablericons.jinja import icon as _tabler

_ICONS_CACHED: Final = 512


@lru_cache(maxsize=_ICONS_CACHED)
def icon(name: str, size: int = 18) -> Markup:
    """The outline icon of this name, or the filled one for `filled/name`.

    The text beside an icon says what it means, so the icon itself is hidden from readers.
    """
    path = name if "/" in name else f"outline/{name}"
    return Markup(  # noqa: S704  (drawn from the wheel, not from anything a person typed)
        _tabler(path, size=size, aria_hidden="true", focusable="false", class_="icon").replace(
            "class-=", "class="
        )
    )
