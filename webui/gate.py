"""The gate that every request passes: host, session, form token, and the headers on the way out.

Handlers say what they are with `opt`: `public` needs no sign-in; `machine` is for other programs
and has neither session nor form token (it must authenticate by itself); `background` is a poll,
which must not keep an abandoned session alive.
"""

import hmac
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import RequestEncodingType, ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from msgspec import Struct

from webui.chrome import Officer
from webui.errors import CsrfError, HostError, SignedOutError
from webui.responses import redirect_to
from webui.session import SESSION_FOR, LiveSession, NewSession, RandomBytes, SignIn

FindOfficer = Callable[[str], Awaitable[Officer | None]]
# The code that says why an account does not work; None if it does.
WhyBarred = Callable[[str], Awaitable[str | None]]
Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]

SIGN_IN_URL: Final = "/sign-in"
PASSWORD_URL: Final = "/password"  # noqa: S105 - an address
CSRF_FIELD: Final = "csrf_token"
CSRF_HEADER: Final = "x-csrf-token"

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_NEXT_LENGTH_MAX: Final = 512
_FORM_TYPES: Final = frozenset({RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART})
_ANONYMOUS_TOKEN_BYTES: Final = 32

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; frame-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), usb=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class GateSettings(Struct, frozen=True, kw_only=True):
    """`hosts` are the names (without port) by which browsers may call this node."""

    node: str
    hosts: frozenset[str]
    # False only for plain HTTP on loopback.
    secure: bool

    @property
    def session_cookie(self) -> str:
        """One name per node: cookies do not tell the ports of 127.0.0.1 apart."""
        return f"{self._prefix}tongban-{self.node}"

    @property
    def anonymous_cookie(self) -> str:
        return f"{self._prefix}tongban-form-{self.node}"

    @property
    def _prefix(self) -> str:
        return "__Host-" if self.secure else ""

    def cookie(self, key: str, value: str, *, lives_seconds: int) -> Cookie:
        return Cookie(
            key=key,
            value=value,
            path="/",
            max_age=lives_seconds,
            httponly=True,
            secure=self.secure,
            samesite="strict",
        )


class Gate(ASGIMiddleware):
    """Puts `officer`, `session`, `csrf_token` on the request's state, or stops the request."""

    scopes = (ScopeType.HTTP,)

    def __init__(
        self,
        *,
        settings: GateSettings,
        sign_in: SignIn,
        find_officer: FindOfficer,
        clock: Callable[[], datetime],
        random_bytes: RandomBytes,
    ) -> None:
        self._settings = settings
        self._sign_in = sign_in
        self._find_officer = find_officer
        self._clock = clock
        self._random_bytes = random_bytes

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        request: Request[Any, Any, Any] = scope["litestar_app"].request_class(scope, receive, send)
        options = request.route_handler.opt
        request.state.officer = None
        request.state.acting_for = None
        request.state.session = None
        request.state.csrf_token = ""
        # (1) The host is one of ours, so a rebound name cannot read this node.
        if host_of(request) not in self._settings.hosts:
            raise HostError(f"host {host_of(request)!r}")
        if options.get("machine"):
            await next_app(scope, receive, send)
            return
        # (2) The session, if the cookie names one that is alive.
        live = await self._find_session(request, keep_alive=not options.get("background"))
        if live is not None:
            request.state.session = live
            request.state.officer = await self._find_officer(live.record.officer)
            request.state.acting_for = live.record.acting_for
        known = live is not None and request.state.officer is not None
        fresh = self._form_token(request, live)
        # (3) Whatever changes something carries the token of this very session.
        if request.method not in _SAFE_METHODS:
            if not known and not options.get("public"):
                raise SignedOutError(request.url.path)
            await check_form_token(request)
        # (4) The rest is for officers, who first replace a password somebody else chose.
        if not options.get("public"):
            if live is None or not known:
                await self._ask_to_sign_in(request, scope, receive, send)
                return
            if live.must_change and not options.get("before_change"):
                await redirect_to(request, PASSWORD_URL)(scope, receive, send)
                return
        await next_app(scope, receive, self._with_cookie(send, fresh))

    async def _find_session(
        self, request: Request[Any, Any, Any], *, keep_alive: bool
    ) -> LiveSession | None:
        session_id = request.cookies.get(self._settings.session_cookie)
        if not session_id:
            return None
        return await self._sign_in.find(session_id, self._clock(), keep_alive=keep_alive)

    def _form_token(
        self, request: Request[Any, Any, Any], live: LiveSession | None
    ) -> Cookie | None:
        """Set the token forms must carry; of a visitor, the same value as a strict cookie's."""
        if live is not None:
            request.state.csrf_token = live.csrf_token
            return None
        settings = self._settings
        held = request.cookies.get(settings.anonymous_cookie, "")
        if len(held) == _ANONYMOUS_TOKEN_BYTES * 2:
            request.state.csrf_token = held
            return None
        token = self._random_bytes(_ANONYMOUS_TOKEN_BYTES).hex()
        request.state.csrf_token = token
        lives_seconds = int(SESSION_FOR.total_seconds())
        return settings.cookie(settings.anonymous_cookie, token, lives_seconds=lives_seconds)

    async def _ask_to_sign_in(
        self, request: Request[Any, Any, Any], scope: Scope, receive: Receive, send: Send
    ) -> None:
        # A poll or fragment must not swap the sign-in page into the middle of a form.
        if request.headers.get("hx-request") == "true":
            raise SignedOutError(request.url.path)
        path = request.url.path
        if request.url.query:
            path = f"{path}?{request.url.query}"
        await redirect_to(request, SIGN_IN_URL, next=path)(scope, receive, send)

    def _with_cookie(self, send: Send, cookie: Cookie | None) -> Send:
        if cookie is None:
            return send

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                headers.add("set-cookie", cookie.to_header(header=""))
            await send(message)

        return send_with_cookie


def session_cookie(settings: GateSettings, new: NewSession) -> Cookie:
    lives_seconds = int(SESSION_FOR.total_seconds())
    return settings.cookie(settings.session_cookie, new.id, lives_seconds=lives_seconds)


def ended_cookie(settings: GateSettings) -> Cookie:
    return settings.cookie(settings.session_cookie, "", lives_seconds=0)


async def check_form_token(request: Request[Any, Any, Any]) -> None:
    """Raise CsrfError unless the header or the form field holds the token of this session."""
    given = request.headers.get(CSRF_HEADER)
    if not given and request.content_type[0] in _FORM_TYPES:
        field = (await request.form()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    expected: str = request.state.csrf_token
    if not given or not hmac.compare_digest(given.encode(), expected.encode()):
        raise CsrfError(request.url.path)


async def add_headers(message: Message, scope: Scope) -> None:
    """A `before_send` hook; a response that sets one of these headers itself keeps its own."""
    if message["type"] == "http.response.start" and scope["type"] == ScopeType.HTTP:
        headers = MutableScopeHeaders.from_message(message)
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)


def require_role(*roles: str) -> Guard:
    """A guard that lets an officer with any of these roles through."""
    wanted = frozenset(roles)

    def has_role(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        officer: Officer | None = getattr(connection.state, "officer", None)
        if officer is None or wanted.isdisjoint(officer.roles):
            raise PermissionDeniedException(f"needs one of {sorted(wanted)}")

    return has_role


def signed_in(request: Request[Any, Any, Any]) -> Officer:
    """The officer of a handler that is not public."""
    officer: Officer | None = request.state.officer
    assert officer is not None, "the gate lets nobody else reach a handler that is not public"
    return officer


def local_url(text: str | None, otherwise: str = "/") -> str:
    """The address if it is a path of this node, else `otherwise`: redirects never leave."""
    if not text or len(text) > _NEXT_LENGTH_MAX or not text.isprintable() or "\\" in text:
        return otherwise
    try:
        parts = urlsplit(text)
    except ValueError:
        return otherwise
    if parts.scheme or parts.netloc or not text.startswith("/") or text.startswith("//"):
        return otherwise
    return text


def host_of(request: Request[Any, Any, Any]) -> str:
    """The host header without its port, lower-case."""
    host = request.headers.get("host", "").lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
