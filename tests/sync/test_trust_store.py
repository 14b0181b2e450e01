"""Trust sets at a node: fetched in ranges, whole before they count, and never taken back."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from casework.names import ZERO_ID, LogName, NodeId, PartHash
from casework.regions import decode_regions
from sync.bodies import SetAnnouncement, SetName
from sync.carriers.port import PartRange
from sync.directory import compose_directory, directory_items
from sync.engine import Database
from sync.errors import SetFormError, SetRollbackError
from sync.keys import NodeSigner
from sync.payloads import Place, seal_message
from sync.ports import Applied
from sync.roles import one_key_root, root_fingerprint
from sync.trust_items import catalogue_items, delegation_items, revocation_items
from sync.trust_root import root_items
from sync.trust_sets import BuiltSet, Publication, build_set
from sync.trust_store import RANGE_BYTES, TrustStore
from sync.trust_tables import create_tables
from tests.builders import COUNTY, NOON, TOWN
from tests.county import FOLDER, catalogue, delegations, organisation
from tests.keyring import TRUST

ROOT_KEY = NodeSigner.from_seed(b"\x01" * 32)
STRANGER = NodeSigner.from_seed(b"\x02" * 32)
ROOT = one_key_root(ROOT_KEY.public_key)
FINGERPRINT = root_fingerprint(ROOT)
REGIONS = decode_regions((FOLDER / "regions.json").read_bytes())
DIRECTORY = directory_items(compose_directory(1, REGIONS, organisation()))


async def build(
    store: TrustStore, name: SetName, items: Mapping[str, bytes], *, key: NodeSigner = ROOT_KEY
) -> BuiltSet:
    """The next version of a set, as the county would publish it."""
    held = await store.manifest(name)
    version, previous = (1, None) if held is None else (held.manifest.version + 1, held.id)
    return build_set(Publication(name, version, previous, NOON), items, key)


def announcement(built: BuiltSet) -> SetAnnouncement:
    return SetAnnouncement(built.manifest.set, built.manifest.version, built.hash)


@asynccontextmanager
async def a_store(path: Path, node: NodeId) -> AsyncIterator[TrustStore]:
    async with Database(path / f"{node}.sqlite", durable=False) as database:
        await create_tables(database)
        yield await TrustStore(database, me=node, keep_all=node == COUNTY).open()


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[TrustStore]:
    async with a_store(tmp_path, COUNTY) as store:
        root = await build(store, SetName.ROOT, root_items(ROOT))
        directory = await build(store, SetName.DIRECTORY, DIRECTORY)
        parts = [*root.parts.values(), *directory.parts.values()]
        await store.begin(
            root=root.wire, directory=directory.wire, parts=parts, root_fingerprint=FINGERPRINT
        )
        yield store


@pytest.fixture
async def town(tmp_path: Path, county: TrustStore) -> AsyncIterator[TrustStore]:
    async with a_store(tmp_path, TOWN) as store:
        wires, parts = await county.newest(SetName.ROOT, SetName.DIRECTORY)
        await store.begin(
            root=wires[0], directory=wires[1], parts=parts, root_fingerprint=FINGERPRINT
        )
        yield store


async def publish(
    county: TrustStore, name: SetName, items: Mapping[str, bytes], *, key: NodeSigner = ROOT_KEY
) -> SetAnnouncement:
    built = await build(county, name, items, key=key)
    await county.publish(built)
    await county.open()
    return announcement(built)


async def fetch(store: TrustStore, source: TrustStore, *, ranges: int = 10_000) -> int:
    """Fetch until nothing is wanted, or for so many ranges; say how many came."""
    came = 0
    while came < ranges and (wants := await store.wanted(20)):
        for want in wants[: ranges - came]:
            data = await source.read_range(want.hash, want.offset, want.length)
            assert data is not None
            assert len(data) <= RANGE_BYTES
            await store.accept_ranges([PartRange(want.hash, want.offset, data)])
            came += 1
    return came


async def is_up_to_date(store: TrustStore) -> bool:
    return not store.is_behind


async def test_what_is_announced_while_somebody_looks_is_fetched_all_the_same(
    county: TrustStore, town: TrustStore
) -> None:
    said = await publish(county, SetName.CATALOGUE, catalogue_items(catalogue().matters))
    place = Place(LogName(f"{COUNTY}/5f0c2a91/control"), 1, ZERO_ID, NOON, False, None, None, TRUST)
    message = seal_message(place, said, ROOT_KEY)

    database = town._database
    async with database.transaction():
        await database.work(lambda work: town.applied(work, Applied((message,), ())))
        looking = asyncio.create_task(town.wanted(20), context=contextvars.Context())
        await asyncio.sleep(0.05)

    assert await looking
    assert await town.wanted(20)


async def test_a_set_counts_only_when_it_is_whole(county: TrustStore, town: TrustStore) -> None:
    matters = catalogue().matters
    await town.announced(await publish(county, SetName.CATALOGUE, catalogue_items(matters)))

    assert town.is_behind
    await fetch(town, county, ranges=30)
    assert town.holdings.versions.catalogue == 0
    await fetch(town, county)

    assert await is_up_to_date(town)
    assert town.holdings == county.holdings
    assert {one.ref for one in town.holdings.catalogue.matters} == {one.ref for one in matters}


async def test_a_changed_item_brings_only_itself_and_its_index(
    county: TrustStore, town: TrustStore
) -> None:
    first, *others = catalogue().matters
    await town.announced(
        await publish(county, SetName.CATALOGUE, catalogue_items([first, *others]))
    )
    await fetch(town, county)

    changed = replace(first, short_name="改名")
    await town.announced(
        await publish(county, SetName.CATALOGUE, catalogue_items([changed, *others]))
    )

    assert await fetch(town, county) == 3  # the manifest, an index part, an item
    assert town.holdings.catalogue.find(first.ref) == changed


async def test_what_was_fetched_survives_a_restart(county: TrustStore, town: TrustStore) -> None:
    records = delegation_items(delegations().records, delegations().instruments)
    await town.announced(await publish(county, SetName.DELEGATIONS, records))
    some = await fetch(town, county, ranges=20)
    again = TrustStore(town._database, me=TOWN)
    await again.open()

    signed = await county.manifest(SetName.DELEGATIONS)
    assert signed is not None
    assert some + await fetch(again, county) == 1 + len(signed.manifest.index) + len(records)
    assert again.holdings.delegations_of(TOWN) == county.holdings.delegations_of(TOWN)
    assert again.holdings.delegations_of(TOWN)


@pytest.mark.parametrize(
    "name", [SetName.CATALOGUE, SetName.DELEGATIONS, SetName.REVOCATIONS, SetName.CALENDAR]
)
async def test_a_set_that_the_wrong_role_signed_is_refused(
    county: TrustStore, town: TrustStore, name: SetName
) -> None:
    forged = await build(county, name, {}, key=STRANGER)
    await town.announced(announcement(forged))
    await town.accept_ranges([PartRange(forged.hash, 0, forged.wire)])

    assert await town.refused() == [(name, 1, "E_SET_THRESHOLD")]
    assert getattr(town.holdings.versions, name.value) == 0
    assert await town.wanted(10) == []


async def test_two_histories_of_one_version_raise_the_alarm(
    county: TrustStore, town: TrustStore
) -> None:
    one = await build(county, SetName.CATALOGUE, catalogue_items(catalogue().matters))
    other = await build(county, SetName.CATALOGUE, {})
    await town.announced(announcement(one), announcement(other))

    assert town.forked == ((SetName.CATALOGUE, 1),)
    assert town.is_behind


async def test_a_revocation_is_never_taken_back(county: TrustStore) -> None:
    listed = delegations()
    all_of_them = revocation_items(listed.revocations, listed.compromises)
    await publish(county, SetName.REVOCATIONS, all_of_them)

    with pytest.raises(SetRollbackError):
        await publish(county, SetName.REVOCATIONS, revocation_items(listed.revocations[1:], ()))
    assert county.holdings.revocations == listed.revocations


async def test_bytes_that_are_not_the_part_are_fetched_again(
    county: TrustStore, town: TrustStore
) -> None:
    await town.announced(await publish(county, SetName.CATALOGUE, catalogue_items([])))
    (want,) = await town.wanted(10)
    await town.accept_ranges([PartRange(want.hash, 0, b"")])

    assert await town.wanted(10) == [want]
    assert await fetch(town, county) == 1
    assert town.holdings.versions.catalogue == 1


async def test_bytes_nobody_asked_for_are_not_kept(town: TrustStore) -> None:
    stray = PartRange(PartHash("ab" * 32), 0, b"x")
    assert await town.accept_ranges([stray]) == [stray]


async def test_the_county_answers_for_the_versions_a_header_pins(county: TrustStore) -> None:
    first, *others = catalogue().matters
    await publish(county, SetName.CATALOGUE, catalogue_items([first, *others]))
    pinned = county.versions_held()
    await publish(county, SetName.CATALOGUE, catalogue_items(others))
    await publish(county, SetName.CATALOGUE, {})

    then = await county.at(pinned)

    assert county.holdings.catalogue.find(first.ref) is None
    assert then is not None
    assert then.catalogue.find(first.ref) == first
    assert await county.at(replace(pinned, catalogue=9)) is None


async def test_a_node_forgets_old_versions(county: TrustStore, town: TrustStore) -> None:
    matters = catalogue().matters
    for count in (10, 9, 8):
        items = catalogue_items(matters[:count])
        await town.announced(await publish(county, SetName.CATALOGUE, items))
        await fetch(town, county)

    pinned = town.versions_held()
    assert await town.at(replace(pinned, catalogue=2)) is not None
    assert await town.at(replace(pinned, catalogue=1)) is None


async def test_a_root_with_another_fingerprint_is_not_begun_with(
    tmp_path: Path, county: TrustStore
) -> None:
    wires, parts = await county.newest(SetName.ROOT, SetName.DIRECTORY)
    async with a_store(tmp_path, TOWN) as store:
        with pytest.raises(SetFormError):
            await store.begin(
                root=wires[0], directory=wires[1], parts=parts, root_fingerprint="00000 " * 6
            )
        assert store.holdings.versions.root == 0


async def test_a_new_root_comes_before_what_it_signs(county: TrustStore, town: TrustStore) -> None:
    new_root = one_key_root(STRANGER.public_key)
    held = await county.manifest(SetName.ROOT)
    assert held is not None
    root = build_set(
        Publication(SetName.ROOT, 2, held.id, NOON), root_items(new_root), ROOT_KEY, STRANGER
    )
    await county.publish(root)
    catalogue_set = await build(county, SetName.CATALOGUE, {}, key=STRANGER)
    await county.publish(catalogue_set)
    await county.open()
    await town.announced(announcement(catalogue_set), announcement(root))

    await fetch(town, county)

    assert town.holdings.versions == county.holdings.versions
    assert town.holdings.root == new_root


async def test_a_newer_directory_is_believed_of_a_stranger_who_shows_it(
    county: TrustStore, town: TrustStore
) -> None:
    """As a village meets a new machine in its township's place: nobody announced its key."""
    newer = directory_items(compose_directory(2, REGIONS, organisation()))
    await publish(county, SetName.DIRECTORY, newer)

    await town.take_shown(await county.to_show())
    await fetch(town, county)
    assert town.holdings.directory.version == 2
    assert not town.is_behind


async def test_what_a_stranger_shows_leaves_no_trace_if_its_signatures_do_not_hold(
    county: TrustStore, town: TrustStore
) -> None:
    newer = directory_items(compose_directory(2, REGIONS, organisation()))
    forged = await build(county, SetName.DIRECTORY, newer, key=STRANGER)
    with pytest.raises(SetFormError):
        await town.take_shown([forged.wire])
    await town.take_shown(await town.to_show())
    await town.refresh()
    assert await town.wanted(100) == []
    assert await town.refused() == []
    assert not town.is_behind
