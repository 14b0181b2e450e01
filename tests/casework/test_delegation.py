"""Which record governs, and what may not be published."""

from datetime import UTC, date, datetime
from itertools import permutations
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.catalogue import Catalogue
from casework.condition import Condition, Facts, Operator
from casework.delegation import (
    Delegation,
    GrantSource,
    Level,
    Quota,
    QuotaPeriod,
    Revocation,
    RevocationMode,
    governing,
    levels_at,
)
from casework.delegation_file import DelegationList
from casework.delegation_publishing import Fault, publishing_faults, ties
from casework.names import DelegationId, DepartmentId, MatterId, NodeId

LONGXIAN = NodeId("440229901-01")
BAZI = NodeId("440229902-01")
QINGYUN = NodeId("440229901002-01")
FELLING = MatterId("timber-felling-permit")
ALLOWANCE = MatterId("minimum-living-allowance")
NOVEMBER = date(2026, 11, 20)

PLAIN = Delegation(
    id=DelegationId("d1"),
    principal=DepartmentId("forestry"),
    grantee=LONGXIAN,
    matter=FELLING,
    matter_versions=None,
    level=Level.FINAL,
    conditions=(),
    positions=("approver", "leader"),
    not_before=date(2026, 1, 1),
    not_after=None,
    offline_hours=24,
    two_person=False,
    separate_acceptor=True,
    quota=None,
    instrument="i1",
    source=GrantSource.ENTRUSTED,
    redelegate=False,
)
SMALL = Condition("volume_m3", Operator.LE, 15)


def asked(  # noqa: PLR0913
    *records: Delegation,
    facts: Facts | None = None,
    level: Level = Level.FINAL,
    node: NodeId = LONGXIAN,
    matter: MatterId = FELLING,
    on: date = NOVEMBER,
    positions: tuple[str, ...] = ("approver",),
) -> str | None:
    found = governing(
        records,
        node=node,
        matter=matter,
        version=1,
        level=level,
        on=on,
        facts=facts or {},
        positions=positions,
    )
    return found.id if found else None


LISTED = replace(PLAIN, id="listed", matter_versions=(1,))
CONDITIONED = replace(PLAIN, id="conditioned", conditions=(SMALL,))
NARROW = replace(PLAIN, id="narrow", positions=("approver",))
LATER = replace(PLAIN, id="later", not_before=date(2026, 6, 1))
OPEN = replace(PLAIN, id="open", positions=())


@pytest.mark.parametrize(
    ("closer", "wider"),
    [
        (LISTED, replace(CONDITIONED, not_before=date(2026, 6, 1))),
        (CONDITIONED, NARROW),
        (NARROW, LATER),
        (LATER, PLAIN),
        (PLAIN, OPEN),
        (OPEN, replace(OPEN, id="old", not_before=date(2025, 1, 1))),
    ],
    ids=lambda record: record.id,
)
def test_the_more_specific_record_governs(closer: Delegation, wider: Delegation) -> None:
    facts = {"volume_m3": 9}
    assert asked(closer, wider, facts=facts) == closer.id
    assert asked(wider, closer, facts=facts) == closer.id


def test_the_order_of_records_is_nothing() -> None:
    records = (PLAIN, LISTED, CONDITIONED, NARROW, LATER)
    answers = {asked(*order, facts={"volume_m3": 9}) for order in permutations(records)}
    assert answers == {"listed"}


def test_a_none_beats_all_and_an_unknown_fact_does_not_fail_it() -> None:
    withheld = replace(
        PLAIN,
        id="none",
        level=Level.NONE,
        positions=(),
        conditions=(Condition("volume_m3", Operator.GT, 15),),
    )
    assert asked(PLAIN, withheld, facts={"volume_m3": "15.2"}) is None
    assert asked(PLAIN, withheld) is None
    assert asked(PLAIN, withheld, facts={"volume_m3": 15}) == "d1"
    assert asked(PLAIN, replace(withheld, grantee=BAZI), facts={"volume_m3": 99}) == "d1"


def test_levels_are_not_nested() -> None:
    assert asked(PLAIN, level=Level.ACCEPT) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"node": BAZI},
        {"matter": ALLOWANCE},
        {"on": date(2025, 12, 31)},
        {"positions": ("counter_clerk",)},
        {"positions": ()},
    ],
    ids=str,
)
def test_a_record_gives_nothing_beyond_what_it_says(changed: dict[str, object]) -> None:
    assert asked(PLAIN) == "d1"
    assert asked(PLAIN, **changed) is None  # type: ignore[arg-type]


def test_the_last_day_of_a_record_is_within_it() -> None:
    ending = replace(PLAIN, not_after=NOVEMBER)
    assert asked(ending) == "d1"
    assert asked(ending, on=date(2026, 11, 21)) is None


def test_a_record_keeps_the_order_of_its_members() -> None:
    members = (
        "id principal grantee matter matter_versions level conditions positions not_before "
        "not_after offline_hours two_person separate_acceptor quota instrument source redelegate"
    )
    assert Delegation.__struct_fields__ == tuple(members.split())
    assert b'"source":"entrusted","redelegate":false}' in msgspec.json.encode(PLAIN)


def test_the_county_decides_where_a_township_does_not(delegations: DelegationList) -> None:
    def levels(node: NodeId, matter: str, on: date, **facts: str | bool) -> set[str]:
        return set(
            levels_at(
                delegations.records,
                node=node,
                matter=MatterId(matter),
                version=1,
                on=on,
                facts=facts,
            )
        )

    assert levels(LONGXIAN, FELLING, NOVEMBER, volume_m3="15") == {"final", "accept"}
    assert levels(LONGXIAN, FELLING, NOVEMBER, volume_m3="15.2") == {"accept"}
    assert levels(BAZI, ALLOWANCE, NOVEMBER, is_staff_relative=False) >= {"final"}
    assert "final" not in levels(BAZI, ALLOWANCE, NOVEMBER, is_staff_relative=True)
    assert "final" not in levels(BAZI, ALLOWANCE, date(2025, 12, 31), is_staff_relative=False)
    assert levels(NodeId("440229907-01"), "small-workshop-registration", NOVEMBER) == set()
    assert levels(QINGYUN, ALLOWANCE, NOVEMBER) == {"assist"}


def test_the_file_keeps_what_the_record_has_no_member_for(delegations: DelegationList) -> None:
    assert len(delegations.records) == 603
    assert delegations.remarks[DelegationId("d0207")].note is not None
    assert {record.source for record in delegations.records} == set(GrantSource)


def test_a_compromise_is_a_lost_key_and_a_suspension(delegations: DelegationList) -> None:
    (lost,) = delegations.compromises
    revoked = next(one for one in delegations.revocations if one.id == "r03")
    assert lost.node == "440229907-01"
    assert revoked.mode is RevocationMode.SUSPEND
    assert lost.since == revoked.since


def test_a_revocation_touches_what_comes_at_or_after_it() -> None:
    since = datetime(2026, 10, 26, tzinfo=UTC)
    mode = RevocationMode.SUSPEND
    revocation = Revocation("r1", PLAIN.id, mode, since, "reason", "i1")
    assert revocation.touches(PLAIN.id, since)
    assert not revocation.touches(PLAIN.id, datetime(2026, 10, 25, 23, 59, tzinfo=UTC))
    assert not revocation.touches(DelegationId("d2"), since)


def test_a_revocation_names_an_instant_everywhere_the_same() -> None:
    data = (
        b'{"id":"r","delegation":"d","mode":"suspend","since":"2026-01-01T00:00:00",'
        b'"reason":"","instrument":"i"}'
    )
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(data, type=Revocation)


def test_the_countys_list_may_be_published(
    delegations: DelegationList, catalogue: Catalogue
) -> None:
    matters = {matter.ref: matter for matter in catalogue.matters}
    assert publishing_faults(delegations.records, matters) == ()


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        (
            replace(PLAIN, grantee=QINGYUN, positions=("village_agent",)),
            Fault.LICENCE_TO_VILLAGE,
        ),
        (
            replace(PLAIN, grantee=QINGYUN, level=Level.ACCEPT, positions=("village_agent",)),
            Fault.LICENCE_TO_VILLAGE,
        ),
        (replace(PLAIN, redelegate=True), Fault.REDELEGATION),
        (replace(PLAIN, matter=MatterId("ordinary-passport")), Fault.NOT_DELEGABLE),
        (replace(PLAIN, matter=MatterId("nothing")), Fault.UNKNOWN_MATTER),
        (replace(PLAIN, matter_versions=(7,)), Fault.UNKNOWN_MATTER),
        (replace(PLAIN, not_after=date(2025, 1, 1)), Fault.DATES),
        (replace(PLAIN, positions=("king",)), Fault.POSITIONS),
        (replace(PLAIN, level=Level.NONE), Fault.POSITIONS),
        (replace(PLAIN, quota=Quota(QuotaPeriod.MONTH, 0)), Fault.QUOTA),
        (replace(PLAIN, offline_hours=-1), Fault.OFFLINE_HOURS),
    ],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_what_the_law_forbids_is_not_published(
    catalogue: Catalogue, record: Delegation, fault: Fault
) -> None:
    matters = {matter.ref: matter for matter in catalogue.matters}
    assert fault in {finding.fault for finding in publishing_faults([record], matters)}


def test_a_village_may_assist_with_a_licence(catalogue: Catalogue) -> None:
    matters = {matter.ref: matter for matter in catalogue.matters}
    helping = replace(PLAIN, grantee=QINGYUN, level=Level.ASSIST, positions=("village_agent",))
    assert publishing_faults([helping], matters) == ()


def other(**changes: object) -> Delegation:
    return msgspec.structs.replace(PLAIN, id="d2", **changes)


@pytest.mark.parametrize(
    ("one", "two", "tied"),
    [
        (PLAIN, other(), True),
        (PLAIN, other(positions=("counter_clerk", "surveyor")), True),
        (PLAIN, other(positions=("approver",)), False),
        (PLAIN, other(not_before=date(2026, 2, 1)), False),
        (PLAIN, other(level=Level.ACCEPT), False),
        (PLAIN, other(grantee=BAZI), False),
        (PLAIN, other(matter_versions=(1,)), False),
        (replace(PLAIN, matter_versions=(2,)), other(matter_versions=(1,)), False),
        (replace(PLAIN, matter_versions=(1, 2)), other(matter_versions=(2, 3)), True),
        (CONDITIONED, other(conditions=(Condition("volume_m3", Operator.GT, 15),)), False),
        (CONDITIONED, other(conditions=(Condition("volume_m3", Operator.GE, 15),)), True),
        (CONDITIONED, other(conditions=(Condition("area", Operator.GT, 15),)), True),
        (
            other(conditions=(Condition("ad_kind", Operator.EQ, "sign"),)),
            replace(PLAIN, conditions=(Condition("ad_kind", Operator.EQ, "board"),)),
            False,
        ),
    ],
)
def test_two_records_that_fit_alike_are_a_tie(
    one: Delegation, two: Delegation, *, tied: bool
) -> None:
    assert bool(ties([one, two])) is tied
    assert bool(ties([two, one])) is tied


RECORDS = st.builds(
    lambda number, versions, conditions, positions, month: replace(
        PLAIN,
        id=f"x{number}",
        matter_versions=versions,
        conditions=conditions,
        positions=positions,
        not_before=date(2026, month, 1),
    ),
    st.integers(0, 10**6),
    st.sampled_from([None, (1,), (1, 2)]),
    st.sampled_from([(), (SMALL,), (SMALL, Condition("area", Operator.GE, 1))]),
    st.sampled_from([(), ("approver",), ("approver", "leader")]),
    st.integers(1, 11),
)


@given(
    st.lists(RECORDS, max_size=6, unique_by=lambda record: record.id),
    st.randoms(use_true_random=False),
)
def test_without_ties_every_node_cites_the_same_record(
    records: list[Delegation], shuffler: Random
) -> None:
    if ties(records):
        return
    shuffled = list(records)
    shuffler.shuffle(shuffled)
    facts = {"volume_m3": 3, "area": 5}
    assert asked(*records, facts=facts) == asked(*shuffled, facts=facts)
