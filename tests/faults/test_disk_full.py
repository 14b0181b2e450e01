"""A disk that is full while cases and scans arrive: a clean refusal, and recovery by itself."""

import contextlib
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from sync.control import CommandError
from tests.builders import COUNTY, TOWN, VILLAGE
from tests.faults.county import County

pytestmark = pytest.mark.processes

SCAN_BYTES: Final = 600_000
DISK_BYTES: Final = 64 * 1024 * 1024
# Below this an unprivileged process's files may not grow, its log among them.
FILE_BYTES_MAX: Final = 256 * 1024
CHUNK_BYTES: Final = 4096


@contextlib.contextmanager
def a_small_disk(county: County) -> Iterator[Path]:
    """The township's data directory on a file system of its own; skips without the privilege."""
    place = county.files(TOWN).path
    away = place.rename(place.with_name("moved"))
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=700", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here; the limit on files stands in")
    try:
        subprocess.run(["cp", "-a", f"{away}/.", str(place)], check=True)
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextlib.contextmanager
def filled(place: Path) -> Iterator[None]:
    """Somebody else's file takes all that is left."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(CHUNK_BYTES))
    try:
        yield
    finally:
        ballast.unlink()


async def test_a_full_disk_at_a_township_holds_cases_up_and_loses_none(county: County) -> None:
    with a_small_disk(county) as place:
        await county.start(VILLAGE, TOWN, COUNTY)
        with filled(place):
            cases = [await county.enter(VILLAGE, scan_bytes=SCAN_BYTES) for _ in range(3)]
            with pytest.raises(CommandError, match="full"):
                await county.enter(TOWN)
            await county.until(lambda: "full" in county.log(TOWN), "the township says why")
            assert county.heads(TOWN) == {}
            assert county.one(VILLAGE, "SELECT count(*) FROM listed") > 0
            assert county.is_running(TOWN)
        for case in cases:
            await county.comes(case, COUNTY)
        await county.enter(TOWN)
        await county.nothing_lost_nothing_twice()
        await county.stop()


async def test_files_that_may_not_grow_hold_scans_up_and_lose_none(county: County) -> None:
    """As a full disk, where nothing can be mounted: scans meet the limit, small writes do not."""
    await county.start(VILLAGE, TOWN, COUNTY)
    _, hard = resource.prlimit(county.pid(TOWN), resource.RLIMIT_FSIZE)
    resource.prlimit(county.pid(TOWN), resource.RLIMIT_FSIZE, (FILE_BYTES_MAX, hard))
    case = await county.enter(VILLAGE, scan_bytes=SCAN_BYTES)
    await county.until(lambda: "File too large" in county.log(TOWN), "the township says why")
    assert county.is_running(TOWN)
    resource.prlimit(county.pid(TOWN), resource.RLIMIT_FSIZE, (hard, hard))
    await county.comes(case, COUNTY)
    await county.nothing_lost_nothing_twice()
    scans = "SELECT count(*) FROM part WHERE state = 'held' AND size > ?"
    assert county.one(COUNTY, scans, SCAN_BYTES) == 1
