"""Papers that cannot travel electronically: the department comes for them to the window (row D4).

The task names the papers and the counter where they lie; who came is recorded at that counter, by a
deposit where the pen is elsewhere, over a slip that both sign. No clock hears of it.
"""

from datetime import date, datetime

from msgspec.structs import replace

from casework import act as acts
from casework.act import AnyAct
from casework.case import Case, Followed, PaperPickup
from casework.contacts import said_by
from casework.entry import Written
from casework.errors import DateOrderError, PickupError
from casework.limits import LIMIT_DAYS_MAX
from casework.material import MaterialState
from casework.names import NodeId, OfficerId, Tier, tier_of


def picked_up(case: Case, act: AnyAct, written: Written, at: datetime) -> dict[str, object]:
    """What calling for papers, or handing them out, changes in a case."""
    match act:
        case acts.CallForPapers(counter, materials, collect_by):
            pickup = PaperPickup(
                id=said_by(written),
                entry=written.id,
                counter=counter,
                materials=materials,
                officer=written.entry.officer,
                at=at,
                collect_by=collect_by,
            )
            return {"pickups": (*case.pickups, pickup)}
        case acts.CollectPapers(call, officer):
            done, waiting = Followed(written.id, officer, at), open_pickups(case)
            found = (
                replace(each, collected=done) if each.id == call and each in waiting else each
                for each in case.pickups
            )
            return {"pickups": tuple(found)}
        case _:
            return {}


def open_pickups(case: Case, counter: NodeId | None = None) -> tuple[PaperPickup, ...]:
    """What still waits for the department, at one counter or at any."""
    if not case.is_open:
        return ()
    return tuple(
        each for each in case.pickups if each.collected is None and counter in {None, each.counter}
    )


def counters_of(case: Case, here: NodeId) -> tuple[NodeId, ...]:
    """Where papers of the case may lie; what a village collected goes to its township in a bag."""
    took_in = dict.fromkeys((case.received_by, case.collected_by, case.opened_by))
    return tuple(
        each
        for each in took_in
        if each is not None and each != here and tier_of(each) is not Tier.VILLAGE
    )


def papers_left(case: Case) -> tuple[str, ...]:
    """The materials that were handed in and that nobody came for."""
    called = {material for each in case.pickups for material in each.materials}
    return tuple(
        verdict.material
        for verdict in case.materials
        if verdict.state is MaterialState.PRESENT and verdict.material not in called
    )


def check_pickup(
    case: Case | None, act: AnyAct, node: NodeId, officer: OfficerId, today: date | None
) -> None:
    """Whether papers lie where they are called for, and are handed out by who has them."""
    match act:
        case acts.CallForPapers(counter, materials, collect_by):
            left = set(papers_left(case)) if case is not None else set()
            lies_there = case is not None and counter in counters_of(case, node)
            if not materials or not lies_there or not left.issuperset(materials):
                raise PickupError(f"{materials} at {counter}")
            days = (date.fromisoformat(collect_by) - today).days if today else 0
            if not 0 <= days <= LIMIT_DAYS_MAX:
                raise DateOrderError(f"{collect_by}, on {today}")
        case acts.CollectPapers(call, by):
            waiting = {each.id: each.counter for each in open_pickups(case)} if case else {}
            handed_out = case is not None and node in {waiting.get(call), case.pen}
            if by != officer or call not in waiting or not handed_out:
                raise PickupError(f"{call}, at {node}")
        case _:
            return
