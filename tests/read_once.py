"""What every application reads again as it is made, and reads the same, a worker reads once.

A test makes applications and nodes of its own. Most of that work was to look through the signatures
of the same handlers, and to decode the same catalogue: neither depends on the test.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import FunctionType
from typing import Any, Final

import pytest
from litestar.utils.signature import ParsedSignature

from sync.bodies import SetName
from sync.holdings import read_set

# A test of releases makes many versions, and looks at few of them twice.
SETS_KEPT: Final = 64


def read_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ParsedSignature, "from_fn", _signatures_once(ParsedSignature.from_fn))
    patch.setattr("sync.trust_admission.read_set", _read_set)


def _signatures_once(
    read: Callable[[Any, dict[str, Any]], ParsedSignature],
) -> Callable[[Any, dict[str, Any]], ParsedSignature]:
    """By their code: a handler made by a function is made anew for every application."""
    known: dict[object, ParsedSignature] = {}

    def from_fn(fn: Any, names: dict[str, Any]) -> ParsedSignature:
        if not isinstance(fn, FunctionType):
            return read(fn, names)
        key = fn.__code__, tuple(fn.__annotations__.items()), fn.__defaults__
        if key not in known:
            known[key] = read(fn, names)
        return known[key]

    return from_fn


def _read_set(name: SetName, version: int, items: Mapping[str, bytes]) -> Any:
    """By the bytes that they spell, which were found before to be those that were signed."""
    return _read(name, version, tuple(items.items()))


@lru_cache(maxsize=SETS_KEPT)
def _read(name: SetName, version: int, items: tuple[tuple[str, bytes], ...]) -> Any:
    return read_set(name, version, dict(items))
