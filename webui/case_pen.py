"""Where the pen of a case is, since when and from whom; and how the county asks for it.

`release-request` is the county's way to a pen whose holder can be reached (docs/rules/pen.md).
"""

from typing import Final

from msgspec import Struct

from casework import act as acts
from casework.names import is_county
from casework.procedure import name_of
from webui import labels
from webui.act_dialogs import ActDialog
from webui.act_fields import SelectField
from webui.act_form import ActRead
from webui.act_reading import ActPlace, Reading
from webui.case_freshness import time_words
from webui.case_given import CaseGiven
from webui.case_words import sections, word
from webui.forms import Form

ASK_RELEASE: Final = "ask_release"
_RECLAIM: Final = name_of(acts.ReclaimPen)


class PenView(Struct, frozen=True, kw_only=True):
    """`asked` says that the county wants it back; `dialog` is how an officer there asks."""

    since: str
    asked: str
    dialog: ActDialog | None
    is_here: bool


def pen_of(given: CaseGiven) -> PenView | None:
    """Nothing to say where the pen is here and nobody asked for it."""
    case = given.case
    is_here = case.pen == given.node
    if not case.timeline or (is_here and given.release is None):
        return None
    return PenView(
        since="" if is_here else _since(given),
        asked=_asked(given, is_here=is_here),
        dialog=_dialog(given) if _may_ask(given) else None,
        is_here=is_here,
    )


def read_release(form: Form, place: ActPlace) -> tuple[str | None, ActRead]:
    """The reason that was chosen, None after an error; and the form as the page takes it back."""
    label = word("field", "release_reason")
    reason = form.choice("reason", labels.RELEASE, label=label, required=True)
    seen = Reading(form, place).seen()
    return reason, ActRead(name=ASK_RELEASE, act=None, texts={}, seen=seen, form=form)


def _since(given: CaseGiven) -> str:
    """What the chain says of it; a first entry gives the pen to its author."""
    case, names = given.case, given.names
    given_by = [each for each in case.timeline if each.pen_to == case.pen]
    moment = given_by[-1] if given_by else case.timeline[0]
    kind = "since" if given_by else "begun"
    return word(
        "pen",
        kind,
        at=time_words(moment.at, given.now),
        node=names.node(case.pen),
        giver=names.node(moment.node),
        officer=names.officer(moment.officer),
    )


def _asked(given: CaseGiven, *, is_here: bool) -> str:
    if given.release is None:
        return ""
    at = time_words(given.release.at, given.now)
    reason = labels.RELEASE.get(given.release.reason, given.release.reason)
    node = given.names.node(given.case.pen)
    return word("pen", "asked_here" if is_here else "asked", at=at, reason=reason, node=node)


def _may_ask(given: CaseGiven) -> bool:
    """Whoever may reclaim may ask, as the rules have it (`casework.judging.check_release`)."""
    may_reclaim = given.why_not.get(_RECLAIM, True) is None
    elsewhere = given.case.pen != given.node and not given.case.is_frozen
    return is_county(given.node) and elsewhere and may_reclaim and given.release is None


def _dialog(given: CaseGiven) -> ActDialog:
    reasons = SelectField(
        name="reason", label=word("field", "release_reason"), choices=tuple(labels.RELEASE.items())
    )
    return ActDialog(
        id=ASK_RELEASE,
        name=ASK_RELEASE,
        title=word("action", ASK_RELEASE),
        url=f"{given.base_url}/release",
        mark="arrow-back-up",
        kind="primary",
        note=sections()["note"][ASK_RELEASE],
        hidden=(("seen", given.case.head),),
        selects=(reasons,),
    )
