"""Conditions: what a catalogue, a delegation or a bundle asks of the facts of a case.

Signed JSON knows no floats, so a number that is not whole travels as a decimal string. Numbers
are compared as exact decimals whichever way they are written; `0.50`, `"0.5"` and `Decimal` agree.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final

from casework.fact import Fact

# `None` is a fact nobody knows, just as one that is not there.
FactValue = bool | int | Decimal | str | tuple[str, ...] | None
Facts = Mapping[str, FactValue]
ConditionValue = bool | int | str | tuple[int | str, ...]

AGENT_FACT: Final = "case.has_agent"
CHANNEL_FACT: Final = "case.channel"
APPLICANT_KIND_FACT: Final = "applicant.kind"
APPLICANT_AGE_FACT: Final = "applicant.age"
# Whether the applicant made the matter's commitment; not known where nobody was asked.
COMMITMENT_FACT: Final = "case.commitment"

# More digits than any amount has: a longer string is not read as a number.
NUMBER_CHARS_MAX: Final = 40
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Operator(StrEnum):
    EQ = "eq"
    NE = "ne"
    IN = "in"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"


class Condition(Fact, frozen=True):
    """A test of one fact; `text` says it in words where the list does."""

    field: str
    op: Operator
    value: ConditionValue
    text: str | None = None


def holds(conditions: Iterable[Condition], facts: Facts) -> bool:
    """Whether all conditions hold; a fact that is not known fails its condition."""
    return all(holds_one(condition, facts) for condition in conditions)


def may_hold(conditions: Iterable[Condition], facts: Facts) -> bool:
    """Whether no condition is known to fail: how a record of level `none` is read."""
    return all(
        facts.get(condition.field) is None or holds_one(condition, facts)
        for condition in conditions
    )


def holds_one(condition: Condition, facts: Facts) -> bool:
    actual = facts.get(condition.field)
    if actual is None:
        return False
    wanted = condition.value
    match condition.op:
        case Operator.EQ:
            return _same(actual, wanted)
        case Operator.NE:
            return not _same(actual, wanted)
        case Operator.IN:
            return _meets(actual, wanted)
        case _:
            return _in_order(condition.op, actual, wanted)


def as_number(value: object) -> Decimal | None:
    """The number a value stands for, exactly; None for what is no number (or yes and no)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, str) and len(value) <= NUMBER_CHARS_MAX and _NUMBER.fullmatch(value):
        return Decimal(value)
    return None


def wire_value(value: FactValue) -> bool | int | str | tuple[str, ...] | None:
    """A fact as signed JSON writes it: a decimal becomes its plain digits."""
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else int(text)
    return value


def _same(actual: object, wanted: object) -> bool:
    if isinstance(actual, bool) or isinstance(wanted, bool):
        return actual is wanted
    if isinstance(actual, str) and isinstance(wanted, str):
        # Two strings are words: the codes "1" and "01" differ.
        return actual == wanted
    if isinstance(actual, tuple) or isinstance(wanted, tuple):
        return actual == wanted
    one, other = as_number(actual), as_number(wanted)
    return one is not None and one == other


def _meets(actual: object, wanted: object) -> bool:
    chosen = actual if isinstance(actual, tuple) else (actual,)
    offered = wanted if isinstance(wanted, tuple) else (wanted,)
    return any(_same(one, other) for one in chosen for other in offered)


def _in_order(op: Operator, actual: object, wanted: object) -> bool:
    one, other = as_number(actual), as_number(wanted)
    if one is None or other is None:
        return False
    match op:
        case Operator.LT:
            return one < other
        case Operator.LE:
            return one <= other
        case Operator.GT:
            return one > other
        case _:
            return one >= other
