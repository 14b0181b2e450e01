"""Working days: the county's calendar as data, with a version.

A day is worked if it is made up, or if it is neither on a weekend nor a holiday. From
`provisional_from` on only weekends are known, and dates are provisional.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from casework.catalogue import FILE_FORMAT, decode_exact, encode_exact
from casework.fact import Fact
from casework.names import RegionCode

ONE_DAY: Final = timedelta(days=1)
DAYS_OF_WEEK: Final = 7


class Holiday(Fact, frozen=True):
    """A day off by announcement."""

    date: date
    name: str


class MakeupWorkday(Fact, frozen=True, rename={"makes_up": "for"}):
    """A weekend day worked for a holiday."""

    date: date
    makes_up: str


class OfficeHours(Fact, frozen=True, rename={"first": "from", "last": "to"}):
    first: str
    last: str


class CountMode(StrEnum):
    """Which end of a span is left out of a count."""

    EXCLUDE_START = "exclude_start"
    EXCLUDE_END = "exclude_end"
    EXCLUDE_BOTH = "exclude_both"


class DayKind(StrEnum):
    """What a day is. The values are codes of the explanation of a date; never change one."""

    WORKDAY = "workday"
    MAKEUP = "makeup"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class Calendar(Fact, frozen=True, dict=True):
    """The calendar of a county in one version; signed and carried as a set."""

    county: RegionCode
    version: int
    zone: str
    weekend: tuple[int, ...]
    holidays: tuple[Holiday, ...]
    makeup_workdays: tuple[MakeupWorkday, ...]
    provisional_from: date
    office_hours: tuple[OfficeHours, ...]
    close_of_business: str

    def __post_init__(self) -> None:
        if len(set(self.weekend)) >= DAYS_OF_WEEK:
            raise ValueError("a calendar without a working day")
        time.fromisoformat(self.close_of_business)

    def is_workday(self, day: date) -> bool:
        if day in self._makeup:
            return True
        return day.isoweekday() not in self.weekend and day not in self._off

    def kind_of(self, day: date) -> DayKind:
        if day in self._makeup:
            return DayKind.MAKEUP
        if day in self._off:
            return DayKind.HOLIDAY
        return DayKind.WEEKEND if day.isoweekday() in self.weekend else DayKind.WORKDAY

    def occasion(self, day: date) -> str | None:
        """The holiday a day belongs to, or is worked for."""
        return self._makeup.get(day) or self._off.get(day)

    def is_provisional(self, day: date) -> bool:
        """Whether the day's holidays are not yet announced."""
        return day >= self.provisional_from

    def next_workday(self, day: date) -> date:
        """The day itself if it is worked, or else the first worked day after it."""
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def add_workdays(self, day: date, count: int) -> date:
        """The last day of a limit whose event falls on `day`: the day itself is left out."""
        while count > 0:
            day += ONE_DAY
            count -= self.is_workday(day)
        return day

    def count_workdays(
        self, first: date, last: date, mode: CountMode = CountMode.EXCLUDE_START
    ) -> int:
        """The working days of a span, without the end or ends that `mode` names."""
        start = first if mode is CountMode.EXCLUDE_END else first + ONE_DAY
        stop = last if mode is CountMode.EXCLUDE_START else last - ONE_DAY
        return max(0, self._worked_until(stop) - self._worked_until(start - ONE_DAY))

    def _worked_until(self, day: date) -> int:
        """How many days were worked since the year one: two of these give any span at once."""
        found = self._worked.get(day)
        if found is None:
            found = self._worked[day] = self._count_until(day.toordinal())
        return found

    def _count_until(self, ordinal: int) -> int:
        """Ordinal 1 is a Monday."""
        weeks, days = divmod(ordinal, DAYS_OF_WEEK)
        usual = weeks * self._week[-1] + self._week[days]
        missed, made_up = self._exceptions
        return usual - bisect_right(missed, ordinal) + bisect_right(made_up, ordinal)

    def day_of(self, at: datetime) -> date:
        """The day of an instant where the county is."""
        return at.astimezone(self.tz).date()

    def close_of(self, day: date) -> datetime:
        """The instant at which a last day ends."""
        return datetime.combine(day, self._closes, self.tz)

    @cached_property
    def _closes(self) -> time:
        return time.fromisoformat(self.close_of_business)

    @cached_property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def _worked(self) -> dict[date, int]:
        """What was counted before; the days of cases are few."""
        return {}

    @cached_property
    def _week(self) -> tuple[int, ...]:
        """How many days of a week are usually worked until its first, second … last day."""
        days = range(DAYS_OF_WEEK + 1)
        return tuple(sum(each not in self.weekend for each in range(1, n + 1)) for n in days)

    @cached_property
    def _exceptions(self) -> tuple[list[int], list[int]]:
        """Days of the week that are not worked, and days of the weekend that are, in order."""
        missed = [day for day in self._off if day not in self._makeup and not self._is_weekend(day)]
        made_up = [day for day in self._makeup if self._is_weekend(day)]
        return sorted(map(date.toordinal, missed)), sorted(map(date.toordinal, made_up))

    def _is_weekend(self, day: date) -> bool:
        return day.isoweekday() in self.weekend

    @cached_property
    def _off(self) -> dict[date, str]:
        return {one.date: one.name for one in self.holidays}

    @cached_property
    def _makeup(self) -> dict[date, str]:
        return {one.date: one.makes_up for one in self.makeup_workdays}


class _CalendarFile(Fact, frozen=True):
    format: int
    county: RegionCode
    version: int
    zone: str
    years: tuple[int, ...]
    weekend: tuple[int, ...]
    holidays: tuple[Holiday, ...]
    makeup_workdays: tuple[MakeupWorkday, ...]
    provisional_from: date
    office_hours: tuple[OfficeHours, ...]
    close_of_business: str
    workdays_per_year: dict[str, int] | None = None
    vectors: dict[str, object] | None = None


def decode_calendar(data: bytes) -> Calendar:
    """Read calendar.json; its test vectors stay behind."""
    file = decode_exact(data, _CalendarFile)
    return Calendar(
        county=file.county,
        version=file.version,
        zone=file.zone,
        weekend=file.weekend,
        holidays=file.holidays,
        makeup_workdays=file.makeup_workdays,
        provisional_from=file.provisional_from,
        office_hours=file.office_hours,
        close_of_business=file.close_of_business,
    )


def encode_calendar(calendar: Calendar) -> bytes:
    """Write calendar.json, to be read again as the same calendar."""
    years = {one.date.year for one in calendar.holidays}
    years |= {one.date.year for one in calendar.makeup_workdays}
    file = _CalendarFile(
        format=FILE_FORMAT,
        county=calendar.county,
        version=calendar.version,
        zone=calendar.zone,
        years=tuple(sorted(years)),
        weekend=calendar.weekend,
        holidays=calendar.holidays,
        makeup_workdays=calendar.makeup_workdays,
        provisional_from=calendar.provisional_from,
        office_hours=calendar.office_hours,
        close_of_business=calendar.close_of_business,
    )
    return encode_exact(file)


def days_between(first: date, last: date) -> Iterator[date]:
    """All days of a span, both ends included; none if it ends before it begins."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(offset)
