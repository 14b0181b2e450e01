"""Approval: the other person that some acts name, and what makes their word count."""

from collections.abc import Iterable

from casework.errors import ApprovalMissingError
from casework.names import OfficerId, Tier, parent_of
from casework.organisation import Officer, PositionKind
from casework.standing import Standing


def check_approval(approver: OfficerId, kinds: Iterable[PositionKind], standing: Standing) -> None:
    """Raise ApprovalMissingError unless that officer may agree to what this one does."""
    if why := approval_fault(approver, kinds, standing):
        raise ApprovalMissingError(why)


def approval_fault(
    approver: OfficerId, kinds: Iterable[PositionKind], standing: Standing
) -> str | None:
    """What is amiss, for the log; None if nothing is."""
    named = standing.officers.get(approver)
    if named is None or not named.may_work(standing.today):
        return f"{approver} is not an officer in service that is known here"
    if str(named.person) in standing.persons_acting:
        return f"{approver} is the person who acts"
    if not _is_colleague(named, standing):
        return f"{approver} is of another department"
    if named.position_kinds.isdisjoint(kinds):
        return f"{approver} is none of {kinds}"
    return None


def approvers(kinds: Iterable[PositionKind], standing: Standing) -> tuple[Officer, ...]:
    """Those who could agree, for a screen to choose from."""
    return tuple(
        officer
        for officer in standing.officers.values()
        if approval_fault(officer.id, kinds, standing) is None
    )


def _is_colleague(named: Officer, standing: Standing) -> bool:
    """Of the same node, for a village of its township too, or of the matter's department."""
    if named.node == standing.node:
        return True
    if standing.tier is Tier.VILLAGE:
        return named.node == parent_of(standing.node)
    return standing.is_county and named.department in {
        standing.matter.department,
        standing.officer.department,
    }
