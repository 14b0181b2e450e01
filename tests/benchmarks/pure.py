"""What needs no county: folding a long case, setting a paper."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from casework import act as acts
from casework.fold import fold
from casework.names import NodeId
from tests.benchmarks.figures import figure, show
from tests.builders import COUNTY, TOWN, Pad, accepted_in_town
from tests.webui.paper_stories import papers_of_stories
from webui.documents import render

ENTRIES: Final = 200
TIMES: Final = 30
PAPER_TIMES: Final = 5


def measure() -> None:
    steps: list[tuple[NodeId, acts.AnyAct]] = [*accepted_in_town()]
    while len(steps) < ENTRIES:
        steps += [(TOWN, acts.HandOverPen(COUNTY)), (COUNTY, acts.ReturnPen(TOWN))]
    written = Pad().chain(*steps[:ENTRIES])
    shown = figure("fold of 200 entries", _milliseconds(lambda: fold(written)), "milliseconds")
    assert fold(written).case is not None
    show(shown)
    _documents()


def _documents() -> None:
    """Setting each kind of paper, as a story of the tests brings it; the fonts are read before."""
    papers = papers_of_stories()
    took = {}
    for kind, paper in papers.items():
        render(paper)
        took[kind] = _milliseconds(partial(render, paper), PAPER_TIMES)
    slowest = max(took, key=lambda kind: took[kind])
    kinds = f"{len(took)} kinds"
    median = statistics.median(took.values())
    show(
        figure("documents: median of a paper", median, "milliseconds", note=kinds),
        figure("documents: slowest kind", took[slowest], "milliseconds", note=slowest.value),
    )


def _milliseconds(work: Callable[[], object], times: int = TIMES) -> float:
    """The median of many runs."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return 1000 * statistics.median(took)
