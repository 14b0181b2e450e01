"""Releases that go wrong half way: missed, cut off, failed, or made by two at once."""

import asyncio
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from casework.names import NodeId
from central.services.county import County
from sync.bodies import SetAnnouncement, SetName
from sync.trust_root import root_items
from sync.trust_store import TrustStore
from tests.builders import OTHER_TOWN, TOWN, VILLAGE
from tests.central.reviewing import LUO
from tests.central.test_county_pages import changed_county
from tests.county import FOLDER
from tests.founded import Machine, a_clock, a_county
from tests.simulation.trust import (
    NEW_ROOTS,
    ROOTS,
    a_line,
    a_root,
    a_town,
    bytes_of,
    items_of,
    take,
)
from tests.sync.test_trust_store import announcement


async def test_a_node_that_missed_five_releases_takes_only_the_newest(tmp_path: Path) -> None:
    """Of roots it takes every one; of the others the last, with the parts that it lacks."""
    async with a_line(tmp_path) as line, a_town(tmp_path, line) as town:
        missed = []
        for release in range(4, 9):
            root = a_root(*ROOTS[:2], NEW_ROOTS[release % 3])
            missed += [
                await line.publish(SetName.CATALOGUE, items_of(SetName.CATALOGUE, release)),
                await line.publish(SetName.DELEGATIONS, items_of(SetName.DELEGATIONS, release)),
                await line.publish(SetName.ROOT, root_items(root), *ROOTS[:2]),
            ]
        # Announced out of order, as a list that was begun anew may bring them.
        await town.announced(*(announcement(each) for each in reversed(missed)))
        asked = await take(town, bytes_of(*missed))

        assert town.holdings.versions == line.store.holdings.versions
        assert town.holdings == replace(line.store.holdings)
        assert not town.is_behind
        assert await town.refused() == []
        assert asked < len(bytes_of(*missed))


async def test_a_release_that_is_cut_off_anywhere_goes_on(seed: int, tmp_path: Path) -> None:
    """The town is closed after any number of ranges; what is in force is always whole."""
    random = Random(seed)
    async with a_line(tmp_path) as line, a_town(tmp_path, line) as town:
        release = [
            await line.publish(name, items_of(name, 7))
            for name in (SetName.CATALOGUE, SetName.DELEGATIONS)
        ]
        await town.announced(*(announcement(each) for each in release))
        states = {town.holdings.versions: town.holdings}
        store, came = town, 1
        while came:
            store = await TrustStore(town._database, me=TOWN).open()
            came = await take(store, bytes_of(*release), ranges=random.randint(1, 6))
            states.setdefault(store.holdings.versions, store.holdings)
            assert store.holdings.versions.catalogue in (3, 4)
            assert (
                len(store.holdings.catalogue.matters)
                == {3: 13, 4: 17}[store.holdings.versions.catalogue]
            )
        assert store.holdings == line.store.holdings


async def test_a_release_that_fails_half_way_at_the_county_never_was(tmp_path: Path) -> None:
    """The third announcement cannot be written: no set of this release is in force."""
    async with a_county(tmp_path, a_clock(), published=False) as county:
        await county.load(FOLDER)
        before = county.opened.store.versions_held()
        announce, told = county.publisher._announce, []

        async def fails(body: SetAnnouncement) -> None:
            told.append(body.set)
            if len(told) == 3:
                raise OSError("no space left on device")
            await announce(body)

        county.publisher._announce = fails  # type: ignore[misc]
        with pytest.raises(OSError, match="space"):
            await county.publish()
        count = "SELECT count(*) FROM message WHERE kind = 'set-announcement'"
        assert county.opened.store.versions_held() == before
        assert county.opened.node.trust.versions == before
        assert await county.opened.database.fetch(count) == [(0,)]
        county.publisher._announce = announce  # type: ignore[misc]
        await county.publish()
        assert county.opened.store.holdings.is_complete


async def test_two_administrators_publish_at_once(tmp_path: Path) -> None:
    """One release, whoever was first; what each of them made known is in it."""
    async with a_county(tmp_path, a_clock()) as county:
        await county.load(changed_county(tmp_path))
        machines = [await asking(county, tmp_path, node) for node in (TOWN, OTHER_TOWN, VILLAGE)]
        approving = [county.approve(machine.node, shown, LUO) for machine, shown in machines]
        first, second, _ = await asyncio.gather(
            county.publish(), county.publish(), asyncio.gather(*approving)
        )
        held, directory = county.opened.store.holdings, county.opened.store.holdings.directory

        assert held.versions.catalogue == 2
        published = [*first, *second]
        assert len({(one.set, one.version) for one in published}) == len(published)
        for machine, _ in machines:
            assert directory.newest_incarnation(machine.node) is not None
            await machine.finish(county)


async def asking(county: County, path: Path, node: NodeId) -> tuple[Machine, str]:
    machine = Machine(path / node, a_clock())
    shown = machine.prepare(await county.enrolment.add(node))
    await machine.ask(county)
    return machine, shown
