"""An application once more as it would be typed: for mending what was sent back.

The reverse of `webui.intake_form.read_intake`: what it makes of these fields is what they came
from. What no part of a case keeps (a date of birth beside another paper of identity, an answer to a
condition) is asked for again.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from casework.act import Intake
from casework.condition import COMMITMENT_FACT
from casework.material import MaterialState, MaterialVerdict
from casework.party import ApplicantSheet, Party, Wishes
from webui.intake_form import material_name
from webui.intake_values import cell_name, input_name, rows_name

Fields = dict[str, list[str]]
_YES_NO: Final = {True: "1", False: "0"}


def refill(
    sheet: ApplicantSheet | None,
    form: Mapping[str, object] | None,
    intake: Intake | None,
    verdicts: Iterable[MaterialVerdict] = (),
) -> Fields:
    """The fields of a draft; what is not held any more stays empty."""
    fields: Fields = {}
    if sheet is not None:
        fields |= _party(sheet.applicant, "") | _agent(sheet)
        fields["home"] = [sheet.home or ""]
        fields["representative"] = [sheet.representative or ""]
        fields |= _wishes(sheet.wishes)
    if intake is not None:
        fields |= {
            "kind": [intake.applicant_kind],
            "channel": [intake.channel],
            "delivery": [intake.delivery],
            "pickup": [intake.pickup],
        }
        fields |= _commitment(intake)
    for key, value in (form or {}).items():
        fields |= _field(key, value)
    for verdict in verdicts:
        fields |= _verdict(verdict)
    return {name: values for name, values in fields.items() if any(values)}


def _wishes(wishes: Wishes | None) -> Fields:
    if wishes is None:
        return {}
    return {
        "tell": [wishes.tell],
        "licence_copies": [str(wishes.licence_copies)],
        "deliver_to": [wishes.deliver_to],
    }


def _commitment(intake: Intake) -> Fields:
    """Who committed themselves stated that they may; both were one answer."""
    made = next((item.value for item in intake.facts if item.field == COMMITMENT_FACT), None)
    if not isinstance(made, bool):
        return {}
    return {"commitment": [_YES_NO[made]], "not_excluded": [_YES_NO[made]]}


def _party(party: Party, prefix: str) -> Fields:
    return {
        f"{prefix}name": [party.name],
        f"{prefix}id_type": [party.id_type],
        f"{prefix}id_number": [party.id_number],
        f"{prefix}phone": [party.phone],
        f"{prefix}address": [party.address],
    }


def _agent(sheet: ApplicantSheet) -> Fields:
    if sheet.agent is None:
        return {}
    relation = {"has_agent": ["1"], "agent_relation": [sheet.relation or ""]}
    return {**_party(sheet.agent, "agent_"), **relation}


def _field(key: str, value: object) -> Fields:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        cells = {
            cell_name(key, str(row), column): [_typed(cell)]
            for row, each in enumerate(value)
            for column, cell in each.items()
        }
        return {rows_name(key): [str(row) for row in range(len(value))], **cells}
    if isinstance(value, list):
        return {input_name(key): [_typed(each) for each in value]}
    return {input_name(key): [_typed(value)]}


def _verdict(verdict: MaterialVerdict) -> Fields:
    """A paper that was not needed is not chosen: whether it is follows from the rest."""
    if verdict.state is MaterialState.NOT_APPLICABLE:
        return {}
    name = verdict.material
    return {
        material_name(name): [verdict.state.value],
        f"o-{name}": [str(verdict.originals)],
        f"k-{name}": [str(verdict.copies)],
        f"x-{name}": list(verdict.failed_checks),
    }


def _typed(value: object) -> str:
    if isinstance(value, bool):
        return _YES_NO[value]
    return "" if value is None else str(value)
