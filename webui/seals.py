"""The pictures of the organs' seals: files that a county lays into the node's data directory.

A picture is placed only by an officer who holds 专用章使用权, and each use is remembered
(requirement B4). Without a file the paper keeps the ring into which the seal is pressed by hand.
"""

from datetime import date
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from casework.names import DepartmentId
from casework.organisation import Officer, Power
from webui.documents import Paper, is_sealed

SEAL_BYTES_MAX: Final = 256 * 1024
_REFUSED: Final = ("<script", "href=", "<foreignobject")


class Seals:
    """`<department>.svg` in one folder; what is not a plain picture is passed over."""

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder

    def of(self, department: DepartmentId) -> str:
        """The picture, empty if there is none that may be printed."""
        path = self._folder / f"{Path(department).name}.svg"
        if not path.is_file() or path.stat().st_size > SEAL_BYTES_MAX:
            return ""
        text = path.read_text("utf-8", errors="replace")
        plain = text.lower()
        return "" if "<svg" not in plain or any(each in plain for each in _REFUSED) else text


def sealed(
    paper: Paper, seals: Seals, department: DepartmentId, who: tuple[Officer | None, ...], on: date
) -> tuple[Paper, bool]:
    """The paper with the seal that somebody of `who` may place, and whether it stands on it."""
    if not any(one is not None and one.has_power(Power.USE_SEAL, on) for one in who):
        return paper, False
    bearing = replace(paper, seal_picture=seals.of(department))
    return bearing, is_sealed(bearing)
