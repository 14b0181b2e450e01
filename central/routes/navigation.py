"""Where an officer of the county may go, in the main menu."""

from casework.organisation import Officer
from central.services.coordination import COORDINATING_ROLES
from central.services.reach import ADMIN_ROLES, CASE_ROLES, WATCHING_ROLES
from central.services.sampling import SEEING_ROLES
from central.words import word
from webui.chrome import NavItem

_CASES = (
    ("todo", "/", "inbox"),
    ("cases", "/cases", "list-search"),
    ("receipts", "/receipts", "hourglass"),
    ("exceptions", "/exceptions", "alert-triangle"),
)
_COORDINATION = ("coordination", "/coordination", "messages")
_SAMPLES = ("samples", "/samples", "zoom-check")
_INQUIRIES = ("inquiries", "/inquiries", "message-question")
_ALL = (
    ("matters", "/matters", "clipboard-list"),
    ("delegations", "/delegations", "adjustments"),
)
_ADMIN = (
    ("people", "/people", "users"),
    ("proposals", "/proposals", "checklist"),
    ("nodes", "/nodes", "server"),
    ("publishing", "/publishing", "send"),
    ("incidents", "/incidents", "shield-lock"),
)


def sees_cases(officer: Officer) -> bool:
    return not CASE_ROLES.isdisjoint(officer.roles)


def sees_proposals(officer: Officer) -> bool:
    return not ADMIN_ROLES.isdisjoint(officer.roles)


def nav_of(officer: Officer, *, alarms: int = 0, proposals: int = 0) -> tuple[NavItem, ...]:
    """The main menu; `alarms` and `proposals` are how many wait for somebody to look at them."""
    items = [*(_CASES if sees_cases(officer) else ()), *_ALL]
    if not COORDINATING_ROLES.isdisjoint(officer.roles):
        items.insert(len(_CASES) if sees_cases(officer) else 0, _COORDINATION)
    if not SEEING_ROLES.isdisjoint(officer.roles):
        items.insert(len(_CASES) if sees_cases(officer) else 0, _SAMPLES)
    if not ADMIN_ROLES.isdisjoint(officer.roles):
        items += _ADMIN
    if not WATCHING_ROLES.isdisjoint(officer.roles):
        items.append(_INQUIRIES)
    counts = {"incidents": alarms, "proposals": proposals}
    return tuple(
        NavItem(url, icon, word("nav", name), count=counts.get(name, 0))
        for name, url, icon in items
    )
