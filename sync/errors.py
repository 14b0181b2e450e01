"""What can be wrong with bytes that arrived, and the one thing that is nobody's fault.

A `code` is permanent: it is stored beside what was set aside and keyed on by screens. `then` says
what a receiver does next (protocol.md section 5); nothing else may decide it.
"""

from enum import StrEnum
from typing import ClassVar


class Then(StrEnum):
    """What becomes of a message that failed a check."""

    WANTED = "wanted"  # set aside, and wanted again once per contact
    KEPT = "kept"  # set aside, and tried again here after every directory change
    STOPPED = "stopped"  # kept as evidence; the log ends before it; alarm
    COUNTED = "counted"  # genuine: it takes its number, and the county answers
    REFUSED = "refused"  # outside any log: nothing is kept but the audit row


class EnvelopeError(Exception):
    """These bytes must not be believed, or not be acted upon."""

    code: ClassVar[str] = "E_ENVELOPE"
    then: ClassVar[Then] = Then.WANTED


class OversizeError(EnvelopeError):
    code = "E_SIZE"


class MalformedEnvelopeError(EnvelopeError):
    code = "E_ENVELOPE"


class UnknownKeyError(EnvelopeError):
    code = "E_KEY_UNKNOWN"
    then = Then.KEPT


class RevokedKeyError(EnvelopeError):
    """The log had ended before this position."""

    code = "E_KEY_REVOKED"
    then = Then.KEPT


class BadSignatureError(EnvelopeError):
    code = "E_SIGNATURE"


class WrongSenderError(EnvelopeError):
    """Genuine, perhaps, but not this key's to say or not this neighbour's to bring."""

    code = "E_SENDER"
    then = Then.KEPT


class PartError(EnvelopeError):
    """A small part is absent, or its bytes are not those that the body names."""

    code = "E_PART"


class ForkError(EnvelopeError):
    """Two different messages, or heads, claim one place."""

    code = "E_FORK"
    then = Then.STOPPED


class DigestError(EnvelopeError):
    """The messages of a frame do not add up to the head that was signed for them."""

    code = "E_DIGEST"
    then = Then.REFUSED


class BodyError(EnvelopeError):
    code = "E_BODY"
    then = Then.COUNTED


class WrongTypeError(EnvelopeError):
    """This kind does not belong to this lane, or not to an author of this tier."""

    code = "E_TYPE"
    then = Then.COUNTED


class KeyWindowError(EnvelopeError):
    code = "E_KEY_WINDOW"
    then = Then.COUNTED


class TrustRollbackError(EnvelopeError):
    """A log went back behind trust versions that it had already shown."""

    code = "E_TRUST_ROLLBACK"
    then = Then.COUNTED


class OfficerError(EnvelopeError):
    """The author may not speak for the officer or the office it names."""

    code = "E_OFFICER"
    then = Then.COUNTED


class WeakKeyError(EnvelopeError):
    """A public key that is no point, no canonical one, or one of small order."""

    code = "E_KEY_WEAK"
    then = Then.KEPT


class SealError(EnvelopeError):
    """Sealed to another node's key, or changed since it was sealed."""

    code = "E_SEAL"
    then = Then.REFUSED


class VaultError(Exception):
    """What lies in a laptop's vault is closed by another key, or is not what was put there."""

    code: ClassVar[str] = "E_VAULT"


class SetFormError(EnvelopeError):
    code = "E_SET_FORM"
    then = Then.REFUSED


class SetThresholdError(EnvelopeError):
    """Fewer keys of the set's role signed than the root asks for."""

    code = "E_SET_THRESHOLD"
    then = Then.REFUSED


class SetRollbackError(EnvelopeError):
    code = "E_SET_ROLLBACK"
    then = Then.REFUSED


class SetForkError(EnvelopeError):
    """The version that is held, with other content: alarm, and final decisions stop."""

    code = "E_SET_FORK"
    then = Then.REFUSED


class EnrolmentError(EnvelopeError):
    code = "E_ENROLMENT"
    then = Then.REFUSED


class LinkDownError(Exception):
    """Nobody is at fault: keep the message, try later, say so in the status bar."""

    code: ClassVar[str] = "E_LINK_DOWN"
