"""Forms: every type of field, its bounds and its permanent error codes."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casework.catalogue import Catalogue
from casework.condition import Condition, Operator
from casework.form import FieldError, asked_fields, check_form, form_facts
from casework.form_field import Column, FieldType, FormField, Option, Validation
from casework.matter import MatterVersion

TODAY = date(2026, 11, 20)
OPTIONS = (Option("a", "甲"), Option("b", "乙"))
COLUMNS = (
    Column("name", "姓名", FieldType.TEXT),
    Column("id_number", "号码", FieldType.ID_NUMBER),
    Column("income", "收入", FieldType.MONEY),
)
ROW = {"name": "林样", "id_number": "440229193501010004", "income": 0}


@pytest.fixture(scope="session")
def matter(catalogue: Catalogue) -> MatterVersion:
    return catalogue.matters[0]


def with_fields(matter: MatterVersion, *fields: FormField) -> MatterVersion:
    return replace(matter, form_fields=fields)


def field(
    kind: FieldType,
    validation: Validation | None = None,
    *,
    options: tuple[Option, ...] = (),
    columns: tuple[Column, ...] = (),
) -> FormField:
    bounds = validation or Validation()
    return FormField(
        "x", "x", kind, required=True, validation=bounds, options=options, columns=columns
    )


TEXT = field(FieldType.TEXT, Validation(min_length=2, max_length=5, pattern="^样"))
AREA = field(FieldType.TEXTAREA)
WHOLE = field(FieldType.INTEGER, Validation(min=1, max=50))
PRICE = field(FieldType.MONEY, Validation(min=0))
EXACT = field(FieldType.DECIMAL, Validation(min=Decimal("0.1"), max=15, decimals=2))
PAST = field(FieldType.DATE, Validation(past_days=30))
AROUND = field(FieldType.DATE, Validation(past_days=30, future_days=60))
SOON = field(FieldType.DATETIME, Validation(future_days=3))
YES = field(FieldType.BOOLEAN)
ONE = field(FieldType.ENUM, options=OPTIONS)
SOME = field(FieldType.MULTI_ENUM, options=OPTIONS)
ROWS = field(FieldType.TABLE, Validation(min_rows=1, max_rows=2), columns=COLUMNS)


@pytest.mark.parametrize(
    ("asked", "value", "error"),
    [
        (TEXT, "样本", None),
        (TEXT, "样", FieldError.TOO_SHORT),
        (TEXT, "样本样本样本", FieldError.TOO_LONG),
        (TEXT, "本样", FieldError.PATTERN),
        (TEXT, "样本\n", FieldError.CHARACTERS),
        (TEXT, "样\u202e本", FieldError.CHARACTERS),
        (TEXT, 5, FieldError.TYPE),
        (TEXT, "  ", FieldError.REQUIRED),
        (TEXT, None, FieldError.REQUIRED),
        (AREA, "一\n二", None),
        (AREA, "一\x00", FieldError.CHARACTERS),
        (AREA, "长" * 4001, FieldError.TOO_LONG),
        (WHOLE, 50, None),
        (WHOLE, 0, FieldError.MIN),
        (WHOLE, 51, FieldError.MAX),
        (WHOLE, True, FieldError.TYPE),
        (WHOLE, "5", FieldError.TYPE),
        (PRICE, 0, None),
        (PRICE, -1, FieldError.MIN),
        (PRICE, 10**14, FieldError.MAX),
        (EXACT, "0.10", None),
        (EXACT, Decimal(15), None),
        (EXACT, 15, None),
        (EXACT, "0.09", FieldError.MIN),
        (EXACT, "15.01", FieldError.MAX),
        (EXACT, "1.234", FieldError.DECIMALS),
        (EXACT, "1e1", FieldError.TYPE),
        (EXACT, True, FieldError.TYPE),
        (PAST, "2026-11-20", None),
        (PAST, "2026-10-21", None),
        (PAST, "2026-10-20", FieldError.TOO_EARLY),
        (PAST, "2026-11-21", FieldError.TOO_LATE),
        (PAST, "2026-02-30", FieldError.TYPE),
        (PAST, "2026-11-20T10:00", FieldError.TYPE),
        (AROUND, "2027-01-19", None),
        (AROUND, "2027-01-20", FieldError.TOO_LATE),
        (SOON, "2026-11-23T18:00:00+08:00", None),
        (SOON, "2026-11-24T08:00:00+08:00", FieldError.TOO_LATE),
        (SOON, "tomorrow", FieldError.TYPE),
        (YES, False, None),
        (YES, "yes", FieldError.TYPE),
        (ONE, "a", None),
        (ONE, "c", FieldError.OPTION),
        (ONE, ["a"], FieldError.TYPE),
        (SOME, ["a", "b"], None),
        (SOME, ("a",), None),
        (SOME, ["a", "c"], FieldError.OPTION),
        (SOME, ["a", "a"], FieldError.REPEATED),
        (SOME, [], FieldError.REQUIRED),
        (SOME, "a", FieldError.TYPE),
        (field(FieldType.ID_NUMBER), "440229193501010004", None),
        (field(FieldType.ID_NUMBER), "440229193501010005", "E_ID_CHECK"),
        (field(FieldType.ID_NUMBER), "440229350101000", "E_ID_FIFTEEN"),
        (field(FieldType.USCC), "92440229MA00000070", None),
        (field(FieldType.USCC), "92440229MA00000071", "E_USCC_CHECK"),
        (field(FieldType.PHONE), "14000000001", None),
        (field(FieldType.PHONE), "1400", "E_PHONE"),
        (field(FieldType.BANK_ACCOUNT), "620000000000000000005", "E_BANK_ACCOUNT"),
        (field(FieldType.REGION), "440229901002", None),
        (field(FieldType.REGION), "440229901", FieldError.REGION),
        (ROWS, [ROW], None),
        (ROWS, [ROW, ROW, ROW], FieldError.ROWS_MAX),
        (ROWS, [], FieldError.REQUIRED),
        (ROWS, "row", FieldError.TYPE),
    ],
)
def test_each_type_has_its_bounds(
    matter: MatterVersion, asked: FormField, value: object, error: str | None
) -> None:
    found = check_form(with_fields(matter, asked), {"x": value}, TODAY)
    assert found == ({} if error is None else {"x": error})


def test_a_cell_of_a_table_is_named_by_row_and_column(matter: MatterVersion) -> None:
    rows = [ROW, {"name": "", "id_number": "1", "income": -1, "extra": 1}]
    found = check_form(with_fields(matter, replace(ROWS)), {"x": rows}, TODAY)
    assert found == {
        "x[1].name": FieldError.REQUIRED,
        "x[1].id_number": "E_ID_LENGTH",
        "x[1].extra": FieldError.UNKNOWN,
    }
    assert check_form(with_fields(matter, ROWS), {"x": ["row"]}, TODAY) == {"x[0]": FieldError.TYPE}


def test_what_nobody_asks_is_not_stored(matter: MatterVersion) -> None:
    assert check_form(with_fields(matter), {"y": 1}, TODAY) == {"y": FieldError.UNKNOWN}


def test_a_field_may_be_left_out_where_it_is_not_required(matter: MatterVersion) -> None:
    optional = replace(TEXT, required=False)
    assert check_form(with_fields(matter, optional), {"x": ""}, TODAY) == {}


def test_a_field_is_asked_only_while_its_when_holds(matter: MatterVersion) -> None:
    first = replace(YES, key="has")
    second = replace(TEXT, when=Condition("has", Operator.EQ, value=True))
    form = with_fields(matter, first, second)
    assert check_form(form, {"has": True, "x": "样本"}, TODAY) == {}
    assert check_form(form, {"has": True}, TODAY) == {"x": FieldError.REQUIRED}
    assert check_form(form, {"has": False}, TODAY) == {}
    assert check_form(form, {"has": False, "x": "样本"}, TODAY) == {"x": FieldError.NOT_ASKED}
    assert [one.key for one in asked_fields(form, {"has": False})] == ["has"]
    assert form_facts(form, {"has": False, "x": "样本"}) == {"has": False}


def test_a_field_may_ask_for_a_fact_of_the_case(matter: MatterVersion) -> None:
    asked = replace(TEXT, when=Condition("case.has_agent", Operator.EQ, value=True))
    form = with_fields(matter, asked)
    assert check_form(form, {}, TODAY, {"case.has_agent": True}) == {"x": FieldError.REQUIRED}
    assert check_form(form, {}, TODAY, {"case.has_agent": False}) == {}


def test_facts_come_from_the_form_as_conditions_read_them(matter: MatterVersion) -> None:
    form = with_fields(matter, replace(SOME, key="items"), replace(EXACT, key="volume"), ROWS)
    facts = form_facts(
        form, {"items": ["a"], "volume": "9.5", "x": [ROW]}, {"case.channel": "post"}
    )
    assert facts == {"items": ("a",), "volume": "9.5", "x": None, "case.channel": "post"}


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.decimals()
ANYTHING = st.one_of(
    SCALARS, st.lists(st.text(max_size=3)), st.lists(st.dictionaries(st.text(max_size=3), SCALARS))
)


@given(st.sampled_from(FieldType), ANYTHING)
def test_no_value_breaks_a_check(matter: MatterVersion, kind: FieldType, value: object) -> None:
    bounds = Validation(min=1, max=9, decimals=2, past_days=3)
    asked = field(kind, bounds, options=OPTIONS, columns=COLUMNS)
    check_form(with_fields(matter, asked), {"x": value}, TODAY)
