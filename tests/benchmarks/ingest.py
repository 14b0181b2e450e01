"""Where the county's time goes when it takes a backlog in: the same frames, stage by stage.

The frames of the catch-up are given to the county's node in this process, once as it is, for the
rate of one core without a carrier, and once with a watch at the door of each stage. A stage counts
what is spent in it and not in another one, so that the shares add up.
"""

import importlib
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from tests.benchmarks.figures import figure, show
from tests.benchmarks.stage import at_county, at_node, greet
from tests.builders import TOWN

# Stage, and the functions it is spent in: `module:name` or `module:class.name`.
STAGES: Final = (
    ("unpack the frame", ("sync.exchange:unpack",)),
    ("read wires and headers", ("sync.inbox:read_claim",)),
    ("verify signatures", ("sync.admission:verify_claim",)),
    ("read bodies", ("sync.admission:read_body",)),
    ("check parts", ("sync.inbox:small_parts",)),
    ("judge", ("central.services.judging:CountyJudge.judge",)),
    ("fold", ("sync.projection:advance", "sync.projection:interest_of")),
    ("list to neighbours", ("sync.recording:list_record",)),
    ("write rows", ("sync.batch:Batch.flush", "sync.batch:Batch.flush_parts")),
    ("observers", ("sync.trust_store:TrustStore.applied",)),
)
_REST: Final = "the rest: order, records, commit"


class Watches:
    """Own time of each stage; stages may nest, and run on one thread at a time."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._within: list[float] = []

    def around(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **options: Any) -> Any:
            self._within.append(0.0)
            began = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                took = time.perf_counter() - began
                self.spent[stage] += took - self._within.pop()
                if self._within:
                    self._within[-1] += took

        return timed


async def ingest(folder: Path, frames: Sequence[bytes], cases: int) -> None:
    """Show the rate of one core and, of a second run on the same state, the share of each stage."""
    again = Path(shutil.copytree(folder, folder.with_name(f"{folder.name}-watched")))
    seconds = await _take_in(folder, frames)
    show(figure("ingest in one process, no carrier", cases / seconds, "cases/s"))
    watches = Watches()
    with ExitStack() as stack:
        for stage, doors in STAGES:
            for door in doors:
                _put_watch(stack, watches, stage, door)
        seconds = await _take_in(again, frames)
    watches.spent[_REST] = seconds - sum(watches.spent.values())
    for stage, spent in sorted(watches.spent.items(), key=lambda each: -each[1]):
        show(
            figure(
                f"ingest: {stage}",
                1e6 * spent / cases,
                "microseconds/case",
                note=f"{100 * spent / seconds:.0f} % of the time",
            )
        )


async def _take_in(folder: Path, frames: Sequence[bytes]) -> float:
    async with at_county(folder) as county, at_node(folder, TOWN) as town:
        node = county.opened.node
        await greet(town.node, node)
        began = time.perf_counter()
        for frame in frames:
            await node.exchange.receive(TOWN, frame)
        await node.exchange.receipts_to_send(TOWN)
        return time.perf_counter() - began


def _put_watch(stack: ExitStack, watches: Watches, stage: str, door: str) -> None:
    module, _, path = door.partition(":")
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    function = getattr(owner, name)
    stack.enter_context(patch.object(owner, name, watches.around(stage, function)))
