"""How far a case has come on its way up, as a badge shows it."""

from msgspec import Struct


class SyncMark(Struct, frozen=True):
    """How far a case has come on its way up; `reason` where it was sent back."""

    state: str  # a key of labels.SYNC
    percent: int | None = None
    reason: str = ""
