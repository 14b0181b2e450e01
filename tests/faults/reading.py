"""What somebody reads in a browser at a process."""

import re
from html import unescape
from typing import Final

import httpx

from casework.names import NodeId
from tests.faults.county import County
from tests.faults.ports import HOST
from tests.halls import PASSWORD, Browser

_ROW: Final = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL: Final = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
_TAG: Final = re.compile(r"<[^>]+>")


async def pages_at(county: County, node: NodeId, officer: str, *paths: str) -> list[httpx.Response]:
    """Sign in at a node, with an account made for it, and open these pages."""
    await county.ask(node, "account set", officer=officer, login=officer, password=PASSWORD)
    url = f"http://{HOST}:{county.ports[node]}"
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        browser = Browser(client)
        await browser.sign_in(officer)
        answers = [await browser.get(path) for path in paths]
    for answer in answers:
        assert answer.status_code == 200, answer.text[:500]
    return answers


def rows_of(page: str) -> list[list[str]]:
    """The rows of the tables of a page."""
    return [
        [said(cell) for cell in _CELL.findall(row)]
        for row in _ROW.findall(page)
        if _CELL.search(row)
    ]


def said(markup: str) -> str:
    """The words without their tags."""
    return unescape(_TAG.sub("", markup)).strip()
