"""Refusals: the rules say no, and why.

A `code` is permanent: it is stored, signed in notices and keyed on by `webui.labels`, which holds
the sentence an officer reads. The message of the exception is for the log.
"""

from typing import ClassVar


class CaseworkError(Exception):
    """What the rules do not allow."""

    code: ClassVar[str] = "E_RULE"


class UnknownCaseError(CaseworkError):
    code = "E_CASE_UNKNOWN"


class ActNotOpenError(CaseworkError):
    code = "E_ACT_NOT_OPEN"


class NotPenHolderError(CaseworkError):
    code = "E_PEN"


class CaseFrozenError(CaseworkError):
    code = "E_CASE_FROZEN"


class CaseHeldError(CaseworkError):
    code = "E_CASE_HELD"


class CaseMovedOnError(CaseworkError):
    """The officer saw an older state of the case than the one that stands."""

    code = "E_CASE_MOVED_ON"


class WrongNodeError(CaseworkError):
    code = "E_WRONG_NODE"


class OfficerNotHereError(CaseworkError):
    code = "E_OFFICER_NOT_HERE"


class OfficerNotTrainedError(CaseworkError):
    code = "E_OFFICER_NOT_TRAINED"


class OfficerEndedError(CaseworkError):
    code = "E_OFFICER_ENDED"


class RoleMissingError(CaseworkError):
    code = "E_ROLE"


class DepartmentMismatchError(CaseworkError):
    code = "E_DEPARTMENT"


class PersonalPowerMissingError(CaseworkError):
    code = "E_PERSONAL_POWER"


class NotDelegatedError(CaseworkError):
    code = "E_NOT_DELEGATED"


class WrongDelegationError(CaseworkError):
    code = "E_DELEGATION_CITED"


class DelegationRevokedError(CaseworkError):
    code = "E_DELEGATION_REVOKED"


class SeparateAcceptorError(CaseworkError):
    code = "E_SEPARATE_ACCEPTOR"


class TwoPersonError(CaseworkError):
    code = "E_TWO_PERSON"


class QuotaExhaustedError(CaseworkError):
    code = "E_QUOTA"


class LeaseEndedError(CaseworkError):
    code = "E_LEASE_ENDED"


class StillInReachError(CaseworkError):
    """The lease of the pen-holder, or of its parent, has not ended: it is asked for the pen."""

    code = "E_IN_REACH"


class ReclaimGroundError(CaseworkError):
    """No refused entry or verdict of this case that is still to be answered by a reclaim."""

    code = "E_RECLAIM_GROUND"


class ClockSuspectError(CaseworkError):
    code = "E_CLOCK_SUSPECT"


class SetsNotHeldError(CaseworkError):
    """The county announced a newer set of powers than the node has fetched."""

    code = "E_SETS_BEHIND"


class MatterVersionError(CaseworkError):
    code = "E_MATTER_VERSION"


class FactsError(CaseworkError):
    """What an act says of the application is not what the application said."""

    code = "E_FACTS"


class ActWordsError(CaseworkError):
    """A text of the act is too long for any screen, or breaks the line."""

    code = "E_ACT_WORDS"


class MaterialsIncompleteError(CaseworkError):
    code = "E_MATERIALS"


class DeferralNotAllowedError(CaseworkError):
    code = "E_DEFERRAL"


class NothingDeficientError(CaseworkError):
    code = "E_NOTHING_DEFICIENT"


class GroundsMissingError(CaseworkError):
    code = "E_GROUNDS"


class ConditionsNotMetError(CaseworkError):
    code = "E_CONDITIONS"


class NotInstantError(CaseworkError):
    code = "E_NOT_INSTANT"


class PausesNotAllowedError(CaseworkError):
    code = "E_NO_PAUSE"


class DateOrderError(CaseworkError):
    code = "E_DATE_ORDER"


class DeemedAcceptedError(CaseworkError):
    """Silence became acceptance; an answer to the receipt comes too late to count."""

    code = "E_DEEMED_ACCEPTED"


class NoticeStillOpenError(CaseworkError):
    """The time to answer the receipt has not passed, or a day of it is provisional."""

    code = "E_NOTICE_OPEN"


class TimeNotOverError(CaseworkError):
    """What was promised may still come: the last day has not passed."""

    code = "E_TIME_NOT_OVER"


class MaterialsNotJudgedError(CaseworkError):
    """The department has not told the window what it thinks of the papers."""

    code = "E_MATERIALS_NOT_JUDGED"


class StillAwaitedError(CaseworkError):
    """A special procedure is under way, or papers asked for may still come."""

    code = "E_STILL_AWAITED"


class ProcedureUnknownError(CaseworkError):
    code = "E_PROCEDURE"


class StepUnknownError(CaseworkError):
    code = "E_STEP"


class ApprovalMissingError(CaseworkError):
    """The act needs the agreement of another person in a position that may give it."""

    code = "E_APPROVAL"


class SecondNoticeError(CaseworkError):
    """Everything was to be told at once: more takes a reason and a supervisor."""

    code = "E_SECOND_NOTICE"


class ExtensionError(CaseworkError):
    """The matter allows none, none longer, none again, or it comes too late."""

    code = "E_EXTENSION"


class NotForwardedError(CaseworkError):
    code = "E_NOT_FORWARDED"


class NoDecisionError(CaseworkError):
    """There is no decision that stands."""

    code = "E_NO_DECISION"


class DuplicateError(CaseworkError):
    """The same application is under way elsewhere, and nobody has resolved it."""

    code = "E_DUPLICATE"


class NotDuplicateError(CaseworkError):
    code = "E_NOT_DUPLICATE"


class FeeError(CaseworkError):
    code = "E_FEE"


class SubstituteError(CaseworkError):
    """Nobody gave this officer the authority to stand in for that one on this day."""

    code = "E_SUBSTITUTE"


class VoucherError(CaseworkError):
    """A case is begun anew only from a receipt that holds, for what that receipt says."""

    code = "E_VOUCHER"


class VoucherMaterialsError(CaseworkError):
    """The papers named are not those that the receipt attests."""

    code = "E_VOUCHER_MATERIALS"


class WrongCounterError(CaseworkError):
    code = "E_WRONG_COUNTER"


class PenDestinationError(CaseworkError):
    code = "E_PEN_DESTINATION"


class ReleaseAskedError(CaseworkError):
    """The holder has been asked for the pen since it got it."""

    code = "E_RELEASE_ASKED"


class DepositTakenError(CaseworkError):
    code = "E_DEPOSIT_TAKEN"


class QuestionError(CaseworkError):
    """A question to oneself, to another county, or in somebody else's name."""

    code = "E_QUESTION"


class AnswerError(CaseworkError):
    """Nothing of the kind is asked of this node, or it was answered already."""

    code = "E_ANSWER"


class PickupError(CaseworkError):
    """Papers that do not lie there, were called for already, or are not this node's to hand out."""

    code = "E_PICKUP"


class PartMissingError(CaseworkError):
    """An act that must carry a document or a statement came without it."""

    code = "E_PART_MISSING"


class NumberError(CaseworkError):
    code = "E_NUMBER"


class NumbersExhaustedError(CaseworkError):
    code = "E_NUMBERS_EXHAUSTED"


class EntriesExhaustedError(CaseworkError):
    code = "E_ENTRIES_MAX"
