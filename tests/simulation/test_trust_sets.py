"""A hostile county machine offers sets: each bad one by its name, with the code that refuses it.

What stands under *Trust sets* in the list of what must hold is here a line of `BAD`, and refused
twice: by the checks themselves, with the code, and by a township that is told of it by way of the
county's log, which goes on working by what it had.
"""

from pathlib import Path
from random import Random
from typing import Final

import pytest

from sync.bodies import SetName
from sync.carriers.port import PartRange
from sync.envelope import WIRE_BYTES_MAX
from sync.errors import EnvelopeError
from sync.trust_items import calendar_items
from sync.trust_store import TrustStore
from tests.builders import COUNTY, TOWN
from tests.cluster import Cluster, swallow
from tests.county import calendar
from tests.simulation.bad_sets import BAD
from tests.simulation.trust import (
    a_line,
    a_town,
    bytes_of,
    items_of,
    offer,
    take,
)
from tests.sync.test_trust_store import announcement

FLIPS: Final = 40


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_set_is_refused_by_its_code(name: str, tmp_path: Path) -> None:
    code, attempt = BAD[name]
    async with a_line(tmp_path) as line:
        built = await attempt(line)
        before = line.store.holdings
        with pytest.raises(EnvelopeError) as refused:
            await line.store.publish(built)
        assert refused.value.code == code
        await line.store.open()
        assert line.store.holdings == before


@pytest.mark.parametrize("name", BAD)
async def test_a_township_that_is_told_of_it_works_on_by_what_it_has(
    name: str, tmp_path: Path
) -> None:
    """And takes the county's next honest release, unless two histories of one version stand."""
    code, attempt = BAD[name]
    async with a_line(tmp_path) as line, a_town(tmp_path, line) as town:
        before = town.holdings
        built = await attempt(line)
        await offer(town, built)
        assert town.holdings == before
        assert {found for _, _, found in await town.refused()} <= {code}
        again = TrustStore(town._database, me=TOWN)
        assert (await again.open()).holdings == before
        assert sum(map(len, town._arriving.values())) <= WIRE_BYTES_MAX

        honest = await line.publish(SetName.CALENDAR, calendar_items(calendar()))
        await offer(town, honest)
        assert town.holdings.versions.calendar == 1


async def test_no_byte_of_a_release_can_be_altered_on_the_way(seed: int, tmp_path: Path) -> None:
    """Manifest, index parts and items, each with a flipped bit; then the true bytes come."""
    random = Random(seed)
    async with a_line(tmp_path) as line, a_town(tmp_path, line) as town:
        before = town.holdings
        built = await line.publish(SetName.CATALOGUE, items_of(SetName.CATALOGUE, 9))
        await town.announced(announcement(built))
        true = bytes_of(built)
        for _ in range(FLIPS):
            if not (wants := await town.wanted(1)):
                break
            want = wants[0]
            spoilt = bytearray(true[want.hash])
            spoilt[random.randrange(len(spoilt))] ^= 1 << random.randrange(8)
            await take(town, {want.hash: bytes(spoilt)}, ranges=3)
            assert town.holdings == before
            if random.random() < 0.3:
                await take(town, true, ranges=1)
                before = town.holdings
        await take(town, true)
        assert town.holdings.versions == line.store.holdings.versions
        assert town.holdings.catalogue == line.store.holdings.catalogue


async def test_data_without_end_is_cut_off(tmp_path: Path) -> None:
    """A source that answers every question with more bytes than the part is listed with."""
    async with a_line(tmp_path) as line, a_town(tmp_path, line) as town:
        built = await line.publish(SetName.CATALOGUE, items_of(SetName.CATALOGUE, 9))
        await town.announced(announcement(built))
        true = bytes_of(built)
        while wants := await town.wanted(1):
            want, offset = wants[0], 0
            for _ in range(6):
                await town.accept_ranges([PartRange(want.hash, offset, b"\xff" * WIRE_BYTES_MAX)])
                offset += WIRE_BYTES_MAX
                assert sum(map(len, town._arriving.values())) < 2 * WIRE_BYTES_MAX
            await take(town, true, ranges=1)
        assert town.holdings.catalogue == line.store.holdings.catalogue


async def test_a_lease_that_is_played_again_lasts_no_longer(tmp_path: Path) -> None:
    """What freezes a township on old sets cannot keep its lease alive as well."""
    cluster = Cluster(tmp_path)
    await cluster.add(COUNTY, TOWN)
    await cluster.settle()
    town, county = cluster.nodes[TOWN], cluster.nodes[COUNTY]
    frames = await county.exchange.frames_to_send(TOWN, after={}, limit_bytes=1 << 20)
    held = await town.journal.lease()
    cluster.pass_time(hours=80)
    for frame in (*frames, *frames):
        await swallow(town, COUNTY, frame.data)

    assert held is not None
    assert await town.journal.lease() == held
    assert held.until < cluster.clock.now()
    await cluster.close()
