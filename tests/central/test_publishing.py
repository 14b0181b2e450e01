"""Publishing: only what changed, announced in the county's log, and no word taken back."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from casework.names import Lane, NodeId, log_name
from central.services.county import County, NothingLoadedError
from central.services.loading import FILES
from central.services.publishing import MissingKeyError
from sync.bodies import SetAnnouncement, SetName
from sync.errors import SetRollbackError
from sync.stored import stored_body, stored_message
from tests.builders import TOWN
from tests.county import FOLDER, catalogue, delegations, organisation
from tests.founded import a_clock, a_county, a_day_later, enrol

LOST = NodeId("440229907-01")  # the example county says it lost control of its key


async def announcements(county: County) -> list[SetAnnouncement]:
    rows = await county.opened.database.fetch(
        "SELECT wire FROM message WHERE kind = 'set-announcement' ORDER BY seq"
    )
    bodies = [stored_body(stored_message(wire)) for (wire,) in rows]
    return [body for body in bodies if isinstance(body, SetAnnouncement)]


def copy_of(folder: Path) -> Path:
    folder.mkdir()
    for name in FILES:
        shutil.copy(FOLDER / name, folder / name)
    return folder


def edit(path: Path, key: str, index: int, **values: Any) -> None:
    data = json.loads(path.read_text())
    data[key][index].update(values)
    if "version" in data:
        data["version"] += 1
    path.write_text(json.dumps(data, ensure_ascii=False))


async def test_a_county_publishes_what_it_loaded(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        holdings = county.opened.store.holdings

        assert holdings.is_complete
        assert set(holdings.catalogue.matters) == set(catalogue().matters)
        assert set(holdings.delegations) == set(delegations().records)
        assert {one.id for one in holdings.organisation.officers} == {
            one.id for one in organisation().officers
        }
        assert county.opened.node.trust.versions == holdings.versions


async def test_every_published_set_is_announced(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        told = await announcements(county)
        versions = county.opened.store.versions_held()

        assert [one.set for one in told] == list(SetName)[1:]
        assert all(versions.version_of(one.set) == one.version for one in told)


async def test_the_same_content_makes_no_new_version(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        before = await announcements(county)
        await county.load(FOLDER)

        assert await county.publish() == []
        assert await announcements(county) == before


async def test_one_changed_matter_changes_one_item(tmp_path: Path) -> None:
    folder = copy_of(tmp_path / "folder")
    async with a_county(tmp_path, a_clock()) as county:
        edit(folder / "catalogue.json", "matters", 0, short_name="新简称")
        await county.load(folder)
        (published,) = await county.publish()

        assert (published.set, published.version) == (SetName.CATALOGUE, 2)
        assert published.parts_new == 2  # the item, and the index part that lists it


async def test_a_revocation_that_was_published_cannot_be_left_out(tmp_path: Path) -> None:
    folder = copy_of(tmp_path / "folder")
    async with a_county(tmp_path, a_clock()) as county:
        edit(folder / "delegations.json", "revocations", 0, reason="别的理由")
        await county.load(folder)
        before = county.opened.store.versions_held()

        with pytest.raises(SetRollbackError):
            await county.publish()

        assert county.opened.store.versions_held() == before
        assert len(await announcements(county)) == 5


async def test_nothing_is_published_without_the_root_key(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock, published=False) as county:
        with pytest.raises(NothingLoadedError):
            await county.publish()
        county.settings.root_key_file.rename(tmp_path / "safe.pem")
    from central.services.county import open_county  # noqa: PLC0415

    async with open_county(county.settings, clock) as again:
        await again.load(FOLDER)
        with pytest.raises(MissingKeyError):
            await again.publish()


async def test_a_key_made_before_it_was_lost_ends_its_logs(tmp_path: Path) -> None:
    folder = copy_of(tmp_path / "folder")
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        identity = await enrol(county, tmp_path, LOST, clock)
        a_day_later(clock)
        data = json.loads((folder / "delegations.json").read_text())
        data["revocations"].append(
            data["revocations"][2] | {"id": "r04", "since": "2026-11-21T12:00:00+08:00"}
        )
        data["version"] += 1
        (folder / "delegations.json").write_text(json.dumps(data, ensure_ascii=False))
        await county.load(folder)
        await county.publish()
        directory = county.opened.store.holdings.directory

        for lane in Lane:
            end = directory.find_end(log_name(LOST, identity.incarnation, lane))
            assert end is not None
            assert end.compromised
        replaced = await enrol(county, tmp_path, LOST, clock, name="new machine")
        after = county.opened.store.holdings.directory
        assert after.find_end(log_name(LOST, replaced.incarnation, Lane.CASE)) is None


async def test_a_key_made_after_the_loss_is_not_touched(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        identity = await enrol(county, tmp_path, LOST, clock)
        await county.publish()

        directory = county.opened.store.holdings.directory
        assert directory.find_end(log_name(LOST, identity.incarnation, Lane.CASE)) is None
        assert county.opened.store.holdings.compromises[0].node == LOST


async def test_a_publication_keeps_the_keys_of_the_directory(tmp_path: Path) -> None:
    folder = copy_of(tmp_path / "folder")
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        identity = await enrol(county, tmp_path, TOWN, clock)
        edit(folder / "organisation.json", "officers", 5, name="改名")
        await county.load(folder)
        await county.publish()

        assert county.opened.store.holdings.directory.find_key(identity.key_id) is not None
