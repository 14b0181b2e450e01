"""How the work of this centre gets up to the county: what waits, and what came back."""

from msgspec import Struct

from casework.case import Case
from casework.names import CaseId, parent_of
from sync.batch import Batch
from sync.engine import Work
from sync.status import returned_cases
from township_node.services.office import Office
from township_node.store import outbox as store


class Returned(Struct, frozen=True, kw_only=True):
    """A case that the county sent back: the pen is here again, and nobody has gone on with it."""

    case: CaseId
    number: str
    matter: str
    code: str


class Outbox(Struct, frozen=True, kw_only=True):
    waiting: tuple[store.WaitingCase, ...]
    returned: tuple[Returned, ...]
    refused: tuple[store.Refused, ...]
    told: tuple[store.Told, ...]
    set_aside: tuple[store.SetAside, ...]


async def outbox(office: Office) -> Outbox:
    database = office.desk.node.database
    return Outbox(
        waiting=await store.waiting_cases(database, parent_of(office.me) or office.county),
        returned=await _returned(office),
        refused=await store.refused(database, office.me),
        told=await store.told(database, office.county),
        set_aside=await store.set_aside(database),
    )


async def _returned(office: Office) -> tuple[Returned, ...]:
    def look(work: Work) -> tuple[tuple[Case | None, str], ...]:
        batch = Batch(office.desk.node, work)
        return tuple((batch.case(case).case, code) for case, code in returned_cases(batch))

    found = await office.desk.node.database.read(look)
    return tuple(
        Returned(case=case.id, number=case.number, matter=case.matter.matter, code=code)
        for case, code in found
        if case is not None
    )
