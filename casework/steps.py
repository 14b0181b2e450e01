"""The steps of a case: what was done by whom and when, what is current, whose turn it is.

A matter lists its steps with their owners. Which of them a case has behind it follows from its
timeline: steps of one parallel label are open together and all have to be done; a special
procedure runs beside the step that comes after it. Whoever does a later step passes over those
before it. Nothing here reads a calendar; how
long a step took is said by `casework.step_clocks`.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Final

from msgspec import Struct

from casework.act import Outcome
from casework.case import SUPPLEMENT, Case, Moment, Status
from casework.matter import MatterVersion, Step, StepAct
from casework.names import MessageId

# Steps that are done by an opinion, or by the end of the special procedure that they name.
OPINED: Final = frozenset(
    {
        *(StepAct.SURVEY, StepAct.REVIEW_MEETING, StepAct.PUBLICITY, StepAct.FIRST_REVIEW),
        *(StepAct.CONSULT, StepAct.REVIEW, StepAct.EXPERT_REVIEW, StepAct.APPRAISAL),
    }
)
_AT_RECEIPT: Final = frozenset({StepAct.ACCEPT, StepAct.INSTANT})
_DECIDES: Final = frozenset({StepAct.DECIDE, StepAct.INSTANT})
_AFTER_DECISION: Final = frozenset({StepAct.MIRROR, StepAct.ISSUE})
_REOPENED: Final = _DECIDES | {StepAct.FORWARD}

RECEIPTS: Final = frozenset({"receive", "supplement"})
ACCEPTANCES: Final = frozenset({"accept", "accept_deferred", "deem_accepted"})
DECISIONS: Final = frozenset({"decide_grant", "decide_refuse"})
_ISSUES: Final = frozenset({"produce_result", "deliver"})
_ENDS: Final = frozenset(
    {
        *("refuse_acceptance", "lapse", "deferred_lapse", "withdraw", "terminate"),
        *("merge_into", "close"),
    }
)

_DONE_BY: Final[Mapping[str, Collection[StepAct]]] = {
    **dict.fromkeys(ACCEPTANCES, (StepAct.ACCEPT,)),
    "forward_up": (StepAct.FORWARD,),
    **dict.fromkeys(DECISIONS, _DECIDES),
    "instant": frozenset(StepAct),
    **dict.fromkeys(_ISSUES, _AFTER_DECISION),
}


class StepState(StrEnum):
    DONE = "done"
    CURRENT = "current"
    TO_COME = "to_come"
    PASSED_OVER = "passed_over"  # somebody did a later one, or the case ended before it


class Awaited(StrEnum):
    """What keeps everybody who has a step from going on."""

    APPLICANT = "applicant"
    SUPERIOR = "superior"
    DECISION = "decision"
    DEFERRED_PAPERS = "deferred_papers"


class Turn(Struct, frozen=True):
    """A stretch of time in which a step was its owner's to do; one that came back has several."""

    seq: int
    started: Moment
    ended: Moment | None = None
    done: bool = False  # False at an end: the case left the step undone


class StepProgress(Struct, frozen=True, kw_only=True):
    """A step of the matter, and how far this case is with it."""

    step: Step
    state: StepState
    done: Moment | None = None
    turns: tuple[Turn, ...] = ()


class Progress(Struct, frozen=True):
    """All steps in order, and what they wait for where nobody who has a step can go on."""

    steps: tuple[StepProgress, ...]
    awaits: Awaited | None = None

    @property
    def current(self) -> tuple[Step, ...]:
        """The steps whose owners have their turn: tier, unit and position stand in each."""
        return tuple(one.step for one in self.steps if one.state is StepState.CURRENT)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every turn, in the order in which they began."""
        return tuple(sorted((t for one in self.steps for t in one.turns), key=_begun))

    def of(self, seq: int) -> StepProgress | None:
        return next((one for one in self.steps if one.step.seq == seq), None)


def undone_before_decision(case: Case, matter: MatterVersion) -> tuple[Step, ...]:
    """Steps of the review of which nothing is on record; whoever decides now passes them over."""
    return _walked(case, matter).undone


def passed_over(case: Case, matter: MatterVersion) -> dict[MessageId, tuple[Step, ...]]:
    """By the entry of each decision, the steps that it passed over; nothing where it did none."""
    walk, found = _Walk(matter), {}
    for moment in case.timeline:
        if moment.act in DECISIONS and walk.undone:
            found[moment.entry] = walk.undone
        walk.take(moment)
    return found


def passed_over_at_last(case: Case, matter: MatterVersion) -> tuple[Step, ...]:
    """The steps that the decision which stands passed over."""
    decision = case.decision
    if decision is None or decision.revoked:
        return ()
    decided = case.moments(*DECISIONS)
    return passed_over(case, matter).get(decided[-1].entry, ()) if decided else ()


def progress_of(case: Case, matter: MatterVersion) -> Progress:
    """How far a case is with the steps of its matter."""
    return _walked(case, matter).progress(case)


def groups_of(steps: Iterable[Step]) -> tuple[tuple[Step, ...], ...]:
    """Steps in order, those together that are open together.

    These are the steps of one parallel label, and with a step the special procedures before it:
    whoever has to give the opinion sees to it that they are begun, or does without them.
    """
    ordered = sorted(steps, key=lambda step: step.seq)
    groups: list[tuple[Step, ...]] = []
    before: tuple[Step, ...] = ()
    for _, together in groupby(ordered, key=lambda step: step.parallel or step.seq):
        group = (*before, *together)
        before = group if all(step.special for step in group) else ()
        if not before:
            groups.append(group)
    return (*groups, before) if before else tuple(groups)


class _Walk:
    """The timeline, read once; `at` is the group that is reached."""

    def __init__(self, matter: MatterVersion) -> None:
        self.groups: Final = groups_of(matter.steps)
        self.at = 0
        self.accepted = False
        self.decided = False
        self.withheld = False  # papers are owed, so that a granted result waits
        self.with_superior = False
        self.ended = False
        self.done: dict[int, Moment] = {}
        self.open: dict[int, Moment] = {}
        self.turns: list[Turn] = []

    def take(self, moment: Moment) -> None:
        """What one act does: first to what the steps wait for, then to the steps."""
        self._note(moment)
        if moment.act in _ENDS or moment.act == "notify_deficiency":
            self._interrupt(moment)
        elif moment.act == "opine" and moment.outcome == Outcome.RETURN.value:
            self._return(moment)
        elif moment.act == "reopen":
            self._back_to(self._place_of(_REOPENED), moment)
        else:
            self._finish_by(moment)
        if moment.act == "forward_up":
            self._interrupt(moment)
        if self.awaited is None:
            self._begin(moment)

    @property
    def undone(self) -> tuple[Step, ...]:
        """The steps of the review, before the decision, that nobody has done by now."""
        steps = [step for group in self.groups for step in group]
        decides = min((step.seq for step in steps if step.act in _DECIDES), default=0)
        return tuple(
            step
            for step in steps
            if step.seq < decides and step.act in OPINED and step.seq not in self.done
        )

    @property
    def awaited(self) -> Awaited | None:
        """What the group that is reached waits for."""
        group = self.groups[self.at] if self.at < len(self.groups) else ()
        last = any(step.act in _AFTER_DECISION for step in group)
        if self.with_superior:
            return Awaited.SUPERIOR
        if last and not self.decided:
            return Awaited.DECISION
        return Awaited.DEFERRED_PAPERS if last and self.withheld else None

    def progress(self, case: Case) -> Progress:
        known = [*self.turns, *(Turn(seq, started) for seq, started in self.open.items())]
        steps = tuple(
            StepProgress(
                step=step,
                state=self._state(place, step),
                done=self.done.get(step.seq),
                turns=tuple(turn for turn in known if turn.seq == step.seq),
            )
            for place, group in enumerate(self.groups)
            for step in group
        )
        asked = case.status is Status.AWAITING_SUPPLEMENT or SUPPLEMENT in case.awaiting
        awaited = Awaited.APPLICANT if asked else self.awaited
        return Progress(steps, None if self.ended else awaited)

    def _note(self, moment: Moment) -> None:
        match moment.act:
            case act if act in ACCEPTANCES:
                self.accepted = True
                self.withheld = act == "accept_deferred"
            case "deferred_satisfied" | "decide_refuse":
                self.withheld = False
            case "forward_up":
                self.with_superior = True
            case "answer_from_above":
                self.with_superior = False
            case "reopen":
                self.decided = self.ended = False
            case _:
                pass
        if moment.act in DECISIONS:
            self.decided, self.with_superior = True, False
        self.ended = self.ended or moment.act in _ENDS

    def _finish_by(self, moment: Moment) -> None:
        """The steps that an act does; where it is not their turn yet, it becomes so.

        A special procedure may run beside other steps, so its end alone passes over nothing.
        """
        done = [
            (place, step)
            for place, group in enumerate(self.groups)
            for step in group
            if step.seq not in self.done and _does(moment, step)
        ]
        if moment.act in _ISSUES:
            done = done[:1]
        if moment.act in DECISIONS and not done:
            self._reach(self._place_of(_AFTER_DECISION), moment)
        for place, step in done:
            if moment.act != "end_special":
                self._reach(place, moment)
            self._leave(step.seq, moment, done=True)
            self.done[step.seq] = moment
        while self.at < len(self.groups) and self._is_through(self.groups[self.at]):
            self._reach(self.at + 1, moment)

    def _is_through(self, group: tuple[Step, ...]) -> bool:
        """Whether nobody has an opinion or an act left to give there."""
        needed = [step for step in group if step.special is None] or group
        return all(step.seq in self.done for step in needed)

    def _reach(self, place: int, moment: Moment) -> None:
        for group in self.groups[self.at : place]:
            for step in group:
                self._leave(step.seq, moment)
        self.at = max(self.at, place)

    def _begin(self, moment: Moment) -> None:
        """Open the steps of the group that is reached, if the case is so far."""
        if self.ended or self.at >= len(self.groups):
            return
        for step in self.groups[self.at]:
            early = step.act in _AT_RECEIPT and moment.act in RECEIPTS
            if (self.accepted or early) and step.seq not in {*self.done, *self.open}:
                self.open[step.seq] = moment

    def _leave(self, seq: int, moment: Moment, *, done: bool = False) -> None:
        """End a turn; a step done in one go with what came before had none of its own."""
        started = self.open.pop(seq, None)
        if started is not None:
            self.turns.append(Turn(seq, started, moment, done))

    def _interrupt(self, moment: Moment) -> None:
        for seq in tuple(self.open):
            self._leave(seq, moment)

    def _return(self, moment: Moment) -> None:
        """Back to the step before that is done by an opinion; if there is none, nothing changes."""
        here = next((p for p, group in enumerate(self.groups) if _has(group, moment.step)), 0)
        before = [p for p, group in enumerate(self.groups[:here]) if any(map(_by_opinion, group))]
        if before:
            self._back_to(before[-1], moment)

    def _back_to(self, place: int, moment: Moment) -> None:
        """The steps from a place on are to be done again; special procedures are not."""
        self._interrupt(moment)
        self.at = place
        for group in self.groups[place:]:
            for step in group:
                if step.special is None:
                    self.done.pop(step.seq, None)

    def _place_of(self, kinds: frozenset[StepAct]) -> int:
        found = (p for p, group in enumerate(self.groups) if any(s.act in kinds for s in group))
        return next(found, len(self.groups))

    def _state(self, place: int, step: Step) -> StepState:
        if step.seq in self.done:
            return StepState.DONE
        if step.seq in self.open:
            return StepState.CURRENT
        over = self.ended or place < self.at
        return StepState.PASSED_OVER if over else StepState.TO_COME


def _walked(case: Case, matter: MatterVersion) -> _Walk:
    walk = _Walk(matter)
    for moment in case.timeline:
        walk.take(moment)
    return walk


def _does(moment: Moment, step: Step) -> bool:
    """Whether an act does a step."""
    if moment.act == "opine":
        return step.seq == moment.step and step.act in OPINED
    if moment.act == "end_special":
        return step.special is not None and step.special == moment.procedure
    return step.act in _DONE_BY.get(moment.act, ())


def _by_opinion(step: Step) -> bool:
    return step.act in OPINED and step.special is None


def _has(group: tuple[Step, ...], seq: int | None) -> bool:
    return any(step.seq == seq for step in group)


def _begun(turn: Turn) -> tuple[datetime, int]:
    return turn.started.at, turn.seq
