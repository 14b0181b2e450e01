"""The internal handbook in words: by what the desk accepts, how each step judges, what it issues.

It shares with the public guide whatever both say: steps, limits, easings, fees and bases.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from casework.archive import Stage
from casework.guide import HANDBOOK, Pause, Section
from casework.matter import Step
from webui import labels
from webui.case_words import limit_words
from webui.documents import PaperKind, title_of
from webui.documents.leaflet import Block, Entry, Group, Table
from webui.grounds import basis_text
from webui.guide_text import word
from webui.guide_words import (
    NOTHING,
    Telling,
    basics,
    basis_block,
    easings_block,
    fees_block,
    heading,
    limits_block,
    owner,
    step_limit,
    steps_block,
)
from webui.notices import form_words

_LISTED: Final = "、"


def handbook_blocks(telling: Telling) -> tuple[Block, ...]:
    return tuple(_WRITERS[section](telling) for section in HANDBOOK)


def _checks(telling: Telling) -> Block:
    """Every condition as the question that the desk answers with yes or no."""
    acceptance = telling.matter.acceptance
    rows = tuple(
        (
            each.check,
            each.text,
            word("checks", "by_machine" if each.rule is not None else "by_person"),
        )
        for each in acceptance.conditions
    )
    refusals = tuple(each.text for each in acceptance.refusals)
    return Block(
        id=Section.CHECKS,
        heading=heading(Section.CHECKS),
        table=_table("checks", ("question", "condition", "machine"), rows),
        groups=(Group(word("checks", "refusals"), refusals),) if refusals else (),
    )


def _standards(telling: Telling) -> Block:
    return Block(
        id=Section.STANDARDS,
        heading=heading(Section.STANDARDS),
        lead=word("standards", "rule"),
        entries=tuple(
            Entry(
                name=wanted.need.name,
                mark=word("materials", wanted.need.necessity),
                facts=(
                    (word("standards", "form"), form_words(wanted.need)),
                    (
                        word("standards", "checks"),
                        "\n".join(each.check for each in wanted.need.acceptance_standard),
                    ),
                    (
                        word("standards", "basis"),
                        "；".join(basis_text(each) for each in wanted.bases) or NOTHING,
                    ),
                ),
            )
            for wanted in telling.guide.materials
        ),
    )


def _review(telling: Telling) -> Block:
    return Block(
        id=Section.REVIEW,
        heading=heading(Section.REVIEW),
        entries=tuple(_reviewed(telling, step) for stage in telling.guide.stages for step in stage),
        notes=(word("review", "separate"),),
    )


def _reviewed(telling: Telling, step: Step) -> Entry:
    criteria = "\n".join(step.criteria) or word("review", "none")
    return Entry(
        name=word("review", "step", number=step.seq, name=step.name),
        mark=labels.label("step_act", step.act),
        facts=(
            (word("review", "owner"), owner(telling, step)),
            (word("review", "position"), labels.label("position_kind", step.position)),
            (word("review", "limit"), step_limit(step)),
            (word("review", "criteria"), criteria),
        ),
    )


def _special(telling: Telling) -> Block:
    extension = telling.matter.supports.extension
    notes = []
    if extension is not None and not telling.matter.is_instant:
        approver = labels.label("position_kind", extension.approver)
        limit = limit_words(extension.max)
        notes.append(
            word("special", "extension", limit=limit, times=extension.times, approver=approver)
        )
    keys = ("name", "kind", "limit", "counting", "approver", "reason", "basis")
    rows = tuple(_procedure(telling, pause) for pause in telling.guide.counting.pauses)
    return Block(
        id=Section.SPECIAL,
        heading=heading(Section.SPECIAL),
        lead="" if rows else word("special", "nothing"),
        table=_table("special", keys, rows) if rows else None,
        notes=tuple(notes),
    )


def _procedure(telling: Telling, pause: Pause) -> tuple[str, ...]:
    special = pause.procedure
    counting = "promised" if pause.of_promised else "none"
    known = {basis.id: basis for basis in telling.matter.legal_basis}
    basis = known.get(special.legal_basis)
    return (
        special.name,
        labels.label("special_kind", special.kind),
        limit_words(special.limit),
        word("special", "both" if pause.of_statutory else counting),
        labels.label("position_kind", special.approver),
        special.reason,
        f"《{basis.title}》{basis.article}" if basis is not None else NOTHING,
    )


def _papers(telling: Telling) -> Block:
    matter_type = telling.matter.matter_type.value
    rows = tuple(
        (
            title_of(PaperKind(each.document), matter_type),
            labels.label("act", each.act),
            word("stage", each.stage),
        )
        for each in telling.guide.papers
    )
    return Block(
        id=Section.PAPERS,
        heading=heading(Section.PAPERS),
        table=_table("papers", ("name", "act", "stage"), rows),
        notes=(word("papers", "instead"),),
    )


def _archive(telling: Telling) -> Block:
    rows = tuple(
        (word("stage", stage), _LISTED.join(pieces))
        for stage in Stage
        if (pieces := tuple(_pieces(telling, stage)))
    )
    return Block(
        id=Section.ARCHIVE,
        heading=heading(Section.ARCHIVE),
        table=_table("archive", ("stage", "pieces"), rows),
        notes=(word("archive", "rule"),),
    )


def _pieces(telling: Telling, stage: Stage) -> Iterator[str]:
    """What a file of the matter holds at a stage: what people bring, sign and say, and papers."""
    matter, supports = telling.matter, telling.matter.supports
    if stage is Stage.RECEIPT:
        names = _LISTED.join(each.name for each in matter.materials)
        yield word("archive", "materials", names=names)
        if matter.form_fields:
            yield word("archive", "form")
        if supports.agent:
            yield word("archive", "entrustment")
    if stage is Stage.ACCEPTANCE and (supports.deferral or supports.commitment):
        yield word("archive", "commitment")
    if stage is Stage.REVIEW and not matter.is_instant:
        yield word("archive", "opinions")
    for each in telling.guide.papers:
        if each.stage is stage:
            yield title_of(PaperKind(each.document), matter.matter_type.value)
    if stage is Stage.CLOSING:
        yield word("archive", "signed_receipt")


def _table(section: str, keys: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Table:
    return Table(tuple(word(section, key) for key in keys), rows)


_WRITERS: Final[Mapping[Section, Callable[[Telling], Block]]] = {
    Section.BASICS: basics,
    Section.CHECKS: _checks,
    Section.STANDARDS: _standards,
    Section.REVIEW: _review,
    Section.STEPS: steps_block,
    Section.LIMITS: limits_block,
    Section.SPECIAL: _special,
    Section.EASINGS: easings_block,
    Section.FEES: fees_block,
    Section.PAPERS: _papers,
    Section.ARCHIVE: _archive,
    Section.BASIS: basis_block,
}
