"""Whether a case was sent back to a node, and why: a pure reading of its timeline."""

from typing import Final

from casework.case import Case
from casework.names import NodeId, is_county

# A neighbour above gave the case back; its reason stands in the part `notice`.
SENT_BACK: Final = "E_SENT_BACK"


def sent_back_to(case: Case, me: NodeId) -> str | None:
    """Why the case was sent back here, where this node holds the pen and has not yet written."""
    if case.pen != me:
        return None
    for moment in reversed(case.timeline):
        if moment.node == me:
            return None
        if moment.act == "reclaim_pen" and moment.code is not None:
            return moment.code
        if moment.act == "return_pen" and moment.pen_to == me:
            return SENT_BACK
    return None


def awaits_mending(case: Case, me: NodeId) -> str | None:
    """The same, unless a node below has put it right meanwhile and handed it up."""
    if case.opened_by == me or is_county(case.timeline[-1].node):
        return sent_back_to(case, me)
    return None
