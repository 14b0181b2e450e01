"""Conditions over facts: exact numbers, unknown facts, several choices."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.condition import (
    Condition,
    ConditionValue,
    FactValue,
    Operator,
    as_number,
    holds,
    holds_one,
    may_hold,
    wire_value,
)


def asks(op: str, value: ConditionValue) -> Condition:
    return Condition("x", Operator(op), value)


@pytest.mark.parametrize(
    ("op", "wanted", "actual", "expected"),
    [
        ("le", 15, 15, True),
        ("le", 15, "15.0", True),
        ("le", 15, "15.2", False),
        ("le", 15, Decimal("15.0001"), False),
        ("gt", "0.5", "0.50", False),
        ("ge", "0.5", Decimal("0.5"), True),
        ("lt", 10, "9.99", True),
        ("lt", 10, "nine", False),
        ("lt", 10, "NaN", False),
        ("lt", 10, "-Infinity", False),
        ("ge", 1, True, False),
        ("eq", True, True, True),
        ("eq", True, 1, False),
        ("eq", 1, True, False),
        ("eq", 1, "1", True),
        ("eq", "1", "01", False),
        ("ne", "sign", "board", True),
        ("eq", "sign", "sign", True),
        ("in", ("bulk", "retail"), ("retail", "other"), True),
        ("in", ("bulk",), ("retail", "other"), False),
        ("in", ("C", "D"), "D", True),
        ("in", ("C", "D"), "E", False),
        ("in", (1, 2), "2", True),
    ],
)
def test_a_condition_compares_what_is_stated(
    op: str, wanted: ConditionValue, actual: FactValue, *, expected: bool
) -> None:
    assert holds_one(asks(op, wanted), {"x": actual}) is expected


@pytest.mark.parametrize("op", list(Operator))
def test_an_unknown_fact_fails_its_condition_but_not_that_of_a_none(op: Operator) -> None:
    condition = Condition("x", op, 1)
    for facts in ({}, {"x": None}):
        assert not holds([condition], facts)
        assert may_hold([condition], facts)


def test_a_known_fact_decides_both_ways() -> None:
    condition = asks("le", 15)
    assert may_hold([condition], {"x": 15})
    assert not may_hold([condition], {"x": 16})


def test_all_conditions_must_hold() -> None:
    assert holds([], {})
    assert not holds([asks("ge", 1), asks("le", 3)], {"x": 4})


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-1e9, max_value=1e9))
def test_a_decimal_is_the_same_number_on_the_wire(number: Decimal) -> None:
    written = wire_value(number)
    assert isinstance(written, int | str)
    assert as_number(written) == number


@pytest.mark.parametrize("text", ["1e9", "1E999999999", "1_000", "+5", " 5", "5 ", "٥", "", "."])
def test_only_plain_digits_are_a_number(text: str) -> None:
    assert as_number(text) is None


def test_a_condition_keeps_its_bytes() -> None:
    data = b'{"field":"volume_m3","op":"le","value":"0.5","text":null}'
    assert msgspec.json.encode(msgspec.json.decode(data, type=Condition)) == data
