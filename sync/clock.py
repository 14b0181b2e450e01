"""The one reader of the time, and the guard that says whether to believe it.

A wall clock is only a claim: batteries die, and people set clocks back. Each node remembers the
highest wall time it believed, the newest time the county signed, and the boot clock beside them;
`judge` compares a reading with these (protocol.md section 8). The guard is a value: the journal
stores it in the transaction of what was signed.
"""

import time
import uuid
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace

BEHIND_MAX: Final = timedelta(minutes=5)
AHEAD_MAX: Final = timedelta(hours=24)

_BOOT_ID_FILE: Final = Path("/proc/sys/kernel/random/boot_id")


class TimeTrust(StrEnum):
    """Whether the author believes its own clock; a member of every header, so never change one."""

    TRUSTED = "trusted"
    SUSPECT = "suspect"


class Clock(Protocol):
    """The wall clock, and the clock that runs from boot and that nobody can set."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    def boot_id(self) -> str: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - here, and nowhere else

    def monotonic(self) -> float:
        """Seconds since boot, those asleep included where the system counts them."""
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.monotonic()

    def boot_id(self) -> str:
        """The same for readings of `monotonic` that can be compared, different otherwise."""
        return _boot_id()


class ManualClock:
    """A clock for tests: it stands still until told otherwise."""

    def __init__(self, now: datetime) -> None:
        assert now.tzinfo is not None, "instants are aware"
        self._now = now.astimezone(UTC)
        self._monotonic = 0.0
        self._boots = 1

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def boot_id(self) -> str:
        return f"boot-{self._boots}"

    def advance(self, span: timedelta) -> None:
        """Let time pass."""
        self._now += span
        self._monotonic += span.total_seconds()

    def set_wall(self, now: datetime) -> None:
        """Set the wall clock, as a person at the machine can."""
        self._now = now.astimezone(UTC)

    def reboot(self) -> None:
        self._boots += 1
        self._monotonic = 0.0


class Reading(Struct, frozen=True):
    """All a clock says at one moment."""

    wall: datetime
    monotonic: float
    boot_id: str


class ClockGuard(Struct, frozen=True, kw_only=True):
    """What a node remembers of time.

    `highest_wall` is the highest wall time it believed, read beside `monotonic` of `boot_id`;
    `county_at` is the newest time that the county signed. `suspect` stays until a county-signed
    time clears it: a clock that was wrong once is not believed for having been set right.
    """

    highest_wall: datetime | None = None
    monotonic: float = 0.0
    boot_id: str = ""
    county_at: datetime | None = None
    suspect: bool = False

    @property
    def lower_bound(self) -> datetime | None:
        """No moment before this can be the present."""
        known = [at for at in (self.highest_wall, self.county_at) if at is not None]
        return max(known, default=None)


def read(clock: Clock) -> Reading:
    return Reading(clock.now(), clock.monotonic(), clock.boot_id())


def judge(guard: ClockGuard, reading: Reading) -> TimeTrust:
    """Whether a reading may be believed, given what is remembered."""
    if guard.suspect or _is_behind(guard, reading) or _is_ahead(guard, reading):
        return TimeTrust.SUSPECT
    return TimeTrust.TRUSTED


def observe(guard: ClockGuard, reading: Reading) -> ClockGuard:
    """What to remember after a reading. One that is not believed leaves only the doubt."""
    if judge(guard, reading) is TimeTrust.SUSPECT:
        return replace(guard, suspect=True)
    highest = guard.highest_wall
    if highest is None:
        return _based_on(guard, reading, reading.wall)
    if guard.boot_id != reading.boot_id:
        return _based_on(guard, reading, max(highest, reading.wall))
    # A wall clock put forward is borne with up to a day, but only time that passed is remembered.
    passed = timedelta(seconds=reading.monotonic - guard.monotonic)
    return _based_on(guard, reading, max(highest, min(reading.wall, highest + passed)))


def likely_now(guard: ClockGuard, reading: Reading) -> datetime:
    """The present as far as it is known to a node that does not believe its wall clock.

    Since the highest wall time that it believed, the boot clock tells what passed; after a boot
    nobody knows, but that it is not before what is remembered.
    """
    known = guard.lower_bound
    if known is None:
        return reading.wall
    if guard.highest_wall is None or guard.boot_id != reading.boot_id:
        return max(known, reading.wall)
    passed = timedelta(seconds=reading.monotonic - guard.monotonic)
    return max(known, guard.highest_wall + passed)


def hear_county(
    guard: ClockGuard, county_at: datetime, reading: Reading, *, fresh: bool = False
) -> ClockGuard:
    """What to remember after a message with the county's time, whatever carried it.

    A wall clock near that time is believed again; one behind it is suspect by the county's word.
    An old message says nothing of how far ahead the wall clock is; one just made (`fresh`) does.
    """
    if guard.county_at is not None and county_at <= guard.county_at:
        return guard
    heard = replace(guard, county_at=county_at)
    if reading.wall < county_at - BEHIND_MAX:
        return replace(heard, suspect=True)
    if reading.wall > county_at + AHEAD_MAX:
        return replace(heard, suspect=True) if fresh else heard
    return (
        replace(_based_on(heard, reading, reading.wall), suspect=False) if guard.suspect else heard
    )


def guard_to_bytes(guard: ClockGuard) -> bytes:
    return msgspec.json.encode(guard)


def guard_from_bytes(stored: bytes) -> ClockGuard:
    return msgspec.json.decode(stored, type=ClockGuard)


def _based_on(guard: ClockGuard, reading: Reading, highest: datetime) -> ClockGuard:
    return replace(
        guard, highest_wall=highest, monotonic=reading.monotonic, boot_id=reading.boot_id
    )


def _is_behind(guard: ClockGuard, reading: Reading) -> bool:
    bound = guard.lower_bound
    return bound is not None and reading.wall < bound - BEHIND_MAX


def _is_ahead(guard: ClockGuard, reading: Reading) -> bool:
    # After a reboot the boot clock began again; how long the machine was off, nobody knows.
    if guard.highest_wall is None or guard.boot_id != reading.boot_id:
        return False
    passed = timedelta(seconds=reading.monotonic - guard.monotonic)
    return reading.wall > guard.highest_wall + passed + AHEAD_MAX


@lru_cache(maxsize=1)
def _boot_id() -> str:
    try:
        return _BOOT_ID_FILE.read_text().strip()
    except OSError:
        # Without the system's own id, only this process's readings can be compared.
        return uuid.uuid4().hex
