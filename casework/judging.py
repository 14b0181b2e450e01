"""May this act be done? The one answer for the screen, the service and the county.

`why_not` asks about a kind of act, before anybody has filled anything in: it offers a button or
explains why there is none. `refusal` asks about an act with all it says. The author asks before
signing; the county asks again on admission, as of the time and the versions the entry pins.
"""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from casework import act as acts
from casework.act import Act, AnyAct
from casework.act_contents import check_content
from casework.act_openings import check_open
from casework.authority import check_officer, grant_for
from casework.calls import check_call
from casework.case import ENTRIES_PER_CASE_MAX, Case
from casework.delegation import Delegation
from casework.entry import PartRef
from casework.errors import (
    ActNotOpenError,
    CaseFrozenError,
    CaseHeldError,
    CaseworkError,
    DateOrderError,
    DepositTakenError,
    EntriesExhaustedError,
    MatterVersionError,
    NotInstantError,
    NotPenHolderError,
    PartMissingError,
    PenDestinationError,
    ReleaseAskedError,
    UnknownCaseError,
    WrongNodeError,
)
from casework.instants import parse_instant
from casework.matter import in_force
from casework.names import is_county
from casework.procedure import PROCEDURE, RELEASING, Power, Row
from casework.rebuilding import check_rebuilt
from casework.standing import Standing
from casework.verdict import CLOCKS_APART_MAX

_TAKES_IN: Final = frozenset(
    {
        *(acts.Draft, acts.SubmitOnline, acts.Collect, acts.Receive, acts.Instant),
        acts.TakeUpDeposit,
    }
)
# Nobody holds the pen of a case that does not exist.
_OF_A_CASE: Final = frozenset({Power.PEN, Power.COUNTER, Power.COUNTY})


def why_not(case: Case | None, kind: type[Act], standing: Standing) -> CaseworkError | None:
    """Why this officer may not do this kind of act now, or None if they may."""
    try:
        _permit(case, PROCEDURE[kind], standing)
    except CaseworkError as refused:
        return refused
    return None


def refusal(
    case: Case | None, act: AnyAct, parts: tuple[PartRef, ...], standing: Standing
) -> CaseworkError | None:
    """Why this very act may not be done, or None if it may."""
    try:
        permit(case, act, parts, standing)
    except CaseworkError as refused:
        return refused
    return None


def permit(
    case: Case | None, act: AnyAct, parts: tuple[PartRef, ...], standing: Standing
) -> Delegation | None:
    """The delegation record that the act must cite, or the CaseworkError that forbids it."""
    row = PROCEDURE[type(act)]
    if isinstance(act, acts.TakeUpDeposit):
        _permit(case, row, standing)
        _check_deposit(case, act, standing)
        adopted = PROCEDURE[type(act.restated)]
        _check_status(case, adopted)
        check_officer(adopted, standing)
        grant = grant_for(case, adopted, standing)
        _check_parts(case, adopted, parts)
        check_content(case, act.restated, parts, standing)
        _check_bringer(case, act, standing)
        return grant
    if isinstance(act, acts.Rebuild):
        check_rebuilt(act, standing)
        standing = replace(standing, judges_intake_version=False)
    grant = _permit(case, row, standing)
    _check_parts(case, row, parts)
    check_content(case, getattr(act, "restated", act), parts, standing)
    check_call(case, act, standing.node, standing.officer.id, standing.today)
    return grant


def check_release(case: Case, standing: Standing) -> None:
    """The county asks a holder that can be reached for the pen: whoever may reclaim may ask."""
    if not is_county(standing.node):
        raise WrongNodeError(f"{standing.node} is not the county")
    check_officer(PROCEDURE[acts.ReclaimPen], standing)
    if case.is_frozen:
        raise CaseFrozenError(case.id)
    if case.pen == standing.node:
        raise PenDestinationError("the pen is here already")
    if standing.release_requested:
        raise ReleaseAskedError(f"{case.pen} was asked for {case.id}")


def _check_parts(case: Case | None, row: Row, parts: tuple[PartRef, ...]) -> None:
    missing = row.parts - {part.name for part in parts} - _held_names(case)
    if missing:
        raise PartMissingError(f"{row.name} without {sorted(missing)}")


def _permit(case: Case | None, row: Row, standing: Standing) -> Delegation | None:
    _check_status(case, row)
    if case is not None:
        _check_pen(case, row, standing)
        _check_order(case, standing.now)
        check_open(case, row, standing)
    if row.act is acts.Instant and not standing.matter.is_instant:
        raise NotInstantError(standing.matter.id)
    _check_version(case, row, standing)
    check_officer(row, standing)
    return grant_for(case, row, standing)


def _check_status(case: Case | None, row: Row) -> None:
    """`None` among the statuses is a case that has none, or one that is yet to begin."""
    if case is None and row.power in _OF_A_CASE:
        raise UnknownCaseError(f"{row.name} is done to a case")
    status = case.status if case else None
    if status not in row.opens:
        raise ActNotOpenError(f"{row.name} on a case that is {status}")
    if case is not None and case.length >= ENTRIES_PER_CASE_MAX:
        raise EntriesExhaustedError(case.id)


def _check_pen(case: Case, row: Row, standing: Standing) -> None:
    if row.act is acts.ReclaimPen:
        return
    if case.is_frozen:
        raise CaseFrozenError(case.id)
    if case.pen != standing.node:
        raise NotPenHolderError(f"{case.pen} holds the pen of {case.id}, not {standing.node}")
    if case.held and row.act not in RELEASING | {acts.TakeUpDeposit}:
        raise CaseHeldError(case.id)


def _check_order(case: Case | None, at: datetime) -> None:
    """Nothing happens to a case before it began; clocks may differ by a little.

    A case that was refused from its first entry has not begun: what it began with is yet to be
    taken up.
    """
    if case is None or case.status is None:
        return
    begun = min(moment.at for moment in case.timeline)
    if at + CLOCKS_APART_MAX < begun:
        raise DateOrderError(f"{at} on a case begun at {begun}")


def _check_version(case: Case | None, row: Row, standing: Standing) -> None:
    """A case keeps its matter version; what takes an application in needs one in effect.

    Nothing else asks for it: what was begun under a version since withdrawn can be handed up, put
    right elsewhere or given back.
    """
    matter = standing.matter
    if case is not None and (case.received_by is not None or row.act not in _TAKES_IN):
        if matter.ref != case.matter:
            raise MatterVersionError(f"{matter.ref} on a case under {case.matter}")
        return
    if standing.judges_intake_version and not in_force(matter, standing.today):
        raise MatterVersionError(f"{matter.ref} is not in effect on {standing.today}")


def _held_names(case: Case | None) -> frozenset[str]:
    """Names of parts that came once and need not come again; documents of an act must."""
    if case is None:
        return frozenset()
    return frozenset(part.ref.name for part in case.parts) & {"applicant"}


def _check_deposit(case: Case | None, act: acts.TakeUpDeposit, standing: Standing) -> None:
    taken = case is not None and act.deposit in case.taken_up
    waiting = standing.open_deposits.get(act.deposit)
    if taken or waiting is None or waiting.at != act.at:
        raise DepositTakenError(act.deposit)
    if not waiting.allows(act.restated):
        raise DepositTakenError(f"{act.deposit} says something else")
    _check_order(case, parse_instant(act.at))


def _check_bringer(case: Case | None, act: acts.TakeUpDeposit, standing: Standing) -> None:
    """Questions and answers are those of who deposited them, not of who adopts them."""
    waiting = standing.open_deposits[act.deposit]
    if waiting.node is not None and waiting.officer is not None:
        check_call(case, act.restated, waiting.node, waiting.officer, None)
