"""The papers of a case, as lists ask about them: what is still owed, and what lies in its bag.

What is owed follows from the case alone and stands in its row. What lies in the bag follows from
the catalogue as well, which says what becomes of each original.
"""

from typing import Final

from msgspec import Struct

from casework.case import SUPPLEMENT, Case, Closure, Deferral, Status
from casework.material import MaterialState, Retention
from casework.matter import MatterVersion

# Where a deferral can still be satisfied; a refusal that waits for collection asks for nothing.
_DEFERRED_IN: Final = frozenset(
    {Status.ACCEPTED, Status.IN_REVIEW, Status.FORWARDED, Status.DECIDED, Status.RESULT_HELD}
)


class Papers(Struct, frozen=True):
    """How many papers stay with a case; what is only checked goes home with the applicant."""

    originals: int = 0
    copies: int = 0

    @property
    def total(self) -> int:
        return self.originals + self.copies


def owes_papers(case: Case) -> bool:
    """Whether something is still to be brought by the applicant."""
    return (
        case.status is Status.AWAITING_SUPPLEMENT
        or (case.status is Status.IN_REVIEW and SUPPLEMENT in case.awaiting)
        or (case.deferral is Deferral.OPEN and case.status in _DEFERRED_IN)
    )


def papers_of(case: Case, matter: MatterVersion | None) -> Papers:
    """What was handed in and is kept, as the counts of the last check say."""
    if matter is None:
        return Papers()
    originals = copies = 0
    for verdict in case.materials:
        need = matter.material(verdict.material)
        if verdict.state is not MaterialState.PRESENT or need is None:
            continue
        originals += verdict.originals if need.retention is Retention.KEEP else 0
        copies += verdict.copies
    return Papers(originals, copies)


def papers_to_carry(case: Case, matter: MatterVersion | None) -> int:
    """How many papers the bag of a case takes up; those of a withdrawn one go back."""
    return 0 if case.closure is Closure.WITHDRAWN else papers_of(case, matter).total
