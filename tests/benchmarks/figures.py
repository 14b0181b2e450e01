"""What a benchmark says: one JSON object a line, so that runs can be kept and compared.

Machines differ, so nothing here judges an absolute time: a figure that matters stands beside
another one of the same run, and `ratio_to` says which.
"""

import math
import sys
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

_DIGITS: Final = 4


class Ratio(Struct, frozen=True):
    """This figure divided by another one of the run."""

    name: str
    value: float


class Distribution(Struct, frozen=True):
    count: int
    p50: float
    p95: float
    p99: float
    max: float


class Figure(Struct, frozen=True, kw_only=True):
    name: str
    value: float
    unit: str
    ratio_to: Ratio | None = None
    distribution: Distribution | None = None
    note: str | None = None

    def against(self, other: "Figure") -> "Figure":
        ratio = Ratio(other.name, rounded(self.value / other.value))
        return msgspec.structs.replace(self, ratio_to=ratio)


def figure(name: str, value: float, unit: str, *, note: str | None = None) -> Figure:
    return Figure(name=name, value=rounded(value), unit=unit, note=note)


def spread(name: str, samples: Sequence[float], unit: str, *, note: str | None = None) -> Figure:
    """A figure whose value is the 95th percentile of what was seen."""
    found = distribution(samples)
    return Figure(name=name, value=found.p95, unit=unit, distribution=found, note=note)


def distribution(samples: Sequence[float]) -> Distribution:
    assert samples, "something was measured"
    ordered = sorted(samples)

    def at(share: float) -> float:
        return rounded(ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)])

    return Distribution(len(ordered), at(0.5), at(0.95), at(0.99), rounded(ordered[-1]))


def rounded(value: float) -> float:
    """Four digits that mean something."""
    if not value:
        return 0.0
    return round(value, max(0, _DIGITS - 1 - math.floor(math.log10(abs(value)))))


def show(*figures: Figure) -> None:
    for each in figures:
        sys.stdout.write(msgspec.json.encode(each).decode() + "\n")
    sys.stdout.flush()
