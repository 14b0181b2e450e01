"""Questions to the county as the officer who asked reads them: how each stands, and its answer."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

from casework.asking import RIGHTS, Answer, Purpose, StateSheet
from casework.instants import parse_instant
from casework.names import CaseId, CaseNumber, MessageId, NodeId, OfficerId
from casework.numbering import spoken_number
from webui import labels
from webui.case_words import find_word, word
from webui.filters import day_long
from webui.names_known import Names


class Asked(Protocol):
    """A question as a node holds it."""

    @property
    def id(self) -> MessageId: ...
    @property
    def node(self) -> NodeId: ...
    @property
    def officer(self) -> OfficerId: ...
    @property
    def purpose(self) -> str: ...
    @property
    def number(self) -> CaseNumber: ...
    @property
    def asked_at(self) -> datetime: ...
    @property
    def answer(self) -> str | None: ...
    @property
    def answered_at(self) -> datetime | None: ...
    @property
    def case_id(self) -> CaseId | None: ...
    @property
    def is_owed(self) -> bool: ...


class AskedView(Struct, frozen=True, kw_only=True):
    """A question in words; `facts` are what its answer says of the case."""

    number: str
    purpose: str
    node: str
    officer: str
    at: datetime
    answered_at: datetime | None
    state: str  # queued, sent, or the answer
    state_text: str
    facts: tuple[tuple[str, str], ...] = ()
    note: str = ""
    case: CaseId | None = None  # where the case itself is here

    @property
    def is_waiting(self) -> bool:
        return self.state in {"queued", "sent"}


def asked_view(
    asked: Asked, names: Names, *, sheet: StateSheet | None = None, is_here: bool = False
) -> AskedView:
    state = asked.answer or ("queued" if asked.is_owed else "sent")
    return AskedView(
        number=spoken_number(asked.number),
        purpose=purpose_words(asked.purpose),
        node=names.node(asked.node),
        officer=names.officer(asked.officer),
        at=asked.asked_at,
        answered_at=asked.answered_at,
        state=state,
        state_text=find_word("asked", state) or state,
        facts=_facts(sheet, names) if sheet is not None else (),
        note=_note(asked, sheet, is_here=is_here),
        case=asked.case_id if is_here else None,
    )


def purpose_words(purpose: str) -> str:
    return find_word("asking_purpose", purpose) or purpose


def purpose_choices(purposes: Sequence[Purpose]) -> tuple[tuple[str, str], ...]:
    return tuple((each.value, word("asking_purpose", each.value)) for each in purposes)


def _facts(sheet: StateSheet, names: Names) -> tuple[tuple[str, str], ...]:
    status = labels.label("status", sheet.status)
    if sheet.closure is not None:
        status = f"{status}（{labels.label('closing', sheet.closure)}）"
    found = (
        ("matter", sheet.matter),
        ("applicant", sheet.applicant),
        ("status", status),
        ("moved_at", day_long(parse_instant(sheet.moved_at))),
        ("took_in", names.node(sheet.took_in)),
        ("pen", names.node(sheet.pen)),
        ("promised", _day(sheet.promised)),
        ("supply_by", _day(sheet.supply_by)),
        ("pickup", names.node(sheet.pickup) if sheet.pickup else ""),
    )
    return tuple((word("asked_fact", name), text) for name, text in found if text)


def _note(asked: Asked, sheet: StateSheet | None, *, is_here: bool) -> str:
    """What may be done now, where a case was asked for to do something."""
    if asked.answer != Answer.FOUND.value or asked.purpose not in set(Purpose):
        return ""
    right = RIGHTS[Purpose(asked.purpose)]
    if not right.brings:
        return ""
    if sheet is not None and set(right.brings).isdisjoint(sheet.may_bring):
        return word("asked_note", f"{asked.purpose}_closed")
    return word("asked_note", asked.purpose if is_here else "coming")


def _day(text: str | None) -> str:
    return day_long(date.fromisoformat(text)) if text else ""
