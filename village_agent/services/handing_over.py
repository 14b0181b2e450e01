"""Into whose hands a result goes: what the page proposes, and what is checked of it."""

from typing import Final

from casework.identity import check_resident_id, normal_id
from sync.case_file import CaseFile
from village_agent.words import word
from webui import labels, labels_intake
from webui.act_form import ActRead
from webui.forms import Form

RESIDENT: Final = "111"


def deliver_form(file: CaseFile) -> Form:
    """The applicant, who mostly comes; whoever else does is typed in their place."""
    sheet = file.applicant
    intake = file.case.intake
    method = intake.delivery if intake is not None else "counter"
    return Form.of(
        {
            "recipient": "applicant",
            "method": method if method in labels.DELIVERY else "counter",
            "recipient_name": sheet.applicant.name if sheet is not None else "",
            "recipient_id": sheet.applicant.id_number if sheet is not None else "",
            "relation": "",
            "remark": "",
        }
    )


def check_recipient(file: CaseFile, read: ActRead) -> None:
    """The number is that of the person it should be; what is wrong stands in the form's errors."""
    form, sheet = read.form, file.applicant
    typed = normal_id(form.typed("recipient_id"))
    if form.typed("recipient") == "applicant":
        if sheet is not None and typed != normal_id(sheet.applicant.id_number):
            form.errors.add("recipient_id", word("delivery", "not_the_applicant"))
        return
    if not typed[:-1].isdigit():
        return  # Another paper of identity: nothing in it can be checked.
    checked = check_resident_id(typed, file.now.date())
    if checked.error is not None:
        text = labels.label("identity", checked.error)
        label = word("field", "recipient_id")
        form.errors.add("recipient_id", labels_intake.FIELD_WRONG.format(label=label, text=text))
