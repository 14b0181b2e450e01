"""A matter that can be applied for, as one published version of the catalogue describes it.

A case is bound to one version for life: `MatterRef` names it in every entry.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final

from casework.condition import COMMITMENT_FACT, Condition, Facts, holds
from casework.fact import Fact, Integer
from casework.form_field import FormField
from casework.limits import Limit
from casework.material import MaterialRequirement
from casework.names import DepartmentId, MatterId, NodeId, OfficerId, Tier


class MatterRef(Fact, frozen=True, order=True):
    """A matter in one of its versions."""

    matter: MatterId
    version: Integer


class MatterStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class MatterType(StrEnum):
    """GB/T 39046-2020, table A.1."""

    POWER = "00"
    LICENCE = "01"
    PENALTY = "02"
    COERCION = "03"
    LEVY = "04"
    BENEFIT = "05"
    INSPECTION = "06"
    CONFIRMATION = "07"
    AWARD = "08"
    RULING = "09"
    OTHER = "10"
    PUBLIC_SERVICE = "20"


class CaseKind(StrEnum):
    INSTANT = "instant"
    PROMISED = "promised"
    FORWARDED = "forwarded"
    JOINT = "joint"


class HallMode(StrEnum):
    RESIDENT = "resident"
    REGISTER_ONLY = "register_only"
    INTERIM = "interim"
    OFF_HALL = "off_hall"


class Hall(Fact, frozen=True):
    """Where the matter is taken in; a matter off the hall has no window."""

    mode: HallMode
    subcentre: NodeId | None


class Limits(Fact, frozen=True):
    """Both limits; `statutory` is None where no law sets one, and the note says so."""

    statutory: Limit | None
    statutory_note: str | None
    promised: Limit


class ReceiptRule(StrEnum):
    """Which receipt counts in law."""

    ANY_ACCEPTING_NODE = "any_accepting_node"
    COUNTY_ONLY = "county_only"
    VILLAGE_COUNTS = "village_counts"
    MONTHLY_WINDOW = "monthly_window"
    BATCH_WINDOW = "batch_window"
    MIRRORED = "mirrored"


class Period(Fact, frozen=True, rename={"first": "from", "last": "to"}):
    """Days on which a batch is open, both ends inclusive."""

    first: date
    last: date


class ReceiptWindow(Fact, frozen=True):
    """The days of a month, or the periods, in which a matter is taken in."""

    day_from: int | None = None
    day_to: int | None = None
    periods: tuple[Period, ...] = ()


class LegalReceipt(Fact, frozen=True):
    rule: ReceiptRule
    text: str
    window: ReceiptWindow | None


class AcceptanceCondition(Fact, frozen=True):
    """A condition of acceptance: a question to the officer, or a rule a machine can test."""

    id: str
    text: str
    check: str
    rule: Condition | None


class Refusal(Fact, frozen=True):
    """A ground on which acceptance is refused."""

    id: str
    text: str


class Acceptance(Fact, frozen=True):
    scope: str
    conditions: tuple[AcceptanceCondition, ...]
    refusals: tuple[Refusal, ...]


class LegalBasis(Fact, frozen=True):
    id: str
    title: str
    number: str
    article: str
    gist: str
    certainty: str


class Scenario(Fact, frozen=True):
    """A variant of the matter; the first whose conditions hold applies."""

    id: str
    name: str
    when: tuple[Condition, ...]
    promised: Limit | None
    materials: tuple[str, ...] | None


class StepAct(StrEnum):
    ACCEPT = "accept"
    SURVEY = "survey"
    REVIEW_MEETING = "review_meeting"
    PUBLICITY = "publicity"
    FIRST_REVIEW = "first_review"
    CONSULT = "consult"
    REVIEW = "review"
    EXPERT_REVIEW = "expert_review"
    APPRAISAL = "appraisal"
    DECIDE = "decide"
    INSTANT = "instant"
    FORWARD = "forward"
    MIRROR = "mirror"
    ISSUE = "issue"


class Step(Fact, frozen=True):
    """A step; `unit` is a department, None the handling township or village."""

    seq: int
    name: str
    act: StepAct
    tier: str
    unit: DepartmentId | None
    position: str
    limit: Limit | None
    on_clock: bool
    parallel: str | None
    special: str | None
    criteria: tuple[str, ...]


class SpecialKind(StrEnum):
    SITE_VISIT = "site_visit"
    PUBLICITY = "publicity"
    HEARING = "hearing"
    EXPERT_REVIEW = "expert_review"
    APPRAISAL = "appraisal"
    INSPECTION = "inspection"
    DATA_CHECK = "data_check"
    CONSULTATION = "consultation"
    REVIEW_MEETING = "review_meeting"


class SpecialProcedure(Fact, frozen=True):
    """A special procedure; `limit` is its own promise, whether or not it pauses the clock."""

    id: str
    name: str
    kind: SpecialKind
    type_code: str
    limit: Limit
    pauses_clock: bool
    legal_basis: str
    approver: str
    reason: str


class Fee(Fact, frozen=True):
    name: str
    standard: str
    amount_yuan: int | None
    collect: str
    legal_basis: str
    exemptions: tuple[str, ...]


class Validity(Fact, frozen=True):
    kind: str
    years: int | None = None
    text: str | None = None


class Result(Fact, frozen=True):
    id: str
    name: str
    kind: str
    validity: Validity
    copies: int
    states: tuple[str, ...] = ()  # fields of the form that the paper repeats, by their keys


class Deferral(Fact, frozen=True):
    supply_within: Limit
    if_overdue: str


class CommitmentOffer(Fact, frozen=True):
    """The commitment that may replace a proof, and who may not make it."""

    text: str
    scenario: str | None
    excluded_if: str


class ExtensionRule(Fact, frozen=True):
    max: Limit
    times: int
    approver: str


class DeemedWhen(StrEnum):
    STATUTORY_EXPIRY = "statutory_expiry"
    LICENCE_EXPIRY = "licence_expiry"


class DeemedEffect(StrEnum):
    DEEMED_GRANTED = "deemed_granted"
    DEEMED_AGREED = "deemed_agreed"


class Deemed(Fact, frozen=True):
    """What silence amounts to, for the applications that `only_if` names; for all without it."""

    when: DeemedWhen
    effect: DeemedEffect
    text: str
    only_if: tuple[Condition, ...] = ()


class Supports(Fact, frozen=True):
    """What the matter allows beyond the plain path; None where it does not."""

    deferral: Deferral | None
    commitment: CommitmentOffer | None
    extension: ExtensionRule | None
    deemed: Deemed | None
    review_supplement_pauses: bool
    agent: bool
    batch: bool
    relative_declaration: bool
    home_visit: bool
    township_consultation: bool
    periodic_review_months: int | None
    apply_ahead_days: int | None


class Delegable(Fact, frozen=True):
    """The levels that may be given per kind of node; nobody entrusts further."""

    county_hall: tuple[str, ...]
    subcentre: tuple[str, ...]
    township: tuple[str, ...]
    village: tuple[str, ...]
    redelegable: bool


class Intermediary(Fact, frozen=True):
    """A service and the report it yields."""

    name: str
    material: str


class MatterVersion(Fact, frozen=True, kw_only=True):
    """One version of a matter, with everything the catalogue says of it."""

    id: MatterId
    version: int
    status: MatterStatus
    effective_from: date
    effective_until: date | None
    published_on: date | None
    drafted_by: OfficerId
    reviewed_by: OfficerId | None
    reference: str | None
    code_scheme: str
    catalog_code: str
    implementation_code: str
    handling_item_code: str | None
    name: str
    short_name: str
    matter_type: MatterType
    department: DepartmentId
    implementing_body: str
    window_category: int
    hall: Hall
    exercise_level: str
    case_kind: CaseKind
    service_objects: tuple[str, ...]
    handling_forms: tuple[str, ...]
    service_scope: str
    online_depth: int
    max_visits: int
    limits: Limits
    legal_receipt: LegalReceipt
    acceptance: Acceptance
    legal_basis: tuple[LegalBasis, ...]
    scenarios: tuple[Scenario, ...]
    steps: tuple[Step, ...]
    special_procedures: tuple[SpecialProcedure, ...]
    fees: tuple[Fee, ...]
    materials: tuple[MaterialRequirement, ...]
    form_fields: tuple[FormField, ...]
    results: tuple[Result, ...]
    supports: Supports
    delegable: Delegable
    intermediaries: tuple[Intermediary, ...]
    post_decision: str | None
    theme_bundles: tuple[str, ...]

    @property
    def ref(self) -> MatterRef:
        return MatterRef(self.id, self.version)

    @property
    def is_licence(self) -> bool:
        return self.matter_type is MatterType.LICENCE

    @property
    def is_instant(self) -> bool:
        return self.case_kind is CaseKind.INSTANT

    def material(self, material: str) -> MaterialRequirement | None:
        return next((one for one in self.materials if one.id == material), None)

    def special(self, procedure: str) -> SpecialProcedure | None:
        return next((one for one in self.special_procedures if one.id == procedure), None)

    def step(self, seq: int) -> Step | None:
        return next((one for one in self.steps if one.seq == seq), None)


def in_force(matter: MatterVersion, on: date) -> bool:
    """Whether a version applies on a day; a draft never does, nor what ended without a day."""
    if matter.status is MatterStatus.DRAFT or on < matter.effective_from:
        return False
    if matter.effective_until is None:
        return matter.status is not MatterStatus.RETIRED
    return on <= matter.effective_until


def effective_on(matters: Iterable[MatterVersion], on: date) -> tuple[MatterVersion, ...]:
    """The versions in force on a day, in the order given."""
    return tuple(matter for matter in matters if in_force(matter, on))


def version_on(
    matters: Iterable[MatterVersion], matter: MatterId, on: date
) -> MatterVersion | None:
    """The version of one matter that is in force on a day: at most one is."""
    return next((one for one in matters if one.id == matter and in_force(one, on)), None)


def scenario_for(matter: MatterVersion, facts: Facts) -> Scenario | None:
    """The scenario that applies: the first whose conditions all hold.

    Nobody is bound to commit themselves: who will not is not dealt with as if they had.
    """
    offer = matter.supports.commitment
    declined = offer.scenario if offer and facts.get(COMMITMENT_FACT) is False else None
    fitting = (one for one in matter.scenarios if one.id != declined and holds(one.when, facts))
    return next(fitting, None)


def commitment_offered(matter: MatterVersion, facts: Facts) -> CommitmentOffer | None:
    """The commitment that this application may be made under, whether or not it is."""
    offer = matter.supports.commitment
    if offer is None or offer.scenario is None:
        return offer
    named = (one for one in matter.scenarios if one.id == offer.scenario)
    return offer if any(holds(one.when, facts) for one in named) else None


def commits(matter: MatterVersion, facts: Facts) -> bool:
    """Whether the applicant made the commitment that the matter offers them."""
    made = facts.get(COMMITMENT_FACT) is True
    return made and commitment_offered(matter, facts) is not None


def goes_by_commitment(matter: MatterVersion, facts: Facts) -> bool:
    """Whether an application is made on the applicant's word: a commitment is to be signed.

    The situation that a commitment brings about tells it as well, where nobody was asked.
    """
    offer = matter.supports.commitment
    scenario = scenario_for(matter, facts)
    named = offer.scenario if offer is not None else None
    by_situation = named is not None and scenario is not None and scenario.id == named
    return by_situation or commits(matter, facts)


def promised_limit(matter: MatterVersion, facts: Facts) -> Limit:
    """The promised limit of the scenario that applies, or else of the matter."""
    scenario = scenario_for(matter, facts)
    if scenario is not None and scenario.promised is not None:
        return scenario.promised
    return matter.limits.promised


# What a township or a village does with a case before the county reviews it.
_FIRST: Final = frozenset(
    {
        *(StepAct.SURVEY, StepAct.REVIEW_MEETING, StepAct.PUBLICITY),
        *(StepAct.FIRST_REVIEW, StepAct.CONSULT, StepAct.REVIEW),
    }
)


def reviews_first(matter: MatterVersion, tier: Tier) -> bool:
    """Whether a node of a tier has steps of the review to do before it hands the case on."""
    return any(step.act in _FIRST and step.tier == tier.value for step in matter.steps)
