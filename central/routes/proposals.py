"""Proposed changes: what is asked for, what stands in the way, and the second word."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Template

from casework.delegation import Delegation
from casework.names import DelegationId
from casework.proposal import (
    NOTE_CHARS_MAX,
    Changes,
    DelegationChanges,
    MatterChanges,
    Move,
    PeopleChanges,
    ProposalError,
    ProposalFault,
    ProposalKind,
    ProposalState,
    kind_of,
)
from central.routes.access import Services, officer_of, services
from central.routes.fault_words import Obstacle, obstacles
from central.routes.grant_words import ContentView, GrantWords
from central.routes.matter_review import matters_content, pass_finding
from central.routes.people_words import people_content
from central.services.lint_gate import OVERRIDING_ROLES, LintStandsError
from central.services.reach import ADMIN_ROLES
from central.store.proposals import Proposal
from central.words import sections, word
from sync.bodies import SetName
from sync.errors import EnvelopeError
from webui import labels
from webui.forms import Form, read_form
from webui.gate import require_role
from webui.responses import page, redirect

_UNPROCESSABLE: Final = 422
_POSTED: Final = frozenset({Move.SUBMIT, Move.WITHDRAW, Move.GIVE_BACK, Move.APPROVE})
_OPEN: Final = frozenset({ProposalState.DRAFT, ProposalState.RETURNED, ProposalState.SUBMITTED})


@get("/proposals", guards=[require_role(*ADMIN_ROLES)])
async def proposals(request: Request[Any, Any, Any]) -> Template:
    use = services(request)
    waiting = await use.proposals.waiting_for(officer_of(request))
    return await page(
        request,
        "proposals/list.html",
        listed=await use.proposals.store.newest(),
        waiting=frozenset(each.id for each in waiting),
        officer_name=use.review.names.officer,
        kind_word=lambda kind: word("proposal_kind", kind),
        state_word=lambda state: word("proposal_state", state),
    )


@get("/proposals/{proposal_id:str}", guards=[require_role(*ADMIN_ROLES)])
async def show(request: Request[Any, Any, Any], proposal_id: str) -> Template:
    done = request.query_params.get("done", "")
    told = sections()["proposal_done"].get(done, "")
    return await _page(request, await _found(request, proposal_id), done=told)


@post(
    "/proposals/{proposal_id:str}/findings/pass",
    guards=[require_role(*OVERRIDING_ROLES)],
    status_code=303,
)
async def let_pass(request: Request[Any, Any, Any], proposal_id: str) -> Response[Any] | Template:
    """The reviewer answers for a finding of the lint, before they approve."""
    held, form = await _found(request, proposal_id), await read_form(request)
    if kind_of(held.changes) is not ProposalKind.MATTERS:
        raise NotFoundException(proposal_id)
    problem = await pass_finding(services(request), form, officer_of(request), held)
    if not problem:
        return redirect(request, f"/proposals/{held.id}", done="pass_finding")
    return await _page(request, held, form=form, problem=problem, status_code=_UNPROCESSABLE)


@post(
    "/proposals/{proposal_id:str}/{move:str}", guards=[require_role(*ADMIN_ROLES)], status_code=303
)
async def make_move(
    request: Request[Any, Any, Any], proposal_id: str, move: str
) -> Response[Any] | Template:
    if move not in _POSTED:
        raise NotFoundException(move)
    desk, officer = services(request).proposals, officer_of(request)
    form = await read_form(request)
    held = await _found(request, proposal_id)
    edition = form.integer("edition", label="")
    note = form.long_text("note", label=word("proposal", "note"), length_max=NOTE_CHARS_MAX)
    problem = "；".join(message for _, message in form.errors.items())
    found: tuple[Obstacle, ...] = ()
    if not problem:
        try:
            if move == Move.APPROVE:
                approval = await desk.approve(held.id, officer, note, edition=edition)
                move = "approve_waits" if approval.waits_for_keys else move
            else:
                await desk.move(held.id, Move(move), officer, note, edition=edition)
        except ProposalError as error:
            problem = word("proposal_fault", error.code)
            found = await _obstacles(request, held, error)
        except LintStandsError:
            problem = word("proposal", "lint")
        except EnvelopeError as error:
            problem = labels.error_text(error.code)
        else:
            return redirect(request, f"/proposals/{held.id}", done=move)
    # As it stands now: somebody else may have moved it meanwhile.
    return await _page(
        request,
        await _found(request, proposal_id),
        form=form,
        problem=problem,
        found=found,
        status_code=_UNPROCESSABLE,
    )


async def _page(  # noqa: PLR0913 - what the page says, each by its name
    request: Request[Any, Any, Any],
    held: Proposal,
    *,
    form: Form | None = None,
    done: str = "",
    problem: str = "",
    found: tuple[Obstacle, ...] = (),
    status_code: int = 200,
) -> Template:
    use, officer = services(request), officer_of(request)
    kind = kind_of(held.changes)
    if not found and held.state in _OPEN:
        error = await use.proposals.problems(held.changes)
        # An empty draft is merely not begun.
        if error is not None and error.code is not ProposalFault.EMPTY:
            found = await _obstacles(request, held, error)
    return await page(
        request,
        "proposals/page.html",
        proposal=held,
        kind=kind.value,
        kind_word=word("proposal_kind", kind),
        state_word=word("proposal_state", held.state),
        content=await _CONTENT[kind](request, held) if kind in _CONTENT else None,
        is_author=officer.id == held.author,
        obstacles=found,
        moves=[
            (move.value, word("move", move), await _consequence(use, held, move))
            for move in use.proposals.moves_open_to(officer, held)
            if move in _POSTED
        ],
        steps=await use.proposals.store.steps(held.id),
        move_word=lambda move: word("move_done", move),
        officer_name=use.review.names.officer,
        typed=form.typed("note") if form else "",
        form=form,
        done=done,
        problem=problem,
        status_code=status_code,
    )


async def _consequence(use: Services, held: Proposal, move: Move) -> str:
    if move is not Move.APPROVE:
        return word("move_consequence", move)
    if not use.county.publisher.may_sign:
        return word("move_consequence", "approve_waits")
    versions = use.trust.holdings.versions
    named = _sets_of(held.changes)
    told = word(
        "move_consequence",
        "approve",
        sets="、".join(
            word("publishing", "set", name=word("set", one), version=versions.version_of(one) + 1)
            for one in named
        ),
    )
    loaded = await use.comparison.now()
    others = [word("set", each.set) for each in loaded.changes if each.is_changed]
    if others:
        told += word("move_consequence", "approve_others", sets="、".join(others))
    return told


def _sets_of(changes: Changes) -> tuple[SetName, ...]:
    """Which sets an approval publishes."""
    if isinstance(changes, MatterChanges):
        return (SetName.CATALOGUE,)
    if isinstance(changes, PeopleChanges):
        return (SetName.DIRECTORY,)
    lists = SetName.DELEGATIONS if changes.records or changes.instruments else None
    revoked = SetName.REVOCATIONS if changes.revocations else None
    return tuple(one for one in (lists, revoked) if one is not None)


async def _found(request: Request[Any, Any, Any], proposal: str) -> Proposal:
    try:
        return await services(request).proposals.get(proposal)
    except ProposalError as error:
        raise NotFoundException(proposal) from error


async def _obstacles(
    request: Request[Any, Any, Any], held: Proposal, error: ProposalError
) -> tuple[Obstacle, ...]:
    use = services(request)
    if error.code not in {ProposalFault.UNSOUND, ProposalFault.CONFLICT}:
        return ()
    records = await _records(use, held)
    words = GrantWords(use)
    return obstacles(error, words, use.review.names, records.get)


async def _records(use: Services, held: Proposal) -> Mapping[DelegationId, Delegation]:
    """The records that a proposal may speak of: those that are loaded, and its own."""
    records = {each.id: each for each in (await use.proposals.loaded()).delegations.records}
    if isinstance(held.changes, DelegationChanges):
        own = [each.after or each.before for each in held.changes.records]
        records.update({each.id: each for each in own if each is not None})
    return records


async def _delegations(request: Request[Any, Any, Any], held: Proposal) -> ContentView:
    assert isinstance(held.changes, DelegationChanges)
    use = services(request)
    words = GrantWords(use, held.changes.instruments)
    return words.content(held.changes, await _records(use, held))


# What a kind's own part of the page, `proposals/_<kind>.html`, is given as `content`.
_CONTENT: Final[
    dict[ProposalKind, Callable[[Request[Any, Any, Any], Proposal], Awaitable[object]]]
] = {
    ProposalKind.DELEGATIONS: _delegations,
    ProposalKind.MATTERS: matters_content,
    ProposalKind.PEOPLE: people_content,
}

ROUTES: Final[tuple[HTTPRouteHandler, ...]] = (proposals, show, make_move, let_pass)
