"""Who applies and who acts for them. Personal: it travels as a part, never in a body."""

from casework.fact import Fact
from casework.names import RegionCode


class Party(Fact, frozen=True):
    """A person or an organisation as they proved to be; `id_type` is a certificate code."""

    name: str
    id_type: str  # 111 resident identity card, 001 unified social credit code …
    id_number: str
    phone: str
    address: str


class ApplicantSheet(Fact, frozen=True):
    """The part `applicant`."""

    applicant: Party
    home: RegionCode | None
    representative: str | None  # of an organisation
    agent: Party | None
    relation: str | None  # of the agent to the applicant


class HandoverSheet(Fact, frozen=True):
    """The part `delivery`: into whose hands the result went."""

    recipient: str
    id_number: str
    relation: str | None
    remark: str
