"""What needs no county: folding a long case, setting a paper."""

import statistics
import time
from collections.abc import Callable
from typing import Final

from casework import act as acts
from casework.fold import fold
from casework.names import NodeId
from tests.benchmarks.figures import figure, show
from tests.builders import COUNTY, TOWN, Pad, accepted_in_town

ENTRIES: Final = 200
TIMES: Final = 30


def measure() -> None:
    steps: list[tuple[NodeId, acts.AnyAct]] = [*accepted_in_town()]
    while len(steps) < ENTRIES:
        steps += [(TOWN, acts.HandOverPen(COUNTY)), (COUNTY, acts.ReturnPen(TOWN))]
    written = Pad().chain(*steps[:ENTRIES])
    shown = figure("fold of 200 entries", _milliseconds(lambda: fold(written)), "milliseconds")
    assert fold(written).case is not None
    show(shown)


def _milliseconds(work: Callable[[], object]) -> float:
    """The median of many runs."""
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return 1000 * statistics.median(took)
