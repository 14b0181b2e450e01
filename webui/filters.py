"""How dates, sizes and personal data are written on a screen. Times are shown as Beijing time.

What identifies a person is masked here and nowhere else, so every list masks alike.
"""

from datetime import date, datetime
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from webui import labels

ZONE: Final = ZoneInfo("Asia/Shanghai")

_SIZE_UNITS: Final = ("B", "KB", "MB", "GB", "TB")
_SIZE_STEP: Final = 1024
_NAME_MASKED_WHOLE: Final = 2
_ID_KEPT: Final = 4
_PHONE_KEPT: Final = (3, 4)


def local(value: datetime) -> datetime:
    """The same instant on a clock in the county; a naive time is a mistake of ours."""
    assert value.tzinfo is not None, "instants are aware"
    return value.astimezone(ZONE)


def day(value: date | datetime | None) -> str:
    """2026-11-20."""
    found = _date_of(value)
    return "" if found is None else found.isoformat()


def day_short(value: date | datetime | None) -> str:
    """The month and day, in words."""
    found = _date_of(value)
    return "" if found is None else labels.DAY_SHORT.format(month=found.month, day=found.day)


def day_long(value: date | datetime | None) -> str:
    """The whole date and the day of the week, in words."""
    found = _date_of(value)
    if found is None:
        return ""
    name = labels.WEEKDAYS[found.weekday()]
    return labels.DAY_LONG.format(year=found.year, month=found.month, day=found.day, weekday=name)


def weekday(value: date | datetime | None) -> str:
    """The day of the week, short."""
    found = _date_of(value)
    if found is None:
        return ""
    return labels.WEEKDAY.format(weekday=labels.WEEKDAYS[found.weekday()])


def moment(value: datetime | None) -> str:
    """2026-11-20 09:58."""
    return "" if value is None else local(value).strftime("%Y-%m-%d %H:%M")


def clock_time(value: datetime | None) -> str:
    """09:58:12."""
    return "" if value is None else local(value).strftime("%H:%M:%S")


def mask_id(value: str | None) -> str:
    """4402**********2146: the first and last four of an identity number or credit code."""
    return _mask(value, _ID_KEPT, _ID_KEPT)


def mask_phone(value: str | None) -> str:
    """138****1234."""
    return _mask(value, *_PHONE_KEPT)


def mask_name(value: str | None) -> str:
    """The first and last character; of a name of two characters only the first stays."""
    if not value:
        return ""
    if len(value) <= _NAME_MASKED_WHOLE:
        return value[0] + "*"
    return value[0] + "*" * (len(value) - 2) + value[-1]


def size(value: int) -> str:
    """86.4 MB."""
    amount = float(value)
    unit = _SIZE_UNITS[0]
    for unit in _SIZE_UNITS:
        if amount < _SIZE_STEP or unit == _SIZE_UNITS[-1]:
            break
        amount /= _SIZE_STEP
    return f"{value} B" if unit == _SIZE_UNITS[0] else f"{amount:.1f} {unit}"


def duration(seconds: float) -> str:
    """The largest unit that fits and, if it is not zero, the one below it."""
    left = max(0, int(seconds))
    units = labels.DURATION_UNITS
    for (length, name), (below, name_below) in pairwise(units):
        if left >= length:
            whole, rest = divmod(left, length)
            minor = rest // below
            # Seconds beside minutes would only flicker.
            if minor == 0 or below == 1:
                return f"{whole} {name}"
            return f"{whole} {name} {minor} {name_below}"
    return f"{left} {units[-1][1]}"


def _date_of(value: date | datetime | None) -> date | None:
    return local(value).date() if isinstance(value, datetime) else value


def _mask(value: str | None, head: int, tail: int) -> str:
    """Keep the ends of a value that is long enough to hide something; else hide all of it."""
    if not value:
        return ""
    if len(value) <= head + tail:
        return "*" * len(value)
    return value[:head] + "*" * (len(value) - head - tail) + value[-tail:]
