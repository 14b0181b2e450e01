"""Form fields: what a matter asks beyond the applicant's and agent's own data."""

from decimal import Decimal
from enum import StrEnum

from casework.condition import Condition
from casework.fact import Fact

Number = int | Decimal


class FieldType(StrEnum):
    TEXT = "text"
    TEXTAREA = "textarea"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    ENUM = "enum"
    MULTI_ENUM = "multi_enum"
    ID_NUMBER = "id_number"
    USCC = "uscc"
    PHONE = "phone"
    BANK_ACCOUNT = "bank_account"
    REGION = "region"
    TABLE = "table"


class Option(Fact, frozen=True):
    value: str
    label: str


class Column(Fact, frozen=True):
    """A column of a table field; every cell is asked for."""

    key: str
    label: str
    type: FieldType


class Validation(Fact, frozen=True):
    """The bounds of a field; None leaves a side open."""

    min: Number | None = None
    max: Number | None = None
    decimals: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    past_days: int | None = None
    future_days: int | None = None
    min_rows: int | None = None
    max_rows: int | None = None


class FormField(Fact, frozen=True):
    """A field; one whose `when` fails is neither asked nor stored."""

    key: str
    label: str
    type: FieldType
    required: bool
    validation: Validation
    options: tuple[Option, ...] = ()
    columns: tuple[Column, ...] = ()
    when: Condition | None = None
    examples: tuple[str, ...] = ()
