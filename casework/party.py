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


class Wishes(Fact, frozen=True):
    """How the applicant would be told and served (requirement H2)."""

    tell: str  # phone, sms or none
    licence_copies: int
    deliver_to: str  # an address, where the result is posted or brought home


class ApplicantSheet(Fact, frozen=True):
    """The part `applicant`."""

    applicant: Party
    home: RegionCode | None
    representative: str | None  # of an organisation
    agent: Party | None
    relation: str | None  # of the agent to the applicant
    wishes: Wishes | None = None


class CollectorSheet(Fact, frozen=True):
    """The part `collector`: who of the department fetched papers."""

    name: str
    staff_number: str


class HandoverSheet(Fact, frozen=True):
    """The part `delivery`: into whose hands the result went."""

    recipient: str
    id_number: str
    relation: str | None
    remark: str
