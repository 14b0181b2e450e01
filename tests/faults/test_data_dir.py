"""A data directory that another process holds, that is damaged, or that is older than its words."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from sync.control import CommandError
from tests.builders import COUNTY, TOWN, VILLAGE
from tests.faults.county import County
from tests.faults.ports import a_port

pytestmark = pytest.mark.processes

PAGE_BYTES = 4096


async def refuses_to_serve(county: County) -> str:
    """What the village's program says before it ends by itself."""
    before = len(county.log(VILLAGE))
    process = county.run(VILLAGE, "serve", settings={"port": str(a_port())})
    assert await process.wait() != 0
    return county.log(VILLAGE)[before:]


async def test_a_second_process_on_a_data_directory_refuses(county: County) -> None:
    await county.start(VILLAGE, TOWN, COUNTY)
    said = await refuses_to_serve(county)
    assert "another process holds it" in said
    assert "Traceback" not in said
    assert county.is_running(VILLAGE)
    case = await county.enter(VILLAGE)
    await county.comes(case, COUNTY)
    await county.nothing_lost_nothing_twice()


def zero_a_page(path: Path) -> None:
    """A page of the messages that a power cut left empty."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        sql = "SELECT rootpage FROM sqlite_master WHERE name = 'message'"
        (page,) = connection.execute(sql).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE_BYTES)
        file.write(bytes(PAGE_BYTES))


def change_a_set(path: Path) -> None:
    """Content that the database cannot tell from what was written, and its hash can."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE trust_part SET data = zeroblob(length(data))")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def tear_off_the_end(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def overwrite_the_beginning(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\xff" * 100)


async def test_a_damaged_database_is_noticed_at_start_and_left_as_it_is(county: County) -> None:
    await county.start(VILLAGE)
    await county.enter(VILLAGE)
    await county.stop(VILLAGE)
    path = county.files(VILLAGE).database
    sound = path.read_bytes()
    for damage in (zero_a_page, tear_off_the_end, overwrite_the_beginning, change_a_set):
        damage(path)
        torn = path.read_bytes()
        said = await refuses_to_serve(county)
        assert f"{path} is damaged; restore it from a backup" in said
        assert "Traceback" not in said
        assert path.read_bytes() == torn
        path.write_bytes(sound)
    zero_a_page(path)
    with pytest.raises(AssertionError, match="restore it from a backup"):
        await county.command(VILLAGE, "doctor")


async def test_a_machine_rolled_back_to_an_older_disk_is_told_and_stops_signing(
    county: County,
) -> None:
    await county.start(VILLAGE, TOWN, COUNTY)
    await county.stop(VILLAGE)
    shutil.copytree(county.files(VILLAGE).path, county.folder / "backup")
    await county.start(VILLAGE)
    case = await county.enter(VILLAGE)
    await county.comes(case, COUNTY)
    await county.kill(VILLAGE)
    shutil.rmtree(county.files(VILLAGE).path)
    (county.folder / "backup").rename(county.files(VILLAGE).path)
    await county.start(VILLAGE)
    await county.until(
        lambda: county.one(VILLAGE, "SELECT count(*) FROM audit WHERE is_alarm = TRUE"),
        "the village hears its own word from its future",
    )
    with pytest.raises(CommandError):
        await county.enter(VILLAGE)
    assert county.heads(COUNTY).keys() == {case.case}
    assert county.one(COUNTY, "SELECT count(*) FROM evidence") == 0
