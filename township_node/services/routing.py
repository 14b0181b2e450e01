"""Which window takes a matter, told to a clerk who sits at another (rows B2, B7 and B8)."""

from casework.matter import MatterVersion
from casework.organisation import Officer
from casework.windows import Route, route_of, windows_for
from township_node.services.office import Office
from township_node.words import word


def elsewhere(office: Office, officer: Officer, matter: MatterVersion) -> list[str]:
    """Nothing where the clerk's own window takes it; a note never stops an intake."""
    here = office.holdings.organisation.windows_at(office.me)
    route = route_of(matter, office.me, officer.id, here)
    if route is Route.HERE:
        return []
    named = "、".join(
        word("warning", "window", number=one.number, name=one.name)
        for one in windows_for(matter, here)
    )
    place = office.names.node(matter.hall.subcentre)
    return [word("warning", route, windows=named, place=place)]
