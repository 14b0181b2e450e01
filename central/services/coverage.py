"""The coverage report: made once an hour for the sets in force, and in rows for a spreadsheet."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from casework.coverage import Coverage, Gap, MatterCover, PlaceCover, coverage_of
from casework.matter import HallMode, MatterVersion
from casework.names import DepartmentId, MatterId, NodeId
from casework.offers import Grants
from casework.regions import NodeKind
from casework.staffing import Lack
from central.services.catalogue import by_department
from central.words import word
from sync.holdings import Holdings
from webui import labels

_NAMES: Final = "、"


class CoverageKept:
    """A power may end at any instant, so that a report is good for an hour at most."""

    def __init__(self) -> None:
        self._of: tuple[Holdings, datetime] | None = None
        self._coverage = Coverage(matters=(), places=(), towns=0, villages=0)

    async def of(self, holdings: Holdings, now: datetime, on: date) -> Coverage:
        hour = now.replace(minute=0, second=0, microsecond=0)
        if self._of is None or self._of[0] is not holdings or self._of[1] != hour:
            # A large county's takes a second or more, in which nobody else should wait.
            coverage = await asyncio.to_thread(_made, holdings, now, on)
            self._coverage, self._of = coverage, (holdings, hour)
        return self._coverage


def outside_hall(
    coverage: Coverage, decided: Mapping[MatterId, int]
) -> tuple[tuple[MatterVersion, int], ...]:
    """Decisions made elsewhere than in the hall, and only recorded here (中心之外无审批)."""
    return tuple(
        (each.matter, decided[each.matter.id])
        for each in coverage.matters
        if each.matter.hall.mode is not HallMode.RESIDENT and each.matter.id in decided
    )


def staff_rows(
    lacks: Sequence[Lack], node_name: Callable[[NodeId], str]
) -> Iterator[Sequence[object]]:
    """The gaps in the staffing, a row each, under their heading."""
    yield tuple(word("coverage_staff", key) for key in ("gap", "id", "name", "node"))
    for each in lacks:
        yield word("staff_gap", each.gap), each.id, each.name, node_name(each.node)


def _made(holdings: Holdings, now: datetime, on: date) -> Coverage:
    return coverage_of(
        by_department(holdings, holdings.catalogue.on(on)),
        Grants.of(holdings.delegations, holdings.revocations),
        regions=holdings.regions,
        organisation=holdings.organisation,
        now=now,
        on=on,
    )


def share(part: int, whole: int) -> str:
    """A part of a whole in per cent, to one place."""
    return f"{part / whole:.1%}" if whole else "—"


def gap_words(gaps: Sequence[Gap]) -> tuple[str, ...]:
    return tuple(word("gap", gap) for gap in gaps)


def matters_of(
    coverage: Coverage, *, department: DepartmentId | None = None, gaps_only: bool = False
) -> tuple[MatterCover, ...]:
    return tuple(
        each
        for each in coverage.matters
        if department in {None, each.matter.department} and (each.gaps or not gaps_only)
    )


def matter_rows(coverage: Coverage, holdings: Holdings) -> Iterator[Sequence[object]]:
    """The whole report by matter, a row each, under its heading."""
    yield tuple(word("coverage_matter", key) for key in _MATTER_COLUMNS)
    departments = {each.id: each.name for each in holdings.organisation.departments}
    for each in coverage.matters:
        matter = each.matter
        yield (
            matter.catalog_code,
            matter.name,
            departments.get(matter.department, matter.department),
            labels.label("hall_mode", matter.hall.mode),
            each.deciders,
            each.towns_taking_in,
            each.towns_deciding,
            share(each.towns_taking_in, coverage.towns),
            each.villages_taking_in,
            each.villages_deciding,
            each.villages_assisting,
            share(each.villages_taking_in + each.villages_assisting, coverage.villages),
            "；".join(gap_words(each.gaps)),
        )


def place_rows(coverage: Coverage) -> Iterator[Sequence[object]]:
    """The same by place; what it lacks by name."""
    yield tuple(word("coverage_place", key) for key in _PLACE_COLUMNS)
    names = names_of(coverage)
    for each in coverage.places:
        yield (
            each.node.name,
            labels.label("node_kind", each.node.kind),
            len(each.takes_in),
            share(len(each.takes_in), len(coverage.matters)),
            len(each.decides),
            share(len(each.decides), len(coverage.matters)),
            len(each.assists),
            len(each.lacks),
            _NAMES.join(names[matter] for matter in each.lacks),
        )


def names_of(coverage: Coverage) -> dict[MatterId, str]:
    return {each.matter.id: each.matter.short_name for each in coverage.matters}


def under(coverage: Coverage, town: PlaceCover) -> tuple[PlaceCover, ...]:
    """The villages of a township, in their order."""
    return tuple(each for each in coverage.places if each.node.parent == town.node.id)


def towns_of(coverage: Coverage) -> tuple[PlaceCover, ...]:
    return tuple(each for each in coverage.places if each.node.kind is NodeKind.TOWNSHIP)


_MATTER_COLUMNS: Final = (
    *("code", "name", "department", "hall", "deciders", "towns_in", "towns_decide"),
    *("towns_share", "villages_in", "villages_decide", "villages_assist", "villages_share"),
    "gaps",
)
_PLACE_COLUMNS: Final = (
    *("name", "kind", "takes_in", "takes_in_share", "decides", "decides_share"),
    *("assists", "lacks", "lacks_names"),
)
