"""Papers that people sign while their application is still being typed."""

from datetime import datetime

from casework.matter import MatterVersion
from casework.party import Party
from webui.case_form_view import id_type_words
from webui.documents import Paper, PaperKind, PaperParty
from webui.filters import local
from webui.intake_parties import Parties
from webui.paper_builders import undertaken
from webui.paper_sheets import Told


def commitment_to_sign(matter: MatterVersion, parties: Parties, told: Told, now: datetime) -> Paper:
    """告知承诺书 as the applicant signs it; a preview until it is known who commits."""
    person = parties.applicant
    return Paper(
        kind=PaperKind.COMMITMENT,
        matter_type=matter.matter_type.value,
        matter_name=matter.name,
        matter_code=matter.implementation_code,
        issuer=told.issuer,
        applicant=_party(person, organisation=not parties.is_person),
        agent=_party(parties.agent, organisation=False) if parties.agent else None,
        case_number="",
        issued_at=local(now),
        office=told.office,
        signatory=told.officer,
        outcome=undertaken(matter),
        final=bool(person.name and person.id_number),
    )


def _party(person: Party, *, organisation: bool) -> PaperParty:
    return PaperParty(
        name=person.name,
        organisation=organisation,
        id_type=id_type_words(person.id_type),
        id_number=person.id_number,
        phone=person.phone,
    )
