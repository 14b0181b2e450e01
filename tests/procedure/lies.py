"""The lies that a town with valid keys may tell, and what the county has to make of each.

They are told on a stage in one process, and once more by a process of the town to one of the
county: whoever tells them needs no more than `Scene` and `Lying`.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from casework import act as acts
from casework.act import FactOnWire, Outcome
from casework.names import CaseId, MessageId, NodeId, OfficerId
from casework.verdict import Judgement
from tests.builders import TOWN, VILLAGE
from tests.procedure.liar import GRANT
from tests.procedure.scene import MATTER, Lying, Scene, revoking, taken_in, the_grant
from tests.procedure.stage import (
    HOUSEHOLD,
    LIN,
    OTHER_APPROVER,
    QIU,
    REN,
    TOWN_LEADER,
    WU,
    intake_for,
    papers_for,
)

ACCEPTS: Final = "d0022"  # the town's record that lets it accept such a case
REVIEWED: Final = (acts.Take(), acts.Opine(2, Outcome.PASS))
ALL_OF_IT: Final = (*REVIEWED, GRANT)
TOO_MUCH: Final[dict[str, FactOnWire]] = {"volume_m3": "20"}
MONDAY: Final = "11-23"
SINCE: Final = "2026-11-23T08:00:00+08:00"


class Lie(Struct, frozen=True):
    tell: "Callable[[Scene, Lying, Path], Awaitable[MessageId]]"
    judgement: Judgement
    code: str
    node: NodeId = TOWN


def changed(**members: Any) -> Callable[[Any], None]:
    """The record as the county publishes it anew."""

    def edit(listed: Any) -> None:
        the_grant(listed).update(members)

    return edit


def of_officer(officer: OfficerId, **members: Any) -> Callable[[Any], None]:
    def edit(listed: Any) -> None:
        [found] = [each for each in listed["officers"] if each["id"] == officer]
        for name, value in members.items():
            found[name] = [*found[name], *value] if isinstance(value, list) else value

    return edit


async def accepted_by(
    stage: Scene, *, by: OfficerId = WU, matter: str = MATTER, facts: Any = None
) -> CaseId:
    wanted = stage.matter(matter)
    intake = intake_for({"volume_m3": "8"} if facts is None else facts)
    full = papers_for(wanted, intake)
    case = await stage.do(by, acts.Receive(intake, full), acts.Accept(full), matter=wanted)
    return case.id


async def of_another_matter(stage: Scene, liar: Lying, _: Path) -> MessageId:
    case = await accepted_by(stage, matter="minimum-living-allowance", facts=HOUSEHOLD)
    return await liar.signs(case, *ALL_OF_IT, delegation=liar.record)


async def by_a_record_that_accepts(stage: Scene, liar: Lying, _: Path) -> MessageId:
    return await liar.signs(await taken_in(stage), GRANT, delegation=ACCEPTS)


async def by_no_record(stage: Scene, liar: Lying, _: Path) -> MessageId:
    return await liar.signs(await taken_in(stage), GRANT, delegation=None)


async def beyond_its_condition(stage: Scene, liar: Lying, _: Path) -> MessageId:
    case = await accepted_by(stage, facts=TOO_MUCH)
    return await liar.signs(case, *ALL_OF_IT, delegation=liar.record)


def by_a_record(**members: Any) -> Callable[[Scene, Lying, Path], Awaitable[MessageId]]:
    """A decision by the record as it is, the county having changed it to something else."""

    async def tell(stage: Scene, liar: Lying, files: Path) -> MessageId:
        case = await taken_in(stage)
        await stage.publish(files, "delegations.json", changed(**members))
        return await liar.signs(case, GRANT, delegation=liar.record)

    return tell


async def beside_a_record_that_withholds(stage: Scene, liar: Lying, files: Path) -> MessageId:
    """The county took fellings of this town back with a `none`, and left the older record."""

    def withhold(listed: Any) -> None:
        record = the_grant(listed)
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
    return await liar.signs(case, GRANT, delegation=liar.record)


async def by_a_village_that_may_collect(stage: Scene, _: Lying, __: Path) -> MessageId:
    matter = stage.matter("minimum-living-allowance")
    intake = intake_for(HOUSEHOLD, channel="village_agent")
    collected = acts.Collect(intake, papers_for(matter, intake))
    case = (await stage.do(LIN, collected, matter=matter)).id
    village = stage.liar(VILLAGE)
    cited = await village.cited(case)
    return await village.signs(case, *ALL_OF_IT, delegation=cited, officer=LIN)


async def one_more_than_its_quota(stage: Scene, liar: Lying, files: Path) -> MessageId:
    await stage.publish(files, "delegations.json", changed(quota={"per": "month", "count": 1}))
    await stage.do(QIU, GRANT, case=await taken_in(stage))
    return await liar.signs(await taken_in(stage), GRANT, delegation=liar.record)


async def what_it_accepted_itself(stage: Scene, liar: Lying, files: Path) -> MessageId:
    both = of_officer(QIU, roles=["clerk"], positions=[f"{TOWN[:9]}.counter_clerk"])
    await stage.publish(files, "organisation.json", both)
    case = await accepted_by(stage, by=QIU)
    return await liar.signs(case, *ALL_OF_IT, delegation=liar.record)


async def with_a_second_account(stage: Scene, liar: Lying, files: Path) -> MessageId:
    """Wu has accepted it as a clerk, and is an approver under another name."""
    same = of_officer(REN, id_number="440229198602100087")
    await stage.publish(files, "organisation.json", same)
    return await liar.signs(await taken_in(stage), GRANT, delegation=liar.record, officer=REN)


async def in_the_name_of_another_town(stage: Scene, liar: Lying, _: Path) -> MessageId:
    case = await taken_in(stage)
    return await liar.signs(case, GRANT, delegation=liar.record, officer=OTHER_APPROVER)


async def in_the_name_of_nobody(stage: Scene, liar: Lying, _: Path) -> MessageId:
    case = await taken_in(stage)
    return await liar.signs(case, GRANT, delegation=liar.record, officer=OfficerId("o9999"))


async def in_the_stead_of_another(stage: Scene, liar: Lying, _: Path) -> MessageId:
    """Nobody gave Qiu an authority to stand in for the leader."""
    case = await taken_in(stage)
    return await liar.signs(case, GRANT, delegation=liar.record, acting_for=TOWN_LEADER)


async def by_a_clerk(stage: Scene, liar: Lying, _: Path) -> MessageId:
    return await liar.signs(await taken_in(stage), GRANT, delegation=liar.record, officer=WU)


def revoked(mode: str, *, known: bool) -> Callable[[Scene, Lying, Path], Awaitable[MessageId]]:
    async def tell(stage: Scene, liar: Lying, files: Path) -> MessageId:
        case = await taken_in(stage)
        await stage.settle()
        if not known:
            stage.cut(TOWN)
        edit = revoking(mode, SINCE, liar.record)
        await stage.publish(files, "delegations.json", edit)
        return await liar.signs(case, GRANT, delegation=liar.record)

    return tell


async def by_a_key_that_was_lost(stage: Scene, liar: Lying, files: Path) -> MessageId:
    """Whoever found the machine decided before anybody knew of the loss."""
    made = await liar.signs(await taken_in(stage), GRANT, delegation=liar.record)
    await stage.settle()
    stage.cut(TOWN)
    edit = revoking("compromise", SINCE, "d0256")
    await stage.publish(files, "delegations.json", edit)
    return made


async def by_old_sets(stage: Scene, liar: Lying, files: Path) -> MessageId:
    """It pins the list by which it was not suspended, having shown the newer one."""
    case = await taken_in(stage)
    old = await liar.versions()
    edit = revoking("suspend", SINCE, liar.record)
    await stage.publish(files, "delegations.json", edit)
    await taken_in(stage)
    return await liar.signs(case, GRANT, delegation=liar.record, trust=old)


async def back_into_a_lapsed_lease(stage: Scene, liar: Lying, _: Path) -> MessageId:
    case = await taken_in(stage)
    dated = stage.now() + timedelta(minutes=30)
    await stage.settle()
    await stage.later(days=8)
    return await liar.signs(case, GRANT, delegation=liar.record, at=dated)


async def back_by_an_old_anchor(stage: Scene, liar: Lying, _: Path) -> MessageId:
    """The same, leaning on the word of the county that was the newest on that day."""
    case = await taken_in(stage)
    await stage.settle()
    dated, anchor = stage.now() + timedelta(minutes=30), await liar.anchor()
    await stage.later(days=2)
    await taken_in(stage)
    return await liar.signs(case, GRANT, delegation=liar.record, at=dated, anchor=anchor)


async def without_any_anchor(stage: Scene, liar: Lying, _: Path) -> MessageId:
    case = await taken_in(stage)
    return await liar.signs(case, GRANT, delegation=liar.record, anchor=MessageId("f" * 64))


async def long_ago_as_it_says(stage: Scene, liar: Lying, _: Path) -> MessageId:
    """It kept silent until nobody could say when it was decided."""
    case = await taken_in(stage)
    await stage.settle()
    stage.cut(TOWN)
    dated = stage.now() + timedelta(hours=1)
    await stage.later(days=8)
    return await liar.signs(case, GRANT, delegation=liar.record, at=dated)


async def past_its_lease(stage: Scene, liar: Lying, _: Path) -> MessageId:
    case = await taken_in(stage)
    await stage.settle()
    stage.cut(TOWN)
    await stage.later(days=4)
    return await liar.signs(case, GRANT, delegation=liar.record)


async def of_tomorrow(stage: Scene, liar: Lying, _: Path) -> MessageId:
    at = stage.now() + timedelta(days=1)
    return await liar.signs(await taken_in(stage), GRANT, delegation=liar.record, at=at)


async def by_a_suspect_clock(stage: Scene, liar: Lying, _: Path) -> MessageId:
    return await liar.signs(await taken_in(stage), GRANT, delegation=liar.record, is_suspect=True)


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
