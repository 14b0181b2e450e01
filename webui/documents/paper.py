"""What a printed paper states: one frozen input for every kind.

A paper is told facts and lists; the sentences around them are rows of `templates/papers.toml`.
Nothing here reads a case: a tier's service fills a `Paper` from the case it has folded, so the same
paper can be printed again, byte for byte, from the same facts.
"""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct


class PaperKind(StrEnum):
    """Every kind that can be printed. The procedure uses these values; never change one."""

    COLLECTION_RECEIPT = "collection-receipt"
    ENTRUSTMENT = "entrustment"
    MATERIALS_RECEIPT = "materials-receipt"
    DEFICIENCY_NOTICE = "deficiency-notice"
    REFUSAL_OF_ACCEPTANCE = "refusal-of-acceptance"
    ACCEPTANCE_NOTICE = "acceptance-notice"
    SUPPLEMENT_RECEIPT = "supplement-receipt"
    REVIEW_DEFICIENCY_NOTICE = "review-deficiency-notice"
    REVIEW_SUPPLEMENT_RECEIPT = "review-supplement-receipt"
    GRANT = "grant"
    REFUSAL = "refusal"
    DEFERRAL_COMMITMENT = "deferral-commitment"
    DEFERRED_ACCEPTANCE_NOTICE = "deferred-acceptance-notice"
    DEFERRAL_SATISFIED = "deferral-satisfied"
    TRANSFER_SLIP = "transfer-slip"
    RESULT_HANDOVER = "result-handover"
    DELIVERY_RECEIPT = "delivery-receipt"
    RECLAIM_RECORD = "reclaim-record"
    DEEMED_ACCEPTANCE = "deemed-acceptance"
    WITHDRAWAL = "withdrawal"
    CLOSING_NOTICE = "closing-notice"
    INSTANT_RESULT = "instant-result"
    ONLINE_RECEIPT = "online-receipt"
    APPLICATION_RETURNED = "application-returned"
    SPECIAL_PROCEDURE_NOTICE = "special-procedure-notice"
    EXTENSION_NOTICE = "extension-notice"
    FORWARDING_SLIP = "forwarding-slip"
    DEFERRAL_LAPSED = "deferral-lapsed"
    TERMINATION_NOTICE = "termination-notice"
    CORRECTION = "correction"
    REVOCATION = "revocation"
    MERGER_NOTICE = "merger-notice"
    FEE_NOTICE = "fee-notice"
    COMMITMENT = "commitment"
    CONSULTATION_SHEET = "consultation-sheet"
    RENEWED_ACCEPTANCE = "renewed-acceptance"


class PaperParty(Struct, frozen=True, kw_only=True):
    """An applicant or an agent as the paper names them; mask before, where a mask is due."""

    name: str
    organisation: bool = False
    id_type: str = ""  # In words: 居民身份证.
    id_number: str = ""
    phone: str = ""


class Item(Struct, frozen=True, kw_only=True):
    """A line of a list of things: a material received, a result handed over, a paper delivered."""

    name: str
    form: str = ""  # In words: 原件, 复印件, 电子.
    originals: int = 0
    copies: int = 0
    number: str = ""  # The number printed on the thing itself.
    note: str = ""
    source: str = ""  # Where it is to be had, of a thing that is asked for.
    standard: str = ""  # What it must meet.


class Deficiency(Struct, frozen=True, kw_only=True):
    """One thing that is missing or wrong, and how the applicant mends it."""

    material: str
    fault: str
    remedy: str
    legal_basis: str = ""


class Place(Struct, frozen=True, kw_only=True):
    """Where the applicant goes next."""

    name: str
    address: str = ""
    hours: str = ""
    phone: str = ""


class Remedies(Struct, frozen=True, kw_only=True):
    """To whom an applicant may turn against the paper, and within what time."""

    reconsideration_body: str
    court: str
    reconsideration_days: int = 60
    litigation_months: int = 6


class Handover(Struct, frozen=True, kw_only=True):
    """From whose hands into whose the things on a slip go."""

    giver: str
    taker: str
    carrier: str = ""
    bag_number: str = ""
    seal_number: str = ""


class Query(Struct, frozen=True, kw_only=True):
    """What the QR holds, and the code to type where it cannot be read."""

    qr_text: str
    code: str = ""


class Paper(Struct, frozen=True, kw_only=True):
    """One paper to print. What a kind needs beyond the first group, its wording says."""

    kind: PaperKind
    matter_type: str  # 01 许可, 05 给付 …: the title and the wording follow it.
    matter_name: str
    issuer: str  # In whose name: of an entrusted power, the principal.
    applicant: PaperParty
    case_number: str
    issued_at: datetime

    online: bool = False  # The application came by the portal, by post or by telephone.
    office: str = ""  # The counter whose hands did the work.
    document_number: str = ""
    matter_code: str = ""
    agent: PaperParty | None = None
    signatory: str = ""
    acting_for: str = ""  # The officer stood in for: papers name both.
    approver: str = ""  # Who else agreed, where the act names one.

    received_at: datetime | None = None  # The receipt that the paper speaks of.
    accepted_on: date | None = None
    decided_on: date | None = None
    due_on: date | None = None  # The last day for what the paper announces.
    supply_by: date | None = None
    notice_due_on: date | None = None  # The last day to answer a receipt.
    limit: str = ""  # In words: 20个工作日.

    items: tuple[Item, ...] = ()
    deficiencies: tuple[Deficiency, ...] = ()
    outcome: tuple[str, ...] = ()  # What is decided, granted, undertaken.
    reasons: tuple[str, ...] = ()
    legal_basis: tuple[str, ...] = ()
    remedies: Remedies | None = None
    place: Place | None = None
    handover: Handover | None = None
    particulars: tuple[tuple[str, str], ...] = ()  # Further lines of the table: label, value.
    query: Query | None = None

    seal_picture: str = ""  # SVG of the organ's seal, where whoever prints may place it.
    final: bool = False  # Anything not in force bears a watermark and may have gaps.
    reprint: int = 0  # How many times it was printed before.
