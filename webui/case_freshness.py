"""As of when what a page says of another place is known, in words; nothing where all is fresh."""

from datetime import datetime

from casework.freshness import Heard, Silence
from casework.names import NodeId
from webui.case_given import CaseGiven
from webui.case_words import word
from webui.filters import day_short, local
from webui.names_known import Names
from webui.sync_mark import SyncMark


def known_as_of(given: CaseGiven) -> str:
    """The line over a case whose pen is elsewhere: since when that place was not heard."""
    if _is_here_alone(given.sync):
        return ""
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


def row_words(heard: Heard | None, of: NodeId, now: datetime, sync: SyncMark | None) -> str:
    """The same in a line of a list."""
    silence = None if _is_here_alone(sync) else _silence(heard, of, now)
    return "" if silence is None else word("known", "row", at=time_words(silence.since, now))


def time_words(at: datetime, now: datetime) -> str:
    """The time of a day, and the day unless it is today."""
    clock = f"{local(at):%H:%M}"
    return clock if local(at).date() == local(now).date() else f"{day_short(at)} {clock}"


def _is_here_alone(sync: SyncMark | None) -> bool:
    """Whether nobody else has the case yet: then nothing can have happened to it elsewhere."""
    return sync is not None and sync.state == "local_only"


def _silence(heard: Heard | None, of: NodeId, now: datetime) -> Silence | None:
    return heard.silence(of, now) if heard is not None else None
