"""How a grantee's delegation records are divided into items: small, and steady under changes.

A record's place is the hash of its matter, bit by bit. Where the records of a place are too many
for one item, the next bit divides them; so the division follows from the records alone, and one
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
# So many are 15 to 30 KB, and a tenth of that once packed.
GRANT_RECORDS_AIM: Final = 48
PLACE_BITS: Final = 32
_PLACES_CACHED_MAX: Final = 4096


class Grants(Fact, frozen=True):
    """Records of one grantee: all of them, or those of one place."""

    grantee: NodeId
    records: tuple[Delegation, ...]


def grant_items(records: Iterable[Delegation]) -> dict[str, bytes]:
    """A grantee's item is called after it and, if it is one of several, after its place."""
    items: dict[str, bytes] = {}
    ordered = sorted(records, key=attrgetter("grantee", "id"))
    for grantee, held in groupby(ordered, key=attrgetter("grantee")):
        for place, fitting in _divide(list(held), ""):
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


def _divide(held: list[Delegation], place: str) -> Iterator[tuple[str, list[Delegation]]]:
    if len(held) <= GRANT_RECORDS_AIM or len(place) == PLACE_BITS:
        yield place, held
        return
    for bit in "01":
        fitting = [one for one in held if place_of(one.matter).startswith(place + bit)]
        if fitting:
            yield from _divide(fitting, place + bit)
