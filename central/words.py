"""The county's own words: `data/words.toml`, by section and key.

What all tiers say stands in `webui`; here is what only the county's pages say.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

_WORDS: Final = Path(__file__).parent / "data" / "words.toml"


@cache
def sections() -> Mapping[str, Mapping[str, str]]:
    return msgspec.convert(tomllib.loads(_WORDS.read_text("utf-8")), dict[str, dict[str, str]])


def word(section: str, key: str, **facts: object) -> str:
    """The word for a key, with what it names put in. KeyError for a key we have no word for."""
    text = sections()[section][str(key)]
    return text.format(**facts) if facts else text


def find_word(section: str, key: str) -> str:
    """The word for a key that another release may have written: itself, if we have none."""
    return sections()[section].get(str(key), str(key))
