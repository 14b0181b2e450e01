"""Catching up after an outage: a township's backlog, until the county holds it and has said so.

The backlog is written offline by the desk that a counter uses. Then the county and the township
run as processes; the clock starts when they have greeted each other and stops when the township
holds the county's receipt for the last case. Raw JetStream moves the same payloads in the same
run. Scans are not counted: there are none.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from casework.instants import parse_instant
from casework.names import Lane
from sync.clock import SystemClock
from sync.desk import Desk
from sync.engine import Work
from sync.frame import FRAME_BYTES_MAX, FramePace
from sync.node import Node
from sync.sending import Waiting, find_link, make_frame, waiting
from tests.benchmarks import raw_jetstream
from tests.benchmarks.applications import Applications, perform
from tests.benchmarks.figures import Figure, figure, show
from tests.benchmarks.ingest import ingest
from tests.benchmarks.stage import (
    at_county,
    at_node,
    child_of,
    copied,
    give_numbers,
    processor_seconds,
    running,
    talk,
    until,
)
from tests.builders import COUNTY, TOWN, WU

CASES: Final = 5_000
CASES_PER_CHANGE: Final = 100
PATIENCE_SECONDS: Final = 120.0


class Backlog(Struct, frozen=True):
    """What waits in the township's outbox."""

    payloads: tuple[bytes, ...]  # of each case: its message and its parts, as one would send it
    frames: tuple[bytes, ...]
    singles_bytes: int  # the same messages, each in a frame of its own


async def measure(founded: Path, folder: Path, cases: int = CASES) -> None:
    here = copied(founded, folder)
    await write_backlog(here, cases)
    backlog = await look_at(here)
    show(
        figure("catch-up: size of a case", sum(map(len, backlog.payloads)) / cases, "bytes"),
        *compare_bytes(backlog),
    )
    await ingest(copied(here, folder.with_name(f"{folder.name}-ingest")), backlog.frames, cases)
    raw = await raw_jetstream.measure(folder.with_name(f"{folder.name}-raw"), backlog.payloads)
    seconds, spent = await race(here, cases)
    show(raw, figure("catch-up", cases / seconds, "cases/s").against(raw), *spent)


async def write_backlog(folder: Path, cases: int) -> None:
    """Let the township take in so many cases with the line down."""
    async with at_county(folder) as county, at_node(folder, TOWN) as town:
        await give_numbers(county, TOWN, cases)
        await talk(town.node, county.opened.node)
    async with at_node(folder, TOWN) as town:
        desk, taken = Desk(town.node, town.store), 0
        applications = Applications(town.store.holdings, TOWN).made()
        while taken < cases:
            async with town.database.transaction():
                for _ in range(CASES_PER_CHANGE):
                    application = next(applications)
                    done = await perform(desk, WU, application, application.received())
                    taken += done is not None
                    if taken == cases:
                        break


async def look_at(folder: Path) -> Backlog:
    async with at_node(folder, TOWN) as town:
        frames = await frames_of(town.node)
        singles = await town.database.read(lambda work: _singles(work, town.node))
        payloads = await town.database.read(_payloads)
    return Backlog(tuple(payloads), tuple(frames), singles)


async def frames_of(node: Node) -> list[bytes]:
    """Everything that the outbox has for the county, in frames as large as a good line takes."""
    frames: list[bytes] = []
    sent: dict[Lane, int] = {}
    while made := await node.exchange.frames_to_send(
        COUNTY, after=sent, limit_bytes=FRAME_BYTES_MAX
    ):
        for frame in made:
            sent[frame.lane] = frame.last
            frames.append(frame.data)
    return frames


def compare_bytes(backlog: Backlog) -> tuple[Figure, ...]:
    bare = figure("catch-up: bytes sent singly", sum(map(len, backlog.payloads)), "bytes")
    framed = figure("catch-up: bytes sent singly, each in a frame", backlog.singles_bytes, "bytes")
    together = figure("catch-up: bytes in frames", sum(map(len, backlog.frames)), "bytes")
    return bare, framed, together.against(bare), together.against(framed)


async def race(folder: Path, cases: int) -> tuple[float, list[Figure]]:
    """Seconds from the greeting to the receipt for the last case, and who worked how much."""
    async with running(folder) as processes:
        with (
            look(processes.data_dir(COUNTY), _GREETED) as greeted,
            look(processes.data_dir(TOWN), _RECEIPTED) as receipted,
        ):
            await processes.start(COUNTY)
            before = greeted()
            await processes.start(TOWN)
            await until(lambda: greeted() != before, PATIENCE_SECONDS)
            county, town = processes.pid(COUNTY), processes.pid(TOWN)
            workers = {"county": county, "township": town, "broker": child_of(county)}
            worked = {name: processor_seconds(pid) for name, pid in workers.items()}
            began = parse_instant(greeted())
            await until(lambda: receipted() >= cases, PATIENCE_SECONDS)
            seconds = (SystemClock().now() - began).total_seconds()
            spent = [
                figure(
                    f"catch-up: processor time of the {name}",
                    1e6 * (processor_seconds(pid) - worked[name]) / cases,
                    "microseconds/case",
                )
                for name, pid in workers.items()
            ]
    return seconds, spent


_GREETED: Final = f"SELECT last_contact_at FROM neighbour WHERE node = '{TOWN}'"
_RECEIPTED: Final = (
    f"SELECT receipted_n FROM delivery WHERE neighbour = '{COUNTY}' AND lane = 'case'"
)


@contextmanager
def look(data_dir: Path, query: str) -> Iterator[Any]:
    """Look into a running node's database, at one value."""
    work = sqlite3.connect(f"file:{data_dir / 'node.sqlite'}?mode=ro", uri=True)
    try:
        yield lambda: work.execute(query).fetchone()[0]
    finally:
        work.close()


def _payloads(work: Work) -> list[bytes]:
    """Each case's entry with its parts, one after another and nothing else."""
    rows = work.execute(
        "SELECT m.wire, group_concat(hex(p.data), '') FROM message AS m"
        " JOIN part_reference AS r ON r.owner = m.id JOIN part AS p ON p.hash = r.hash"
        " WHERE m.kind = 'entry' GROUP BY m.id ORDER BY m.arrival"
    ).fetchall()
    return [wire + bytes.fromhex(parts) for wire, parts in rows]


def _singles(work: Work, node: Node) -> int:
    """The bytes of the outbox if every message had a frame of its own."""
    link = find_link(work, COUNTY)
    assert link is not None, "they have met"
    size = 0
    for lane in Lane:
        last = work.execute(
            "SELECT receipted_n FROM delivery WHERE neighbour = ? AND lane = ?", (COUNTY, lane)
        ).fetchone()[0]
        while (wait := waiting(work, node, COUNTY, lane, last)).queue:
            for place, queued in enumerate(wait.queue):
                digests = wait.digests[place : place + 1]
                one = Waiting(wait.first + place, digests, (queued,))
                size += len(make_frame(node, link, lane, one, FramePace()).data)
            last += len(wait.queue)
    return size
