"""How the work of this centre gets up to the county: what waits, and what came back."""

from msgspec import Struct

from casework.names import parent_of
from township_node.services.office import Office
from township_node.store import outbox as store


class Outbox(Struct, frozen=True, kw_only=True):
    waiting: tuple[store.WaitingCase, ...]
    returned: tuple[store.Returned, ...]
    refused: tuple[store.Refused, ...]
    told: tuple[store.Told, ...]
    set_aside: tuple[store.SetAside, ...]


async def outbox(office: Office) -> Outbox:
    database = office.desk.node.database
    return Outbox(
        waiting=await store.waiting_cases(database, parent_of(office.me) or office.county),
        returned=await store.returned(database),
        refused=await store.refused(database, office.me),
        told=await store.told(database, office.county),
        set_aside=await store.set_aside(database),
    )
