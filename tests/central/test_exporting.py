"""What is loaded goes out as a folder and comes in again; an older folder undoes nothing."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from casework.delegation import Revocation, RevocationMode
from casework.delegation_file import KeyCompromise
from casework.matter_editing import next_version
from casework.names import MatterId, OfficerId
from casework.organisation import Officer
from casework.proposal import Move
from central.services.county import County
from central.services.exporting import FolderInUseError
from central.services.loading import LoadError, OlderFolderError, load_folder
from central.services.proposals import ProposalDesk
from central.store.loaded import CountyData
from sync.keys import random_bytes
from tests.builders import NOON
from tests.county import FOLDER
from tests.founded import COUNTY, a_clock, a_county

HU, ZHOU = OfficerId("o0085"), OfficerId("o0095")
FELLING = MatterId("timber-felling-permit")


async def loaded(county: County) -> CountyData:
    data = await county.loaded.find()
    assert data is not None
    return data


async def approved(county: County) -> None:
    """A matter's next version, put in force in the browser."""

    def officer(one: OfficerId) -> Officer:
        found = county.opened.store.holdings.officer(one)
        assert found is not None
        return found

    desk, clock = ProposalDesk(county, a_clock(), random_bytes), a_clock()
    data = await loaded(county)
    today = data.calendar.day_of(clock.now())
    changes = next_version(
        data.catalogue.matters, FELLING, by=HU, begins=date(2027, 1, 1), today=today
    )
    proposal = await desk.draft("林木采伐 第 2 版", changes, officer(HU))
    await desk.move(proposal.id, Move.SUBMIT, officer(HU))
    await desk.approve(proposal.id, officer(ZHOU))


async def test_what_goes_out_comes_in_again_as_it_was(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        await approved(county)
        before = await loaded(county)

        names = await county.export(tmp_path / "out")
        await county.load(tmp_path / "out")

        assert sorted(names) == sorted(path.name for path in (tmp_path / "out").iterdir())
        assert await loaded(county) == before
        assert await county.publish() == []


async def test_nobodys_identity_number_goes_out_and_people_stay_the_same(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        await county.export(tmp_path / "out")
        persons = {one.id: one.person for one in (await loaded(county)).organisation.officers}

    rows = json.loads((tmp_path / "out" / "organisation.json").read_text("utf-8"))["officers"]
    given = json.loads((FOLDER / "organisation.json").read_text("utf-8"))["officers"]
    assert {row["id"]: row["person"] for row in rows} == persons
    text = (tmp_path / "out" / "organisation.json").read_text("utf-8")
    assert not any(row["id_number"] in text or row["phone"] in text for row in given)


@pytest.mark.parametrize(
    "change",
    [{"person": "somebody"}, {"person": None}, {"id_number": "440229193501010004"}],
    ids=["not a person", "neither", "both"],
)
async def test_an_officer_is_named_in_one_way(
    tmp_path: Path, change: dict[str, str | None]
) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        await county.export(tmp_path / "out")
    path = tmp_path / "out" / "organisation.json"
    file = json.loads(path.read_text("utf-8"))
    file["officers"][0].update(change)
    path.write_text(json.dumps(file), "utf-8")

    with pytest.raises(LoadError, match=r"organisation\.json: \$\.officers\[0\]|\$\.officers"):
        load_folder(tmp_path / "out", county=COUNTY, person_secret=b"")


async def test_a_lost_key_stays_lost(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        before = await loaded(county)
        record = before.delegations.records[0]
        lost = KeyCompromise(record.grantee, NOON, "笔记本被盗", record.instrument)
        told = Revocation(
            "r9", record.id, RevocationMode.SUSPEND, NOON, lost.reason, lost.instrument
        )
        listed = replace(
            before.delegations,
            revocations=(*before.delegations.revocations, told),
            compromises=(*before.delegations.compromises, lost),
        )
        await county.loaded.put(replace(before, delegations=listed), NOON)

        await county.export(tmp_path / "out")
        await county.load(tmp_path / "out")

        assert (await loaded(county)).delegations == listed


async def test_an_older_folder_is_refused_unless_it_is_meant(tmp_path: Path) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        await approved(county)
        after = await loaded(county)

        with pytest.raises(OlderFolderError, match=r"catalogue\.json is version 12"):
            await county.load(FOLDER)
        assert await loaded(county) == after

        await county.load(FOLDER, replace=True)
        assert (await loaded(county)).catalogue.version == after.catalogue.version - 1


@pytest.mark.parametrize(
    ("file", "was", "now", "named"),
    [
        ("catalogue.json", '"max_visits": 1', '"max_visits": 2', r" v\d"),
        ("delegations.json", '"offline_hours": 72', '"offline_hours": 24', r"d\d+"),
    ],
)
async def test_one_version_says_one_thing(
    tmp_path: Path, file: str, was: str, now: str, named: str
) -> None:
    async with a_county(tmp_path, a_clock()) as county:
        before = await loaded(county)
        await county.load(FOLDER)
        folder = Path(shutil.copytree(FOLDER, tmp_path / "folder"))
        text = (folder / file).read_text("utf-8")
        (folder / file).write_text(text.replace(was, now, 1), "utf-8")

        with pytest.raises(
            OlderFolderError, match=rf"{file} is version \d+, as .*{named}.*--replace"
        ):
            await county.load(folder)
        assert await loaded(county) == before

        await county.load(folder, replace=True)
        assert await loaded(county) != before


async def test_nothing_is_written_over(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine", "utf-8")
    async with a_county(tmp_path, a_clock()) as county:
        with pytest.raises(FolderInUseError):
            await county.export(out)

    assert [path.name for path in out.iterdir()] == ["notes.txt"]
