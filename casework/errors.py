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


class ClockSuspectError(CaseworkError):
    code = "E_CLOCK_SUSPECT"


class SetsNotHeldError(CaseworkError):
    """The county announced a newer set of powers than the node has fetched."""

    code = "E_SETS_BEHIND"


class MatterVersionError(CaseworkError):
    code = "E_MATTER_VERSION"


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


class WrongCounterError(CaseworkError):
    code = "E_WRONG_COUNTER"


class PenDestinationError(CaseworkError):
    code = "E_PEN_DESTINATION"


class DepositTakenError(CaseworkError):
    code = "E_DEPOSIT_TAKEN"


class PartMissingError(CaseworkError):
    """An act that must carry a document or a statement came without it."""

    code = "E_PART_MISSING"


class NumberError(CaseworkError):
    code = "E_NUMBER"


class NumbersExhaustedError(CaseworkError):
    code = "E_NUMBERS_EXHAUSTED"


class EntriesExhaustedError(CaseworkError):
    code = "E_ENTRIES_MAX"
