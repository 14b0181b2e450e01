"""A proposed change of what a county publishes: drafted by one person, put in force by another.

Requirements A5 and A10: nobody changes the catalogue or the delegations alone. A proposal says of
every item what its author saw and what it is to be; where the item became another meanwhile, it
is not applied, so that of two proposals about one item the later is looked at again.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from casework.catalogue import Catalogue
from casework.delegation import Delegation, Revocation
from casework.delegation_file import DelegationList, Instrument, Remark
from casework.fact import Fact
from casework.matter import MatterVersion
from casework.names import DelegationId
from casework.organisation import (
    AbPair,
    Officer,
    Organisation,
    Position,
    Role,
    Training,
    Window,
)

NOTE_CHARS_MIN: Final = 6
NOTE_CHARS_MAX: Final = 500
TITLE_CHARS_MAX: Final = 80

_Item = TypeVar("_Item", Delegation, MatterVersion, Officer, AbPair, Window)
_New = TypeVar("_New", Instrument, Revocation, Position, Training)


class ProposalKind(StrEnum):
    """What a proposal changes: the tags of `Changes`."""

    DELEGATIONS = "delegations"
    MATTERS = "matters"
    PEOPLE = "people"


class ProposalState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"


class Move(StrEnum):
    """What a person does to a proposal."""

    SAVE = "save"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    GIVE_BACK = "give_back"
    APPROVE = "approve"


class RecordChange(Fact, frozen=True):
    """A delegation record as the author saw it (None: there was none), and as it is to be."""

    before: Delegation | None
    after: Delegation | None


class RecordNote(Fact, frozen=True):
    """What the county notes of a record that it adds, outside what is signed."""

    record: DelegationId
    text: str


class DelegationChanges(Fact, frozen=True, tag=ProposalKind.DELEGATIONS.value):
    """Changes of the delegation list; instruments and revocations are only ever added."""

    records: tuple[RecordChange, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    revocations: tuple[Revocation, ...] = ()
    notes: tuple[RecordNote, ...] = ()


class MatterChange(Fact, frozen=True):
    """A matter version as the author saw it (None: there was none), and as it is to be."""

    before: MatterVersion | None
    after: MatterVersion


class MatterChanges(Fact, frozen=True, tag=ProposalKind.MATTERS.value):
    """Changes of the catalogue; a version is ended by its dates and never taken away."""

    matters: tuple[MatterChange, ...] = ()


class OfficerChange(Fact, frozen=True):
    """An officer as the author saw them (None: new); nobody is taken away, only put out of use."""

    before: Officer | None
    after: Officer


class PairChange(Fact, frozen=True):
    """An AB pair as the author saw it (None: new); it ends by its date, never without a trace."""

    before: AbPair | None
    after: AbPair


class WindowChange(Fact, frozen=True):
    """A window as the author saw it (None: new), and as it is to be (None: closed)."""

    before: Window | None
    after: Window | None


class PeopleChanges(Fact, frozen=True, tag=ProposalKind.PEOPLE.value):
    """Changes of who works where; positions and trainings are only ever added."""

    officers: tuple[OfficerChange, ...] = ()
    pairs: tuple[PairChange, ...] = ()
    windows: tuple[WindowChange, ...] = ()
    positions: tuple[Position, ...] = ()
    trainings: tuple[Training, ...] = ()


Changes = DelegationChanges | MatterChanges | PeopleChanges


CHANGES_OF: Final[dict[ProposalKind, type[Changes]]] = {
    ProposalKind.DELEGATIONS: DelegationChanges,
    ProposalKind.MATTERS: MatterChanges,
    ProposalKind.PEOPLE: PeopleChanges,
}


class _Kind(Struct, frozen=True):
    drafted_by: frozenset[Role]
    reviewed_by: frozenset[Role]


# Protocol section 6: delegations, revocations and the directory are the security role's, two
# persons; the catalogue has its editors and its reviewers.
_KINDS: Final[dict[type[Changes], _Kind]] = {
    DelegationChanges: _Kind(
        frozenset({Role.DELEGATION_ADMIN}),
        frozenset({Role.SECURITY_ADMIN, Role.DELEGATION_ADMIN}),
    ),
    MatterChanges: _Kind(frozenset({Role.CATALOGUE_EDITOR}), frozenset({Role.CATALOGUE_REVIEWER})),
    PeopleChanges: _Kind(
        frozenset({Role.DELEGATION_ADMIN, Role.SYSTEM_ADMIN}), frozenset({Role.SECURITY_ADMIN})
    ),
}


class _Rule(Struct, frozen=True):
    states: frozenset[ProposalState]
    by_author: bool
    to: ProposalState
    is_reasoned: bool = False


_UNDONE: Final = frozenset({ProposalState.DRAFT, ProposalState.RETURNED})
_RULES: Final = {
    Move.SAVE: _Rule(_UNDONE, by_author=True, to=ProposalState.DRAFT),
    Move.SUBMIT: _Rule(_UNDONE, by_author=True, to=ProposalState.SUBMITTED),
    Move.WITHDRAW: _Rule(
        _UNDONE | {ProposalState.SUBMITTED}, by_author=True, to=ProposalState.WITHDRAWN
    ),
    Move.GIVE_BACK: _Rule(
        frozenset({ProposalState.SUBMITTED}),
        by_author=False,
        to=ProposalState.RETURNED,
        is_reasoned=True,
    ),
    Move.APPROVE: _Rule(
        frozenset({ProposalState.SUBMITTED}), by_author=False, to=ProposalState.APPROVED
    ),
}


class ProposalFault(StrEnum):
    """Why a proposal is not moved or applied. The values are permanent."""

    ROLE = "E_PROPOSAL_ROLE"
    AUTHOR = "E_PROPOSAL_AUTHOR"
    OWN = "E_PROPOSAL_OWN"
    STATE = "E_PROPOSAL_STATE"
    REASON = "E_PROPOSAL_REASON"
    EMPTY = "E_PROPOSAL_EMPTY"
    CONFLICT = "E_PROPOSAL_CONFLICT"
    UNSOUND = "E_PROPOSAL_UNSOUND"
    UNKNOWN = "E_PROPOSAL_UNKNOWN"
    ABOUT_REVIEWER = "E_PROPOSAL_ABOUT_REVIEWER"


class ProposalError(Exception):
    """A move that the rules do not allow; `items` names what it fails at."""

    def __init__(self, code: ProposalFault, items: Sequence[str] = ()) -> None:
        self.code: Final = code
        self.items: Final = tuple(items)
        super().__init__(f"{code}: {', '.join(items)}" if items else code)


def kind_of(changes: Changes) -> ProposalKind:
    return next(kind for kind, each in CHANGES_OF.items() if isinstance(changes, each))


def may_draft(officer: Officer, kind: type[Changes]) -> bool:
    return not _KINDS[kind].drafted_by.isdisjoint(officer.roles)


def may_review(officer: Officer, kind: type[Changes], author: Officer) -> bool:
    """Whether they may put in force what the author proposed: never the same person."""
    return officer.person != author.person and not _KINDS[kind].reviewed_by.isdisjoint(
        officer.roles
    )


def moved(  # noqa: PLR0913 - what a move depends on, each by its name
    move: Move,
    *,
    state: ProposalState,
    changes: Changes,
    author: Officer,
    officer: Officer,
    note: str = "",
) -> ProposalState:
    """The state after a move; ProposalError if this officer may not make it now."""
    rule, kind = _RULES[move], type(changes)
    if state not in rule.states:
        raise ProposalError(ProposalFault.STATE)
    if rule.by_author and officer.person != author.person:
        raise ProposalError(ProposalFault.AUTHOR)
    if not rule.by_author and officer.person == author.person:
        raise ProposalError(ProposalFault.OWN)
    may = may_draft(officer, kind) if rule.by_author else may_review(officer, kind, author)
    if not may:
        raise ProposalError(ProposalFault.ROLE)
    if move is Move.APPROVE and is_about(changes, officer):
        raise ProposalError(ProposalFault.ABOUT_REVIEWER)
    if rule.is_reasoned and len(note.strip()) < NOTE_CHARS_MIN:
        raise ProposalError(ProposalFault.REASON)
    if move in {Move.SUBMIT, Move.APPROVE} and is_empty(changes):
        raise ProposalError(ProposalFault.EMPTY)
    return rule.to


def moves_open_to(
    officer: Officer, *, state: ProposalState, changes: Changes, author: Officer
) -> tuple[Move, ...]:
    """What this officer may do to a proposal now, a reason given where one is asked for."""

    def is_open(move: Move) -> bool:
        try:
            moved(
                move,
                state=state,
                changes=changes,
                author=author,
                officer=officer,
                note="." * NOTE_CHARS_MIN,
            )
        except ProposalError:
            return False
        return True

    return tuple(move for move in Move if is_open(move))


def is_about(changes: Changes, officer: Officer) -> bool:
    """Whether a person's own post, powers, training or stand-ins are what changes."""
    if not isinstance(changes, PeopleChanges):
        return False
    persons = {each.after.person for each in changes.officers}
    named = {one for each in changes.pairs for one in (each.after.a, each.after.b)}
    return officer.person in persons or officer.id in named


def is_empty(changes: Changes) -> bool:
    match changes:
        case DelegationChanges():
            return not (changes.records or changes.instruments or changes.revocations)
        case MatterChanges():
            return not changes.matters
        case PeopleChanges():
            return changes == PeopleChanges()


def change_delegations(held: DelegationList, changes: DelegationChanges) -> DelegationList:
    """The list with these changes; ProposalError (CONFLICT) names what changed meanwhile."""
    pairs = [(one.before, one.after) for one in changes.records]
    records = _changed(held.records, pairs, lambda record: record.id)
    wave = max((one.id for one in held.waves), default=0)
    remarks = {record.id: held.remarks.get(record.id, Remark(wave, None)) for record in records}
    for note in changes.notes:
        if note.record in remarks:
            remarks[note.record] = replace(remarks[note.record], note=note.text)
    revocations = _added(held.revocations, changes.revocations, lambda one: one.id)
    known = {record.id for record in records}
    if lost := [one.id for one in changes.revocations if one.delegation not in known]:
        raise ProposalError(ProposalFault.CONFLICT, lost)
    return replace(
        held,
        version=held.version + 1,
        records=records,
        remarks=remarks,
        instruments=_added(held.instruments, changes.instruments, lambda one: one.id),
        revocations=revocations,
    )


def change_catalogue(held: Catalogue, changes: MatterChanges) -> Catalogue:
    """The catalogue with these changes; ProposalError (CONFLICT) names what changed meanwhile."""
    pairs = [(one.before, one.after) for one in changes.matters]
    matters = _changed(held.matters, pairs, lambda matter: f"{matter.id} v{matter.version}")
    return replace(held, version=held.version + 1, matters=matters)


def change_organisation(held: Organisation, changes: PeopleChanges) -> Organisation:
    """The organisation with these changes; ProposalError (CONFLICT) names what changed before."""
    officers = [(one.before, one.after) for one in changes.officers]
    pairs = [(one.before, one.after) for one in changes.pairs]
    windows = [(one.before, one.after) for one in changes.windows]
    return replace(
        held,
        version=held.version + 1,
        positions=_added(held.positions, changes.positions, lambda one: one.id),
        officers=_changed(held.officers, officers, lambda one: one.id),
        ab_pairs=_changed(held.ab_pairs, pairs, lambda one: one.id),
        windows=_changed(held.windows, windows, lambda one: one.id),
        trainings=_added(
            held.trainings, changes.trainings, lambda one: f"{one.officer} {one.on} {one.course}"
        ),
    )


def _changed(
    held: Sequence[_Item],
    pairs: Iterable[tuple[_Item | None, _Item | None]],
    name: Callable[[_Item], str],
) -> tuple[_Item, ...]:
    """What is held, in its order, with each pair's first replaced by its second."""
    found = {name(one): one for one in held}
    lost: list[str] = []
    for before, after in pairs:
        one = before or after
        if one is None or (before and after and name(before) != name(after)):
            raise ProposalError(ProposalFault.UNSOUND)
        key = name(one)
        if found.get(key) != before:
            lost.append(key)
        elif after is None:
            del found[key]
        else:
            found[key] = after
    if lost:
        raise ProposalError(ProposalFault.CONFLICT, lost)
    return tuple(found.values())


def _added(
    held: tuple[_New, ...], new: tuple[_New, ...], name: Callable[[_New], str]
) -> tuple[_New, ...]:
    known = {name(one) for one in held}
    if lost := [name(one) for one in new if name(one) in known]:
        raise ProposalError(ProposalFault.CONFLICT, lost)
    return held + new
