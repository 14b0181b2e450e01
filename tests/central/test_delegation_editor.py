"""The matrix as an editor: a cell goes into a draft, and is in force once that is approved."""

import re
from datetime import date

import pytest

from casework.delegation import Delegation, Level
from casework.names import MatterId, NodeId
from casework.proposal import DelegationChanges, Move
from tests.builders import OTHER_TOWN, TOWN
from tests.central.reviewing import ALLOWANCE, FORESTRY, GUO, HU, LIN_SECURITY, Office
from tests.central.test_proposal_pages import desk_of, officer_of
from tests.halls import Browser

FIRST = "2027-02-01"
FIELDS = {
    "level": "final",
    "not_before": FIRST,
    "not_after": "",
    "source": "entrusted",
    "instrument": "i08",
    "offline_hours": "48",
    "positions": "approver",
}


class Draft:
    """A draft of 郭云舒's, in her browser."""

    def __init__(self, office: Office, guo: Browser, proposal: str) -> None:
        self.office = office
        self.guo = guo
        self.id = proposal

    @property
    def url(self) -> str:
        return f"/delegations?draft={self.id}"

    async def page(self) -> str:
        return (await self.guo.get(self.url)).text

    async def changes(self) -> DelegationChanges:
        found = (await desk_of(self.office).get(self.id)).changes
        assert isinstance(found, DelegationChanges)
        return found

    async def send(self, path: str = "", **fields: str) -> tuple[int, str]:
        edition = (await desk_of(self.office).get(self.id)).edition
        sent = {"draft": self.id, "edition": str(edition), **fields}
        answer = await self.guo.post(f"/delegations/{path or 'cell'}", **sent)
        return answer.status_code, answer.text

    async def put(self, **fields: str) -> tuple[int, str]:
        return await self.send(**({"matter": FORESTRY, "node": TOWN} | FIELDS | fields))


@pytest.fixture
async def draft(office: Office) -> Draft:
    guo = await office.sign_in(GUO)
    answer = await guo.post("/delegations/drafts", title="扩大采伐终审")
    found = re.search(r"draft=([0-9a-f]+)", answer.headers["location"])
    assert found is not None
    return Draft(office, guo, found[1])


def records_of(office: Office, matter: MatterId, node: NodeId) -> list[Delegation]:
    return list(office.desk.holdings.delegations_over(node, matter))


async def test_a_cell_that_is_changed_is_marked_and_another_person_puts_it_in_force(
    office: Office, draft: Draft
) -> None:
    status, _ = await draft.put(field0="volume_m3", op0="le", value0="20")
    marked = await draft.page()
    (held,) = [one for one in records_of(office, FORESTRY, TOWN) if one.level is Level.FINAL]
    desk = desk_of(office)
    await desk.move(draft.id, Move.SUBMIT, officer_of(office, GUO))
    seen = await (await office.sign_in(LIN_SECURITY)).get(f"/proposals/{draft.id}")
    await desk.approve(draft.id, officer_of(office, LIN_SECURITY))

    now = {one.id: one for one in records_of(office, FORESTRY, TOWN)}
    new = next(one for one in now.values() if one.not_before == date(2027, 2, 1))
    assert status == 303
    assert held.not_after == date(2027, 2, 28)
    assert '<td class="is-changed">' in marked
    assert marked.count("◆已改") == 2  # the cell, and what the mark means
    assert "不大于 20" in seen.text
    assert "<del>采伐蓄积不超过15立方米</del> → <ins>" in seen.text
    assert now[held.id].not_after == date(2027, 1, 31)
    assert (new.level, new.conditions[0].value, new.positions) == (Level.FINAL, 20, ("approver",))


async def test_the_wording_of_a_condition_stays_where_the_condition_does(draft: Draft) -> None:
    await draft.put(record="d0199", field0="volume_m3", op0="le", value0="15")

    added = [one.after for one in (await draft.changes()).records if one.before is None]
    assert [one.conditions[0].text for one in added if one] == ["采伐蓄积不超过15立方米"]


async def test_the_past_is_not_changed(draft: Draft) -> None:
    status, page = await draft.put(not_before="2026-11-20", not_after="")

    assert status == 422
    assert "不能改变过去" in page
    assert "2026-11-21" in page
    assert (await draft.changes()).records == ()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"level": "everything"}, "请选择权限"),
        ({"not_before": "soon"}, "起应为日期"),
        ({"offline_hours": "-1"}, "离线可用应在 0 到 720 之间"),
        ({"field0": "volume_m3", "op0": "le", "value0": "很多"}, "不能取这个值"),
        ({"field0": "volume_m3", "op0": "le"}, "请填写值"),
        ({"field0": "no_such"}, "请选择条件"),
        ({"instrument": "new", "i_number": "翁林〔2026〕12号"}, "已有这个文号的文书"),
        ({"instrument": "i99"}, "请选择授权文书"),
        ({"positions": "king"}, "请选择岗位"),
    ],
)
async def test_what_is_typed_wrongly_is_told_and_kept(
    draft: Draft, fields: dict[str, str], said: str
) -> None:
    status, page = await draft.put(**{"note": "备注在此"} | fields)

    assert status == 422
    assert said in page
    assert "备注在此" in page
    assert (await draft.changes()).records == ()


async def test_an_instrument_is_added_with_the_power_that_rests_on_it(draft: Draft) -> None:
    new = {
        "i_number": "翁林〔2026〕30号",
        "i_title": "关于扩大委托的决定",
        "i_kind": "entrustment",
        "i_issuer": "翁源县林业局",
        "i_signed_on": "2026-11-19",
    }
    status, _ = await draft.put(instrument="new", **new)

    changes = await draft.changes()
    (instrument,) = changes.instruments
    assert status == 303
    assert instrument.number == "翁林〔2026〕30号"
    assert instrument.id in {one.after.instrument for one in changes.records if one.after}
    assert "翁林〔2026〕30号" in (await draft.guo.get(f"/proposals/{draft.id}")).text


async def test_all_villages_of_a_town_are_given_a_power_at_once(
    office: Office, draft: Draft
) -> None:
    villages = [one.id for one in office.desk.holdings.regions.nodes if one.parent == TOWN]
    fields = FIELDS | {"level": "assist", "positions": "village_agent", "villages": "1"}
    status, _ = await draft.send(matter=FORESTRY, node=TOWN, **fields)

    added = [one.after for one in (await draft.changes()).records if one.before is None]
    assert status == 303
    assert {one.grantee for one in added if one} == set(villages)


async def test_what_a_village_may_not_have_is_told_at_once(draft: Draft) -> None:
    village = NodeId("440229901001-01")
    await draft.put(node=village, level="final")

    page = await draft.page()

    assert "行政许可不能下放到村（居），请改为代办" in page
    assert "E_LICENCE" not in page


async def test_a_change_is_taken_back(draft: Draft) -> None:
    await draft.put()
    status, _ = await draft.send("cell/undo", matter=FORESTRY, node=TOWN)

    assert status == 303
    assert (await draft.changes()).records == ()
    assert '<td class="is-changed">' not in await draft.page()


async def test_a_record_is_only_ended(draft: Draft) -> None:
    early, page = await draft.send(
        "cell/end", matter=FORESTRY, node=TOWN, record="d0199", last="2026-11-01"
    )
    status, _ = await draft.send(
        "cell/end", matter=FORESTRY, node=TOWN, record="d0199", last="2026-12-31"
    )

    (change,) = (await draft.changes()).records
    assert early == 422
    assert "最早到今天为止" in page
    assert status == 303
    assert change.after is not None
    assert change.after.not_after == date(2026, 12, 31)


async def test_a_column_and_a_row_are_copied(draft: Draft) -> None:
    column = {"what": "column", "source": TOWN, "target": OTHER_TOWN, "first": FIRST}
    status, _ = await draft.send("copy", **column)
    changed = {(one.after or one.before).grantee for one in (await draft.changes()).records}  # type: ignore[union-attr]
    row = {"what": "row", "source": ALLOWANCE, "target": FORESTRY, "first": FIRST}
    again, _ = await draft.send("copy", **row)

    assert (status, again) == (303, 303)
    assert changed == {OTHER_TOWN}
    matters = {(one.after or one.before).matter for one in (await draft.changes()).records}  # type: ignore[union-attr]
    assert FORESTRY in matters


async def test_who_saves_over_another_window_is_told(draft: Draft) -> None:
    await draft.put()
    answer = await draft.guo.post(
        "/delegations/cell", draft=draft.id, edition="1", matter=ALLOWANCE, node=TOWN, **FIELDS
    )

    assert answer.status_code == 422
    assert "请看最新的内容" in answer.text


async def test_nobody_else_edits_the_draft(office: Office, draft: Draft) -> None:
    lin, hu = await office.sign_in(LIN_SECURITY), await office.sign_in(HU)
    cell = f"/delegations/cell?draft={draft.id}&matter={FORESTRY}&node={TOWN}"

    page = (await lin.get(draft.url)).text

    assert "matrix-cell" not in page
    assert "matrix-cell" in await draft.page()
    assert (await lin.get(cell)).status_code == 403
    assert (await hu.post("/delegations/drafts", title="x")).status_code == 403
    assert (await draft.guo.get(cell)).status_code == 200
    assert (await draft.guo.get("/delegations?draft=none")).status_code == 404
    assert (await draft.guo.get(cell.replace(TOWN, "nowhere"))).status_code == 404


async def test_what_a_town_can_do_on_a_day_is_seen_before_it_is_so(draft: Draft) -> None:
    await draft.send("cell/end", matter=FORESTRY, node=TOWN, record="d0199", last="2026-12-31")
    url = f"/delegations/preview?draft={draft.id}&node={TOWN}&on="

    before = (await draft.guo.get(url + "2026-12-31")).text
    on_new_year = (await draft.guo.get(url + "2027-01-01")).text
    published = (await draft.guo.get(f"/delegations/preview?node={TOWN}&on=2027-01-01")).text
    wrong = (await draft.guo.get(url + "soon")).text

    await draft.put(field0="volume_m3", op0="le", value0="20", not_before="2027-02-01")
    raised = (await draft.guo.get(url + "2027-02-01")).text

    row = re.search(r'<tr class="is-changed"><td>[^<]*采伐.*?</tr>', on_new_year, re.DOTALL)
    assert "0 项不同" in before
    assert "1 项不同" in on_new_year
    assert row is not None
    assert row[0].count("终审") == 1
    assert "不大于 20" in raised
    assert "按草稿" not in published
    assert "日期应为日期" in wrong
