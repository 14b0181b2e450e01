"""Instants as they are signed: RFC 3339 in UTC, microseconds, `Z`. The text is their only form."""

from datetime import MAXYEAR, UTC, datetime
from functools import lru_cache
from typing import Final

INSTANTS_CACHED_MAX: Final = 4096
YEAR_MIN: Final = 1970


def instant_text(instant: datetime) -> str:
    """2026-11-20T01:22:03.123456Z"""
    moment = instant.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds") + "Z"


@lru_cache(INSTANTS_CACHED_MAX)
def parse_instant(text: str) -> datetime:
    """The instant a text names; ValueError if it is written in another form."""
    # Nothing but `Z` gets as far as arithmetic: an offset could lead out of the years there are.
    instant = datetime.fromisoformat(text) if text.endswith("Z") else None
    if instant is None or instant_text(instant) != text or not _is_of_clocks(instant):
        raise ValueError(f"not an instant: {text!r}")
    return instant


def _is_of_clocks(instant: datetime) -> bool:
    """A machine's clock shows nothing else, and in every zone there is such a day."""
    return YEAR_MIN <= instant.year < MAXYEAR
