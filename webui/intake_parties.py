"""Who applies and who acts for them, read off the intake form.

A person is known by the resident identity number, an organisation by its credit code. Other
papers of identity are taken as they are written, with the date of birth asked for beside them.
"""

from datetime import date
from typing import Final

from msgspec import Struct

from casework.assessment import NATURAL_PERSON
from casework.identity import ID_CHARS, ResidentId, normal_id
from casework.matter import MatterVersion
from casework.names import RegionCode
from casework.party import ApplicantSheet, Party
from casework.regions import Regions
from webui import labels, labels_intake
from webui.intake_reader import Reader

ID_RESIDENT: Final = "111"
ID_CREDIT_CODE: Final = "001"
# Cards numbered like the identity card; older ones of the second have letters instead.
ID_RESIDENCE: Final = "154"
ID_PERMANENT: Final = "553"
ID_CHARS_MAX: Final = 30
RELATION_CHARS_MAX: Final = 30
ADDRESS_CHARS_MAX: Final = 200


class Parties(Struct, frozen=True, kw_only=True):
    kind: str  # codes.json, table `service_object`
    applicant: Party
    home: RegionCode | None
    representative: str | None
    agent: Party | None
    relation: str | None
    born_on: date | None

    @property
    def is_person(self) -> bool:
        return self.kind == NATURAL_PERSON

    def sheet(self) -> ApplicantSheet:
        return ApplicantSheet(
            applicant=self.applicant,
            home=self.home,
            representative=self.representative,
            agent=self.agent,
            relation=self.relation,
        )


def read_parties(
    reader: Reader, matter: MatterVersion | None, regions: Regions, on: date
) -> Parties:
    kinds = kinds_of(matter)
    typed = reader.form.typed("kind")
    kind = typed if typed in kinds else kinds[0]
    person = kind == NATURAL_PERSON
    name = reader.name("name", _label("name" if person else "organisation"))
    id_type, id_number, born_on = _identity(reader, on, person=person)
    representative = None if person else reader.name("representative", _label("representative"))
    applicant = Party(
        name=name,
        id_type=id_type,
        id_number=id_number,
        phone=reader.phone("phone", _label("phone")),
        address=reader.text(
            "address", _label("address"), required=False, length_max=ADDRESS_CHARS_MAX
        ),
    )
    home = reader.form.typed("home")
    agent, relation = _agent(reader, matter, on)
    return Parties(
        kind=kind,
        applicant=applicant,
        home=RegionCode(home) if regions.knows(RegionCode(home)) else None,
        representative=representative,
        agent=agent,
        relation=relation,
        born_on=born_on,
    )


def kinds_of(matter: MatterVersion | None) -> tuple[str, ...]:
    """Who may apply for a matter; before one is chosen, a person."""
    return matter.service_objects if matter is not None else (NATURAL_PERSON,)


def party_errors(reader: Reader, parties: Parties) -> None:
    """What is wrong between the two, which no field alone shows."""
    agent = parties.agent
    if agent is None or not agent.id_number:
        return
    if agent.id_number == parties.applicant.id_number:
        label = _label("agent_id_number")
        reader.fault("agent_id_number", label, labels_intake.AGENT_IS_APPLICANT)


def _identity(reader: Reader, on: date, *, person: bool) -> tuple[str, str, date | None]:
    if not person:
        return ID_CREDIT_CODE, reader.uscc("id_number", _label("uscc")), None
    id_type = _id_type(reader, "id_type")
    number, resident = _number(reader, "id_number", id_type, on)
    if resident is not None:
        return id_type, number, resident.born_on
    if id_type == ID_RESIDENT:
        return id_type, number, None
    return id_type, number, reader.form.day("born_on", label=_label("born_on"))


def _agent(
    reader: Reader, matter: MatterVersion | None, on: date
) -> tuple[Party | None, str | None]:
    """Somebody acts for the applicant where the matter allows it and the switch is on."""
    allowed = matter is None or matter.supports.agent
    if not allowed or not reader.form.flag("has_agent"):
        return None, None
    id_type = _id_type(reader, "agent_id_type")
    party = Party(
        name=reader.name("agent_name", _label("agent_name")),
        id_type=id_type,
        id_number=_number(reader, "agent_id_number", id_type, on)[0],
        phone=reader.phone("agent_phone", _label("agent_phone"), required=False),
        address="",
    )
    relation = reader.text(
        "agent_relation", _label("agent_relation"), required=True, length_max=RELATION_CHARS_MAX
    )
    return party, relation


def _id_type(reader: Reader, name: str) -> str:
    typed = reader.form.typed(name)
    return typed if typed in labels_intake.ID_TYPE else ID_RESIDENT


def _number(reader: Reader, name: str, id_type: str, on: date) -> tuple[str, ResidentId | None]:
    """A number of a paper: checked where its digits can be, else only brought into one writing."""
    label = _label("agent_id_number" if name.startswith("agent") else "id_number")
    if id_type == ID_RESIDENT:
        label = label if name.startswith("agent") else _label("resident_id")
        return reader.resident_id(name, label, on)
    written = normal_id(reader.form.typed(name))
    new_card = id_type == ID_PERMANENT and len(written) == ID_CHARS and written[:17].isdigit()
    if id_type == ID_RESIDENCE or new_card:
        return reader.resident_id(name, label, on)
    if reader.skip_blank(name, label, required=True):
        return "", None
    if len(written) > ID_CHARS_MAX:
        text = labels.FIELD_TOO_LONG.format(label=label, limit=ID_CHARS_MAX)
        reader.errors.add(name, text)
    return written, None


def _label(field: str) -> str:
    return labels.label("intake_field", field)
