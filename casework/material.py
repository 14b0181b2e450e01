"""Materials: what a matter asks for, and what an officer found in the applicant's hand."""

from enum import StrEnum

from casework.condition import Condition
from casework.fact import Fact, Integer


class Necessity(StrEnum):
    REQUIRED = "required"
    DEFERRABLE = "deferrable"
    CONDITIONAL = "conditional"


class MaterialForm(StrEnum):
    ORIGINAL = "original"
    COPY = "copy"
    ORIGINAL_AND_COPY = "original_and_copy"
    ELECTRONIC = "electronic"


class MaterialSource(StrEnum):
    APPLICANT = "applicant"
    GOVERNMENT = "government"
    INTERMEDIARY = "intermediary"
    INSTITUTION = "institution"


class Retention(StrEnum):
    """What becomes of the original."""

    KEEP = "keep"
    CHECK_AND_RETURN = "check_and_return"
    CERTIFY_COPY = "certify_copy"
    ELECTRONIC_ONLY = "electronic_only"


class MaterialState(StrEnum):
    """What an officer found. The values are signed; never change one."""

    PRESENT = "present"
    CITED = "cited"
    DEFERRED = "deferred"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


class Check(Fact, frozen=True):
    """A question about a material that passes on yes."""

    id: str
    check: str


class MaterialRequirement(Fact, frozen=True):
    """A material as the catalogue asks for it."""

    id: str
    name: str
    necessity: Necessity
    when: Condition | None
    form: MaterialForm
    originals: int
    copies: int
    source: MaterialSource
    issuer: str
    acceptance_standard: tuple[Check, ...]
    legal_basis: tuple[str, ...]
    retention: Retention
    licence_type: str | None
    template: str | None
    obtainable_by_sharing: str | None

    @property
    def is_fetched(self) -> bool:
        """Nothing is handed in: the hall fetches it."""
        return self.retention is Retention.ELECTRONIC_ONLY and self.originals == 0

    @property
    def may_be_cited(self) -> bool:
        """Whether a certificate or a source of shared data may stand in for the paper."""
        return self.is_fetched or bool(self.licence_type or self.obtainable_by_sharing)


class MaterialVerdict(Fact, frozen=True):
    """What an officer found about one material; signed as part of an act."""

    material: str
    state: MaterialState
    originals: Integer
    copies: Integer
    failed_checks: tuple[str, ...]
