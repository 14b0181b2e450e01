"""As of when what a page says of another place is known, in words; nothing where all is fresh."""

from collections.abc import Collection
from datetime import datetime

from casework.asking import Guest
from casework.case import Case
from casework.freshness import Heard, Silence
from casework.interest import concerns
from casework.names import NodeId, is_county
from webui.case_given import CaseGiven
from webui.case_words import word
from webui.filters import day_short, local
from webui.names_known import Names
from webui.sync_mark import SyncMark


def known_as_of(given: CaseGiven) -> str:
    """The line over a case whose pen is elsewhere: since when that place was not heard."""
    if _is_here_alone(given.sync):
        return ""
    if has_left(given.case, given.node, given.guests):
        return word("known", "left", at=time_words(given.case.timeline[-1].written_at, given.now))
    silence = _silence(given.heard, given.case.pen, given.now)
    if silence is None:
        return ""
    at = time_words(silence.since, given.now)
    return word("known", "as_of", at=at, node=given.names.node(silence.node))


def silent_words(heard: Heard | None, of: NodeId, names: Names, now: datetime) -> str:
    """Who was not heard, and since when."""
    silence = _silence(heard, of, now)
    if silence is None:
        return ""
    return word("known", "silent", at=time_words(silence.since, now), node=names.node(silence.node))


def row_words(  # noqa: PLR0913 - one line of a list
    case: Case,
    heard: Heard | None,
    node: NodeId,
    now: datetime,
    sync: SyncMark | None,
    *,
    guests: Collection[Guest] = (),
) -> str:
    """The same in a line of a list."""
    if not case.is_open or _is_here_alone(sync):
        return ""
    if has_left(case, node, guests):
        return word("known", "row", at=time_words(case.timeline[-1].written_at, now))
    silence = _silence(heard, case.pen, now)
    return "" if silence is None else word("known", "row", at=time_words(silence.since, now))


def has_left(case: Case, node: NodeId, guests: Collection[Guest] = ()) -> bool:
    """Whether a node is told no more of a case that it once had to do with."""
    return case.is_open and not is_county(node) and not concerns(case, node, guests)


def time_words(at: datetime, now: datetime) -> str:
    """The time of a day, and the day unless it is today."""
    clock = f"{local(at):%H:%M}"
    return clock if local(at).date() == local(now).date() else f"{day_short(at)} {clock}"


def _is_here_alone(sync: SyncMark | None) -> bool:
    """Whether nobody else has the case yet: then nothing can have happened to it elsewhere."""
    return sync is not None and sync.state == "local_only"


def _silence(heard: Heard | None, of: NodeId, now: datetime) -> Silence | None:
    return heard.silence(of, now) if heard is not None else None
