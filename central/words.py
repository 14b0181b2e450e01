"""The county's own words by section and key: `data/words.toml`; `data/matter_words.toml`, which
names the elements of a matter; and, of who works where and of what no hall takes in, two more.

What all tiers say stands in `webui`; here is what only the county's pages say.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

_DATA: Final = Path(__file__).parent / "data"
_FILES: Final = ("words.toml", "matter_words.toml", "outside_words.toml", "people_words.toml")


@cache
def sections() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name in _FILES:
        table = tomllib.loads((_DATA / name).read_text("utf-8"))
        found |= msgspec.convert(table, dict[str, dict[str, str]])
    return found


def word(section: str, key: str, **facts: object) -> str:
    """The word for a key, with what it names put in. KeyError for a key we have no word for."""
    text = sections()[section][str(key)]
    return text.format(**facts) if facts else text


def find_word(section: str, key: str) -> str:
    """The word for a key that another release may have written: itself, if we have none."""
    return sections()[section].get(str(key), str(key))
