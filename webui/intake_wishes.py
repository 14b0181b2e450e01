"""How the applicant wants to be told and served: personal, so it travels in their sheet."""

from typing import Final

from casework.matter import MatterVersion
from casework.party import Party, Wishes
from webui import labels, labels_intake
from webui.intake_reader import Reader

COUNTER: Final = "counter"
COPIES_MAX: Final = 20
ADDRESS_CHARS_MAX: Final = 200


def read_wishes(
    reader: Reader, matter: MatterVersion | None, applicant: Party, delivery: str
) -> Wishes:
    """The result goes to the address given for it, or else to the applicant's own."""
    typed = reader.form.typed("tell")
    deliver_to = ""
    if delivery != COUNTER:
        label = labels.label("intake_field", "deliver_to")
        given = reader.text("deliver_to", label, required=False, length_max=ADDRESS_CHARS_MAX)
        deliver_to = given or applicant.address
        if not deliver_to:
            reader.lack("deliver_to", labels.FIELD_REQUIRED.format(label=label))
    return Wishes(
        tell=typed if typed in labels_intake.TELL else next(iter(labels_intake.TELL)),
        licence_copies=_copies(reader, matter),
        deliver_to=deliver_to,
    )


def usual_copies(matter: MatterVersion | None) -> int:
    """As many as the matter issues, unless the applicant wants another number."""
    return matter.results[0].copies if matter is not None and matter.results else 1


def _copies(reader: Reader, matter: MatterVersion | None) -> int:
    if reader.is_blank("licence_copies"):
        return usual_copies(matter)
    label = labels.label("intake_field", "licence_copies")
    found = reader.form.integer("licence_copies", label=label, low=0, high=COPIES_MAX)
    return usual_copies(matter) if found is None else found
