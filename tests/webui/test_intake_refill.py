"""What was sent back comes up as it was typed: reading it again gives the same application."""

import json
from typing import Any

from tests.webui.intake_cases import golden_cases
from tests.webui.test_intake_form import intake_of
from webui.forms import Form
from webui.intake_form import IntakeForm, read_intake
from webui.intake_refill import refill


def refilled(intake: IntakeForm) -> IntakeForm:
    """The same application, from nothing but its parts."""
    form: dict[str, Any] = json.loads(json.dumps(intake.form_values()))
    fields = refill(intake.applicant_sheet(), form, intake.intake(), intake.verdicts())
    return read_intake(Form(fields), intake.matter, intake.place, intake.on)


def test_every_generated_application_comes_back_as_it_was() -> None:
    for case in golden_cases():
        before = intake_of(case)
        after = refilled(before)
        assert after.applicant_sheet() == before.applicant_sheet(), case["case"]
        assert after.form_values() == before.form_values(), case["case"]
        assert after.intake() == before.intake(), case["case"]
        assert after.verdicts() == before.verdicts(), case["case"]


def test_what_is_not_held_any_more_is_left_empty() -> None:
    assert refill(None, None, None) == {}
