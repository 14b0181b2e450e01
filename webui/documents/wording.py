"""The sentences of the papers, and how facts are put into them.

A kind is a row of `templates/papers.toml`; its matter's type may replace parts of the row, and so
may an application that came online. A fact is only ever placed as a string: what an applicant wrote
is never read as a placeholder or markup.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, Final

import msgspec
from msgspec import Struct

from webui.documents.paper import Paper, PaperKind, PaperParty

OPTIONAL_MARK: Final = "? "
EMPHASIS: Final = "strong"

_FORMATTER: Final = Formatter()


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of paper as the table describes it."""

    title: str
    layout: str
    number: str = ""
    subtitle: str = ""
    seal: str = ""
    copies: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    particulars: tuple[tuple[str, str], ...] = ()
    opening: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    heading: dict[str, str] = {}
    column: dict[str, str] = {}
    outcome: tuple[str, ...] = ()
    numbered: bool = False  # the outcome is a list of points
    closing: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()


class Wording(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table, before a matter's type is known."""

    columns: dict[str, str]
    headings: dict[str, str]
    texts: dict[str, str]
    papers: dict[PaperKind, dict[str, Any]]


class Run(Struct, frozen=True):
    """A stretch of a paragraph."""

    text: str
    strong: bool = False


Paragraph = tuple[Run, ...]


@cache
def wording() -> Wording:
    table = files("webui.documents").joinpath("templates", "papers.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(table), Wording)


@cache
def row_for(kind: PaperKind, matter_type: str, *, online: bool = False) -> Row:
    """The row of a kind, as a matter of this type words it."""
    row = dict(wording().papers[kind])
    by_type: Mapping[str, Mapping[str, Any]] = row.pop("type", {})
    when_online: Mapping[str, Any] = row.pop("online", {})
    changed = dict(by_type.get(matter_type, {})) | (dict(when_online) if online else {})
    return msgspec.convert(row | changed, Row)


def title_of(kind: PaperKind, matter_type: str, *, online: bool = False) -> str:
    """What a paper is called: for buttons and lists as well as for its head."""
    return row_for(kind, matter_type, online=online).title


def in_words(moment: date | datetime | None, *, clock: bool = False) -> str:
    if moment is None:
        return ""
    day = f"{moment.year}年{moment.month}月{moment.day}日"
    return f"{day} {moment:%H:%M}" if clock else day


class Filler:
    """Puts one paper's facts into texts, and remembers which were wanted and not there."""

    def __init__(self, paper: Paper) -> None:
        self.facts = facts_of(paper)
        self.gaps: set[str] = set()

    def paragraphs(self, texts: tuple[str, ...]) -> list[Paragraph]:
        filled = []
        for text in texts:
            wanted = text.removeprefix(OPTIONAL_MARK)
            if wanted != text and any(not self.facts[name] for name in names_in(wanted)):
                continue
            filled.append(self.paragraph(wanted))
        return filled

    def paragraph(self, text: str) -> Paragraph:
        runs = []
        for literal, name, spec, _ in _FORMATTER.parse(text):
            if literal:
                runs.append(Run(literal))
            if name is not None:
                runs.append(Run(self._fact(name), strong=spec == EMPHASIS))
        return tuple(runs)

    def line(self, text: str) -> str:
        """A text whose facts may all be missing; then it is empty."""
        if not any(self.facts[name] for name in names_in(text)):
            return ""
        return "".join(run.text for run in self.paragraph(text))

    def _fact(self, name: str) -> str:
        if self.facts[name]:
            return self.facts[name]
        self.gaps.add(name)
        return self.facts["blank"]


def names_in(text: str) -> list[str]:
    return [name for _, name, _, _ in _FORMATTER.parse(text) if name]


def facts_of(paper: Paper) -> dict[str, str]:
    """Every fact a text may name, in words; the missing ones are empty."""
    texts = wording().texts
    applicant, agent = paper.applicant, paper.agent
    place, handover = paper.place, paper.handover
    return {
        "blank": texts["blank"],
        "you": texts["you_organisation" if applicant.organisation else "you_person"],
        "applicant": applicant.name,
        "applicant_id": _identity(applicant),
        "applicant_phone": applicant.phone,
        "agent": agent.name if agent else "",
        "agent_id": _identity(agent) if agent else "",
        "agent_phone": agent.phone if agent else "",
        "contact_phone": (agent.phone if agent else "") or applicant.phone,
        "matter_name": paper.matter_name,
        "matter_code": paper.matter_code,
        "case_number": paper.case_number,
        "document_number": paper.document_number,
        "issuer": paper.issuer,
        "office": paper.office,
        "signatory": paper.signatory,
        "approver": paper.approver,
        "issued_at": in_words(paper.issued_at, clock=True),
        "received_at": in_words(paper.received_at, clock=True),
        "received_on": in_words(paper.received_at),
        "accepted_on": in_words(paper.accepted_on),
        "decided_on": in_words(paper.decided_on),
        "due_on": in_words(paper.due_on),
        "supply_by": in_words(paper.supply_by),
        "notice_due_on": in_words(paper.notice_due_on),
        "limit": paper.limit,
        "place_name": place.name if place else "",
        "giver": handover.giver if handover else "",
        "taker": handover.taker if handover else "",
        "carrier": handover.carrier if handover else "",
        "bag_number": handover.bag_number if handover else "",
        "seal_number": handover.seal_number if handover else "",
    }


def _identity(party: PaperParty) -> str:
    return " ".join(part for part in (party.id_type, party.id_number) if part)
