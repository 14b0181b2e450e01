"""The pages every tier has: signing in and out, and changing one's password."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from webui import labels
from webui.errors import (
    AccountBarredError,
    PasswordBusyError,
    PasswordWeakError,
    SignInLockedError,
    SignInRefusedError,
)
from webui.forms import Form, read_form
from webui.gate import (
    PASSWORD_URL,
    SIGN_IN_URL,
    GateSettings,
    WhyBarred,
    ended_cookie,
    local_url,
    session_cookie,
    signed_in,
)
from webui.responses import page, redirect
from webui.session import LOGIN_LENGTH_MAX, PASSWORD_LENGTH_MAX, NewSession, SignIn

_UNPROCESSABLE: Final = 422
Request_ = Request[Any, Any, Any]


def session_routes(
    *,
    settings: GateSettings,
    sign_in: SignIn,
    why_barred: WhyBarred,
    clock: Callable[[], datetime],
) -> Sequence[HTTPRouteHandler]:
    """`/sign-in`, `/sign-out`, `/lock`, `/password`, `/session/token`."""
    return (
        *_sign_in_routes(settings, sign_in, why_barred, clock),
        *_password_routes(settings, sign_in, clock),
        _token_route(),
    )


def _sign_in_routes(
    settings: GateSettings, sign_in: SignIn, why_barred: WhyBarred, clock: Callable[[], datetime]
) -> Sequence[HTTPRouteHandler]:
    @get(SIGN_IN_URL, opt={"public": True}, name="sign_in")
    async def show(request: Request_) -> Response[Any]:
        onward = local_url(request.query_params.get("next"))
        if request.state.officer is not None:
            return redirect(request, onward)
        return await _sign_in_page(request, Form(), onward)

    @post(SIGN_IN_URL, opt={"public": True}, status_code=303)
    async def enter(request: Request_) -> Response[Any]:
        form = await read_form(request)
        onward = local_url(form.typed("next"))
        login = form.text("login", label=labels.LOGIN, required=True, length_max=LOGIN_LENGTH_MAX)
        password = form.password("password", label=labels.PASSWORD, length_max=PASSWORD_LENGTH_MAX)
        if form.errors:
            return await _sign_in_page(request, form, onward, _UNPROCESSABLE)
        try:
            new = await _opened(sign_in, why_barred, login, password, clock())
        except (SignInRefusedError, SignInLockedError, PasswordBusyError) as refused:
            form.errors.add("login", labels.error_text(refused.code))
            return await _sign_in_page(request, form, onward, refused.status_code)
        # A session this browser had before ends here: its id is not carried over.
        if request.state.session is not None:
            await sign_in.sign_out(request.cookies[settings.session_cookie])
        response = redirect(request, PASSWORD_URL if new.must_change else onward)
        response.set_cookie(session_cookie(settings, new))
        return response

    return (show, enter, *_leaving_routes(settings, sign_in, clock))


def _leaving_routes(
    settings: GateSettings, sign_in: SignIn, clock: Callable[[], datetime]
) -> Sequence[HTTPRouteHandler]:
    @post("/sign-out", opt={"before_change": True}, status_code=303)
    async def leave(request: Request_) -> Response[Any]:
        await sign_in.sign_out(request.cookies[settings.session_cookie])
        response = redirect(request, SIGN_IN_URL)
        response.set_cookie(ended_cookie(settings))
        return response

    @post("/lock", opt={"before_change": True}, status_code=303)
    async def lock(request: Request_) -> Response[Any]:
        """As signing out, and back to this page: who locks a screen comes back to it."""
        await sign_in.sign_out(request.cookies[settings.session_cookie])
        onward = local_url(_path_of(request.headers.get("referer")))
        response = redirect(request, SIGN_IN_URL, next=onward, locked="1")
        response.set_cookie(ended_cookie(settings))
        return response

    @post("/acting-for", status_code=303)
    async def act_for(request: Request_) -> Response[Any]:
        """Go on in another's stead; whether that may be, the node asks at every act."""
        typed = (await read_form(request)).typed("acting_for")[:LOGIN_LENGTH_MAX]
        new = await sign_in.act_for(
            request.cookies[settings.session_cookie], typed or None, clock()
        )
        response = redirect(request, local_url(_path_of(request.headers.get("referer"))))
        if new is not None:
            response.set_cookie(session_cookie(settings, new))
        return response

    return (leave, lock, act_for)


async def _opened(
    sign_in: SignIn, why_barred: WhyBarred, login: str, password: str, now: datetime
) -> NewSession:
    """A session of an account that works; why it does not is for whoever knows the password."""
    new = await sign_in.sign_in(login, password, now)
    if code := await why_barred(new.record.officer):
        await sign_in.sign_out(new.id)
        raise AccountBarredError(code)
    return new


def _path_of(referer: str | None) -> str | None:
    """The page the officer was on, without its host."""
    return urlsplit(referer).path if referer else None


def _password_routes(
    settings: GateSettings, sign_in: SignIn, clock: Callable[[], datetime]
) -> Sequence[HTTPRouteHandler]:
    @get(PASSWORD_URL, opt={"before_change": True})
    async def show(request: Request_) -> Response[Any]:
        return await _password_page(request, Form())

    @post(PASSWORD_URL, opt={"before_change": True}, status_code=303)
    async def change(request: Request_) -> Response[Any]:
        form = await read_form(request)
        current, new = _read_passwords(form)
        if form.errors:
            return await _password_page(request, form, _UNPROCESSABLE)
        officer = signed_in(request)
        try:
            session = await sign_in.change_password(
                officer.id, current=current, new=new, now=clock()
            )
        except PasswordWeakError as refused:
            form.errors.add("new_password", labels.error_text(refused.code))
            return await _password_page(request, form, refused.status_code)
        except (SignInRefusedError, SignInLockedError, PasswordBusyError) as refused:
            wrong = isinstance(refused, SignInRefusedError)
            text = labels.PASSWORD_WRONG if wrong else labels.error_text(refused.code)
            form.errors.add("password", text)
            return await _password_page(request, form, refused.status_code)
        response = redirect(request, "/")
        response.set_cookie(session_cookie(settings, session))
        return response

    return (show, change)


def _token_route() -> HTTPRouteHandler:
    @get("/session/token", opt={"public": True, "background": True}, sync_to_thread=False)
    def token(request: Request_) -> dict[str, str | bool]:
        """The form token of the session as it is: for a page left open across a sign-in."""
        return {
            "csrf_token": request.state.csrf_token,
            "signed_in": request.state.officer is not None,
        }

    return token


def _read_passwords(form: Form) -> tuple[str, str]:
    current = form.password("password", label=labels.PASSWORD, length_max=PASSWORD_LENGTH_MAX)
    new = form.password("new_password", label=labels.PASSWORD_NEW, length_max=PASSWORD_LENGTH_MAX)
    if form.typed("new_password_again") != new:
        form.errors.add("new_password_again", labels.PASSWORDS_DIFFER)
    if new and new == current:
        form.errors.add("new_password", labels.PASSWORD_SAME)
    return current, new


async def _sign_in_page(
    request: Request_, form: Form, onward: str, status_code: int = 200
) -> Template:
    return await page(
        request,
        "kit/sign_in.html",
        status_code=status_code,
        form=form,
        onward=onward,
        locked="locked" in request.query_params,
    )


async def _password_page(request: Request_, form: Form, status_code: int = 200) -> Template:
    return await page(
        request,
        "kit/password.html",
        status_code=status_code,
        form=form,
        must_change=request.state.session.must_change,
    )
