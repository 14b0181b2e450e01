"""Reading the intake form field by field: a value, or an error, and a note for the person typing.

An error on a field that is merely empty is kept apart: while a form is being filled in it would
only nag, so it shows on submitting and in the list of what is still to be filled in.
"""

from collections.abc import Collection
from datetime import date
from typing import Final, Literal

from msgspec import Struct

from casework.identity import (
    Checked,
    ResidentId,
    check_bank_account,
    check_name,
    check_phone,
    check_resident_id,
    check_uscc,
    place_of,
    read_resident_id,
)
from webui import labels, labels_intake
from webui.documents import missing_glyphs
from webui.forms import Form, FormErrors

GLYPHS_NAMED_MAX: Final = 5


class Note(Struct, frozen=True):
    """What stands below a field."""

    kind: Literal["good", "warn", "error"]
    text: str


class Reader:
    """The form as posted, and what has been found out about its fields so far."""

    def __init__(self, form: Form) -> None:
        self.form = form
        # A form may be read anew, against another version of its matter.
        form.errors = FormErrors()
        self.empty: set[str] = set()
        self._notes: dict[str, Note] = {}
        # Below its field a message need not name the field; in a list it must.
        self._short: dict[str, str] = {}

    @property
    def errors(self) -> FormErrors:
        return self.form.errors

    def notes(self) -> dict[str, Note]:
        """By field: a mistake first, else what was noted."""
        wrong = {
            name: Note("error", self._short.get(name, text))
            for name, text in self.errors.items()
            if name not in self.empty
        }
        return {**self._notes, **wrong}

    def note(self, name: str, kind: Literal["good", "warn"], text: str) -> None:
        """Note something; a warning outweighs what is good."""
        held = self._notes.get(name)
        if held is None or (held.kind == "good" and kind == "warn"):
            self._notes[name] = Note(kind, text)

    def is_blank(self, name: str) -> bool:
        return not any(value.strip() for value in self.form.typed_all(name))

    def lack(self, name: str, message: str) -> None:
        """An error that is only an empty field."""
        self.errors.add(name, message)
        self.empty.add(name)

    def skip_blank(self, name: str, label: str, *, required: bool, choose: bool = False) -> bool:
        """Whether nothing was typed; that is an error where something is required."""
        if not self.is_blank(name):
            return False
        if required:
            text = labels.FIELD_CHOOSE if choose else labels.FIELD_REQUIRED
            self.lack(name, text.format(label=label))
        return True

    def text(self, name: str, label: str, *, required: bool, length_max: int) -> str:
        if self.skip_blank(name, label, required=required):
            return ""
        value = self.form.text(name, label=label, required=required, length_max=length_max)
        self.note_glyphs(name, value)
        return value

    def choice(
        self, name: str, allowed: Collection[str], label: str, *, required: bool
    ) -> str | None:
        if self.skip_blank(name, label, required=required, choose=True):
            return None
        return self.form.choice(name, allowed, label=label, required=required)

    def name(self, name: str, label: str, *, required: bool = True) -> str:
        """A person's or organisation's name, with a warning where the printer lacks a character."""
        if self.skip_blank(name, label, required=required):
            return ""
        value = self._checked(name, label, check_name(self.form.typed(name)))
        self.note_glyphs(name, value)
        return value

    def resident_id(
        self, name: str, label: str, on: date, *, required: bool = True
    ) -> tuple[str, ResidentId | None]:
        if self.skip_blank(name, label, required=required):
            return "", None
        value = self._checked(name, label, check_resident_id(self.form.typed(name), on))
        person = None if self.errors.of(name) else read_resident_id(value)
        if person is not None:
            place = place_of(person.region) or ""
            words = {"sex": labels.label("sex", person.sex), "born_on": person.born_on}
            text = labels_intake.ID_GOOD.format(place=place, **words).rstrip(" ·")
            self.note(name, "good", text)
        return value, person

    def uscc(self, name: str, label: str, *, required: bool = True) -> str:
        if self.skip_blank(name, label, required=required):
            return ""
        value = self._checked(name, label, check_uscc(self.form.typed(name)))
        self._note_good(name, labels_intake.USCC_GOOD)
        return value

    def phone(self, name: str, label: str, *, required: bool = True) -> str:
        if self.skip_blank(name, label, required=required):
            return ""
        return self._checked(name, label, check_phone(self.form.typed(name)))

    def bank_account(self, name: str, label: str, *, required: bool = True) -> str:
        if self.skip_blank(name, label, required=required):
            return ""
        value = self._checked(name, label, check_bank_account(self.form.typed(name)))
        self._note_good(name, labels_intake.BANK_ACCOUNT_GOOD)
        return value

    def note_glyphs(self, name: str, value: str) -> None:
        if absent := missing_glyphs(value):
            named = "".join(absent[:GLYPHS_NAMED_MAX])
            self.note(name, "warn", labels_intake.GLYPHS_MISSING.format(characters=named))

    def fault(self, name: str, label: str, text: str) -> None:
        """A mistake whose words do not name the field."""
        self._short.setdefault(name, text)
        self.errors.add(name, labels_intake.FIELD_WRONG.format(label=label, text=text))

    def _checked(self, name: str, label: str, checked: Checked) -> str:
        if checked.error is not None:
            self.fault(name, label, labels.label("identity", checked.error))
        for warning in checked.warnings:
            self.note(name, "warn", labels.label("identity", warning))
        return checked.value

    def _note_good(self, name: str, text: str) -> None:
        if not self.errors.of(name):
            self.note(name, "good", text)
