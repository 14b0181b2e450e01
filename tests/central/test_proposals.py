"""Two persons change what the county publishes: one proposes, another puts it in force."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from casework.delegation import Delegation
from casework.names import DelegationId, OfficerId
from casework.organisation import Officer
from casework.proposal import (
    DelegationChanges,
    Move,
    ProposalError,
    ProposalFault,
    ProposalState,
    RecordChange,
)
from central.services.county import County
from central.services.proposals import ProposalDesk
from central.store.proposals import Proposal
from sync.bodies import SetName
from sync.keys import random_bytes
from tests.founded import a_clock, a_county

GUO = OfficerId("o0086")  # administers delegations
LIN = OfficerId("o0090")  # administers security
HU = OfficerId("o0085")  # edits the catalogue
UNTIL = date(2027, 3, 31)
OPEN_ENDED = DelegationId("d0004")


class Pair:
    """A county, and two of its people."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.desk = ProposalDesk(county, a_clock(), random_bytes)

    def officer(self, officer: OfficerId) -> Officer:
        found = self.county.opened.store.holdings.officer(officer)
        assert found is not None
        return found

    def record(self, record: DelegationId = OPEN_ENDED) -> Delegation:
        held = self.county.opened.store.holdings.delegations
        return next(one for one in held if one.id == record)

    def ending(self, until: date = UNTIL, **others: object) -> DelegationChanges:
        before = self.record()
        return DelegationChanges(
            (RecordChange(before, replace(before, not_after=until, **others)),)
        )

    async def submitted(self, changes: DelegationChanges | None = None) -> Proposal:
        proposal = await self.desk.draft("到期收回", changes or self.ending(), self.officer(GUO))
        return await self.desk.move(proposal.id, Move.SUBMIT, self.officer(GUO))

    async def state(self, proposal: Proposal) -> ProposalState:
        return (await self.desk.get(proposal.id)).state


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    async with a_county(tmp_path, a_clock()) as county:
        yield Pair(county)


async def test_what_a_second_person_approves_is_published(pair: Pair) -> None:
    proposal = await pair.submitted()

    assert pair.record().not_after is None
    approval = await pair.desk.approve(proposal.id, pair.officer(LIN), "与文件一致")

    assert [one.set for one in approval.published] == [SetName.DELEGATIONS]
    assert pair.record().not_after == UNTIL
    steps = await pair.desk.store.steps(proposal.id)
    assert [(one.move, one.officer) for one in steps] == [
        (Move.SAVE, GUO),
        (Move.SUBMIT, GUO),
        (Move.APPROVE, LIN),
    ]
    assert (await pair.desk.loaded()).delegations.records.count(pair.record()) == 1


@pytest.mark.parametrize(
    ("officer", "code"),
    [(GUO, ProposalFault.OWN), (HU, ProposalFault.ROLE)],
    ids=["the author", "an editor of the catalogue"],
)
async def test_nobody_else_approves(pair: Pair, officer: OfficerId, code: ProposalFault) -> None:
    proposal = await pair.submitted()

    with pytest.raises(ProposalError, match=code):
        await pair.desk.approve(proposal.id, pair.officer(officer))

    assert await pair.state(proposal) is ProposalState.SUBMITTED
    assert pair.record().not_after is None


async def test_of_two_proposals_about_one_record_the_later_is_held(pair: Pair) -> None:
    first, second = await pair.submitted(), await pair.submitted(pair.ending(date(2027, 6, 30)))
    await pair.desk.approve(first.id, pair.officer(LIN))

    with pytest.raises(ProposalError, match=OPEN_ENDED) as caught:
        await pair.desk.approve(second.id, pair.officer(LIN))

    assert caught.value.code is ProposalFault.CONFLICT
    assert (await pair.state(second), pair.record().not_after) == (ProposalState.SUBMITTED, UNTIL)


async def test_of_two_who_approve_at_once_one_does(pair: Pair) -> None:
    proposal = await pair.submitted()

    outcomes = await asyncio.gather(
        *(pair.desk.approve(proposal.id, pair.officer(LIN)) for _ in range(2)),
        return_exceptions=True,
    )

    (failed,) = [one for one in outcomes if isinstance(one, BaseException)]
    assert isinstance(failed, ProposalError)
    assert pair.record().not_after == UNTIL
    assert pair.county.opened.store.holdings.versions.delegations == 2


async def test_what_the_list_forbids_is_not_even_submitted(pair: Pair) -> None:
    unsound = pair.ending(offline_hours=-1)

    with pytest.raises(ProposalError) as caught:
        await pair.submitted(unsound)

    assert caught.value.code is ProposalFault.UNSOUND
    assert any(OPEN_ENDED in item for item in caught.value.items)


async def test_a_proposal_goes_back_with_a_reason_and_comes_again(pair: Pair) -> None:
    proposal = await pair.submitted()
    lin, guo = pair.officer(LIN), pair.officer(GUO)
    with pytest.raises(ProposalError, match=ProposalFault.REASON):
        await pair.desk.move(proposal.id, Move.GIVE_BACK, lin, "不行")
    returned = await pair.desk.move(proposal.id, Move.GIVE_BACK, lin, "期限与文件不符")
    with pytest.raises(ProposalError, match=ProposalFault.STATE):
        await pair.desk.save(proposal.id, proposal.edition, guo, pair.ending(date(2027, 5, 31)))

    again = await pair.desk.save(proposal.id, returned.edition, guo, pair.ending(date(2027, 5, 31)))
    await pair.desk.move(again.id, Move.SUBMIT, guo)
    await pair.desk.approve(again.id, lin)

    assert pair.record().not_after == date(2027, 5, 31)
    with pytest.raises(ProposalError, match=ProposalFault.STATE):
        await pair.desk.move(again.id, Move.WITHDRAW, guo)
