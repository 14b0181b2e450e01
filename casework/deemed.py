"""What silence amounts to in a case: an acceptance, a grant, a renewal.

All of it is derived, at every tier alike, from the entries, the matter and the calendar. Nothing
is drawn from a day whose holidays are not announced; the expiry of a licence is a day of its own
and depends on no calendar.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from msgspec import Struct

from casework.case import Case, Moment, Status
from casework.clock import Clock, ClockName
from casework.clock_rules import deemed_granted, notice_expired
from casework.condition import holds
from casework.facts import EXPIRES_ON, facts_of
from casework.matter import Deemed, DeemedWhen, MatterVersion

_UNDECIDED: Final = frozenset(
    {
        *(Status.RECEIVED, Status.AWAITING_SUPPLEMENT, Status.ACCEPTED),
        *(Status.IN_REVIEW, Status.FORWARDED),
    }
)


class DeemedAcceptance(Struct, frozen=True, kw_only=True):
    """A receipt that nobody answered in time, and who let it lapse."""

    receipt: Moment  # its node is the one that did not answer
    closed_on: date  # the last day on which an answer would have counted
    counts_from: date
    recorded: Moment | None  # None: derived, not on record yet


def deemed_acceptance(case: Case, clocks: Iterable[Clock]) -> DeemedAcceptance | None:
    """The acceptance by silence, whether on record already or not; `clocks` are the case's."""
    known = {clock.name: clock for clock in clocks}
    notice, promised = known.get(ClockName.NOTICE), known.get(ClockName.PROMISED)
    recorded = next(iter(case.moments("deem_accepted")), None)
    receipts = case.moments("receive", "supplement")
    if notice is None or promised is None or not receipts:
        return None
    expired = case.status is Status.RECEIVED and notice_expired(notice) is not None
    if recorded is None and not expired:
        return None
    assert notice.due_on is not None, "a clock that runs has a date"
    assert promised.started_on is not None, "silence starts the clocks of the review"
    return DeemedAcceptance(
        receipt=receipts[-1],
        closed_on=notice.due_on,
        counts_from=promised.started_on,
        recorded=recorded,
    )


def silence_of(case: Case, matter: MatterVersion) -> Deemed | None:
    """What the matter makes of silence on this application."""
    deemed = matter.supports.deemed
    return deemed if deemed is not None and holds(deemed.only_if, facts_of(case)) else None


def licence_expires_on(case: Case, matter: MatterVersion) -> date | None:
    """The day by which a licence that is to be renewed expires, as the application states it."""
    deemed = silence_of(case, matter)
    if deemed is None or deemed.when is not DeemedWhen.LICENCE_EXPIRY:
        return None
    stated = facts_of(case).get(EXPIRES_ON)
    try:
        return date.fromisoformat(str(stated))
    except ValueError:
        return None


def is_undecided(case: Case) -> bool:
    """Whether a received application still waits for its decision."""
    return case.status in _UNDECIDED


def deemed_decided(
    case: Case, matter: MatterVersion, clocks: Iterable[Clock], today: date
) -> Deemed | None:
    """What an expiry without a decision has brought about, None while it has not.

    A licence whose renewal was received before it expired is renewed once that day is over.
    """
    if not is_undecided(case):
        return None
    expires_on = licence_expires_on(case, matter)
    if expires_on is not None:
        return silence_of(case, matter) if today > expires_on else None
    statutory = next((clock for clock in clocks if clock.name is ClockName.STATUTORY), None)
    return deemed_granted(silence_of(case, matter), statutory) if statutory else None
