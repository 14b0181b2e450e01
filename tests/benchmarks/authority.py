"""A large county's powers: published, applied by a township, looked up, shown, and changed.

The catalogue and the list are those of the reference county, multiplied: each matter under many
names, and for each of them as many records as there are places to give it to.
"""

import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from casework.delegation import Delegation, Level, governing
from casework.delegation_file import Remark
from casework.matter import MatterVersion
from casework.names import DelegationId, MatterId
from central.services.county import County
from central.services.matrix import view_of
from central.store.loaded import CountyData
from sync.carriers.port import (
    ANSWER_BYTES_MAX,
    pack,
    pack_ranges,
    read_part_ranges,
    read_wants,
    within_answer,
)
from sync.clock import SystemClock
from sync.node import Node
from sync.opening import OpenNode
from sync.trust_store import TrustStore
from tests.benchmarks.figures import figure, show, spread
from tests.benchmarks.stage import at_county, greet
from tests.builders import TOWN
from tests.founded import at_work

MATTERS: Final = 2_000
RECORDS: Final = 100_000
LOOKUPS: Final = 500
PAGES: Final = 20
SAMPLE_RECORD: Final = DelegationId("d000001")


async def measure(folder: Path) -> None:
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        county = await stack.enter_async_context(at_county(folder))
        town = await stack.enter_async_context(at_work(folder, TOWN, clock))
        data = _multiplied(await _loaded(county))
        began = time.perf_counter()
        await county.publisher.publish(data)
        scale = f"{MATTERS} matters, {RECORDS} records"
        published = time.perf_counter() - began
        show(figure("authority: publish", published, "seconds", note=scale))
        await greet(town.node, county.opened.node)
        took, went = await _contact(town, county)
        show(figure("authority: a township applies it", took, "seconds", note=scale))
        show(figure("authority: the whole of it, on the wire", went / 1024, "KB", note=scale))
        _look_up(town.store)
        _pages(county.opened.store)
        data = _one_cell_changed(data)
        await _change(county, town, data, "one cell")
        await _change(county, town, _one_matter_changed(data), "one matter")


async def _change(county: County, town: OpenNode, data: CountyData, what: str) -> None:
    await county.publisher.publish(data)
    took, went = await _contact(town, county)
    show(figure(f"authority: {what}, on the wire", went / 1024, "KB", note="all that went"))
    show(figure(f"authority: {what}, applied", took, "seconds"))


async def _loaded(county: County) -> CountyData:
    data = await county.loaded.find()
    assert data is not None
    return data


def _multiplied(data: CountyData) -> CountyData:
    matters = tuple(islice(_matters(data.catalogue.matters), MATTERS))
    places = [one.id for one in data.regions.nodes if one.parent is not None]
    pattern = data.delegations.records[0]
    wave = data.delegations.waves[0].id
    pairs = ((matter, place) for place in cycle(places) for matter in matters)
    records = tuple(
        replace(
            pattern,
            id=DelegationId(f"d{number:06d}"),
            principal=matter.department,
            grantee=place,
            matter=matter.id,
            level=Level.ACCEPT,
            conditions=(),
            positions=(),
            not_before=date(2026, 1, 1),
        )
        for number, (matter, place) in enumerate(islice(pairs, RECORDS))
    )
    remarks = {one.id: Remark(wave, None) for one in records}
    return replace(
        data,
        catalogue=replace(data.catalogue, matters=matters),
        delegations=replace(data.delegations, records=records, remarks=remarks),
    )


def _matters(held: tuple[MatterVersion, ...]) -> Iterator[MatterVersion]:
    """What is held, which no publication may leave out, and then its copies."""
    yield from held
    current = [one for one in held if one.effective_until is None and one.version == 1]
    for turn, one in enumerate(cycle(current)):
        yield replace(one, id=MatterId(f"{one.id}-{turn // len(current)}"))


def _one_cell_changed(data: CountyData) -> CountyData:
    def change(one: Delegation) -> Delegation:
        return replace(one, not_after=date(2027, 12, 31)) if one.id == SAMPLE_RECORD else one

    listed = data.delegations
    changed = replace(listed, records=tuple(change(one) for one in listed.records))
    return replace(data, delegations=changed)


def _one_matter_changed(data: CountyData) -> CountyData:
    def change(one: MatterVersion) -> MatterVersion:
        return replace(one, max_visits=one.max_visits + 1) if one.id == last.id else one

    last = data.catalogue.matters[-1]
    changed = replace(data.catalogue, matters=tuple(map(change, data.catalogue.matters)))
    return replace(data, catalogue=changed)


async def _contact(town: OpenNode, county: County) -> tuple[float, int]:
    """Bring down what is new, as a carrier does: the seconds that the township spends on it, and
    every byte that goes either way.
    """
    above, below = county.opened.node, town.node
    took, went = 0.0, 0
    for sender, receiver in ((above, below), (below, above)):
        went += await _talk(sender, receiver)
    while True:
        began = time.perf_counter()
        asked = pack(within_answer(await below.exchange.wanted_ranges(above.id, ANSWER_BYTES_MAX)))
        took += time.perf_counter() - began
        wants = read_wants(asked)
        if not wants:
            return took, went
        answer = pack_ranges(await above.exchange.read_ranges(below.id, wants))
        went += len(asked) + len(answer)
        began = time.perf_counter()
        await below.exchange.accept_ranges(above.id, read_part_ranges(answer))
        took += time.perf_counter() - began


async def _talk(sender: Node, receiver: Node) -> int:
    """Frames one way and receipts back; how many bytes."""
    went = 0
    after = await sender.exchange.receipted(receiver.id)
    for frame in await sender.exchange.frames_to_send(
        receiver.id, after=after, limit_bytes=ANSWER_BYTES_MAX
    ):
        went += len(frame.data)
        for answer in await receiver.exchange.receive(sender.id, frame.data):
            went += len(answer)
            await sender.exchange.receive(receiver.id, answer)
    for receipt in await receiver.exchange.receipts_to_send(sender.id):
        went += len(receipt)
        await sender.exchange.receive(receiver.id, receipt)
    return went


def _look_up(store: TrustStore) -> None:
    holdings = store.holdings
    samples = []
    for matter in islice(cycle(holdings.catalogue.matters), LOOKUPS):
        began = time.perf_counter()
        governing(
            holdings.delegations_over(TOWN, matter.id),
            node=TOWN,
            matter=matter.id,
            version=matter.version,
            level=Level.ACCEPT,
            on=date(2026, 11, 20),
            facts={},
            positions=(),
        )
        samples.append((time.perf_counter() - began) * 1000)
    show(spread("authority: a power looked up", samples, "milliseconds"))


def _pages(store: TrustStore) -> None:
    view = view_of(store.holdings, date(2026, 11, 20))
    samples = []
    for number in range(1, PAGES + 1):
        began = time.process_time()
        view.page(number)
        samples.append((time.process_time() - began) * 1000)
    show(
        spread(
            "authority: a page of the matrix worked out",
            samples,
            "milliseconds",
            note="of this process",
        )
    )
