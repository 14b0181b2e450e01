"""How often the applicant had to come, held against what the matter promises (requirement C4)."""

from collections.abc import Mapping

from casework import act as acts
from casework.act import AnyAct
from casework.calendar import Calendar
from casework.case import Case, Moment
from casework.names import MessageId, Tier, tier_of

_AT_A_WINDOW = frozenset({"window", "kiosk"})  # codes.json, table `channel`
_BRINGS = frozenset({"supplement", "supplement_in_review", "deferred_satisfied"})


def visits(case: Case, said: Mapping[MessageId, AnyAct], calendar: Calendar) -> int:
    """The days on which somebody stood at a counter for this case.

    What was done at one hall on one day was one way there. Papers that a village handed up, a post
    office brought or an agent fetched at home cost nobody a way to a hall.
    """
    came = {
        (calendar.day_of(moment.at), moment.node)
        for moment in case.timeline
        if tier_of(moment.node) is not Tier.VILLAGE and _is_visit(case, moment, said)
    }
    return len(came)


def _is_visit(case: Case, moment: Moment, said: Mapping[MessageId, AnyAct]) -> bool:
    match moment.act:
        case "receive":
            at_a_window = case.intake is not None and case.intake.channel in _AT_A_WINDOW
            return at_a_window and case.collected_by is None
        case "deliver":
            act = said.get(moment.entry)
            return not isinstance(act, acts.Deliver) or act.method == "counter"
        case brought:
            return brought in _BRINGS
