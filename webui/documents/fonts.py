"""The two fonts that papers are set in, and which characters they lack.

No other font is ever used, so a paper looks the same on every machine. A character that they
cannot show is printed as its code, `〔U+212FE〕`: an officer is warned before, and the applicant
can still be named. Control and direction marks are printed that way as well, since unseen they can
turn a sentence round.
"""

import struct
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

SERIF: Final = "Noto Serif SC"
SANS: Final = "Noto Sans SC"
UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})

# The OpenType `cmap`: a count, a record for each subtable, and in form 12 spans of characters.
SEGMENTED_COVERAGE: Final = 12
_SUBTABLE_COUNT: Final = struct.Struct(">2xH")
_SUBTABLE: Final = struct.Struct(">HHL")
_SEGMENTED_COVERAGE: Final = struct.Struct(">HHLLL")
_GROUP: Final = struct.Struct(">LLL")


def font_folder() -> Path:
    import pylopdf_fonts_zh_cn  # noqa: PLC0415 - only a process that prints needs the fonts

    return pylopdf_fonts_zh_cn.serif_path().parent


def missing_glyphs(text: str) -> list[str]:
    """The characters that cannot be printed, each once, in the order met."""
    return list(dict.fromkeys(char for char in text if char != "\n" and not _is_shown(char)))


def as_printed(text: str) -> str:
    """The text with every character that cannot be seen or shown written as its code."""
    if not missing_glyphs(text):
        return text
    return "".join(
        char if char == "\n" or _is_shown(char) else f"〔U+{ord(char):04X}〕" for char in text
    )


def _is_shown(char: str) -> bool:
    return ord(char) in _characters() and unicodedata.category(char) not in UNSEEN_CATEGORIES


@cache
def _characters() -> frozenset[int]:
    """What both fonts can show: the same value stands now in one, now in the other."""
    import pylopdf_fonts_zh_cn as fonts  # noqa: PLC0415

    return _mapped(fonts.serif_path()) & _mapped(fonts.sans_path())


def _mapped(path: Path) -> frozenset[int]:
    """The characters of a font, read from the table itself.

    The library would build a name for every glyph: 40 MB that a laptop's process never gives back.
    """
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # noqa: PLC0415

    with TTFont(path, lazy=True) as font:
        table: bytes = font.reader["cmap"]
    (subtables,) = _SUBTABLE_COUNT.unpack_from(table)
    for at in range(subtables):
        _, _, start = _SUBTABLE.unpack_from(table, _SUBTABLE_COUNT.size + at * _SUBTABLE.size)
        form, _, _, _, groups = _SEGMENTED_COVERAGE.unpack_from(table, start)
        if form == SEGMENTED_COVERAGE:
            first = start + _SEGMENTED_COVERAGE.size
            spans = _GROUP.iter_unpack(table[first : first + groups * _GROUP.size])
            return frozenset(char for low, high, _ in spans for char in range(low, high + 1))
    raise AssertionError(f"{path.name} has no table of all of Unicode")
