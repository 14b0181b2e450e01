"""What needs no county: folding a long case, judging decisions, setting a paper."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from msgspec.structs import replace

from casework import act as acts
from casework.delegation import Revocation, RevocationMode
from casework.fold import fold
from casework.names import DelegationId, MessageId, NodeId
from casework.verdict import Evidence, Proof, verdict
from tests.benchmarks.figures import figure, show
from tests.builders import COUNTY, NOON, TOWN, Pad, accepted_in_town
from tests.webui.paper_stories import papers_of_stories
from webui.documents import render

ENTRIES: Final = 200
TIMES: Final = 30
PAPER_TIMES: Final = 5
JUDGED_AT_ONCE: Final = 500
RECORD: Final = DelegationId("d1")
PROOFS: Final = (Proof(MessageId("a" * 64), NOON + timedelta(hours=2), is_acknowledgement=True),)
REVOCATIONS: Final = tuple(
    Revocation("r", RECORD, mode, NOON - timedelta(hours=1), "", "") for mode in RevocationMode
)
EVIDENCE: Final = Evidence(
    decided_at=NOON,
    clock_suspect=False,
    not_before=NOON,
    received_at=NOON,
    outside_power=None,
    delegation=RECORD,
    reach=NOON + timedelta(hours=72),
)


def measure() -> None:
    steps: list[tuple[NodeId, acts.AnyAct]] = [*accepted_in_town()]
    while len(steps) < ENTRIES:
        steps += [(TOWN, acts.HandOverPen(COUNTY)), (COUNTY, acts.ReturnPen(TOWN))]
    written = Pad().chain(*steps[:ENTRIES])
    shown = figure("fold of 200 entries", _milliseconds(lambda: fold(written)), "milliseconds")
    assert fold(written).case is not None
    show(shown)
    _verdicts()
    _documents()


def _verdicts() -> None:
    """Decisions judged a second, with evidence that reaches every row of the table."""
    evidence = [
        replace(
            EVIDENCE,
            received_at=NOON + timedelta(hours=hours),
            proofs=PROOFS if hours % 2 else (),
            revocations=REVOCATIONS if hours % 3 else (),
            known=frozenset("r") if hours % 5 == 0 else frozenset(),
            compromised_since=(NOON,) if hours % 7 == 0 else (),
        )
        for hours in range(1, JUDGED_AT_ONCE + 1)
    ]
    took = _milliseconds(lambda: [verdict(each) for each in evidence])
    show(figure("verdicts", 1000 * len(evidence) / took, "verdicts/s"))


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
