"""Which clocks a matter has, what may pause them, and what their end brings about."""

from datetime import date
from typing import Final

from msgspec import Struct

from casework.clock import Clock, ClockName, ClockState
from casework.condition import Facts
from casework.limits import Limit, calendar_days, workdays
from casework.matter import Deemed, DeemedWhen, MatterVersion, SpecialKind, promised_limit

# The special procedures that stop the statutory clock of a licence (licensing law, article 45).
LICENCE_PAUSES: Final = frozenset(
    {
        SpecialKind.HEARING,
        SpecialKind.INSPECTION,
        SpecialKind.APPRAISAL,
        SpecialKind.EXPERT_REVIEW,
    }
)
# An instant matter that cannot be decided in one sitting is due one working day after acceptance.
INSTANT_FALLBACK: Final = workdays(1)
BOTH: Final = frozenset({ClockName.PROMISED, ClockName.STATUTORY, ClockName.STEP})
PROMISED_ONLY: Final = frozenset({ClockName.PROMISED, ClockName.STEP})
NO_CLOCK: Final[frozenset[ClockName]] = frozenset()


class ClockDefaults(Struct, frozen=True):
    """Limits no matter sets; an operator may change them."""

    notice: Limit = workdays(5)
    hand_in: Limit = workdays(3)
    pre_review: Limit = workdays(1)
    transit: Limit = workdays(3)
    delivery: Limit = workdays(10)
    supplement: Limit = calendar_days(30)
    complaint: Limit = workdays(15)
    supervision_reply: Limit = workdays(3)


DEFAULTS: Final = ClockDefaults()


def limits_of(
    matter: MatterVersion, facts: Facts, defaults: ClockDefaults = DEFAULTS
) -> dict[ClockName, Limit]:
    """The limits of a case of this matter; no statutory clock where no law sets one.

    Steps and special procedures have limits of their own, on the step and the procedure.
    """
    promised = promised_limit(matter, facts)
    if matter.is_instant and promised.value == 0:
        promised = INSTANT_FALLBACK
    limits = {
        ClockName.NOTICE: defaults.notice,
        ClockName.PROMISED: promised,
        ClockName.HAND_IN: defaults.hand_in,
        ClockName.DELIVERY: defaults.delivery,
        ClockName.SUPPLEMENT: defaults.supplement,
        ClockName.PRE_REVIEW: defaults.pre_review,
        ClockName.TRANSIT: defaults.transit,
    }
    if matter.limits.statutory is not None:
        limits[ClockName.STATUTORY] = matter.limits.statutory
    if matter.supports.deferral is not None:
        limits[ClockName.SUPPLY] = matter.supports.deferral.supply_within
    return limits


def paused_by_special(matter: MatterVersion, procedure: str) -> frozenset[ClockName]:
    """The clocks that a special procedure of the matter pauses."""
    special = matter.special(procedure)
    if special is None or not special.pauses_clock or matter.is_instant:
        return NO_CLOCK
    if matter.is_licence and special.kind not in LICENCE_PAUSES:
        return PROMISED_ONLY
    return BOTH


def paused_by_supplement(matter: MatterVersion) -> frozenset[ClockName]:
    """The clocks that a request for papers during the review pauses."""
    if not matter.supports.review_supplement_pauses or matter.is_instant:
        return NO_CLOCK
    return PROMISED_ONLY if matter.is_licence else BOTH


def notice_expired(clock: Clock) -> date | None:
    """The day the other clocks count from, if silence has become acceptance; None if not.

    It is the day of the receipt that started the notice clock. Nothing follows while the calendar
    is provisional; a stop after the close of the last day comes too late to count.
    """
    if clock.name is not ClockName.NOTICE or clock.undecided or not clock.overdue:
        return None
    return clock.started_on


def deemed_granted(deemed: Deemed | None, statutory: Clock) -> Deemed | None:
    """What the expiry of the statutory limit brings about, once it has."""
    expired = statutory.overdue and not statutory.undecided
    if deemed is None or deemed.when is not DeemedWhen.STATUTORY_EXPIRY or not expired:
        return None
    return deemed


def may_lapse(supplement: Clock) -> bool:
    """Whether the applicant's time to supply is over, so that the case may be closed."""
    return (
        supplement.state is ClockState.RUNNING and supplement.overdue and not supplement.undecided
    )
