"""The pages of proposals: who sees which button, what is in the way, what an approval did."""

from datetime import date

import pytest
from msgspec.structs import replace

from casework.delegation import Delegation
from casework.names import DelegationId, OfficerId
from casework.organisation import Officer
from casework.proposal import DelegationChanges, Move, ProposalState, RecordChange
from central.services.proposals import ProposalDesk
from central.store.proposals import Proposal
from tests.central.reviewing import CHEN, GUO, HU, LIN_SECURITY, Office

UNTIL = date(2027, 3, 31)
RECORD = DelegationId("d0004")


def desk_of(office: Office) -> ProposalDesk:
    desk: ProposalDesk = office.app.state.services.proposals
    return desk


def officer_of(office: Office, officer: OfficerId) -> Officer:
    found = office.desk.holdings.officer(officer)
    assert found is not None
    return found


def record_of(office: Office, record: DelegationId = RECORD) -> Delegation:
    return next(one for one in office.desk.holdings.delegations if one.id == record)


async def drafted(office: Office, **changes: object) -> Proposal:
    before = record_of(office)
    after = replace(before, **(changes or {"not_after": UNTIL}))
    listed = DelegationChanges((RecordChange(before, after),))
    return await desk_of(office).draft("到期收回代受理", listed, officer_of(office, GUO))


async def submitted(office: Office) -> Proposal:
    proposal = await drafted(office)
    return await desk_of(office).move(proposal.id, Move.SUBMIT, officer_of(office, GUO))


async def test_one_submits_and_another_approves_on_the_page(office: Office) -> None:
    guo, lin = await office.sign_in(GUO), await office.sign_in(LIN_SECURITY)
    proposal = await drafted(office)
    url = f"/proposals/{proposal.id}"

    own = (await guo.get(url)).text
    sent = await guo.post(f"{url}/submit", edition=str(proposal.edition), note="依文件办理")
    told = (await guo.get(sent.headers["location"])).text
    others = (await lin.get(url)).text
    edition = (await desk_of(office).get(proposal.id)).edition
    approved = await lin.post(f"{url}/approve", edition=str(edition), note="与文件一致")
    after = (await lin.get(approved.headers["location"])).text

    assert "2027-03-31" in own
    assert f'formaction="{url}/submit"' in own
    assert f'formaction="{url}/approve"' not in own
    assert "已提交，等另一人批准" in told
    assert "批准后立即发布授权清单第 2 版，各镇村联网时取得" in others
    assert f'formaction="{url}/submit"' not in others
    assert "与文件一致" in after
    assert f"{url}/approve" not in after
    assert record_of(office).not_after == UNTIL


async def test_the_list_and_the_menu_tell_whose_turn_it_is(office: Office) -> None:
    guo, lin = await office.sign_in(GUO), await office.sign_in(LIN_SECURITY)
    await submitted(office)

    waits = (await lin.get("/proposals")).text
    does_not = (await guo.get("/proposals")).text

    assert "等我处理 1 份" in waits
    assert 'class="nav-count"' in waits
    assert "到期收回代受理" in does_not
    assert "等我处理" not in does_not
    assert 'class="nav-count"' not in does_not


async def test_what_breaks_the_rules_is_told_in_chinese_with_its_place(office: Office) -> None:
    guo = await office.sign_in(GUO)
    proposal = await drafted(office, offline_hours=-1, instrument="i99")
    url = f"/proposals/{proposal.id}"

    page = (await guo.get(url)).text
    refused = await guo.post(f"{url}/submit", edition=str(proposal.edition))

    for each in (page, refused.text):
        assert "离线可用时长不对" in each
        assert "没有编号为 i99 的授权文书" in each
        assert f"{RECORD} · " in each
        assert "E_DELEGATION" not in each
        assert "named" not in each
    assert refused.status_code == 422
    assert (await desk_of(office).get(proposal.id)).state is ProposalState.DRAFT


async def test_it_is_given_back_with_a_reason(office: Office) -> None:
    lin = await office.sign_in(LIN_SECURITY)
    proposal = await submitted(office)
    url, edition = f"/proposals/{proposal.id}", str(proposal.edition)

    bare = await lin.post(f"{url}/give_back", edition=edition, note="不行")
    given = await lin.post(f"{url}/give_back", edition=edition, note="期限与文件不符")

    assert bare.status_code == 422
    assert "请写明退回的理由" in bare.text
    assert "不行" in bare.text
    assert given.status_code == 303
    assert (await desk_of(office).get(proposal.id)).state is ProposalState.RETURNED


async def test_what_changed_since_it_was_looked_at_is_not_approved(office: Office) -> None:
    lin = await office.sign_in(LIN_SECURITY)
    proposal = await drafted(office)
    await desk_of(office).move(proposal.id, Move.SUBMIT, officer_of(office, GUO))

    answer = await lin.post(f"/proposals/{proposal.id}/approve", edition=str(proposal.edition))

    assert answer.status_code == 422
    assert "请看最新的内容" in answer.text
    assert record_of(office).not_after is None


@pytest.mark.parametrize("officer", [GUO, HU], ids=["the author", "an editor of the catalogue"])
async def test_whoever_may_not_approve_gets_neither_button_nor_act(
    office: Office, officer: OfficerId
) -> None:
    browser = await office.sign_in(officer)
    proposal = await submitted(office)
    url = f"/proposals/{proposal.id}"

    page = (await browser.get(url)).text
    answer = await browser.post(f"{url}/approve", edition=str(proposal.edition))

    assert f"{url}/approve" not in page
    assert answer.status_code == 422
    assert (await desk_of(office).get(proposal.id)).state is ProposalState.SUBMITTED


async def test_who_works_on_cases_sees_no_proposals(office: Office) -> None:
    chen = await office.sign_in(CHEN)
    lin = await office.sign_in(LIN_SECURITY)

    assert (await chen.get("/proposals")).status_code == 403
    assert (await lin.get("/proposals/no-such")).status_code == 404
    assert (await lin.post("/proposals/no-such/approve")).status_code == 404
    proposal = await submitted(office)
    assert (await lin.post(f"/proposals/{proposal.id}/save")).status_code == 404
