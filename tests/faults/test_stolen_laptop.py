"""A laptop is stolen: whatever lies on its disk is searched for people, and nothing is found.

A real laptop below a real township and county. It is searched while a draft waits and the screen
is locked; after a power cut, when an application was handed in and the line was down; and when the
county has it. The same search of the township's disk finds all of it: it is not blind.
"""

import base64
import contextlib
import re
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import httpx
import pytest

from casework.names import NodeId
from tests.builders import COUNTY, LIN, TOWN, VILLAGE
from tests.centres import LOW_INCOME, visible, yes_to_conditions
from tests.faults.county import County
from tests.faults.ports import HOST
from tests.halls import PASSWORD
from tests.laptops import AT_THE_TABLE, a_picture

pytestmark = pytest.mark.processes

NAME: Final = "欧阳种秀"
ID_NUMBER: Final = "440229193501010004"
PHONE: Final = "13987654321"
PLANTED: Final = {"name": NAME, "id_number": ID_NUMBER, "phone": PHONE}
MATTER: Final = "minimum-living-allowance"
MARKER_BYTES: Final = 48


def spellings(word: str | bytes) -> Iterator[bytes]:
    """How something may lie on a disk without being closed."""
    if isinstance(word, bytes):
        yield word
        return
    for encoding in ("utf-8", "utf-16-le", "gb18030"):
        yield word.encode(encoding)
    yield word.encode("unicode_escape")
    # Three bytes to four letters: wherever it begins, one of these three is in it.
    for shift in range(3):
        yield base64.b64encode(bytes(shift) + word.encode())[4:-4]


def texts_on(disk: Path) -> Iterator[tuple[str, bytes]]:
    """Every file as it lies there, and every cell of a database: long ones span pages."""
    for path in sorted(disk.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield path.name, data
        if data.startswith(b"SQLite format 3\0"):
            yield from cells_of(path)


def cells_of(path: Path) -> Iterator[tuple[str, bytes]]:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        for (table,) in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for cell in row:
                    if isinstance(cell, str | bytes):
                        yield table, cell.encode() if isinstance(cell, str) else cell


def hits(disk: Path, words: Iterable[str | bytes]) -> set[tuple[str, str | bytes]]:
    sought = [(word, spelt) for word in words for spelt in spellings(word)]
    return {
        (where, word) for where, text in texts_on(disk) for word, spelt in sought if spelt in text
    }


class Lin:
    """The agent at the browser of the laptop."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def post(self, url: str, **fields: str) -> httpx.Response:
        token = (await self.client.get("/session/token")).json()["csrf_token"]
        return await self.client.post(url, data={"csrf_token": token, **fields})

    async def begin(self) -> str:
        """A draft with a person and a picture in it; its address."""
        begun = await self.post("/collect", choose=f"{MATTER}@1")
        draft = str(begun.headers["location"])
        await self.save(draft, act="save")
        token = (await self.client.get("/session/token")).json()["csrf_token"]
        answer = await self.client.post(
            f"{draft}/files",
            data={"csrf_token": token, "material": "m1"},
            files={"file": (f"{NAME}.jpg", a_picture())},
        )
        assert answer.status_code == 200, visible(answer.text)
        return draft

    async def save(self, draft: str, act: str) -> httpx.Response:
        page = (await self.client.get(draft)).text
        revision = re.search(r'name="revision"[^>]*value="(\d+)"', page)
        assert revision is not None, visible(page)
        typed = {**AT_THE_TABLE, **LOW_INCOME, **PLANTED, **yes_to_conditions(MATTER)}
        return await self.post(draft, **typed, act=act, revision=revision[1])

    async def markers(self, draft: str) -> list[bytes]:
        """Bytes out of the middle of the picture and of its small one, as they are kept."""
        page = (await self.client.get(draft)).text
        found = re.search(rf'"({re.escape(draft)}/files/[0-9a-f]+)"', page)
        assert found is not None, "the picture has an address"
        whole = (await self.client.get(found[1])).content
        small = (await self.client.get(f"{found[1]}/thumbnail")).content
        assert len(whole) > 10_000
        return [each[len(each) // 2 :][:MARKER_BYTES] for each in (whole, small)]


@contextlib.asynccontextmanager
async def lin_at(county: County) -> AsyncIterator[Lin]:
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{county.ports[VILLAGE]}") as client:
        lin = Lin(client)
        answer = await lin.post("/sign-in", login=LIN, password=PASSWORD)
        assert answer.status_code == 303, visible(answer.text)
        yield lin


def searched(county: County, node: NodeId, words: Sequence[str | bytes]) -> set[str | bytes]:
    """Which of these are found in a node's directory, or in what its process said."""
    found = {word for _, word in hits(county.files(node).path, words)}
    log = county.log(node)
    return found | {word for word in words if isinstance(word, str) and word in log}


async def test_a_stolen_laptop_tells_of_nobody(county: County) -> None:
    people = [NAME, ID_NUMBER, PHONE]
    county.lines[VILLAGE].cut()
    await county.start(COUNTY, TOWN, VILLAGE)
    await county.ask(VILLAGE, "account set", officer=LIN, login=LIN, password=PASSWORD)
    async with lin_at(county) as lin:
        draft = await lin.begin()
        pictures = await lin.markers(draft)
        assert NAME in (await lin.client.get(draft)).text
        await lin.post("/lock")
        # The screen is locked: a draft with its pictures waits on the disk.
        assert searched(county, VILLAGE, [*people, *pictures]) == set()
        assert (await lin.client.get(draft)).headers["location"].startswith("/sign-in")

    async with lin_at(county) as lin:
        answer = await lin.save(draft, act="collect")
        assert answer.status_code == 303, visible(answer.text)
    # The power goes before the line comes back, and nobody signs in again.
    await county.kill(VILLAGE)
    assert searched(county, VILLAGE, [*people, *pictures]) == set()
    await county.start(VILLAGE)
    county.lines[VILLAGE].heal()
    await county.until(lambda: NAME in county.applicants(COUNTY), "the county has the case")
    await county.settled()
    assert county.one(COUNTY, "SELECT count(*) FROM part WHERE state = 'held'") > 0
    shelf = county.files(VILLAGE).parts
    await county.until(lambda: not any(map(Path.is_file, shelf.rglob("*"))), "the scan is gone")
    await county.stop()

    assert searched(county, VILLAGE, [*people, *pictures]) == set()
    assert searched(county, TOWN, [*people, pictures[0]]) == {*people, pictures[0]}
