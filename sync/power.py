"""What a node leans on when it judges an act, gathered from its journal and its trust sets.

Called inside a transaction, on the writer's thread: the same for a node about to sign, for a screen
that asks why not, and for the county as of the time of somebody else's entry.
"""

from datetime import datetime, timedelta, tzinfo
from typing import Final

from casework.act import AnyAct, Rebuild, ReclaimPen, ReturnPen, TakeUpDeposit
from casework.case import Case, Status
from casework.condition import Facts
from casework.errors import MatterVersionError, OfficerNotHereError
from casework.facts import facts_of, facts_of_intake
from casework.instants import instant_text, parse_instant
from casework.matter import MatterRef, MatterVersion
from casework.names import (
    CaseId,
    DelegationId,
    Incarnation,
    Lane,
    NodeId,
    OfficerId,
    is_of_county,
    log_name,
    parent_of,
)
from casework.organisation import Officer
from casework.procedure import OPEN
from casework.standing import LeaseHeld, Standing
from sync.batch import Batch
from sync.claims import is_release_requested, open_deposits, reclaimable
from sync.holdings import Holdings
from sync.vouching import voucher_fault

# How far an author's clock may be ahead of the county's when a lease is looked up for it.
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
DUPLICATES_MAX: Final = 20
UNDER_WAY: Final = tuple(
    sorted(status.value for status in OPEN - {Status.DRAFT, Status.SUBMITTED, Status.DELIVERED})
)
_OPEN_MARKS: Final = ", ".join("?" * len(UNDER_WAY))


def officer_of(holdings: Holdings, officer: OfficerId) -> Officer:
    found = holdings.officer(officer)
    if found is None:
        raise OfficerNotHereError(f"{officer} is not in the directory")
    return found


def matter_of(holdings: Holdings, ref: MatterRef) -> MatterVersion:
    found = holdings.matter(ref)
    if found is None:
        raise MatterVersionError(f"{ref} is not in the catalogue")
    return found


def standing_of(  # noqa: PLR0913 - everything a judgement depends on
    batch: Batch,
    holdings: Holdings,
    case: Case | None,
    *,
    node: NodeId,
    incarnation: Incarnation,
    officer: Officer,
    acting_for: Officer | None = None,
    matter: MatterVersion,
    facts: Facts,
    now: datetime,
    act: AnyAct | None = None,
    time_suspect: bool = False,
    sets_behind: bool = False,
    grace: timedelta = timedelta(0),
) -> Standing:
    lease = None if is_of_county(node) else lease_of(batch, node, incarnation, now)
    if lease is not None and grace:
        lease = LeaseHeld(lease.at + grace, lease.until + grace)
    records = holdings.delegations_over(node, matter.id)
    # Every message of the case is read for these, so only acts that ask pay for it.
    claims = isinstance(act, TakeUpDeposit | ReturnPen)
    return Standing(
        node=node,
        officer=officer,
        matter=matter,
        delegations=records,
        revocations=holdings.revocations,
        calendar=holdings.calendar,
        facts=facts,
        now=now,
        time_suspect=time_suspect,
        lease=lease,
        sets_behind=sets_behind,
        quota_used={
            record.id: decisions_under(batch, record.id, holdings, now)
            for record in records
            if record.quota is not None
        },
        acting_for=acting_for,
        officers=holdings.officers,
        ab_pairs=holdings.organisation.ab_pairs,
        duplicates=duplicates_of(batch, case) if is_of_county(node) and case else {},
        open_deposits=open_deposits(batch, case) if case is not None and claims else {},
        release_requested=claims and case is not None and is_release_requested(batch, case),
        voucher_fault=voucher_fault(act, holdings) if isinstance(act, Rebuild) else None,
        leases=leases_on_the_way(batch, case) if case and isinstance(act, ReclaimPen) else {},
        reclaimable=reclaimable(batch, case) if case and isinstance(act, ReclaimPen) else {},
    )


def duplicates_of(batch: Batch, case: Case) -> dict[CaseId, datetime]:
    """Other open cases that look like the same application, by their legal receipt (row Z14).

    Only the county sees both; what a person has looked at and kept apart is not one.
    """
    mine = batch.case(case.id)
    alike = (mine.id_tail, mine.applicant, case.matter.matter)
    rows = batch.work.execute(
        "SELECT id FROM case_row WHERE id_tail = ? AND applicant = ? AND matter = ? AND id <> ?"  # noqa: S608
        f" AND status IN ({_OPEN_MARKS}) UNION SELECT id FROM case_row WHERE rebuilt_from = ?"
        f" AND status IN ({_OPEN_MARKS}) UNION SELECT id FROM case_row WHERE id = ?"
        f" AND status IN ({_OPEN_MARKS}) LIMIT ?",
        (
            *(*alike, case.id, *UNDER_WAY),
            *(case.id, *UNDER_WAY),
            *(case.rebuilt_from, *UNDER_WAY),
            DUPLICATES_MAX,
        ),
    ).fetchall()
    found = {}
    for (other,) in rows:
        state = batch.case(CaseId(other)).case
        if state is None or other in case.apart_from or case.id in state.apart_from:
            continue
        received = state.moments("receive")
        # One that was begun anew from the other's receipt is the same, received or not.
        if not received and case.id != state.rebuilt_from and case.rebuilt_from != state.id:
            continue
        found[state.id] = (received or state.timeline)[0].at
    return found


def lease_of(
    batch: Batch, node: NodeId, incarnation: Incarnation, now: datetime
) -> LeaseHeld | None:
    """The newest lease that the county had signed by then."""
    found = batch.granted.lease_by(node, incarnation, instant_text(now + CLOCK_TOLERANCE))
    return LeaseHeld(parse_instant(found.at), parse_instant(found.until)) if found else None


def leases_on_the_way(batch: Batch, case: Case) -> dict[NodeId, LeaseHeld]:
    """The newest leases of the pen-holder and its parent; that of an ended machine is over."""
    found: dict[NodeId, LeaseHeld] = {}
    for node in (case.pen, parent_of(case.pen)):
        incarnations = batch.trust.incarnations_of(node) if node is not None else ()
        if node is None or not incarnations:
            continue
        log = log_name(node, incarnations[-1], Lane.CASE)
        lease = lease_of(batch, node, incarnations[-1], batch.now)
        if lease is not None and batch.trust.find_end(log) is None:
            found[node] = lease
    return found


def decisions_under(
    batch: Batch, delegation: DelegationId, holdings: Holdings, at: datetime
) -> int:
    """Decisions that stand under a record in the calendar month of `at`, local time.

    Those of this very transaction count as well: a frame may bring five hundred.
    """
    first, after = month_of(at, holdings.calendar.tz)
    begins, ends = instant_text(first), instant_text(after)
    found = batch.work.execute(
        "SELECT id FROM case_row WHERE decided_under = ? AND decided_at >= ? AND decided_at < ?",
        (delegation, begins, ends),
    ).fetchall()
    standing = {row[0] for row in found}
    for state in batch.changed_cases():
        made = state.case.decision if state.case is not None else None
        counts = made is not None and made.delegation == delegation
        if counts and made is not None and begins <= instant_text(made.at) < ends:
            standing.add(state.id)
        else:
            standing.discard(state.id)
    return len(standing)


def month_of(at: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """When the calendar month of an instant begins in a zone, and when the next one does."""
    first = at.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    year, month = divmod(first.year * 12 + first.month, 12)
    return first, first.replace(year=year, month=month + 1)


def facts_for(case: Case | None, act: object) -> Facts:
    """The facts an act is judged by: those of the application that it brings, else the case's."""
    intake = getattr(act, "intake", None)
    return facts_of(case) if intake is None else facts_of_intake(intake)
