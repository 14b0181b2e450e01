"""How a grantee's delegation records are divided into items: small, and steady under changes.

A record's place is the hash of its matter, bit by bit. Where the records of a place would make too
large an item, the next bit divides them; so the division follows from the records alone, and one
more or one less moves none but its neighbours.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Final

from casework.delegation import Delegation
from casework.fact import Fact
from casework.names import MatterId, NodeId
from sync.errors import SetFormError
from sync.strict_json import encode_strict

GRANTEE: Final = "grantee/"
GRANT_BYTES_AIM: Final = 16 * 1024
PLACE_BITS: Final = 32
_PLACES_CACHED_MAX: Final = 4096

_Weighed = tuple[Delegation, int]


class Grants(Fact, frozen=True):
    """Records of one grantee: all of them, or those of one place."""

    grantee: NodeId
    records: tuple[Delegation, ...]


def grant_items(records: Iterable[Delegation]) -> dict[str, bytes]:
    """A grantee's item is called after it and, if it is one of several, after its place."""
    items: dict[str, bytes] = {}
    ordered = sorted(records, key=attrgetter("grantee", "id"))
    for grantee, held in groupby(ordered, key=attrgetter("grantee")):
        weighed = [(one, len(encode_strict(one))) for one in held]
        for place, fitting in _divide(weighed, ""):
            name = f"{GRANTEE}{grantee}/{place}" if place else GRANTEE + grantee
            items[name] = encode_strict(Grants(grantee, tuple(fitting)))
    return items


def check_grants(name: str, held: Grants) -> None:
    """SetFormError if records stand in an item that is not theirs."""
    grantee, _, place = name.removeprefix(GRANTEE).partition("/")
    for one in held.records:
        if not (one.grantee == held.grantee == grantee and place_of(one.matter).startswith(place)):
            raise SetFormError(f"{one.id} does not belong into {name}")


@lru_cache(_PLACES_CACHED_MAX)
def place_of(matter: MatterId) -> str:
    digest = hashlib.sha256(matter.encode()).digest()
    return f"{int.from_bytes(digest[: PLACE_BITS // 8]):0{PLACE_BITS}b}"


def _divide(weighed: list[_Weighed], place: str) -> Iterator[tuple[str, list[Delegation]]]:
    size = sum(size for _, size in weighed)
    matters = {one.matter for one, _ in weighed}
    if size <= GRANT_BYTES_AIM or len(matters) == 1 or len(place) == PLACE_BITS:
        yield place, [one for one, _ in weighed]
        return
    for bit in "01":
        fitting = [each for each in weighed if place_of(each[0].matter).startswith(place + bit)]
        if fitting:
            yield from _divide(fitting, place + bit)
