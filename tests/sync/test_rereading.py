"""What a release kept because it did not know the kind is read by the first one that does."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casework.names import CaseNumber, Lane
from sync import payloads, stored
from sync.bodies import Deposit, DepositKind, Lease
from sync.payloads import DEPOSIT, LEASE, NOTICE, Kind
from tests.builders import COUNTY, LIN, TOWN
from tests.cluster import FIRST, Cluster, a_county, received, rows
from tests.wires import a_message, bring, state_of

QUESTION = Deposit(CaseNumber("A-0001"), DepositKind.QUESTION, None, LIN, None, ())


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = await a_county(tmp_path)
    for child, parent in cluster.links():
        await cluster.greet(child, parent)
    yield cluster
    await cluster.close()


def be_without(kind: Kind, patch: pytest.MonkeyPatch) -> None:
    for table in (payloads.KINDS, stored.BODIES):
        assert isinstance(table, dict)
        patch.delitem(table, kind.type)


async def upgraded(county: Cluster) -> None:
    """The county's machine starts by a release that knows all kinds; it starts twice."""
    for _ in range(2):
        await county.nodes[COUNTY].open()


async def test_a_case_waits_for_the_upgrade_and_goes_on_after_it(
    county: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await county.act(TOWN, received())
    deposit = await county.nodes[TOWN].journal.append(QUESTION, case=case)
    with monkeypatch.context() as patch:
        be_without(DEPOSIT, patch)
        await county.settle()
        assert await state_of(county, deposit) == ("unread", None)
    above = county.nodes[COUNTY]
    waiting = await above.journal.find_opened(case)
    assert waiting is not None
    assert waiting.blocked == "E_UNREAD"

    await upgraded(county)
    assert await state_of(county, deposit) == ("admitted", None)
    assert await rows(above, "SELECT kind FROM message WHERE id = ?", deposit.id) == [("deposit",)]
    opened = await above.journal.find_opened(case)
    assert opened is not None
    assert opened.blocked is None
    assert opened.case == await county.case(TOWN, case)


async def test_what_is_read_late_is_judged_and_answered_like_anything_else(
    county: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, above = county.nodes[TOWN], county.nodes[COUNTY]
    lease = a_message(town, Lease(TOWN, FIRST, "2027-01-01T00:00:00.000000Z"))
    case = await county.act(TOWN, received())
    county.judge.refusals[(TOWN, "Deposit")] = "E_OFFICER"
    deposit = await town.journal.append(QUESTION, case=case)
    with monkeypatch.context() as patch:
        be_without(LEASE, patch)
        be_without(DEPOSIT, patch)
        await county.settle()
        await bring(county, lease.wire, lane=Lane.CONTROL)

    await upgraded(county)
    assert await state_of(county, lease) == ("refused", "E_TYPE")
    assert await rows(above, "SELECT 1 FROM lease WHERE id = ?", lease.id) == []
    assert await state_of(county, deposit) == ("refused", "E_OFFICER")
    notices = "SELECT count(*) FROM message WHERE kind = ? AND case_id = ?"
    assert await rows(above, notices, NOTICE.name, case) == [(1,)]
