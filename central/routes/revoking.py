"""Taking a record back: what that would touch is told first, and it goes the short way."""

from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template
from msgspec import Struct

from casework.delegation import Delegation, Revocation, RevocationMode
from casework.delegation_file import Instrument
from casework.names import DelegationId
from casework.proposal import NOTE_CHARS_MAX, NOTE_CHARS_MIN, ProposalError
from central.routes.access import Services, officer_of, services
from central.routes.delegations import EDITING_ROLES
from central.routes.fault_words import obstacles
from central.routes.grant_form import NEW_INSTRUMENT, read_instrument
from central.routes.grant_words import GrantWords
from central.store.verdicts import decided_since
from central.words import word
from webui import filters
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, redirect

_UNPROCESSABLE: Final = 422
_SECTION: Final = "grant_form"


class Wanted(Struct, frozen=True):
    revocation: Revocation
    added: Instrument | None


@get("/delegations/revoke", guards=[require_role(*EDITING_ROLES)])
async def ask(request: Request[Any, Any, Any], record: str = "") -> Template:
    use = services(request)
    now = use.clock.now().astimezone(use.trust.holdings.calendar.tz)
    begun = {
        "record": record,
        "mode": RevocationMode.PROSPECTIVE,
        "since": filters.day(now.date()),
        "time": f"{now:%H:%M}",
    }
    return await _page(request, _record(use, record), Form.of(begun))


@post("/delegations/revoke", guards=[require_role(*EDITING_ROLES)], status_code=303)
async def revoke(request: Request[Any, Any, Any]) -> Response[Any] | Template:
    """First what it would do; with `confirmed` the proposal, submitted at once."""
    use, form = services(request), await read_form(request)
    record = _record(use, form.typed("record"))
    wanted = _read(use, form, record, await _instruments(use))
    if wanted is None:
        return await _page(request, record, form, status_code=_UNPROCESSABLE)
    if not form.flag("confirmed"):
        count = await decided_since(use.database, record.id, wanted.revocation.since)
        told = word("revoke_consequence", wanted.revocation.mode, count=count)
        return await _page(request, record, form, consequence=told, status_code=200)
    words, names = GrantWords(use), use.review.names
    title = word(
        _SECTION,
        "revoke_title",
        id=record.id,
        node=names.short_place(record.grantee),
        matter=words.matter(record.matter),
    )
    try:
        proposal = await use.delegations.revoke(
            title, wanted.revocation, wanted.added, officer_of(request)
        )
    except ProposalError as error:
        found = obstacles(error, words, names, names.delegations.get)
        problem = "；".join(f"{one.place}　{one.reason}".strip() for one in found)
        return await _page(request, record, form, problem=problem, status_code=_UNPROCESSABLE)
    return redirect(request, f"/proposals/{proposal.id}", done="submit")


def _record(use: Services, record: str) -> Delegation:
    found = use.review.names.delegation(DelegationId(record))
    if found is None:
        raise NotFoundException(record)
    return found


async def _instruments(use: Services) -> dict[str, Instrument]:
    listed = (await use.proposals.loaded()).delegations.instruments
    return {one.id: one for one in sorted(listed, key=lambda one: one.signed_on, reverse=True)}


def _read(
    use: Services, form: Form, record: Delegation, instruments: dict[str, Instrument]
) -> Wanted | None:
    mode = form.choice("mode", list(RevocationMode), label=word(_SECTION, "mode"), required=True)
    reason = form.text(
        "reason",
        label=word(_SECTION, "reason"),
        required=True,
        length_min=NOTE_CHARS_MIN,
        length_max=NOTE_CHARS_MAX,
    )
    since = _since(use, form, record)
    instrument, added = read_instrument(form, instruments)
    if form.errors or mode is None or since is None:
        return None
    revocation = Revocation("", record.id, RevocationMode(mode), since, reason, instrument)
    return Wanted(revocation, added)


def _since(use: Services, form: Form, record: Delegation) -> datetime | None:
    day = form.day("since", label=word(_SECTION, "since"), required=True)
    time = form.text("time", label=word(_SECTION, "time"), required=True, length_max=5)
    if day is None or not time:
        return None
    if day < record.not_before:
        first = filters.day(record.not_before)
        form.errors.add("since", word(_SECTION, "before_record", first=first))
    try:
        at = datetime.fromisoformat(f"{day.isoformat()}T{time}")
    except ValueError:
        form.errors.add("time", word(_SECTION, "bad_time"))
        return None
    return at.replace(tzinfo=use.trust.holdings.calendar.tz)


async def _page(  # noqa: PLR0913 - what the page says, each by its name
    request: Request[Any, Any, Any],
    record: Delegation,
    form: Form,
    *,
    consequence: str = "",
    problem: str = "",
    status_code: int = 200,
) -> Template:
    use = services(request)
    words = GrantWords(use)
    instruments = await _instruments(use)
    return await page(
        request,
        "delegations/revoke.html",
        record=record,
        node=use.review.names.node(record.grantee),
        matter=words.matter(record.matter),
        members=list(words.members(record).items()),
        form=form,
        modes=[(one.value, word("revocation_mode", one)) for one in RevocationMode],
        instruments=[
            *((one.id, f"{one.number} {one.title}") for one in instruments.values()),
            (NEW_INSTRUMENT, word(_SECTION, "instrument_new")),
        ],
        consequence=consequence,
        problem=problem,
        status_code=status_code,
    )


ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (ask, revoke)
