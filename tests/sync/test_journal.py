"""A case on its way up and down: what every node comes to hold, and what the badges say."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casework import act as acts
from casework.case import Status
from casework.entry import Written
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.cluster import Cluster, a_county, accepted, applicant, collected, received, rows


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = await a_county(tmp_path)
    yield cluster
    await cluster.close()


async def test_a_case_goes_up_and_its_state_comes_down(county: Cluster) -> None:
    case = await county.act(VILLAGE, collected(), parts={"applicant": applicant()})
    await county.act(VILLAGE, acts.HandOverPen(TOWN), case=case)
    await county.settle()
    await county.act(TOWN, received(), case=case)
    await county.act(TOWN, accepted(), case=case)
    await county.settle()

    for name in (COUNTY, TOWN, VILLAGE):
        seen = await county.case(name, case)
        assert seen is not None
        assert seen.status is Status.ACCEPTED
        assert seen.pen == TOWN
    assert await county.case(OTHER_TOWN, case) is None


async def test_the_projection_can_be_dropped_and_comes_back_the_same(county: Cluster) -> None:
    case = await county.act(VILLAGE, collected(), parts={"applicant": applicant("陈桂英")})
    await county.act(VILLAGE, acts.HandOverPen(TOWN), case=case)
    await county.settle()
    node = county.nodes[COUNTY]
    query = "SELECT id, head, applicant, interest, folded FROM case_row"
    before = await rows(node, query)
    assert before[0][2] == "陈桂英"
    await node.database.execute("DELETE FROM case_row")

    assert await node.journal.rebuild_projection() == 1
    assert await rows(node, query) == before
    # Who was told is forgotten with the row: they are told once more, which does no harm.
    await county.act(TOWN, received(), case=case)
    await county.settle()
    assert await county.case(VILLAGE, case) == await county.case(COUNTY, case)


async def test_an_act_and_all_that_follows_from_it_is_one_transaction(county: Cluster) -> None:
    await county.settle()
    node = county.nodes[TOWN]

    async def act_and_fail() -> None:
        async with node.database.transaction():
            await county.act(TOWN, received(), parts={"applicant": applicant()})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await act_and_fail()
    for table in ("case_row", "part", "listed"):
        assert await rows(node, f"SELECT 1 FROM {table}") == []
    assert await rows(node, "SELECT 1 FROM message WHERE brought_by IS NULL") == []

    async with node.database.transaction():
        case = await county.act(TOWN, received())
        await county.act(TOWN, accepted(), case=case)
    await county.settle()
    shown = await county.case(COUNTY, case)
    assert shown is not None
    assert shown.status is Status.ACCEPTED


async def test_a_fault_in_one_case_parks_that_case_and_no_other(
    county: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = await county.act(TOWN, received(), number="A-1")
    good = await county.act(TOWN, received(), number="A-2")

    def stumble(_batch: object, _case: object, written: Written, _header: object) -> str | None:
        if written.case == bad:
            raise KeyError(bad)
        return None

    monkeypatch.setattr(county.judge, "judge", stumble)
    await county.settle()
    assert await county.case(COUNTY, bad) is None
    assert await county.case(COUNTY, good) is not None
    blocked = "SELECT case_id, code FROM audit WHERE event = 'case-blocked'"
    assert await rows(county.nodes[COUNTY], blocked) == [(bad, "E_FOLD")]

    monkeypatch.undo()
    await county.nodes[COUNTY].journal.rebuild_projection()
    assert await county.case(COUNTY, bad) == await county.case(TOWN, bad)
