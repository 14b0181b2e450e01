"""What a counter may ask the county about a case that never passed by it (protocol.md section 5b).

Who may ask for which purpose is one table, looked at before anything of the case is. Whether there
is such a case is told only to who shows what its applicant holds: the code of a receipt, or the
last four of an identity number. So numbers cannot be walked through, and all refusals look alike.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.case import SUPPLEMENT, Case, Deferral, Status
from casework.names import CaseNumber, NodeId, Tier, tier_of
from casework.organisation import Role
from casework.procedure import UNDECIDED
from casework.query_code import query_code

ID_TAIL_CHARS: Final = 4
# How much of one officer's asking the county answers in a day, and how much of it may be wrong.
ASKED_MAX: Final = 200
MISSED_MAX: Final = 10
ASKED_WITHIN: Final = timedelta(hours=24)

# The parts of a question and of its answer.
SHOWN: Final = "shown"
STATE: Final = "state"

_APPLICANT: Final = "applicant"
# What may be deposited at any counter, and to what kind of case.
_FITS: Final[Mapping[str, Callable[[Case], bool]]] = {
    "supplement": lambda case: case.status is Status.AWAITING_SUPPLEMENT,
    "supplement_in_review": lambda case: SUPPLEMENT in case.awaiting,
    "deferred_satisfied": lambda case: case.deferral is Deferral.OPEN,
    "withdraw": lambda case: case.status in UNDECIDED,
    "change_pickup": lambda case: case.status is not Status.DELIVERED,
}


class Question(StrEnum):
    """What is asked for. The values are signed; never change one."""

    CASE_STATE = "case-state"
    CASE_FILE = "case-file"
    DUPLICATES = "duplicates"


class Answer(StrEnum):
    """What the county says to it. The values are signed; never change one."""

    FOUND = "found"
    NOT_FOUND = "not-found"
    NOT_ENTITLED = "not-entitled"


class Purpose(StrEnum):
    """Why somebody asks. The values are signed; never change one."""

    PROGRESS = "progress"
    SUPPLY = "supply"
    COLLECT = "collect"
    WITHDRAW = "withdraw"


class Right(Struct, frozen=True, kw_only=True):
    """Who may ask for a purpose, and what the counter that asked may then do and hold.

    `brings`: the acts that may be deposited there. Where there are any the case itself is asked
    for, and the counter is told of it as long as one of them is open.
    """

    roles: Mapping[Tier, frozenset[Role]]
    brings: tuple[str, ...] = ()
    parts: frozenset[str] = frozenset()

    @property
    def question(self) -> Question:
        return Question.CASE_FILE if self.brings else Question.CASE_STATE


_AT_COUNTERS: Final = {Tier.TOWNSHIP: frozenset({Role.CLERK, Role.ISSUING})}
RIGHTS: Final[Mapping[Purpose, Right]] = {
    Purpose.SUPPLY: Right(
        roles=_AT_COUNTERS,
        brings=("supplement", "supplement_in_review", "deferred_satisfied"),
        parts=frozenset({_APPLICANT, "notice"}),
    ),
    Purpose.COLLECT: Right(
        roles=_AT_COUNTERS, brings=("change_pickup",), parts=frozenset({_APPLICANT})
    ),
    Purpose.WITHDRAW: Right(
        roles=_AT_COUNTERS, brings=("withdraw",), parts=frozenset({_APPLICANT})
    ),
    # A village keeps name, state and result of its own cases, and learns no more of others.
    Purpose.PROGRESS: Right(
        roles={**_AT_COUNTERS, Tier.VILLAGE: frozenset({Role.VILLAGE_AGENT})},
    ),
}


class Asking(Struct, frozen=True, kw_only=True):
    """A question as the county weighs it; the figures are of the last day and of its officer."""

    node: NodeId
    roles: frozenset[Role]
    question: Question
    purpose: str
    shown: str
    asked: int = 0
    missed: int = 0


class StateSheet(Struct, frozen=True, kw_only=True):
    """What the answer says of a case: names masked, and nothing that the paper does not say."""

    number: CaseNumber
    matter: str
    applicant: str
    status: str
    closure: str | None
    took_in: NodeId
    pen: NodeId
    pickup: NodeId | None
    moved_at: str  # an instant
    promised: str | None  # ISO date
    supply_by: str | None  # ISO date
    may_bring: tuple[str, ...]


class Guest(Struct, frozen=True):
    """A node that asked for a case and was given it, for a purpose and from an instant on."""

    node: NodeId
    purpose: str
    since: datetime


def purposes_for(node: NodeId, roles: Iterable[Role]) -> tuple[Purpose, ...]:
    """For what an officer may ask, in the order of the table."""
    held = frozenset(roles)
    return tuple(each for each, right in RIGHTS.items() if _may_ask(right, node, held))


def answer_to(asking: Asking, case: Case | None, tails: Iterable[str]) -> Answer:
    """The county's answer; `tails` are the ends of identity numbers that open the case."""
    right = _right(asking.purpose)
    if right is None or asking.question is not right.question:
        return Answer.NOT_ENTITLED
    if not _may_ask(right, asking.node, asking.roles):
        return Answer.NOT_ENTITLED
    if asking.asked >= ASKED_MAX or asking.missed >= MISSED_MAX:
        return Answer.NOT_ENTITLED
    if case is None or case.status is None:
        return Answer.NOT_FOUND
    keys = {query_code(case.id), *(tail.upper() for tail in tails if len(tail) == ID_TAIL_CHARS)}
    return Answer.FOUND if asking.shown.upper() in keys else Answer.NOT_FOUND


def may_be_brought(name: str, case: Case) -> bool:
    """Whether an act may be deposited to a case as it stands, wherever its pen is."""
    fits = _FITS.get(name)
    return fits is not None and case.is_open and not case.is_frozen and fits(case)


def is_staying(case: Case, guest: Guest) -> bool:
    """Whether a guest is still to be told: one question, until what it was asked for is done.

    It follows from the entries alone, so that every node that holds the answer says the same.
    """
    right = _right(guest.purpose)
    if right is None or not any(may_be_brought(name, case) for name in right.brings):
        return False
    return all(each.written_at <= guest.since for each in case.moments(*right.brings))


def staying(case: Case, guests: Iterable[Guest]) -> tuple[Guest, ...]:
    return tuple(each for each in guests if is_staying(case, each))


def guest_parts(guest: Guest) -> frozenset[str]:
    """The names of the parts that a guest may hold beside what it brought."""
    right = _right(guest.purpose)
    return right.parts if right is not None else frozenset()


def _right(purpose: str) -> Right | None:
    try:
        return RIGHTS[Purpose(purpose)]
    except ValueError:
        return None


def _may_ask(right: Right, node: NodeId, roles: frozenset[Role]) -> bool:
    return not right.roles.get(tier_of(node), frozenset()).isdisjoint(roles)
