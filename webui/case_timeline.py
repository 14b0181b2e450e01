"""What happened to a case: every standing entry in words, and what fell out of its chain."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from msgspec import Struct

from casework import act as acts
from casework.case import Moment
from casework.entry import Written
from casework.matter import Step
from casework.names import MessageId
from casework.procedure import name_of
from casework.steps import passed_over
from webui import labels
from webui.case_given import CaseGiven
from webui.case_words import word
from webui.notices import read_notice


class MomentView(Struct, frozen=True, kw_only=True):
    """One entry: `at` counts in law, `written_at` is given where it was written down later."""

    entry: str
    act: str
    at: datetime
    title: str
    who: str
    acting_for: str
    where: str
    instrument: str
    written_at: datetime | None
    offline: bool
    outcome: str
    due_on: str | None
    pen_to: str
    reason: str
    passed_over: str  # of a decision: the steps that it did without
    texts: tuple[tuple[str, str], ...]
    materials: tuple[str, ...]


class FallenView(Struct, frozen=True, kw_only=True):
    """An entry that no longer counts, because the chain went on without it."""

    entry: str
    at: datetime
    title: str
    who: str
    where: str


_SAID: Final = (
    *(("opinion", "opinion"), ("grounds", "grounds_text"), ("told", "told")),
    *(("question", "question"), ("answer", "answer")),
)


def timeline_of(given: CaseGiven) -> tuple[MomentView, ...]:
    over = passed_over(given.case, given.matter)
    return tuple(
        _moment(moment, given, over.get(moment.entry, ())) for moment in given.case.timeline
    )


def fallen_of(given: CaseGiven) -> tuple[FallenView, ...]:
    return tuple(
        FallenView(
            entry=written.id,
            at=written.at,
            title=labels.ACT[_name(written)],
            who=given.names.officer(written.entry.officer),
            where=given.names.node(written.node),
        )
        for written in given.fallen
    )


def reclaim_words(given: CaseGiven, moment: Moment) -> str:
    """Why the county took a case back: the ground, then the rule that was not kept."""
    act = given.acts.get(moment.entry)
    ground = labels.RECLAIM[act.ground.value] if isinstance(act, acts.ReclaimPen) else ""
    rule = labels.error_text(moment.code) if moment.code else ""
    return "：".join(filter(None, (ground, rule)))


def _moment(moment: Moment, given: CaseGiven, over: tuple[Step, ...]) -> MomentView:
    names = given.names
    return MomentView(
        entry=moment.entry,
        act=moment.act,
        at=moment.at,
        title=_title(moment, given),
        who=names.officer(moment.officer),
        acting_for=names.officer(moment.acting_for),
        where=names.node(moment.node),
        instrument=names.instrument(moment.delegation),
        written_at=moment.written_at if moment.adopted or _is_rebuilt(moment, given) else None,
        offline=moment.entry in given.offline,
        outcome=labels.OUTCOME[moment.outcome] if moment.outcome else "",
        due_on=moment.due_on,
        pen_to=names.node(moment.pen_to),
        reason=reclaim_words(given, moment) if moment.act == "reclaim_pen" else "",
        passed_over="、".join(step.name for step in over),
        texts=tuple(_texts(moment.entry, given)),
        materials=_faults(moment.entry, given),
    )


def _title(moment: Moment, given: CaseGiven) -> str:
    title = labels.ACT[moment.act]
    return f"{title}（{labels.ACT['rebuild']}）" if _is_rebuilt(moment, given) else title


def _is_rebuilt(moment: Moment, given: CaseGiven) -> bool:
    """Whether it is the receipt that the case was begun anew from."""
    return given.case.rebuilt_from is not None and moment is given.case.timeline[0]


def _texts(entry: MessageId, given: CaseGiven) -> Iterator[tuple[str, str]]:
    for name, title in _SAID:
        if text := given.text_of(entry, name):
            yield word("field", title), text
    if text := given.text_of(entry, "remark"):
        yield word("field", "remark"), text
    if remarks := read_notice(given.text_of(entry, "notice")).remarks:
        yield word("field", "remark"), "\n".join(remarks)


def _faults(entry: MessageId, given: CaseGiven) -> tuple[str, ...]:
    told = read_notice(given.text_of(entry, "notice")).deficiencies
    return tuple(f"{each.material}：{each.fault}；{each.remedy}" for each in told)


def _name(written: Written) -> str:
    act = written.entry.act
    return name_of(type(act.restated if isinstance(act, acts.TakeUpDeposit) else act))
