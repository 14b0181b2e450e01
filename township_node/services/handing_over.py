"""Into whose hands a result goes: the person before the counter against the applicant's sheet."""

from casework.party import ApplicantSheet, HandoverSheet
from township_node.words import word

APPLICANT = "applicant"


def recipient_faults(
    sheet: ApplicantSheet | None, recipient: str, given: HandoverSheet
) -> dict[str, str]:
    """What does not fit, by the field of the form; nothing where the sheet is not held here."""
    if sheet is None:
        return {}
    number = _plain(given.id_number)
    if recipient == APPLICANT:
        faults = {}
        if number != _plain(sheet.applicant.id_number):
            faults["recipient_id"] = word("recipient", "other_number")
        if given.recipient.strip() != sheet.applicant.name.strip():
            faults["recipient_name"] = word("recipient", "other_name")
        # Somebody comes for an organisation: their own name and number cannot be its.
        return {} if sheet.representative is not None else faults
    if number == _plain(sheet.applicant.id_number):
        return {"recipient_id": word("recipient", "is_applicant")}
    if given.relation is None:
        return {"relation": word("recipient", "relation")}
    return {}


def _plain(number: str) -> str:
    return "".join(number.split()).upper()
