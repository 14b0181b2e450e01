"""Tables for a terminal; Chinese characters are two columns wide there."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

# Where output goes to a file or a pipe nobody knows how wide it is shown.
PIPED_COLUMNS: Final = 160


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    table = Table(*headings, box=SIMPLE_HEAD, header_style="")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    console = Console()
    Console(width=None if console.is_terminal else PIPED_COLUMNS).print(table)
