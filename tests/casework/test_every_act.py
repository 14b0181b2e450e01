"""Every act from every status by everybody, at the right node and at a wrong one.

Generated from the table of the procedure: whatever is not open is refused with a code of its own,
whose sentence tells the officer what to do instead.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.act_words import ACT_WORDS_CHARS_MAX, check_words
from casework.case import Case, Status
from casework.errors import ActNotOpenError, ActWordsError, CaseworkError, DateOrderError
from casework.instants import instant_text
from casework.judging import refusal, why_not
from casework.names import NodeId, OfficerId, Tier, is_county, tier_of
from casework.organisation import Role
from casework.procedure import PROCEDURE, ROWS, Power, Row
from casework.standing import Standing, Waiting
from casework.verdict import CLOCKS_APART_MAX
from tests.builders import COUNTY, INTAKE, OTHER_TOWN, TOWN, VILLAGE
from tests.casework.situations import (
    DEPOSIT,
    MATTER,
    PARTS,
    Situation,
    almighty,
    examples,
    lying_at,
    situations,
    standing,
    statuses_shown,
    verdicts,
)
from webui import labels

SITUATIONS = situations()
EXAMPLES = examples()
SENTENCE_CHARS_MIN = 12
INSTANT = timedelta(microseconds=1)
# The word with which a sentence begins when it tells somebody to do something.
INSTRUCTION = "请"
OF_THE_DEPARTMENT = {Power.REVIEW, Power.FIRST_REVIEW, Power.DECIDE, Power.DEPARTMENT}
AT_DESKS = {Role.CLERK, Role.ISSUING, Role.COORDINATOR}


class Person(Struct, frozen=True):
    node: NodeId
    id: OfficerId


PEOPLE = {
    "village agent": Person(VILLAGE, OfficerId("o0105")),
    "township clerk": Person(TOWN, OfficerId("o0099")),
    "township approver": Person(TOWN, OfficerId("o0101")),
    "township leader": Person(TOWN, OfficerId("o0103")),
    "issuing clerk": Person(COUNTY, OfficerId("o0080")),
    "hall clerk": Person(COUNTY, OfficerId("o0072")),
    "county approver": Person(COUNTY, OfficerId("o0011")),
    "chief representative": Person(COUNTY, OfficerId("o0010")),
    "county leader": Person(COUNTY, OfficerId("o0012")),
    "approver of another department": Person(COUNTY, OfficerId("o0057")),
    "supervisor": Person(COUNTY, OfficerId("o0087")),
    "system administrator": Person(COUNTY, OfficerId("o0089")),
}

# What may begin a case; and what may be done in each situation by whoever has every power, at
# whichever of county, township and village lets them.
TAKEN_IN = {"draft", "submit_online", "collect", "receive"}
BEGINNINGS = TAKEN_IN | {"rebuild"}
CARRIED = {"hand_over_pen", "return_pen", "reclaim_pen", "take_up_deposit"}
UNDER_WAY = CARRIED | {"change_pickup", "terminate", "ask"}
UNDECIDED = UNDER_WAY | {"withdraw", "open_green_channel"}
ASKED_FOR = UNDECIDED | {"settle_fee"}
ANSWERS = {"accept", "accept_deferred", "notify_deficiency", "refuse_acceptance"}
REVIEWED = ASKED_FOR | {
    *("take", "judge_materials", "opine", "start_special", "forward_up"),
    *("notify_deficiency_review", "request_extension", "call_for_papers"),
}
JUDGED = REVIEWED - {"judge_materials"}  # said once
DECISIONS = {"decide_grant", "decide_refuse"}
OPEN_TO_ALL_POWERS = {
    "nothing": BEGINNINGS,
    "nothing_instant": BEGINNINGS | {"instant"},
    "draft": UNDECIDED | TAKEN_IN,
    "submitted": ASKED_FOR | {"pre_pass", "pre_return", "collect", "receive"},
    "pre_passed": ASKED_FOR | {"pre_return", "collect", "receive"},
    "collected": ASKED_FOR | {"collect", "receive"},
    "received": ASKED_FOR | ANSWERS,
    "received_unanswered": ASKED_FOR | {"deem_accepted"},
    "awaiting_supplement": ASKED_FOR | {"supplement"},
    "supplement_overdue": ASKED_FOR | {"supplement", "lapse"},
    "accepted": ASKED_FOR | {"dispatch", "take", "call_for_papers"},
    "deferred": ASKED_FOR | {"dispatch", "take", "call_for_papers", "deferred_satisfied"},
    "in_review": REVIEWED | DECISIONS,
    "judged": JUDGED | DECISIONS,
    "special": JUDGED | {"end_special"},
    "asked_in_review": JUDGED - {"notify_deficiency_review", "call_for_papers"}
    | {"supplement_in_review"},
    "extension_asked": (
        JUDGED - {"request_extension"} | DECISIONS | {"grant_extension", "refuse_extension"}
    ),
    "twice_in_review": JUDGED | {"merge_into", "keep_apart"},
    "questioned": JUDGED | DECISIONS | {"answer"},
    "papers_called": JUDGED | DECISIONS | {"collect_papers"},
    "forwarded": ASKED_FOR | DECISIONS | {"answer_from_above", "call_for_papers"},
    "decided": UNDER_WAY | {"settle_fee", "produce_result"},
    # A refusal owes no papers: they are neither brought any more nor held against anybody.
    "refused_owing": UNDER_WAY | {"settle_fee", "produce_result"},
    "refused_overdue": UNDER_WAY | {"settle_fee", "produce_result"},
    "suspended": {"hand_over_pen", "reclaim_pen", "take_up_deposit", "ratify", "reopen"},
    "result_held": UNDER_WAY | {"settle_fee", "deferred_satisfied"},
    "supply_overdue": UNDER_WAY | {"settle_fee", "deferred_satisfied", "deferred_lapse"},
    "ready": UNDER_WAY | {"settle_fee", "forward_result", "deliver"},
    "on_its_way": UNDER_WAY | {"settle_fee", "forward_result", "deliver", "confirm_arrival"},
    "delivered": UNDER_WAY - {"change_pickup"} | {"close"},
    "closed": {"correct", "revoke", "reopen", "reclaim_pen"},
    "withdrawn": {"reclaim_pen"},
}


def refusals(
    case: Case | None, asked: Standing, rows: tuple[Row, ...] = ROWS
) -> Iterator[tuple[Row, CaseworkError | None]]:
    """What is said of each act, before it is filled in and after."""
    for row in rows:
        offered = why_not(case, row.act, asked)
        meant = refusal(case, EXAMPLES[row.act], PARTS, asked)
        assert offered is None or meant is not None, f"{row.name} is not offered, and permitted"
        yield row, offered
        yield row, meant


@pytest.mark.parametrize("name", SITUATIONS)
def test_exactly_these_acts_are_open_to_whoever_has_every_power(name: str) -> None:
    situation = SITUATIONS[name]
    found = {
        row.name
        for node in (COUNTY, TOWN, VILLAGE)
        for row in ROWS
        if why_not(lying_at(situation.case, node), row.act, almighty(situation, node)) is None
    }
    assert found == OPEN_TO_ALL_POWERS[name]


def test_every_act_is_open_somewhere_and_every_status_is_looked_at() -> None:
    assert set(EXAMPLES) == set(PROCEDURE)
    assert set().union(*OPEN_TO_ALL_POWERS.values()) == {row.name for row in ROWS}
    assert statuses_shown() == {None, *Status}


@pytest.mark.parametrize("name", ["refused_owing", "refused_overdue"])
def test_papers_owed_by_who_was_refused_neither_come_nor_lapse(name: str) -> None:
    """It is the refusal that forbids it, not the day: to wait for one would be wrong advice."""
    situation = SITUATIONS[name]
    case, asked = lying_at(situation.case, COUNTY), almighty(situation, COUNTY)
    for act in (EXAMPLES[acts.DeferredLapse], EXAMPLES[acts.DeferredSatisfied]):
        for refused in (why_not(case, type(act), asked), refusal(case, act, PARTS, asked)):
            assert isinstance(refused, ActNotOpenError)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", SITUATIONS)
def test_an_act_is_open_by_the_table_or_refused_in_words(name: str, who: str) -> None:
    situation, person = SITUATIONS[name], PEOPLE[who]
    asked = standing(situation, person.node, person.id)
    case = lying_at(situation.case, person.node)
    for row, refused in refusals(case, asked):
        if refused is None:
            check_permitted(row, case, asked)
        else:
            check_sentence(refused.code)


@pytest.mark.parametrize("who", PEOPLE)
def test_without_the_pen_nothing_is_done_but_to_reclaim_it(who: str) -> None:
    person = PEOPLE[who]
    for situation in SITUATIONS.values():
        if situation.case is None:
            continue
        elsewhere = lying_at(situation.case, OTHER_TOWN)
        asked = standing(situation, person.node, person.id)
        permitted = {row.name for row, refused in refusals(elsewhere, asked) if refused is None}
        assert permitted <= {"reclaim_pen"}
        assert not permitted or person.node == COUNTY


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_acts_at_a_node_that_is_not_theirs(who: str) -> None:
    person = PEOPLE[who]
    wrong = TOWN if person.node == COUNTY else OTHER_TOWN
    for situation in SITUATIONS.values():
        asked = standing(situation, wrong, person.id)
        case = lying_at(situation.case, wrong)
        assert [row.name for row, refused in refusals(case, asked) if refused is None] == []


@pytest.mark.parametrize(
    "who", ["supervisor", "system administrator", "approver of another department"]
)
def test_who_only_looks_on_does_nothing_in_any_status(who: str) -> None:
    person = PEOPLE[who]
    for name, situation in SITUATIONS.items():
        asked = standing(situation, person.node, person.id)
        case = lying_at(situation.case, person.node)
        open_ones = [row.name for row, refused in refusals(case, asked) if refused is None]
        assert open_ones == [], name


def test_what_is_done_to_a_case_begins_none() -> None:
    nothing = Situation(case=None)
    asked = almighty(nothing, COUNTY)
    of_a_case = tuple(r for r in ROWS if r.power in {Power.PEN, Power.COUNTER, Power.COUNTY})
    assert {"reclaim_pen", "return_pen", "take_up_deposit"} <= {row.name for row in of_a_case}
    assert all(refused is not None for _, refused in refusals(None, asked, of_a_case))


@pytest.mark.parametrize(
    "name", [name for name, each in SITUATIONS.items() if each.case and not each.case.held]
)
def test_no_act_is_dated_before_the_case_it_is_done_to(name: str) -> None:
    situation = SITUATIONS[name]
    for node in (COUNTY, TOWN, VILLAGE):
        case = lying_at(situation.case, node)
        assert case is not None
        begun = case.timeline[0].written_at
        early = replace(almighty(situation, node), now=begun - CLOCKS_APART_MAX - INSTANT)
        by_status = tuple(row for row in ROWS if case.status in row.opens)
        codes = {row.name: refused for row, refused in refusals(case, early, by_status)}
        assert all(isinstance(refused, DateOrderError) for refused in codes.values()), codes


@pytest.mark.parametrize(
    ("early", "expected"), [(CLOCKS_APART_MAX, None), (CLOCKS_APART_MAX + INSTANT, DateOrderError)]
)
def test_nothing_is_taken_up_that_was_brought_before_the_case_began(
    early: timedelta, expected: type[CaseworkError] | None
) -> None:
    """By a machine whose clock has lost the year, or by somebody who wants an early date."""
    situation = SITUATIONS["received"]
    case = lying_at(situation.case, TOWN)
    assert case is not None
    at = instant_text(case.timeline[0].at - early)
    adopted = acts.TakeUpDeposit(DEPOSIT, at, acts.Accept(verdicts()))
    asked = replace(
        almighty(situation, TOWN), open_deposits={DEPOSIT: Waiting(at, adopted.restated)}
    )
    refused = refusal(case, adopted, PARTS, asked)
    assert (type(refused) if refused else None) is expected


LONG = "长" * (ACT_WORDS_CHARS_MAX + 1)


@pytest.mark.parametrize("text", [LONG, "翁民〔2026〕\n18号", "\x00", "\u202e号"])
def test_no_act_bears_words_that_no_screen_would_take(text: str) -> None:
    """What a machine that asks nobody has signed, the county refuses."""
    for kind, name in (
        *((acts.DecideGrant, "document"), (acts.DecideRefuse, "document")),
        *((acts.ProduceResult, "document"), (acts.Correct, "document")),
        *((acts.ForwardUp, "superior"), (acts.Deliver, "method"), (acts.Withdraw, "asked_by")),
    ):
        with pytest.raises(ActWordsError):
            check_words(replace(EXAMPLES[kind], **{name: text}))
    stated = (
        *((acts.FactItem("volume_m3", text),), (acts.FactItem(text, 1),)),
        (acts.FactItem("kinds", ("a", text)),),
    )
    for facts in stated:
        with pytest.raises(ActWordsError):
            check_words(acts.Draft(replace(INTAKE, facts=facts)))
    for act in EXAMPLES.values():
        check_words(act)
    situation = SITUATIONS["nothing"]
    begun = acts.Draft(replace(INTAKE, channel=text))
    assert isinstance(refusal(None, begun, PARTS, almighty(situation, TOWN)), ActWordsError)


def test_every_refusal_has_a_code_of_its_own_and_says_what_to_do_instead() -> None:
    kinds = CaseworkError.__subclasses__()
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes)
    assert CaseworkError.code not in codes
    for code in codes:
        check_sentence(code)


def check_sentence(code: str) -> None:
    sentence = labels.ERRORS[code]
    assert len(sentence) >= SENTENCE_CHARS_MIN, f"{code}: {sentence}"
    assert INSTRUCTION in sentence, f"{code} says not what to do: {sentence}"


def check_permitted(row: Row, case: Case | None, asked: Standing) -> None:
    """What the table says of a row, read once more and in another way."""
    officer = asked.officer
    status = case.status if case else None
    assert status in row.opens, row.name
    assert not row.roles or set(row.roles) & set(officer.roles), row.name
    if row.power is Power.COUNTY:
        assert is_county(asked.node), row.name
    if row.power is Power.ASSIST:
        assert tier_of(asked.node) is Tier.VILLAGE, row.name
    if is_county(asked.node) and not (AT_DESKS & set(officer.roles) & {Role(r) for r in row.roles}):
        assert officer.department == MATTER.department, row.name
    if is_county(asked.node) and row.personal and row.power in OF_THE_DEPARTMENT:
        assert asked.has_power(*row.personal), row.name
