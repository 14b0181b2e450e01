"""The words of guides, handbooks, flow charts and forms: `data/guide_words.toml`, by section."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

_WORDS: Final = Path(__file__).parent / "data" / "guide_words.toml"


@cache
def sections() -> Mapping[str, Mapping[str, str]]:
    return msgspec.convert(tomllib.loads(_WORDS.read_text("utf-8")), dict[str, dict[str, str]])


def word(section: str, key: str, **facts: object) -> str:
    """The word for a key, with what it names put in. KeyError for a key we have no word for."""
    text = sections()[section][str(key)]
    return text.format(**facts) if facts else text


def themes() -> Mapping[str, str]:
    """What the themes are called by which people look for matters; others are not offered."""
    return sections()["theme"]
