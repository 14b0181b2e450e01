"""Styles and scripts of the case page, the lists and the guides, by the names in templates."""

from pathlib import Path
from typing import Final

_STATIC: Final = Path(__file__).parent / "static"

CASE_ASSETS: Final[dict[str, Path]] = {
    name: _STATIC / name for name in ("case.css", "case.js", "guide.css", "asking.css")
}
