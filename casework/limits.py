"""A limit: how many days something may take, and which days count."""

from enum import StrEnum
from typing import Final

from casework.fact import Fact, Integer

LIMIT_DAYS_MAX: Final = 3660


class LimitUnit(StrEnum):
    WORKDAY = "workday"
    CALENDAR_DAY = "calendar_day"


class Limit(Fact, frozen=True):
    """So many days of one kind; 0 means at once, in one sitting."""

    value: Integer
    unit: LimitUnit

    def __post_init__(self) -> None:
        if not 0 <= self.value <= LIMIT_DAYS_MAX:
            raise ValueError(f"a limit of {self.value} days")


def workdays(value: int) -> Limit:
    return Limit(value, LimitUnit.WORKDAY)


def calendar_days(value: int) -> Limit:
    return Limit(value, LimitUnit.CALENDAR_DAY)


def is_longer(promised: Limit, statutory: Limit) -> bool:
    """Whether a promise is certainly longer: so many working days last at least as many days.

    Days of the calendar against a limit in working days are not compared: which of them is longer
    depends on the holidays.
    """
    countable = promised.unit is statutory.unit or promised.unit is LimitUnit.WORKDAY
    return countable and promised.value > statutory.value
