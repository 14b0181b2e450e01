"""The style and script of the case page and the lists, by the names that templates use."""

from pathlib import Path
from typing import Final

_STATIC: Final = Path(__file__).parent / "static"

CASE_ASSETS: Final[dict[str, Path]] = {name: _STATIC / name for name in ("case.css", "case.js")}
