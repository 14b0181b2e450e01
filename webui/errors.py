"""Refusals that belong to the web, with permanent codes worded in `webui.labels`."""

from typing import ClassVar


class WebError(Exception):
    """Something a person asked of a page and does not get; `code` never changes."""

    code: ClassVar[str] = "E_WEB"
    status_code: ClassVar[int] = 400


class SignInRefusedError(WebError):
    """Unknown name, wrong password or disabled account: one answer for all three."""

    code = "E_SIGN_IN"
    status_code = 422


class AccountBarredError(SignInRefusedError):
    """The password is right and the account does not work: its code says why."""

    def __init__(self, code: str) -> None:
        self.code = code  # type: ignore[misc]
        super().__init__(code)


class SignInLockedError(WebError):
    code = "E_SIGN_IN_LOCKED"
    status_code = 422


class SignInLockedForGoodError(SignInLockedError):
    """Locked until a person unlocks it: a stolen laptop has all the time there is."""

    code = "E_SIGN_IN_LOCKED_FOR_GOOD"


class DraftSealedError(WebError):
    """What a draft holds is closed to whoever asks, or was changed where it lay."""

    code = "E_DRAFT_SEALED"
    status_code = 409


class PasswordBusyError(WebError):
    """More sign-ins are waiting than the machine can check in a reasonable time."""

    code = "E_BUSY"
    status_code = 503


class PasswordWeakError(WebError):
    code = "E_PASSWORD_WEAK"
    status_code = 422


class SignedOutError(WebError):
    code = "E_SIGNED_OUT"
    status_code = 401


class CsrfError(WebError):
    code = "E_CSRF"
    status_code = 403


class HostError(WebError):
    code = "E_HOST"
    status_code = 400


class PrintBusyError(WebError):
    """More people print guides than the machine can serve in a reasonable time."""

    code = "E_PRINT_BUSY"
    status_code = 503
