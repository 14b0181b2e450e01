"""Ending keys: two persons, one of them for security; the directory says where the logs end."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from casework.names import Lane, NodeId, OfficerId, log_name
from casework.organisation import Officer
from central.services.county import County
from central.services.key_admin import KeyAdmin, KeyAdminError, Report
from central.store.incidents import read_incidents
from central.store.key_endings import EndingKind, EndingState
from sync.clock import ManualClock
from sync.errors import RevokedKeyError
from sync.keys import random_bytes
from tests.builders import COUNTY, TOWN, VILLAGE
from tests.central.reviewing import CHEN, LIN_SECURITY, LUO, WU_SUPERVISOR, Office
from tests.central.test_verifying import an_entry, talk
from tests.county import FOLDER
from tests.founded import a_clock, a_county, at_work, enrol

OTHER_SECURITY = OfficerId("o0091")


def officer(county: County, id_: OfficerId) -> Officer:
    found = county.opened.store.holdings.officer(id_)
    assert found is not None
    return found


def an_admin(county: County, clock: ManualClock) -> KeyAdmin:
    return KeyAdmin(county, clock, random_bytes)


def lost(county: County, node: NodeId = TOWN, **others: object) -> Report:
    newest = county.opened.store.holdings.directory.newest_incarnation(node)
    values: dict[str, object] = {
        "node": node,
        "incarnation": newest or "00000000",
        "kind": EndingKind.LOST,
        "since": None,
        "reason": "下乡途中遗失，已报案",
        "instrument": "翁公（城）受案字〔2026〕12号",
    }
    return Report(**(values | others))  # type: ignore[arg-type]


async def test_two_persons_end_a_key_and_its_logs_end_where_they_are_held(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        identity = await enrol(county, tmp_path, TOWN, clock)
        log = log_name(TOWN, identity.incarnation, Lane.CASE)
        admin = an_admin(county, clock)
        async with at_work(tmp_path, TOWN, clock) as town:
            await talk(town.node, county.opened.node)
            await town.node.journal.append(an_entry(1))
            await talk(town.node, county.opened.node)
            held = await county.composer.position(log)
            asked = await admin.report(lost(county), officer(county, LUO))
            assert county.opened.store.holdings.directory.find_end(log) is None
            assert await admin.approve(asked.id, officer(county, LIN_SECURITY))
            end = county.opened.store.holdings.directory.find_end(log)

            assert held > 0
            assert end is not None
            assert (end.seq, end.compromised) == (held, False)
            await town.node.journal.append(an_entry(2))
            with pytest.raises(RevokedKeyError):
                await talk(town.node, county.opened.node)
            assert await county.composer.position(log) == held


async def test_the_same_person_never_does_both(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        await enrol(county, tmp_path, TOWN, clock)
        admin = an_admin(county, clock)
        asked = await admin.report(lost(county), officer(county, LIN_SECURITY))
        with pytest.raises(KeyAdminError, match="same_person"):
            await admin.approve(asked.id, officer(county, LIN_SECURITY))
        with pytest.raises(KeyAdminError, match="role"):
            await admin.approve(asked.id, officer(county, CHEN))
        with pytest.raises(KeyAdminError, match="role"):
            await admin.report(lost(county), officer(county, WU_SUPERVISOR))
        assert await admin.approve(asked.id, officer(county, LUO))
        with pytest.raises(KeyAdminError, match="decided"):
            await admin.approve(asked.id, officer(county, LUO))


async def test_one_of_the_two_is_for_security(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        await enrol(county, tmp_path, TOWN, clock)
        admin = an_admin(county, clock)
        asked = await admin.report(lost(county), officer(county, LUO))
        second = replace(
            officer(county, LUO), id=OfficerId("o9999"), person=officer(county, CHEN).person
        )
        with pytest.raises(KeyAdminError, match="no_security"):
            await admin.approve(asked.id, second)


async def test_a_declined_report_changes_nothing(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        await enrol(county, tmp_path, TOWN, clock)
        admin = an_admin(county, clock)
        before = county.opened.store.versions_held()
        asked = await admin.report(lost(county), officer(county, LUO))
        with pytest.raises(KeyAdminError, match="twice"):
            await admin.report(lost(county), officer(county, LIN_SECURITY))
        await admin.decline(asked.id, officer(county, LUO))
        with pytest.raises(KeyAdminError, match="decided"):
            await admin.approve(asked.id, officer(county, LIN_SECURITY))

        assert county.opened.store.versions_held() == before
        (found,) = await admin.endings()
        assert found.state is EndingState.DECLINED


async def test_a_report_that_cannot_be_is_refused(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        await enrol(county, tmp_path, TOWN, clock)
        admin, luo = an_admin(county, clock), officer(county, LUO)
        now = clock.now()

        def stolen(since: datetime | None = None) -> Report:
            return lost(county, kind=EndingKind.COMPROMISED, since=since)

        for reason, report in (
            ("county", lost(county, COUNTY)),
            ("unknown_key", lost(county, VILLAGE)),
            ("unknown_key", lost(county, incarnation="00000000")),
            ("reason", lost(county, reason="丢了")),
            ("since", stolen()),
            ("since", stolen(now - timedelta(days=300))),
            ("since", stolen(now + timedelta(seconds=1))),
        ):
            with pytest.raises(KeyAdminError, match=reason):
                await admin.report(report, luo)
        assert await admin.endings() == []


async def test_a_key_out_of_control_is_marked_since_when(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        identity = await enrol(county, tmp_path, TOWN, clock)
        clock.advance(timedelta(hours=3))
        admin, since = an_admin(county, clock), clock.now() - timedelta(hours=1)
        asked = await admin.report(
            lost(county, kind=EndingKind.COMPROMISED, since=since), officer(county, LUO)
        )
        await admin.approve(asked.id, officer(county, LIN_SECURITY))
        holdings = county.opened.store.holdings

        for lane in Lane:
            end = holdings.directory.find_end(log_name(TOWN, identity.incarnation, lane))
            assert end is not None
            assert end.compromised
        assert (TOWN, since) in [(each.node, each.since) for each in holdings.compromises]
        await county.load(FOLDER)
        assert await county.publish() == []  # what the file does not know of stays
        replaced = await enrol(county, tmp_path, TOWN, clock, name="new")
        after = county.opened.store.holdings.directory
        assert after.find_end(log_name(TOWN, replaced.incarnation, Lane.CASE)) is None


async def test_a_lost_key_can_turn_out_to_be_out_of_control(tmp_path: Path) -> None:
    """The log ends where it did; only the mark is added."""
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        identity = await enrol(county, tmp_path, TOWN, clock)
        admin, since = an_admin(county, clock), clock.now()
        log = log_name(TOWN, identity.incarnation, Lane.CASE)
        first = await admin.report(lost(county), officer(county, LUO))
        await admin.approve(first.id, officer(county, LIN_SECURITY))
        before = county.opened.store.holdings.directory.find_end(log)
        with pytest.raises(KeyAdminError, match="ended"):
            await admin.report(lost(county), officer(county, LUO))
        again = await admin.report(
            lost(county, kind=EndingKind.COMPROMISED, since=since), officer(county, LUO)
        )
        await admin.approve(again.id, officer(county, LIN_SECURITY))
        after = county.opened.store.holdings.directory.find_end(log)

        assert before is not None
        assert after is not None
        assert (before.seq, before.compromised) == (after.seq, False)
        assert after.compromised


async def test_a_machine_whose_key_ended_gets_no_account_and_no_lease(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        for node in (TOWN, VILLAGE):
            await enrol(county, tmp_path, node, clock)
        admin = an_admin(county, clock)
        told: list[str] = []

        async def notice(node: str) -> None:
            told.append(node)

        county.on_enrolled.append(notice)
        for node in (TOWN, VILLAGE):
            asked = await admin.report(lost(county, node), officer(county, LUO))
            await admin.approve(asked.id, officer(county, LIN_SECURITY))
        clock.advance(timedelta(days=2))
        duties = county.opened.node.duties
        assert duties is not None
        leases = "SELECT count(*) FROM lease"
        before = await county.opened.database.fetch(leases)
        await county.opened.node.change(lambda batch: duties.on_contact(batch, TOWN))

        assert await county.opened.database.fetch(leases) == before
        assert told == [TOWN, VILLAGE]
        (account,) = await county.broker_accounts(lambda name: f"key for {name}")
        assert (account.name, account.node_user) == (TOWN, None)
        replaced = await enrol(county, tmp_path, TOWN, clock, name="new")
        (account,) = await county.broker_accounts(lambda name: f"key for {name}")
        assert account.node_user is not None
        assert replaced.node == TOWN


async def test_every_step_stands_among_the_incidents(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        identity = await enrol(county, tmp_path, TOWN, clock)
        admin = an_admin(county, clock)
        first = await admin.report(lost(county), officer(county, LUO))
        await admin.decline(first.id, officer(county, LIN_SECURITY))
        second = await admin.report(lost(county), officer(county, LUO))
        await admin.approve(second.id, officer(county, LIN_SECURITY))
        found = await read_incidents(county.opened.database)
        log = log_name(TOWN, identity.incarnation, Lane.CASE)

        assert [(each.event, each.log) for each in found.alarms] == [("key-lost", log)]
        noted = [each.event for each in found.other if each.log == log]
        assert sorted(noted) == ["key-ending-asked", "key-ending-asked", "key-ending-declined"]


async def test_an_end_waits_for_keys_that_are_elsewhere(tmp_path: Path) -> None:
    clock = a_clock()
    async with a_county(tmp_path, clock) as county:
        await enrol(county, tmp_path, TOWN, clock)
        admin = an_admin(county, clock)
        kept, county.publisher._signers = county.publisher._signers, ()  # type: ignore[misc]
        asked = await admin.report(lost(county), officer(county, LUO))
        assert not await admin.approve(asked.id, officer(county, LIN_SECURITY))
        assert [each.id for each in await admin.unsigned()] == [asked.id]
        county.publisher._signers = kept  # type: ignore[misc]
        await county.publish_changes()

        assert await admin.unsigned() == []


# Pages.


async def test_an_end_by_two_browsers(office: Office) -> None:
    luo, lin = await office.sign_in(LUO), await office.sign_in(LIN_SECURITY)
    newest = office.desk.holdings.directory.newest_incarnation(TOWN)
    sent = {"incarnation": str(newest), "kind": "lost", "reason": "机器进水，无法开机"}
    shown = (await luo.get(f"/nodes/{TOWN}")).text
    short = await luo.post(f"/nodes/{TOWN}/endings", **(sent | {"reason": "坏了"}))
    answer = await luo.post(f"/nodes/{TOWN}/endings", **sent)
    own = (await luo.get(answer.headers["location"])).text
    seen = (await lin.get("/nodes/keys")).text
    (ending,) = await office.app.state.services.key_admin.endings()
    mine = await luo.post(f"/nodes/keys/{ending.id}", decision="approve")
    done = await lin.post(f"/nodes/keys/{ending.id}", decision="approve")
    after = (await lin.get(done.headers["location"])).text
    nodes = (await lin.get("/nodes")).text

    assert "此后该设备用这把密钥签出的一律不认" in shown
    assert str(newest) in shown
    assert short.status_code == 422
    assert "机器进水" not in short.text
    assert "已提交，等待另一人批准" in own
    assert "批准停用" not in own
    assert "批准停用" in seen
    assert "此后该设备用这把密钥签出的一律不认" in seen
    assert mine.status_code == 422
    assert "报告人不能自己批准" in mine.text
    assert "已停用，各节点下次联络时得知" in after
    assert "密钥已停用" in nodes
    assert "密钥已停用：设备遗失或损坏" in (await lin.get("/incidents")).text
    assert "止于开头" in (await lin.get(f"/nodes/{TOWN}")).text


async def test_since_when_is_asked_of_a_key_out_of_control(office: Office) -> None:
    luo = await office.sign_in(LUO)
    newest = office.desk.holdings.directory.newest_incarnation(TOWN)
    sent = {"incarnation": str(newest), "kind": "compromised", "reason": "硬盘疑被复制过"}
    office.clock.advance(timedelta(minutes=5))
    for since in ("", "昨天", "2020-01-01T00:00", "2030-01-01T00:00"):
        answer = await luo.post(f"/nodes/{TOWN}/endings", **sent, since=since)
        assert answer.status_code == 422
        assert "失控时间应在" in answer.text
        assert "硬盘疑被复制过" in answer.text
    answer = await luo.post(f"/nodes/{TOWN}/endings", **sent, since="2026-11-20T12:00")
    assert answer.status_code == 303


async def test_who_may_not_end_keys_only_looks(office: Office) -> None:
    supervisor, chen = await office.sign_in(WU_SUPERVISOR), await office.sign_in(CHEN)

    assert (await supervisor.get(f"/nodes/{TOWN}")).status_code == 200
    assert "提交，请另一人批准" not in (await supervisor.get(f"/nodes/{TOWN}")).text
    assert (await supervisor.post(f"/nodes/{TOWN}/endings")).status_code == 403
    assert (await supervisor.post("/nodes/keys/00000000", decision="approve")).status_code == 403
    assert (await chen.get("/nodes/keys")).status_code == 403
    assert (await supervisor.get("/nodes/440229999-01")).status_code == 404


async def test_the_countys_own_key_is_not_ended_here(office: Office) -> None:
    luo = await office.sign_in(LUO)
    shown = (await luo.get(f"/nodes/{COUNTY}")).text
    newest = office.desk.holdings.directory.newest_incarnation(COUNTY)
    answer = await luo.post(
        f"/nodes/{COUNTY}/endings", incarnation=str(newest), kind="lost", reason="机房进水，换机器"
    )

    assert "提交，请另一人批准" not in shown
    assert answer.status_code == 422
    assert "不能在这里停用" in answer.text
