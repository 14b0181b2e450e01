"""The fold: from entries to the case, at every tier alike.

`fold` takes whatever entries of one case a node holds, in any order, and computes the chain that
stands and the case it adds up to (protocol.md section 5a). It refuses nothing: power is judged by
the author before signing and by the county on admission. `advance` counts in one entry that
continues the chain, so that the common case needs no history.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain as chained

from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.case import (
    Case,
    CasePart,
    Closure,
    Decision,
    Deferral,
    Moment,
    Status,
)
from casework.entry import Written
from casework.instants import parse_instant
from casework.names import (
    ZERO_ID,
    Incarnation,
    MessageId,
    case_id,
    county_of,
    split_log,
)
from casework.procedure import PROCEDURE


class Folded(Struct, frozen=True):
    """A case, and what is held of it without counting."""

    case: Case | None
    parked: tuple[MessageId, ...]  # their predecessor is not held


def fold(entries: Iterable[Written], county_incarnations: Sequence[Incarnation] = ()) -> Folded:
    """Compute the case that a set of entries adds up to; the order they came in does not matter."""
    held = {written.id: written for written in entries}
    successors: dict[MessageId, list[Written]] = defaultdict(list)
    for written in held.values():
        successors[written.entry.previous].append(written)
    parked = _parked(held)
    order = {incarnation: place for place, incarnation in enumerate(county_incarnations)}
    case: Case | None = None
    head: MessageId = ZERO_ID
    standing: set[MessageId] = set()
    rivals: tuple[Written, ...] = ()
    while candidates := successors.get(head):
        chosen = _successor(case, candidates, order)
        if isinstance(chosen, tuple):
            rivals = chosen
            break
        if chosen is None:
            break
        case = advance(case, chosen)
        if case.length == 1:
            case = replace(case, opened_by=_opener(held.values(), chosen).node)
        standing.add(chosen.id)
        head = chosen.id
    if case is None:
        return Folded(None, tuple(sorted(parked)))
    undecided = _descendants(rivals, successors)
    fallen = sorted(
        (held[i].at, i)
        for i in held
        if i not in standing and i not in undecided and i not in parked
    )
    case = replace(
        case,
        rivals=tuple(sorted(rival.id for rival in rivals)),
        fallen=tuple(identity for _, identity in fallen),
    )
    return Folded(case, tuple(sorted(parked)))


def continues(case: Case | None, written: Written) -> bool:
    """Whether `advance` alone counts this entry in; otherwise the case is folded afresh.

    It holds while every entry held of the case stands: a caller that holds parked entries of the
    case folds afresh.
    """
    if case is None:
        return _opens_its_case(written)
    return (
        written.entry.previous == case.head
        and not case.is_frozen
        and not case.fallen
        and not isinstance(written.entry.act, acts.ReclaimPen)
        and written.node == case.pen
    )


def advance(case: Case | None, written: Written) -> Case:
    """Return the case with one more standing entry counted in."""
    entry, act = written.entry, written.entry.act
    if case is None:
        case = Case(
            id=written.case,
            number=entry.number,
            matter=entry.matter_version,
            opened_by=written.node,
            pen=written.node,
            head=written.id,
        )
    at, adopted = written.at, None
    repeated = False
    if isinstance(act, acts.TakeUpDeposit):
        repeated = act.deposit in case.taken_up
        adopted, at = act.deposit, parse_instant(act.at)
        case = case if repeated else replace(case, taken_up=(*case.taken_up, act.deposit))
    meaning: acts.AnyAct = act.restated if isinstance(act, acts.TakeUpDeposit) else act
    case = replace(
        case,
        head=written.id,
        length=case.length + 1,
        matter=case.matter if case.received_by else entry.matter_version,
        parts=(*case.parts, *(CasePart(part, written.id, written.node) for part in entry.parts)),
        timeline=(*case.timeline, _moment(written, meaning, at, adopted)),
        held=case.held and isinstance(act, acts.HandOverPen) is False,
    )
    if repeated:
        return case
    if leads_to := PROCEDURE[type(meaning)].leads_to:
        case = replace(case, status=leads_to)
    return _effect(case, meaning, written, at)


def _effect(case: Case, act: acts.AnyAct, written: Written, at: datetime) -> Case:  # noqa: C901, PLR0911
    match act:
        case acts.Draft(intake):
            return replace(case, intake=intake, pickup=intake.pickup)
        case acts.Collect(intake, materials):
            collected = case.collected_by or written.node
            return replace(
                case,
                intake=intake,
                pickup=intake.pickup,
                materials=materials,
                collected_by=collected,
            )
        case acts.Receive(intake, materials):
            received = case.received_by or written.node
            return replace(
                case, intake=intake, pickup=intake.pickup, materials=materials, received_by=received
            )
        case acts.NotifyDeficiency(materials, supply_by):
            return replace(case, materials=materials, supply_by=supply_by, notices=case.notices + 1)
        case acts.Supplement(materials) | acts.Accept(materials):
            return replace(case, materials=materials, supply_by=None)
        case acts.AcceptDeferred(materials, supply_by):
            return replace(case, materials=materials, supply_by=supply_by, deferral=Deferral.OPEN)
        case acts.Dispatch(department):
            return replace(case, department=department)
        case acts.NotifyDeficiencyReview(materials, supply_by):
            return replace(
                case,
                materials=materials,
                supply_by=supply_by,
                paused=True,
                notices=case.notices + 1,
            )
        case acts.SupplementInReview(materials):
            return replace(case, materials=materials, supply_by=None, paused=False)
        case acts.EndSpecial():
            return replace(case, paused=False)
        case _:
            return _outcome(case, act, written, at)


def _outcome(case: Case, act: acts.AnyAct, written: Written, at: datetime) -> Case:  # noqa: C901, PLR0911
    match act:
        case acts.DecideGrant(_, document):
            held = case.deferral is Deferral.OPEN
            status = Status.RESULT_HELD if held else Status.DECIDED
            return replace(
                case, status=status, decision=_decision(written, at, document, granted=True)
            )
        case acts.DecideRefuse(_, grounds, document):
            made = _decision(written, at, document, granted=False, grounds=grounds)
            return replace(case, decision=made)
        case acts.DeferredSatisfied(materials):
            ready = Status.READY if case.status is Status.RESULT_HELD else case.status
            return replace(
                case,
                materials=materials,
                supply_by=None,
                deferral=Deferral.SATISFIED,
                status=ready,
            )
        case acts.Instant(intake, materials, _, document):
            return replace(
                case,
                intake=intake,
                pickup=intake.pickup,
                materials=materials,
                received_by=case.received_by or written.node,
                decision=_decision(written, at, document, granted=True),
            )
        case acts.RefuseAcceptance():
            return replace(case, closure=Closure.REFUSED_ACCEPTANCE)
        case acts.Withdraw():
            return replace(case, closure=Closure.WITHDRAWN)
        case acts.Close():
            return replace(case, closure=Closure.NORMAL)
        case acts.ChangePickup(pickup):
            return replace(case, pickup=pickup)
        case acts.HandOverPen(to) | acts.ReturnPen(to):
            return replace(case, pen=to, pen_from=written.node)
        case acts.ReclaimPen(_, _, hold):
            return replace(case, pen=written.node, pen_from=case.pen, held=hold)
        case _:
            return case


def _decision(
    written: Written,
    at: datetime,
    document: str | None,
    *,
    granted: bool,
    grounds: tuple[str, ...] = (),
) -> Decision:
    return Decision(
        granted=granted,
        at=at,
        node=written.node,
        officer=written.entry.officer,
        acting_for=written.entry.acting_for,
        delegation=written.entry.delegation,
        entry=written.id,
        document=document,
        grounds=grounds,
    )


def _moment(
    written: Written, meaning: acts.AnyAct, at: datetime, adopted: MessageId | None
) -> Moment:
    entry = written.entry
    return Moment(
        entry=written.id,
        act=PROCEDURE[type(meaning)].name,
        at=at,
        written_at=written.at,
        node=written.node,
        officer=entry.officer,
        acting_for=entry.acting_for,
        delegation=entry.delegation,
        adopted=adopted,
        outcome=meaning.outcome.value if isinstance(meaning, acts.Opine) else None,
        due_on=getattr(meaning, "supply_by", None),
        pen_to=getattr(meaning, "to", None),
        code=meaning.code if isinstance(meaning, acts.ReclaimPen) else None,
    )


def _opener(entries: Iterable[Written], first: Written) -> Written:
    """The author of the case; a case reclaimed from its very beginning is still theirs."""
    return next((each for each in entries if _opens_its_case(each)), first)


def _opens_its_case(written: Written) -> bool:
    """An entry on the 64 zeros stands only in the case that its own place in its log names."""
    return (
        written.entry.previous == ZERO_ID
        and case_id(written.log, written.seq) == written.case
        and None in PROCEDURE[type(written.entry.act)].opens
        and not isinstance(written.entry.act, acts.ReclaimPen)
    )


def _successor(
    case: Case | None, candidates: list[Written], order: Mapping[Incarnation, int]
) -> Written | tuple[Written, ...] | None:
    """The entry that stands after this head; several if rivals freeze the case; None at the end."""
    reclaims = [each for each in candidates if _is_reclaim(each, case)]
    if reclaims:
        return max(reclaims, key=lambda each: _county_order(each, order))
    if case is None:
        return next((each for each in candidates if _opens_its_case(each)), None)
    by_holder = [each for each in candidates if each.node == case.pen]
    if len(by_holder) > 1:
        return tuple(by_holder)
    return by_holder[0] if by_holder else None


def _is_reclaim(written: Written, case: Case | None) -> bool:
    county = case.county if case else county_of(written.node)
    return isinstance(written.entry.act, acts.ReclaimPen) and written.node == county


def _county_order(written: Written, order: Mapping[Incarnation, int]) -> tuple[int, str, int]:
    _, incarnation, _ = split_log(written.log)
    return order.get(incarnation, len(order)), incarnation, written.seq


def _parked(held: Mapping[MessageId, Written]) -> set[MessageId]:
    """Entries that no unbroken chain of held predecessors joins to the beginning."""
    joined: dict[MessageId, bool] = {ZERO_ID: True}
    for identity in held:
        path: list[MessageId] = []
        at: MessageId = identity
        while at not in joined and at in held:
            path.append(at)
            at = held[at].entry.previous
        known = joined.get(at, False)
        joined.update((each, known) for each in path)
    return {identity for identity in held if not joined[identity]}


def _descendants(
    rivals: Sequence[Written], successors: Mapping[MessageId, list[Written]]
) -> set[MessageId]:
    found: set[MessageId] = set()
    wave: list[Written] = list(rivals)
    while wave:
        found.update(each.id for each in wave)
        wave = [
            each
            for each in chained.from_iterable(successors.get(parent.id, ()) for parent in wave)
            if each.id not in found
        ]
    return found
