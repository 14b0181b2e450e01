"""Receipt manifests: one at once while the line is up, few together when it comes back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casework.names import CaseId, Lane
from sync.bodies import MANIFEST_ITEMS_MAX, ReceiptManifest
from sync.manifests import announce
from sync.stored import stored_body, stored_message
from tests.builders import COUNTY, TOWN
from tests.cluster import Cluster, accepted, carry, received, rows


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = Cluster(tmp_path)
    await cluster.add(COUNTY, TOWN)
    yield cluster
    await cluster.close()


async def take_in(county: Cluster, number: str) -> CaseId:
    """What the desk does at a receipt."""
    case = await county.act(TOWN, received(), number=number)
    town = county.nodes[TOWN]
    [record] = await town.journal.messages(case)
    await town.change(lambda batch: announce(batch, record.message))
    return case


async def manifests(county: Cluster) -> list[list[str]]:
    """The numbers that each manifest of the township names."""
    found = await rows(
        county.nodes[TOWN], "SELECT wire FROM message WHERE kind = 'receipt-manifest' ORDER BY seq"
    )
    bodies = [stored_body(stored_message(wire)) for (wire,) in found]
    assert all(isinstance(body, ReceiptManifest) for body in bodies)
    return [[taken.number for taken in body.cases] for body in bodies]  # type: ignore[union-attr]


async def test_a_receipt_is_named_at_once_while_the_county_hears(county: Cluster) -> None:
    await county.greet(TOWN, COUNTY)
    for number in ("A-1", "A-2"):
        await take_in(county, number)
        await carry(county.nodes[TOWN], county.nodes[COUNTY])

    assert await manifests(county) == [["A-1"], ["A-2"]]


async def test_what_is_taken_in_with_the_line_down_is_named_together(county: Cluster) -> None:
    await county.greet(TOWN, COUNTY)
    cases = [await take_in(county, f"A-{place}") for place in range(4)]
    await county.act(TOWN, accepted(), case=cases[1])
    assert await manifests(county) == [["A-0"]]

    await county.talk(TOWN, COUNTY)

    assert await manifests(county) == [["A-0"], ["A-1", "A-2", "A-3"]]
    held = await rows(
        county.nodes[COUNTY], "SELECT count(*) FROM message WHERE kind = 'receipt-manifest'"
    )
    assert held == [(2,)]
    await take_in(county, "A-4")
    assert (await manifests(county))[2:] == [["A-4"]]


async def test_a_node_that_never_met_its_parent_names_all_at_the_first_hello(
    county: Cluster,
) -> None:
    for place in range(3):
        await take_in(county, f"A-{place}")
    assert await manifests(county) == []

    await county.greet(TOWN, COUNTY)

    assert await manifests(county) == [["A-0", "A-1", "A-2"]]


async def test_many_receipts_take_several_manifests(county: Cluster) -> None:
    count = MANIFEST_ITEMS_MAX + 1
    async with county.nodes[TOWN].database.transaction():
        for place in range(count):
            await take_in(county, f"A-{place}")
    await county.talk(TOWN, COUNTY)

    assert [len(named) for named in await manifests(county)] == [MANIFEST_ITEMS_MAX, 1]


async def test_manifests_go_ahead_of_the_cases_they_name(county: Cluster) -> None:
    await county.greet(TOWN, COUNTY)
    for place in range(3):
        await take_in(county, f"A-{place}")
    sent: dict[Lane, int] = {}
    exchange = county.nodes[TOWN].exchange
    [first, *_] = await exchange.frames_to_send(COUNTY, after=sent, limit_bytes=20_000)

    assert first.lane is Lane.CONTROL
