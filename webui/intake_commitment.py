"""告知承诺 at the intake: offered where the matter has it, and chosen by the applicant alone."""

from casework.condition import Facts
from casework.matter import CommitmentOffer, MatterVersion, commitment_offered
from webui import labels, labels_intake
from webui.intake_reader import Reader


def offer_of(matter: MatterVersion | None, facts: Facts) -> CommitmentOffer | None:
    return commitment_offered(matter, facts) if matter is not None else None


def read_commitment(reader: Reader, offer: CommitmentOffer | None) -> bool | None:
    """Whether the applicant commits; None where it is not on offer or was not asked.

    Whoever is excluded may not commit, so the applicant states that they are not.
    """
    if offer is None:
        return None
    label = labels.label("intake_field", "commitment")
    chosen = reader.choice("commitment", labels_intake.YES_NO, label, required=False)
    if chosen is None:
        return None
    if chosen == "1" and not reader.form.flag("not_excluded"):
        reader.lack("not_excluded", labels_intake.NOT_EXCLUDED.format(text=offer.excluded_if))
    return chosen == "1"
