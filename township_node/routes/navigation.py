"""Where an officer of the counter may go, by their roles."""

from collections.abc import Collection
from typing import Final

from township_node.words import word
from webui.chrome import NavItem

_CLERK: Final = frozenset({"clerk"})
_COUNTER: Final = frozenset({"clerk", "issuing"})
_ANY: Final = frozenset({"clerk", "issuing", "approver", "chief_representative", "leader"})
# Address, icon, word, key, and who sees it.
_PLACES: Final = (
    ("/", "inbox", "home", None, _ANY),
    ("/intake", "writing", "intake", "F2", _CLERK),
    ("/tickets", "users-group", "tickets", None, _COUNTER),
    ("/consultations", "message-circle", "consultations", None, _CLERK),
    ("/arrivals", "package-import", "arrivals", None, _CLERK),
    ("/verify", "qrcode", "verify", None, _COUNTER),
    ("/cases", "list-check", "cases", None, _ANY),
    ("/results", "send", "results", None, _COUNTER),
    ("/matters", "adjustments", "catalogue", None, _ANY),
    ("/powers", "license", "powers", None, _ANY),
    ("/outbox", "cloud-upload", "outbox", None, _ANY),
)


def navigation(roles: Collection[str]) -> tuple[NavItem, ...]:
    held = set(roles)
    decides_only = _COUNTER.isdisjoint(held)
    return tuple(
        NavItem(
            url=url,
            icon=icon,
            text=word("nav", "review" if name == "home" and decides_only else name),
            key=key,
        )
        for url, icon, name, key, seen_by in _PLACES
        if not seen_by.isdisjoint(held)
    )
