"""Reading the project's own pages: tables, links, and the commands they name."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent

_RULE = re.compile(r"^\|[\s:|-]+\|$")
_CELLS = re.compile(r"(?<!\\)\|")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_BETWEEN = re.compile(r"[|;&()]|>|#")
_PROGRAM = re.compile(r"(?:\S*/)?(tongban-[a-z]+|onebox|make)(?= |$)(.*)")
_SCREEN_WORD = re.compile(r"【([^】]+)】")


def pages() -> list[Path]:
    """README and everything below docs/."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """What stands below a heading, up to the next one of any level."""
    found = re.search(
        rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text_of(page), re.MULTILINE | re.DOTALL
    )
    assert found is not None, f"{page} has no heading {heading!r}"
    return found[1]


def rows(page: str, heading: str) -> list[dict[str, str]]:
    """The rows of the table below a heading, by the words of its first row."""
    lines = [line for line in section(page, heading).splitlines() if line.startswith("|")]
    cells = [_split(line) for line in lines if not _RULE.match(line)]
    assert len(cells) > 1, f"{page}, {heading}: no table"
    return [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]


def links(page: Path) -> list[tuple[Path, str]]:
    """The relative links of a page: the file each leads to, and its fragment."""
    found = _LINK.findall(page.read_text(encoding="utf-8"))
    parts = [link.partition("#") for link in found if "://" not in link]
    return [((page.parent / path) if path else page, fragment) for path, _, fragment in parts]


def anchors(page: Path) -> set[str]:
    """What a link's fragment may name: the headings, as forges write them in addresses."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def screen_words(page: Path) -> list[str]:
    """What a guide says stands on a screen: the words between 【 and 】."""
    return _SCREEN_WORD.findall(page.read_text(encoding="utf-8"))


def commands(page: Path) -> Iterator[list[str]]:
    """The words of every command line of ours that a page shows, in a block or between backticks.

    A comment is left out, and so is a program that another one is only told about.
    """
    inside = False
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            inside = not inside
            continue
        shown = [line] if inside or line.startswith("    ") else _CODE.findall(line)
        for text in shown:
            for command in _BETWEEN.split(text):
                if found := _PROGRAM.match(command.strip()):
                    yield [found[1], *found[2].split()]


def _split(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in _CELLS.split(line)[1:-1]]
