"""A township with valid keys that decides what it may not: none of it is confirmed, all is named.

Each row of the table is one lie. Whatever it is, no verdict says CONFIRMED, no paper of it counts
as final, and the county's desks show the town, the code and a sentence about it.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import Struct

from casework import act as acts
from casework.act import FactOnWire, Outcome
from casework.names import CaseId, MessageId, NodeId, OfficerId, author_of
from casework.verdict import OUTSIDE_POWER, Judgement
from central.services.verifying import verify_exports
from central.store.incidents import read_incidents
from central.store.verdicts import exceptional
from sync.attesting import is_proven
from sync.errors import RevokedKeyError
from sync.exporting import export_log
from tests.builders import COUNTY, OTHER_TOWN, TOWN, VILLAGE
from tests.lines import talk
from tests.procedure.liar import GRANT, Liar
from tests.procedure.stage import (
    HOUSEHOLD,
    LIN,
    OTHER_APPROVER,
    QIU,
    REN,
    TOWN_LEADER,
    WU,
    Stage,
    intake_for,
    papers_for,
)
from tests.procedure.test_verdicts import MATTER, RECORD, revoking, taken_in
from tests.wires import hand_frame
from webui import labels

ACCEPTS: Final = "d0022"  # the town's record that lets it accept such a case
REVIEWED: Final = (acts.Take(), acts.Opine(2, Outcome.PASS))
ALL_OF_IT: Final = (*REVIEWED, GRANT)
TOO_MUCH: Final[dict[str, FactOnWire]] = {"volume_m3": "20"}
MONDAY, LONG_AFTER = "11-23", "12-01"


class Lie(Struct, frozen=True):
    tell: "Callable[[Stage, Liar, Path], Awaitable[MessageId]]"
    judgement: Judgement
    code: str
    node: NodeId = TOWN


def changed(**members: Any) -> Callable[[Any], None]:
    """The record as the county publishes it anew."""

    def edit(listed: Any) -> None:
        [record] = [each for each in listed["records"] if each["id"] == RECORD]
        record.update(members)

    return edit


def of_officer(officer: OfficerId, **members: Any) -> Callable[[Any], None]:
    def edit(listed: Any) -> None:
        [found] = [each for each in listed["officers"] if each["id"] == officer]
        for name, value in members.items():
            found[name] = [*found[name], *value] if isinstance(value, list) else value

    return edit


async def accepted_by(
    stage: Stage, *, by: OfficerId = WU, matter: str = MATTER, facts: Any = None
) -> CaseId:
    wanted = stage.matter(matter)
    intake = intake_for({"volume_m3": "8"} if facts is None else facts)
    full = papers_for(wanted, intake)
    case = await stage.do(by, acts.Receive(intake, full), acts.Accept(full), matter=wanted)
    return case.id


async def of_another_matter(stage: Stage, liar: Liar, _: Path) -> MessageId:
    case = await accepted_by(stage, matter="minimum-living-allowance", facts=HOUSEHOLD)
    return await liar.signs(case, *ALL_OF_IT, delegation=RECORD)


async def by_a_record_that_accepts(stage: Stage, liar: Liar, _: Path) -> MessageId:
    return await liar.signs(await taken_in(stage), GRANT, delegation=ACCEPTS)


async def by_no_record(stage: Stage, liar: Liar, _: Path) -> MessageId:
    return await liar.signs(await taken_in(stage), GRANT, delegation=None)


async def beyond_its_condition(stage: Stage, liar: Liar, _: Path) -> MessageId:
    case = await accepted_by(stage, facts=TOO_MUCH)
    return await liar.signs(case, *ALL_OF_IT, delegation=RECORD)


def by_a_record(**members: Any) -> Callable[[Stage, Liar, Path], Awaitable[MessageId]]:
    """A decision by the record as it is, the county having changed it to something else."""

    async def tell(stage: Stage, liar: Liar, files: Path) -> MessageId:
        case = await taken_in(stage)
        await stage.publish(files, "delegations.json", changed(**members))
        return await liar.signs(case, GRANT, delegation=RECORD)

    return tell


async def beside_a_record_that_withholds(stage: Stage, liar: Liar, files: Path) -> MessageId:
    """The county took fellings of this town back with a `none`, and left the older record."""

    def withhold(listed: Any) -> None:
        [record] = [each for each in listed["records"] if each["id"] == RECORD]
        none: dict[str, Any] = {
            "id": "d9999",
            "level": "none",
            "positions": [],
            "conditions": [],
            "quota": None,
        }
        listed["records"].append({**record, **none})

    case = await taken_in(stage)
    await stage.publish(files, "delegations.json", withhold)
    return await liar.signs(case, GRANT, delegation=RECORD)


async def by_a_village_that_may_collect(stage: Stage, _: Liar, __: Path) -> MessageId:
    matter = stage.matter("minimum-living-allowance")
    intake = intake_for(HOUSEHOLD, channel="village_agent")
    collected = acts.Collect(intake, papers_for(matter, intake))
    case = (await stage.do(LIN, collected, matter=matter)).id
    cited = (await stage.look(case)).timeline[-1].delegation
    village = Liar(stage, VILLAGE)
    return await village.signs(case, *ALL_OF_IT, delegation=cited, officer=LIN)


async def one_more_than_its_quota(stage: Stage, liar: Liar, files: Path) -> MessageId:
    await stage.publish(files, "delegations.json", changed(quota={"per": "month", "count": 1}))
    await stage.do(QIU, GRANT, case=await taken_in(stage))
    return await liar.signs(await taken_in(stage), GRANT, delegation=RECORD)


async def what_it_accepted_itself(stage: Stage, liar: Liar, files: Path) -> MessageId:
    both = of_officer(QIU, roles=["clerk"], positions=[f"{TOWN[:9]}.counter_clerk"])
    await stage.publish(files, "organisation.json", both)
    case = await accepted_by(stage, by=QIU)
    return await liar.signs(case, *ALL_OF_IT, delegation=RECORD)


async def with_a_second_account(stage: Stage, liar: Liar, files: Path) -> MessageId:
    """Wu has accepted it as a clerk, and is an approver under another name."""
    same = of_officer(REN, id_number="440229198602100087")
    await stage.publish(files, "organisation.json", same)
    return await liar.signs(await taken_in(stage), GRANT, delegation=RECORD, officer=REN)


async def in_the_name_of_another_town(stage: Stage, liar: Liar, _: Path) -> MessageId:
    case = await taken_in(stage)
    return await liar.signs(case, GRANT, delegation=RECORD, officer=OTHER_APPROVER)


async def in_the_name_of_nobody(stage: Stage, liar: Liar, _: Path) -> MessageId:
    case = await taken_in(stage)
    return await liar.signs(case, GRANT, delegation=RECORD, officer=OfficerId("o9999"))


async def in_the_stead_of_another(stage: Stage, liar: Liar, _: Path) -> MessageId:
    """Nobody gave Qiu an authority to stand in for the leader."""
    case = await taken_in(stage)
    return await liar.signs(case, GRANT, delegation=RECORD, acting_for=TOWN_LEADER)


async def by_a_clerk(stage: Stage, liar: Liar, _: Path) -> MessageId:
    return await liar.signs(await taken_in(stage), GRANT, delegation=RECORD, officer=WU)


def revoked(mode: str, *, known: bool) -> Callable[[Stage, Liar, Path], Awaitable[MessageId]]:
    async def tell(stage: Stage, liar: Liar, files: Path) -> MessageId:
        case = await taken_in(stage)
        await stage.settle()
        if not known:
            stage.cut_off.add(TOWN)
        edit = revoking(mode, "2026-11-23T08:00:00+08:00")
        await stage.publish(files, "delegations.json", edit)
        return await liar.signs(case, GRANT, delegation=RECORD)

    return tell


async def by_a_key_that_was_lost(stage: Stage, liar: Liar, files: Path) -> MessageId:
    """Whoever found the machine decided before anybody knew of the loss."""
    made = await liar.signs(await taken_in(stage), GRANT, delegation=RECORD)
    await stage.settle()
    stage.cut_off.add(TOWN)
    edit = revoking("compromise", "2026-11-23T08:00:00+08:00", "d0256")
    await stage.publish(files, "delegations.json", edit)
    return made


async def by_old_sets(stage: Stage, liar: Liar, files: Path) -> MessageId:
    """It pins the list by which it was not suspended, having shown the newer one."""
    case = await taken_in(stage)
    old = liar.node.trust.versions
    edit = revoking("suspend", "2026-11-23T08:00:00+08:00")
    await stage.publish(files, "delegations.json", edit)
    await taken_in(stage)
    return await liar.signs(case, GRANT, delegation=RECORD, trust=old)


async def back_into_a_lapsed_lease(stage: Stage, liar: Liar, _: Path) -> MessageId:
    case = await taken_in(stage)
    dated = stage.clock.now() + timedelta(minutes=30)
    await stage.settle()
    await stage.on(LONG_AFTER)
    return await liar.signs(case, GRANT, delegation=RECORD, at=dated)


async def back_by_an_old_anchor(stage: Stage, liar: Liar, _: Path) -> MessageId:
    """The same, leaning on the word of the county that was the newest on that day."""
    case = await taken_in(stage)
    await stage.settle()
    dated, anchor = stage.clock.now() + timedelta(minutes=30), await liar.anchor()
    await stage.on("11-25")
    await taken_in(stage)
    return await liar.signs(case, GRANT, delegation=RECORD, at=dated, anchor=anchor)


async def without_any_anchor(stage: Stage, liar: Liar, _: Path) -> MessageId:
    case = await taken_in(stage)
    return await liar.signs(case, GRANT, delegation=RECORD, anchor=MessageId("f" * 64))


async def long_ago_as_it_says(stage: Stage, liar: Liar, _: Path) -> MessageId:
    """It kept silent until nobody could say when it was decided."""
    case = await taken_in(stage)
    await stage.settle()
    stage.cut_off.add(TOWN)
    dated = stage.clock.now() + timedelta(hours=1)
    await stage.on(LONG_AFTER)
    return await liar.signs(case, GRANT, delegation=RECORD, at=dated)


async def past_its_lease(stage: Stage, liar: Liar, _: Path) -> MessageId:
    case = await taken_in(stage)
    await stage.settle()
    stage.cut_off.add(TOWN)
    await stage.on("11-27")
    return await liar.signs(case, GRANT, delegation=RECORD)


async def of_tomorrow(stage: Stage, liar: Liar, _: Path) -> MessageId:
    at = stage.clock.now() + timedelta(days=1)
    return await liar.signs(await taken_in(stage), GRANT, delegation=RECORD, at=at)


async def by_a_suspect_clock(stage: Stage, liar: Liar, _: Path) -> MessageId:
    return await liar.signs(await taken_in(stage), GRANT, delegation=RECORD, is_suspect=True)


REJECTED, QUARANTINED = Judgement.REJECTED, Judgement.QUARANTINED
LIES: Final = (
    Lie(of_another_matter, REJECTED, "E_NOT_DELEGATED"),
    Lie(by_a_record_that_accepts, REJECTED, "E_DELEGATION_CITED"),
    Lie(by_no_record, REJECTED, "E_DELEGATION_CITED"),
    Lie(beyond_its_condition, REJECTED, "E_NOT_DELEGATED"),
    Lie(by_a_record(not_before="2026-12-01"), REJECTED, "E_NOT_DELEGATED"),
    Lie(by_a_record(not_after="2026-11-22"), REJECTED, "E_NOT_DELEGATED"),
    Lie(by_a_record(positions=["leader"]), REJECTED, "E_NOT_DELEGATED"),
    Lie(by_a_record(two_person=True), REJECTED, "E_TWO_PERSON"),
    Lie(beside_a_record_that_withholds, REJECTED, "E_NOT_DELEGATED"),
    Lie(by_a_village_that_may_collect, REJECTED, "E_ROLE", VILLAGE),
    Lie(one_more_than_its_quota, REJECTED, "E_QUOTA"),
    Lie(what_it_accepted_itself, REJECTED, "E_SEPARATE_ACCEPTOR"),
    Lie(with_a_second_account, REJECTED, "E_SEPARATE_ACCEPTOR"),
    Lie(in_the_name_of_another_town, REJECTED, "E_OFFICER_NOT_HERE"),
    Lie(in_the_name_of_nobody, REJECTED, "E_OFFICER_NOT_HERE"),
    Lie(in_the_stead_of_another, REJECTED, "E_SUBSTITUTE"),
    Lie(by_a_clerk, REJECTED, "E_ROLE"),
    Lie(revoked("prospective", known=True), REJECTED, "E_DELEGATION_REVOKED"),
    Lie(revoked("suspend", known=True), REJECTED, "E_DELEGATION_REVOKED"),
    Lie(revoked("prospective", known=False), Judgement.CONFIRMED_FLAGGED, "E_REVOKED_PROSPECTIVE"),
    Lie(revoked("suspend", known=False), Judgement.SUSPENDED, "E_REVOKED_SUSPEND"),
    Lie(by_a_key_that_was_lost, QUARANTINED, "E_KEY_COMPROMISED"),
    Lie(by_old_sets, REJECTED, "E_TRUST_ROLLBACK"),
    Lie(back_into_a_lapsed_lease, QUARANTINED, "E_BEFORE_ANCHOR"),
    Lie(back_by_an_old_anchor, REJECTED, "E_TRUST_ROLLBACK"),
    Lie(without_any_anchor, REJECTED, "E_LEASE_ENDED"),
    Lie(long_ago_as_it_says, Judgement.SUSPENDED, "E_LATE_UNPROVEN"),
    Lie(past_its_lease, REJECTED, "E_LEASE_ENDED"),
    Lie(of_tomorrow, QUARANTINED, "E_AFTER_RECEIPT"),
    Lie(by_a_suspect_clock, QUARANTINED, "E_CLOCK_SUSPECT"),
)
# Here the review fell already, and the decision with it.
REVIEWED_UNLAWFULLY: Final = (of_another_matter, beyond_its_condition)


def name_of(lie: Lie) -> str:
    return f"{lie.tell.__qualname__.split('.')[0]}-{lie.code}"


@pytest.mark.parametrize("lie", LIES, ids=name_of)
async def test_a_lie_is_not_confirmed_and_is_named(stage: Stage, tmp_path: Path, lie: Lie) -> None:
    await stage.on(MONDAY)
    told = await lie.tell(stage, Liar(stage), tmp_path / "county files")
    if lie.tell is not by_a_key_that_was_lost:  # nobody talks to its bearer any more
        stage.cut_off.clear()
    await stage.settle()

    database = stage.nodes[COUNTY].database
    [found] = [each for each in await exceptional(database, None, 100) if each.decision == told]
    assert (found.node, found.judgement) == (lie.node, lie.judgement)
    assert lie.code in found.grounds
    assert all(each in labels.ERRORS for each in found.grounds)
    # A flagged one stands, as its town could not know; all others are no decisions in force.
    stands = await is_proven(stage.desks[COUNTY], found.case, told)
    assert stands == (lie.judgement is Judgement.CONFIRMED_FLAGGED)
    if lie.judgement is REJECTED:
        assert found.case.decision is None
        # What was decided beyond its power stays at the county; what can be repaired goes back.
        stays = lie.code in OUTSIDE_POWER and lie.tell not in REVIEWED_UNLAWFULLY
        assert found.case.pen == (COUNTY if stays else lie.node)
    shown = await read_incidents(database)
    refused = {author_of(each.log) for each in shown.refused if each.case == found.case.id}
    assert refused == ({lie.node} if lie.judgement is REJECTED else set())
    alarms = [(each.event, each.log and author_of(each.log)) for each in shown.alarms]
    knew = lie.code == "E_DELEGATION_REVOKED"
    assert alarms == ([("revocation-ignored", TOWN)] if knew else [])


async def test_a_log_that_is_written_anew_is_stopped_and_its_case_frozen(stage: Stage) -> None:
    await stage.on(MONDAY)
    liar, county = Liar(stage), stage.nodes[COUNTY].node
    case = await taken_in(stage)
    await liar.signs(case, GRANT, delegation=RECORD)
    await stage.settle()
    other = await liar.forks(case, RECORD)
    await county.exchange.receive(TOWN, await hand_frame(liar.node, county, other.wire))

    shown = await read_incidents(stage.nodes[COUNTY].database)
    [fork] = shown.forks
    assert (fork.log, fork.seq, fork.message) == (*_place(other), other.id)
    assert fork.stopped_at == other.header.seq
    assert [(each.event, each.code, each.neighbour) for each in shown.alarms] == [
        ("fork", "E_FORK", TOWN)
    ]
    opened = await county.journal.find_opened(case)
    assert opened is not None
    assert opened.blocked == "E_FORK"
    # Nothing that it writes from here on counts.
    again = await liar.node.journal.find_message(
        await liar.signs(case, acts.Take(), delegation=RECORD)
    )
    assert again is not None
    await county.exchange.receive(TOWN, await hand_frame(liar.node, county, again.wire))
    assert await county.journal.find_message(again.id) is None
    shown = await read_incidents(stage.nodes[COUNTY].database)
    assert [(each.neighbour, each.code) for each in shown.set_aside] == [(TOWN, "E_KEY_REVOKED")]
    assert "E_FORK" in labels.ERRORS


def _place(message: Any) -> tuple[str, int]:
    return message.header.log, message.header.seq


async def test_after_its_key_is_ended_a_town_is_not_heard_at_all(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.on(MONDAY)
    liar, county = Liar(stage), stage.nodes[COUNTY].node
    case = await taken_in(stage)
    await stage.settle()
    stage.cut_off.add(TOWN)
    edit = revoking("compromise", "2026-11-23T08:00:00+08:00", "d0256")
    await stage.publish(tmp_path / "county files", "delegations.json", edit)
    told = await liar.signs(case, GRANT, delegation=RECORD)
    with pytest.raises(RevokedKeyError):
        await talk(liar.node, county)
    assert await county.journal.find_message(told) is None
    assert "E_KEY_REVOKED" in labels.ERRORS


async def test_a_villages_case_that_it_withholds_leaves_a_gap_that_is_named(stage: Stage) -> None:
    await stage.on(MONDAY)
    liar, matter = Liar(stage), stage.matter("minimum-living-allowance")
    intake = intake_for(HOUSEHOLD, channel="village_agent")
    full = papers_for(matter, intake)
    collected = (acts.Collect(intake, full), acts.HandOverPen(TOWN))
    hidden = (await stage.do(LIN, *collected, matter=matter)).id
    passed = (await stage.do(LIN, *collected, matter=matter)).id
    await talk(stage.nodes[VILLAGE].node, liar.node)
    county = stage.nodes[COUNTY]
    await county.node.exchange.receive(TOWN, await liar.brings_only(passed, county.node))

    for case in (hidden, passed):  # the second waits for the first
        assert await county.node.journal.find_case(case) is None
    [gap] = (await read_incidents(county.database)).gaps
    assert (author_of(gap.log), gap.neighbour) == (VILLAGE, TOWN)
    assert (gap.first, gap.last, gap.held) == (1, 2, 2)
    assert gap.since == stage.clock.now()


async def test_whatever_was_tried_is_computed_again_from_the_logs(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.on(MONDAY)
    liar, files = Liar(stage), tmp_path / "county files"
    for tell in (by_no_record, by_a_clerk, beyond_its_condition, of_another_matter, by_old_sets):
        await tell(stage, liar, files)
        await stage.settle()
    folders = []
    for name in (COUNTY, TOWN, OTHER_TOWN):
        opened = stage.nodes[name]
        folders.append(tmp_path / name)
        await export_log(opened.database, opened.store, opened.identity, folders[-1], stage.clock)
    assert verify_exports(folders).faults == ()
