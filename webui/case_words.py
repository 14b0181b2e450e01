"""The words of the case page, the lists and the papers: `data/case_words.toml`, by section and key.

They stand apart from `webui.labels`, whose tables are the codes of the whole program.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from casework.course import ClockLine, LineCode
from casework.limits import Limit, LimitUnit
from webui import labels

_WORDS: Final = Path(__file__).parent / "data" / "case_words.toml"


@cache
def sections() -> Mapping[str, Mapping[str, str]]:
    table = tomllib.loads(_WORDS.read_text("utf-8"))
    return msgspec.convert(table, dict[str, dict[str, str]])


def word(section: str, key: str, **facts: object) -> str:
    """The word for a key, with what it names put in. KeyError for a key we have no word for."""
    text = sections()[section][str(key)]
    return text.format(**facts) if facts else text


def find_word(section: str, key: str) -> str | None:
    return sections()[section].get(str(key))


def pairs(section: str, *keys: str) -> tuple[tuple[str, str], ...]:
    """Keys with their words, as a select shows them."""
    return tuple((key, word(section, key)) for key in keys or sections()[section])


def limit_words(limit: Limit) -> str:
    if limit.value == 0:
        return word("limit", "at_once")
    return word("limit", limit.unit.value, value=limit.value)


def line_words(
    line: ClockLine, unit: LimitUnit, procedures: Mapping[str, str] | None = None
) -> str:
    """What one line of an explanation says; `procedures` are the matter's, by id."""
    known = procedures or {}
    arg = "、".join(filter(None, (_argument(line.code, each, known) for each in line.args)))
    if unit is LimitUnit.CALENDAR_DAY and line.code is LineCode.COUNTED:
        return word("line_calendar", line.code.value, count=line.count)
    return word("line", line.code.value, count=line.count, arg=arg)


def days_words(first: date, last: date) -> str:
    """The days of a line: one date, or two with a dash."""
    ends = (first,) if first == last else (first, last)
    return " — ".join(labels.DAY_SHORT.format(month=day.month, day=day.day) for day in ends)


def _argument(code: LineCode, text: str, procedures: Mapping[str, str]) -> str:
    match code:
        case LineCode.PAUSED | LineCode.PAUSE_OPEN:
            return procedures.get(text) or find_word("pause", text) or word("pause", "other")
        case LineCode.EXTENDED | LineCode.EXTENSION_LATE:
            return labels.label("limit_unit", text)
        case _:
            return text
