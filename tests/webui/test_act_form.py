"""What the dialogs send is read back as the very act they offer."""

from datetime import timedelta

import msgspec
import pytest
from litestar.exceptions import NotFoundException
from msgspec.structs import replace

from casework import act as acts
from casework.material import MaterialState
from casework.names import MessageId, NodeId, OfficerId
from casework.party import HandoverSheet
from casework.procedure import BY_NAME, PROCEDURE, Row
from tests.builders import CHEN, COUNTY, INTAKE, LIN, TOWN, VILLAGE, WU
from tests.webui.case_builders import ANOTHER, Story, given_of, stories, verdicts
from tests.webui.intake_cases import typed
from webui.act_dialogs import ActDialog, act_dialog, deposit_dialog
from webui.act_form import read_act, said_beside
from webui.act_reading import ActPlace
from webui.case_act_view import MAIN_ACTS, MORE_ACTS
from webui.case_given import CaseGiven, WaitingDeposit
from webui.forms import Form
from webui.notices import read_notice

STORIES = stories()
LEADER_IN_TOWN = OfficerId("o0103")
# The story in which an act makes sense; the others are asked of a case just received.
FITTING = {
    "receive": "collected",
    "collect": "draft",
    "supplement": "awaiting_supplement",
    "supplement_in_review": "paused",
    "end_special": "special",
    "grant_extension": "extension",
    "refuse_extension": "extension",
    "deferred_satisfied": "deferred",
    "produce_result": "decided",
    "forward_result": "ready",
    "deliver": "ready",
    "close": "delivered",
    "return_pen": "in_review",
    "reclaim_pen": "accepted",
    "start_special": "in_review",
    "settle_fee": "fee",
    "instant": "instant",
    "call_for_papers": "in_review",
}
AT_THE_COUNTY = {"call_for_papers"}


def filled(dialog: ActDialog) -> Form:
    """The form as a person would send it who takes the first of everything."""
    sent: dict[str, object] = dict(dialog.hidden)
    for line in dialog.materials:
        states = [code for code, _ in line.states]
        sent[f"state-{line.material.id}"] = line.state if line.state in states else states[0]
        sent[f"originals-{line.material.id}"] = line.originals
        if dialog.has_remedies and line is dialog.materials[0]:
            sent[f"state-{line.material.id}"] = MaterialState.MISSING.value
        sent[f"copies-{line.material.id}"] = line.copies
    for select in dialog.selects:
        sent[select.name] = select.value or select.choices[0][0]
    if dialog.grounds:
        sent["grounds"] = [group.choices[0][0] for group in dialog.grounds]
    if dialog.day:
        sent[dialog.day.name] = dialog.day.value.isoformat()
    sent |= {field.name: field.value or "1" for field in dialog.inputs}
    sent |= {field.name: "情况属实" for field in dialog.texts}
    sent |= {name: "1" for name, _ in dialog.flags[:1]}
    return Form.of(sent)


def dialog_of(name: str, given: CaseGiven) -> ActDialog:
    return act_dialog(name, given, mark="check", kind="primary")


@pytest.mark.parametrize("name", [*MAIN_ACTS, *MORE_ACTS, "collect", "draft"])
def test_every_dialog_is_read_back_as_its_act(name: str) -> None:
    node = COUNTY if name in AT_THE_COUNTY else TOWN
    given = given_of(STORIES[FITTING.get(name, "received")], node=node, duplicates=(ANOTHER,))

    form = filled(dialog_of(name, given))
    read = read_act(name, form, ActPlace.of(given))

    assert not dict(read.form.errors.items())
    assert isinstance(read.act, BY_NAME[name].act)
    assert read.seen in {given.case.head, None}


def test_a_reclaim_offers_what_it_may_answer_and_else_only_silence() -> None:
    story = STORIES["accepted"]
    [refused] = [each for each in story.written if each.id == story.case.head]
    plain = given_of(story, node=COUNTY, officer=CHEN)
    answering = replace(plain, reclaimable=(refused,))
    offered = {each.name: each for each in dialog_of("reclaim_pen", answering).selects}
    assert [code for code, _ in offered["of"].choices] == [refused.id]
    assert len(offered["ground"].choices) == len(acts.ReclaimGround)

    sent = Form.of({"ground": "refusal", "of": refused.id, "code": "E_MATERIALS"})
    read = read_act("reclaim_pen", sent, ActPlace.of(answering))
    ground = acts.ReclaimGround.REFUSAL
    assert read.act == acts.ReclaimPen(ground, refused.id, hold=False, code="E_MATERIALS")

    alone = {each.name: each for each in dialog_of("reclaim_pen", plain).selects}
    assert [code for code, _ in alone["ground"].choices] == ["lease-ended"]
    assert "of" not in alone
    assert set(read_act("reclaim_pen", sent, ActPlace.of(plain)).form.errors) == {"of"}


def test_every_act_that_is_done_to_a_case_but_none_other_is_read() -> None:
    place = ActPlace.of(given_of(STORIES["received"]))

    for name in BY_NAME.keys() - {"rebuild"}:
        read_act(name, Form(), place)
    for name in ("rebuild", "abolish"):
        with pytest.raises(NotFoundException):
            read_act(name, Form(), place)


@pytest.mark.parametrize("row", PROCEDURE.values(), ids=lambda row: row.name)
def test_the_form_of_an_act_brings_the_texts_that_the_act_needs(row: Row) -> None:
    texts = row.parts & {"opinion", "grounds"}
    if not texts:
        return
    story = STORIES[FITTING.get(row.name, "in_review")]
    given = given_of(story, node=COUNTY, officer=CHEN, duplicates=(ANOTHER,))

    read = read_act(row.name, filled(dialog_of(row.name, given)), ActPlace.of(given))

    assert texts <= set(read.texts)


def test_the_word_on_the_papers_is_asked_for_where_it_counts_and_once() -> None:
    fresh = given_of(STORIES["accepted"], node=COUNTY, officer=CHEN)
    said = replace(fresh, case=replace(fresh.case, materials_judged=True))
    ticked = read_act("take", Form.of({"materials_sound": "1"}), ActPlace.of(fresh))
    untouched = read_act("take", Form(), ActPlace.of(fresh))

    assert [name for name, _ in dialog_of("take", fresh).flags] == ["materials_sound"]
    assert not dialog_of("take", said).flags
    assert not dialog_of("take", replace(fresh, judges=False)).flags
    assert said_beside(ticked, fresh.case) == (acts.JudgeMaterials(fresh.case.materials),)
    assert said_beside(ticked, said.case) == ()
    assert said_beside(untouched, fresh.case) == ()


def test_the_county_cannot_refuse_without_a_reason() -> None:
    given = given_of(STORIES["in_review"])

    read = read_act("decide_refuse", Form(), ActPlace.of(given))

    assert read.act is None
    assert read.texts == {}
    assert set(read.form.errors) == {"grounds_text", "grounds"}


def test_a_notice_holds_what_is_missing_in_the_clerks_own_words() -> None:
    given = given_of(STORIES["received"])
    form = filled(dialog_of("notify_deficiency", given))
    values = {name: form.typed_all(name) for name in form.names()}
    values |= {"state-m1": ["missing"], "remedy-m1": ["请到村里领表"], "failed-m2": ["m2.a"]}

    read = read_act("notify_deficiency", Form(values), ActPlace.of(given))

    assert isinstance(read.act, acts.NotifyDeficiency)
    assert read.act.materials[0].state is MaterialState.MISSING
    assert read.act.materials[1].failed_checks == ("m2.a",)
    notice = read_notice(read.texts["notice"])
    assert notice.deficiencies[0].remedy == "请到村里领表"
    assert notice.remarks == ("情况属实",)


def test_after_a_bare_receipt_a_notice_asks_only_for_what_was_found_wanting() -> None:
    allowance = STORIES["received"].matter
    intake = typed(allowance, act="receive", **{"m-m1": "present", "m-m2": "missing"})
    found = intake.verdicts_at_receipt()
    given = given_of(Story(allowance, (TOWN, WU, acts.Receive(INTAKE, found))))
    dialog = dialog_of("notify_deficiency", given)
    unseen = {line.material.id for line in dialog.materials if not line.state}
    form = filled(dialog)
    values = {name: form.typed_all(name) for name in form.names()}
    left = {name: value for name, value in values.items() if name not in {"state-m3", "state-m4"}}

    unread = read_act("notify_deficiency", Form(left), ActPlace.of(given))
    values |= {"state-m1": ["present"], "state-m2": ["missing"]}
    read = read_act("notify_deficiency", Form(values), ActPlace.of(given))

    assert {"m3", "m4"} <= unseen
    assert unseen.isdisjoint({"m1", "m2"})
    assert unread.act is None
    assert {"state-m3", "state-m4"} <= set(unread.form.errors)
    asked = allowance.material("m2")
    assert asked is not None
    told = read_notice(read.texts["notice"]).deficiencies
    assert [(each.material, each.fault) for each in told] == [(asked.name, "未提交")]


def test_an_answer_in_the_same_sitting_has_looked_at_every_paper() -> None:
    allowance = STORIES["received"].matter
    intake = typed(allowance, act="notify_deficiency", **{"m-m1": "present"})

    assert intake.verdicts_at_receipt() == intake.verdicts()


def test_a_second_notice_needs_a_reason_and_a_supervisor() -> None:
    given = given_of(STORIES["supplemented"])
    form = filled(dialog_of("notify_deficiency", given))
    asked = {"again_reason", "agreed_by"}
    values = {name: form.typed_all(name) for name in form.names() if name not in asked}

    read = read_act("notify_deficiency", Form(values), ActPlace.of(given))

    assert set(read.form.errors) == asked
    whole = read_act("notify_deficiency", form, ActPlace.of(given))
    assert isinstance(whole.act, acts.NotifyDeficiency)
    assert whole.act.agreed_by == LEADER_IN_TOWN
    assert whole.texts["grounds"] == "情况属实"


@pytest.mark.parametrize("amount", ["-1", "1.005", "十", "1e99", "99999999999"])
def test_an_amount_that_is_none_is_not_taken(amount: str) -> None:
    given = given_of(STORIES["fee"])

    read = read_act("settle_fee", Form.of({"fee": "0", "paid_yuan": amount}), ActPlace.of(given))

    assert read.act is None
    assert read.form.errors.of("paid_yuan")


def test_a_last_day_that_is_over_is_not_taken() -> None:
    given = given_of(STORIES["received"])
    form = filled(dialog_of("accept_deferred", given))
    values = {name: form.typed_all(name) for name in form.names()}

    read = read_act(
        "accept_deferred", Form({**values, "supply_by": ["2026-11-01"]}), ActPlace.of(given)
    )

    assert read.act is None
    assert read.form.errors.of("supply_by")


def test_a_destination_that_is_not_on_the_list_is_not_taken() -> None:
    place = ActPlace.of(given_of(STORIES["received"]))

    read = read_act("hand_over_pen", Form({"to": ["440229999-01"]}), place)

    assert read.act is None


def test_whoever_fetched_the_result_is_kept_as_a_part() -> None:
    given = given_of(STORIES["ready"])
    form = Form.of(
        {
            "recipient": "agent",
            "method": "counter",
            "recipient_name": "陈小明",
            "recipient_id": "44022919880229001x",
            "relation": "女儿",
        }
    )

    read = read_act("deliver", form, ActPlace.of(given))

    assert read.act == acts.Deliver("agent", "counter")
    sheet = msgspec.json.decode(read.texts["delivery"], type=HandoverSheet)
    assert sheet.id_number == "44022919880229001X"


def test_a_deposit_is_taken_up_as_it_was_written() -> None:
    story = STORIES["awaiting_supplement"]
    deposit = WaitingDeposit(
        id=MessageId("d" * 64),
        at=story.written[-1].at + timedelta(hours=1),
        at_text="2026-11-20T05:00:00.000000Z",
        node=VILLAGE,
        officer=LIN,
        kind="supplement",
        act=acts.Supplement(verdicts(story.matter)),
    )
    given = replace(given_of(story), deposits=(deposit,))

    read = read_act("take_up_deposit", filled(deposit_dialog(deposit, given)), ActPlace.of(given))

    assert isinstance(read.act, acts.TakeUpDeposit)
    assert read.act.at == deposit.at_text
    assert read.act.restated == deposit.act


def test_a_receipt_keeps_the_intake_of_the_village() -> None:
    given = given_of(STORIES["collected"])

    read = read_act("receive", filled(dialog_of("receive", given)), ActPlace.of(given))

    assert isinstance(read.act, acts.Receive)
    assert read.act.intake == INTAKE
    assert (NodeId(TOWN), OfficerId(WU)) == (given.node, WU)
