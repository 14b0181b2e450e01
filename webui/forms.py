"""From what a browser sends to values and errors, one field at a time.

A form keeps what was typed: read every field, then look at `errors`, and on trouble render the
page again with the same `Form`.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from litestar import Request
from litestar.datastructures import UploadFile

from webui import labels

TEXT_LENGTH_MAX: Final = 200
LONG_TEXT_LENGTH_MAX: Final = 4_000
FIELDS_MAX: Final = 2_000

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
# Digits, signs and letters typed with a Chinese input method in full-width mode.
_FULL_WIDTH_FIRST: Final = 0xFF01
_FULL_WIDTH_LAST: Final = 0xFF5E
_FULL_WIDTH_SHIFT: Final = 0xFEE0


class FormErrors:
    """What is wrong, by field, in the order the fields were read."""

    def __init__(self) -> None:
        self._messages: dict[str, str] = {}

    def add(self, field: str, message: str) -> None:
        """Note a message; the first one on a field is the one to mend first."""
        self._messages.setdefault(field, message)

    def of(self, field: str) -> str:
        return self._messages.get(field, "")

    def items(self) -> Iterable[tuple[str, str]]:
        return self._messages.items()

    def __bool__(self) -> bool:
        return bool(self._messages)

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[str]:
        return iter(self._messages)


class Form:
    """The fields as typed, and the checks that turn them into values."""

    def __init__(self, sent: Mapping[str, Collection[str]] | None = None) -> None:
        self._sent = {name: list(values) for name, values in (sent or {}).items()}
        self.files: dict[str, list[UploadFile]] = {}
        self.errors = FormErrors()

    @classmethod
    def of(cls, values: Mapping[str, object]) -> "Form":
        """A form that already holds values, to be shown for the first time."""
        return cls(
            {
                name: [str(item) for item in value]
                if isinstance(value, list | tuple | frozenset | set)
                else [str(value)]
                for name, value in values.items()
                if value is not None
            }
        )

    def typed(self, name: str) -> str:
        """What stands in the field, as it was typed."""
        return next(iter(self._sent.get(name, ())), "")

    def typed_all(self, name: str) -> list[str]:
        return list(self._sent.get(name, ()))

    def names(self) -> tuple[str, ...]:
        return tuple(self._sent)

    def text(
        self,
        name: str,
        *,
        label: str,
        required: bool = False,
        length_min: int = 0,
        length_max: int = TEXT_LENGTH_MAX,
    ) -> str:
        """One line: pasted line breaks become spaces, full-width digits and letters plain ones."""
        value = one_line(self.typed(name))
        self._check_text(name, value, label, (length_min, length_max), required=required)
        return value

    def name(
        self, name: str, *, label: str, required: bool = False, length_max: int = TEXT_LENGTH_MAX
    ) -> str:
        """A person's or organisation's name: characters stay as they were typed."""
        value = " ".join(_visible(self.typed(name)).split())
        self._check_text(name, value, label, (0, length_max), required=required)
        return value

    def long_text(
        self,
        name: str,
        *,
        label: str,
        required: bool = False,
        length_max: int = LONG_TEXT_LENGTH_MAX,
    ) -> str:
        """Several lines, with line breaks of one kind."""
        value = "\n".join(line.rstrip() for line in _visible(self.typed(name)).splitlines()).strip()
        self._check_text(name, value, label, (0, length_max), required=required)
        return value

    def password(self, name: str, *, label: str, length_max: int) -> str:
        """Exactly what was typed."""
        value = self.typed(name)
        if not value:
            self.errors.add(name, labels.FIELD_REQUIRED.format(label=label))
        elif len(value) > length_max:
            self.errors.add(name, labels.FIELD_TOO_LONG.format(label=label, limit=length_max))
        return value

    def integer(
        self,
        name: str,
        *,
        label: str,
        required: bool = False,
        low: int | None = None,
        high: int | None = None,
    ) -> int | None:
        value = self.decimal(name, label=label, required=required, low=low, high=high)
        if value is None:
            return None
        if value != value.to_integral_value():
            self.errors.add(name, labels.FIELD_NUMBER.format(label=label))
            return None
        return int(value)

    def decimal(
        self,
        name: str,
        *,
        label: str,
        required: bool = False,
        low: Decimal | int | None = None,
        high: Decimal | int | None = None,
    ) -> Decimal | None:
        typed = self.text(name, label=label, required=required, length_max=32).replace(",", "")
        if not typed:
            return None
        try:
            value = Decimal(typed)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            self.errors.add(name, labels.FIELD_NUMBER.format(label=label))
            return None
        if (low is not None and value < low) or (high is not None and value > high):
            ends = {"low": "…" if low is None else low, "high": "…" if high is None else high}
            self.errors.add(name, labels.FIELD_RANGE.format(label=label, **ends))
            return None
        return value

    def day(self, name: str, *, label: str, required: bool = False) -> date | None:
        """A date, with dashes, dots, slashes or nothing between its parts."""
        typed = self.text(name, label=label, required=required, length_max=10)
        if not typed:
            return None
        try:
            return date.fromisoformat(typed.replace("/", "-").replace(".", "-"))
        except ValueError:
            self.errors.add(name, labels.FIELD_DATE.format(label=label))
            return None

    def choice(
        self, name: str, allowed: Collection[str], *, label: str, required: bool = False
    ) -> str | None:
        """One of a closed set; anything else counts as nothing chosen."""
        value = self.typed(name)
        if value in allowed:
            return value
        if required or value:
            self.errors.add(name, labels.FIELD_CHOOSE.format(label=label))
        return None

    def chosen(
        self, name: str, allowed: Collection[str], *, label: str, required: bool = False
    ) -> tuple[str, ...]:
        """Those of a closed set that were ticked, each once."""
        given = tuple(dict.fromkeys(self._sent.get(name, ())))
        found = tuple(value for value in given if value in allowed)
        if (required and not found) or found != given:
            self.errors.add(name, labels.FIELD_CHOOSE.format(label=label))
        return found

    def flag(self, name: str) -> bool:
        return self.typed(name) in {"1", "on", "true", "yes"}

    def _check_text(
        self, name: str, value: str, label: str, lengths: tuple[int, int], *, required: bool
    ) -> None:
        low, high = lengths
        if not value:
            if required:
                self.errors.add(name, labels.FIELD_REQUIRED.format(label=label))
        elif len(value) > high:
            self.errors.add(name, labels.FIELD_TOO_LONG.format(label=label, limit=high))
        elif len(value) < low:
            self.errors.add(name, labels.FIELD_TOO_SHORT.format(label=label, limit=low))
        elif any(_is_unusable(character) for character in value):
            self.errors.add(name, labels.FIELD_CHARACTER.format(label=label))


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """The form of a request, urlencoded or multipart; fields beyond the limit are dropped."""
    sent: dict[str, list[str]] = {}
    files: dict[str, list[UploadFile]] = {}
    for name, value in list((await request.form()).multi_items())[:FIELDS_MAX]:
        if isinstance(value, UploadFile):
            files.setdefault(name, []).append(value)
        else:
            sent.setdefault(name, []).append(str(value))
    form = Form(sent)
    form.files = files
    return form


def one_line(text: str) -> str:
    """A single line of plain digits and letters; Chinese punctuation within text stays."""
    return " ".join("".join(_plain(character) for character in _visible(text)).split())


def neutral_cell(value: object) -> str:
    """A cell that a spreadsheet will show and not compute."""
    text = "" if value is None else str(value)
    is_number = isinstance(value, int | float | Decimal)
    return "'" + text if text.startswith(_FORMULA_STARTS) and not is_number else text


def _plain(character: str) -> str:
    """The half-width form of a full-width digit or letter; other characters are left alone."""
    code = ord(character)
    if _FULL_WIDTH_FIRST <= code <= _FULL_WIDTH_LAST:
        half = chr(code - _FULL_WIDTH_SHIFT)
        return half if half.isalnum() or half in "-./@_" else character
    return character


def _visible(text: str) -> str:
    """Without the marks nobody sees: zero-width spaces, and what turns the direction of writing."""
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def _is_unusable(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} and character != "\n"
