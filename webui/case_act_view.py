"""What an officer may do to a case, as buttons.

Whether an act is open is the rules' answer alone (`why_not`). An act that makes no sense for the
case as it stands is left out; one that this officer may not do is shown with the reason.
"""

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from casework.errors import (
    ActNotOpenError,
    CaseworkError,
    NoDecisionError,
    NotForwardedError,
    NoticeStillOpenError,
    TimeNotOverError,
    WrongCounterError,
)
from casework.names import Tier, is_county, is_of_county, tier_of
from casework.procedure import BY_NAME, Power
from webui import labels
from webui.act_dialogs import ActDialog, act_dialog
from webui.act_fields import unsettled_fees
from webui.case_given import CaseGiven
from webui.case_words import word

# An icon and a kind of button; the order is that of the page, the first that is open has the key.
MAIN_ACTS: Final[Mapping[str, tuple[str, str]]] = {
    "deem_accepted": ("clock-check", "primary"),
    "pre_pass": ("circle-check", "primary"),
    "receive": ("inbox", "primary"),
    "instant": ("bolt", "primary"),
    "accept": ("circle-check", "primary"),
    "accept_deferred": ("hourglass", ""),
    "supplement": ("file-plus", "primary"),
    "notify_deficiency": ("alert-triangle", ""),
    "refuse_acceptance": ("circle-x", "outline-danger"),
    "supplement_in_review": ("file-plus", "primary"),
    "grant_extension": ("calendar-plus", "primary"),
    "refuse_extension": ("calendar-off", "outline-danger"),
    "judge_materials": ("checklist", "primary"),
    "end_special": ("player-play", "primary"),
    "decide_grant": ("circle-check", "primary"),
    "decide_refuse": ("circle-x", "outline-danger"),
    "opine": ("message-circle", ""),
    "notify_deficiency_review": ("alert-triangle", ""),
    "forward_up": ("arrow-up", ""),
    "answer_from_above": ("arrow-down", ""),
    "take": ("clipboard-check", "primary"),
    "dispatch": ("send", ""),
    "deferred_satisfied": ("file-check", "primary"),
    "produce_result": ("certificate", "primary"),
    "confirm_arrival": ("mailbox", ""),
    "deliver": ("hand-grab", "primary"),
    "forward_result": ("send", ""),
    "close": ("archive", "primary"),
}
MORE_ACTS: Final[Mapping[str, tuple[str, str]]] = {
    "pre_return": ("arrow-back-up", ""),
    "start_special": ("player-pause", ""),
    "request_extension": ("calendar-plus", ""),
    "call_for_papers": ("package", ""),
    "settle_fee": ("coin", ""),
    "open_green_channel": ("leaf", ""),
    "merge_into": ("git-merge", ""),
    "keep_apart": ("arrows-split", ""),
    "lapse": ("mail-off", ""),
    "deferred_lapse": ("hourglass-off", "outline-danger"),
    "terminate": ("ban", "outline-danger"),
    "correct": ("pencil", ""),
    "revoke": ("circle-x", "outline-danger"),
    "reopen": ("refresh", ""),
    "ratify": ("checks", ""),
    "change_pickup": ("map-pin", ""),
    "hand_over_pen": ("arrow-right", ""),
    "return_pen": ("arrow-back-up", ""),
    "withdraw": ("arrow-back", ""),
    "reclaim_pen": ("shield-lock", "outline-danger"),
}
_KEY: Final = "F9"
_COUNTY_ONLY: Final = frozenset({Power.COUNTY, Power.DEPARTMENT})
# Reasons that mean: there is no occasion for it, so nobody misses the button.
_NO_OCCASION: Final = (
    *(ActNotOpenError, NoticeStillOpenError, TimeNotOverError, NotForwardedError),
    *(NoDecisionError, WrongCounterError),
)


class ActButton(Struct, frozen=True, kw_only=True):
    name: str
    text: str
    mark: str
    kind: str
    key: str | None = None

    @property
    def dialog(self) -> str:
        return f"act-{self.name}"


class RefusedActs(Struct, frozen=True):
    """Acts that one and the same reason forbids."""

    reason: str
    acts: tuple[str, ...]


class ActsView(Struct, frozen=True, kw_only=True):
    main: tuple[ActButton, ...]
    more: tuple[ActButton, ...]
    refused: tuple[RefusedActs, ...]
    dialogs: tuple[ActDialog, ...]


def acts_of(given: CaseGiven) -> ActsView:
    marks = {**MAIN_ACTS, **MORE_ACTS}
    sensible = [name for name in marks if name in given.why_not and _fits(name, given)]
    open_ones = [name for name in sensible if given.why_not[name] is None]
    main = [name for name in open_ones if name in MAIN_ACTS]
    return ActsView(
        main=tuple(_button(name, key=None if place else _KEY) for place, name in enumerate(main)),
        more=tuple(_button(name) for name in open_ones if name in MORE_ACTS),
        refused=_refused({name: given.why_not[name] for name in sensible}),
        dialogs=tuple(
            act_dialog(name, given, mark=marks[name][0], kind=marks[name][1]) for name in open_ones
        ),
    )


def _fits(name: str, given: CaseGiven) -> bool:
    """Whether an act makes sense for the case at this node, whoever asks."""
    if isinstance(given.why_not[name], _NO_OCCASION):
        return False
    if BY_NAME[name].power in _COUNTY_ONLY and not is_of_county(given.node):
        return False
    return name not in _FITS or _FITS[name](given)


_FITS: Final[Mapping[str, Callable[[CaseGiven], bool]]] = {
    "receive": lambda g: g.case.intake is not None and tier_of(g.node) is not Tier.VILLAGE,
    "instant": lambda g: g.case.intake is not None and g.matter.is_instant,
    "accept_deferred": lambda g: g.matter.supports.deferral is not None,
    "notify_deficiency_review": lambda g: not g.matter.is_instant,
    "start_special": lambda g: not g.matter.is_instant,
    "request_extension": lambda g: g.matter.supports.extension is not None,
    "settle_fee": lambda g: bool(unsettled_fees(g)),
    "dispatch": lambda g: is_county(g.node) and bool(g.departments),
    "hand_over_pen": lambda g: bool(g.destinations),
    "forward_result": lambda g: bool(g.counters),
    "change_pickup": lambda g: bool(g.counters),
    "return_pen": lambda g: g.release is not None or g.case.pen_from not in {None, g.node},
    "reclaim_pen": lambda g: g.case.pen != g.node,
}


def _refused(answers: Mapping[str, CaseworkError | None]) -> tuple[RefusedActs, ...]:
    by_code: dict[str, list[str]] = {}
    for name, refusal in answers.items():
        if refusal is not None:
            by_code.setdefault(refusal.code, []).append(word("action", name))
    return tuple(RefusedActs(labels.error_text(code), tuple(of)) for code, of in by_code.items())


def _button(name: str, *, key: str | None = None) -> ActButton:
    mark, kind = {**MAIN_ACTS, **MORE_ACTS}[name]
    return ActButton(name=name, text=word("action", name), mark=mark, kind=kind, key=key)
