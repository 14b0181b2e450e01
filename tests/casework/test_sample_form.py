"""A sample form passes the matter's own checks: nobody is shown how to fill in what is refused."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from casework.condition import Condition, Operator
from casework.form import asked_fields, check_form
from casework.form_field import FieldType, FormField, Option, Validation
from casework.identity import check_bank_account, check_phone, check_resident_id, check_uscc
from casework.matter import MatterVersion
from casework.names import RegionCode
from casework.sample_form import (
    SAMPLE_ACCOUNT,
    SAMPLE_ID,
    SAMPLE_PHONE,
    SAMPLE_USCC,
    SampleWords,
    sample_values,
)
from tests import county
from tests.guides import TODAY

HOME = RegionCode("440229901")
WORDS = SampleWords("据实填写", {"name": "林样文", "relation": "本人"})
FELLING = county.matter("timber-felling-permit")


@pytest.mark.parametrize("days", [0, 100, 400])
@pytest.mark.parametrize(
    "matter", county.catalogue().matters, ids=lambda each: f"{each.id}-{each.version}"
)
def test_every_sample_of_the_catalogue_would_be_taken_in(matter: MatterVersion, days: int) -> None:
    on = TODAY + timedelta(days=days)
    values = sample_values(matter, on, HOME, WORDS)

    assert check_form(matter, values, on) == {}
    assert [field.key for field in asked_fields(matter, values)] == list(values)


def test_the_numbers_of_a_sample_are_sound() -> None:
    checks = (
        check_resident_id(SAMPLE_ID, TODAY),
        check_uscc(SAMPLE_USCC),
        check_phone(SAMPLE_PHONE),
        check_bank_account(SAMPLE_ACCOUNT),
    )
    assert [(each.error, each.warnings) for each in checks] == [(None, ())] * len(checks)


def test_a_field_that_such_an_applicant_is_not_asked_stays_empty() -> None:
    fields = (
        FormField(
            "kind",
            "类别",
            FieldType.ENUM,
            required=True,
            validation=Validation(),
            options=(Option("a", "甲"), Option("b", "乙")),
        ),
        FormField(
            "note",
            "说明",
            FieldType.TEXT,
            required=True,
            validation=Validation(),
            when=Condition("kind", Operator.EQ, "b"),
        ),
    )
    assert sample_values(replace(FELLING, form_fields=fields), TODAY, HOME, WORDS) == {"kind": "a"}
