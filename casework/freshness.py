"""How far what a node knows of another reaches in time: progress is never claimed beyond it.

News of a node travels along the tree: a village's through its township, a township's through the
county. Each place on the way tells of which of its neighbours it has heard nothing, and the word of
a place that fell silent itself reaches no further than its own last contact (row Z17).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from msgspec import Struct

from casework.names import NodeId, ancestors_of

# A neighbour that was heard within this is there: nobody is told of shorter pauses.
SILENT_AFTER: Final = timedelta(minutes=10)


class Silence(Struct, frozen=True):
    """A node that was not heard since; what happened there or beyond it later is not known."""

    node: NodeId
    since: datetime


class Heard(Struct, frozen=True, kw_only=True):
    """Until when a node has heard its neighbours, and what others told it of theirs.

    `told` holds, by who tells it, those of its neighbours that are silent and since when.
    """

    node: NodeId
    neighbours: Mapping[NodeId, datetime]
    told: Mapping[NodeId, Mapping[NodeId, datetime]] = {}

    def silence(self, of: NodeId, now: datetime) -> Silence | None:
        """The place on the way that was silent longest; None where all is fresh."""
        found = list(self._silences(of, now))
        return min(found, key=lambda each: each.since) if found else None

    def _silences(self, of: NodeId, now: datetime) -> Iterator[Silence]:
        for teller, told in pairwise(way(self.node, of)):
            since = self._since(teller, told)
            if since is not None and now - since > SILENT_AFTER:
                yield Silence(told, since)

    def _since(self, teller: NodeId, told: NodeId) -> datetime | None:
        if teller == self.node:
            return self.neighbours.get(told)
        return self.told.get(teller, {}).get(told)


def silent_among(neighbours: Mapping[NodeId, datetime], now: datetime) -> dict[NodeId, datetime]:
    """Those that were not heard for some time, and since when."""
    return {node: since for node, since in sorted(neighbours.items()) if now - since > SILENT_AFTER}


def way(here: NodeId, there: NodeId) -> tuple[NodeId, ...]:
    """The places from one node to another, both included, along parents and children."""
    up, down = (here, *ancestors_of(here)), (there, *ancestors_of(there))
    if up[-1] != down[-1]:
        return (here,)
    crossing = next(each for each in up if each in down)
    return (*up[: up.index(crossing) + 1], *reversed(down[: down.index(crossing)]))
