"""What this centre may do now, until when and why not, and what became of what it decided."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import Struct

from casework.delegation import Delegation, Level
from casework.instants import parse_instant
from casework.matter import MatterVersion
from casework.powers import PowerHeld, Present, powers_of
from casework.verdict import Judgement
from casework.verdict_course import Course, course_of
from sync.node import Node
from sync.present import present_of
from sync.trust_store import TrustStore
from township_node.services.office import Office
from township_node.store.verdicts import JudgedHere, judged_here
from township_node.words import word
from webui import labels
from webui.condition_words import condition_words

SHOWN_MAX: Final = 50


class PowerView(Struct, frozen=True, kw_only=True):
    """One power in words."""

    held: PowerHeld
    matter: str
    conditions: tuple[str, ...]
    positions: tuple[str, ...]
    principal: str
    instrument: str
    why_not: tuple[str, ...]


class JudgedView(Struct, frozen=True, kw_only=True):
    """A decision that was not simply confirmed."""

    judged: JudgedHere
    node: str
    decided_at: datetime
    reasons: tuple[str, ...]
    course: str
    waits: bool


class Powers(Struct, frozen=True, kw_only=True):
    present: Present
    decides: tuple[PowerView, ...]
    other: tuple[PowerView, ...]
    judged: tuple[JudgedView, ...]
    confirmed: int  # of the newest decisions, those that were confirmed

    @property
    def waiting(self) -> int:
        return sum(each.waits for each in self.judged)

    @property
    def open(self) -> int:
        return sum(each.held.is_open for each in self.decides)


async def powers(office: Office, node: Node, trust: TrustStore) -> Powers:
    present = await present_of(node, trust)
    holdings = trust.holdings
    held = powers_of(holdings.delegations_of(node.id), holdings.revocations, present)
    views = [_view(office, each) for each in held]
    judged = await judged_here(node.database)
    confirmed = sum(each.said.judgement is Judgement.CONFIRMED for each in judged)
    return Powers(
        present=present,
        decides=tuple(each for each in views if each.held.record.level is Level.FINAL),
        other=tuple(each for each in views if each.held.record.level is not Level.FINAL),
        judged=tuple(_judged(office, judged))[:SHOWN_MAX],
        confirmed=confirmed,
    )


def _view(office: Office, held: PowerHeld) -> PowerView:
    record = held.record
    matter = _matter(office, record)
    instrument = office.holdings.instrument(record.instrument)
    return PowerView(
        held=held,
        matter=matter.short_name if matter else record.matter,
        conditions=tuple(
            condition_words(each, matter) if matter else each.text or each.field
            for each in record.conditions
        ),
        positions=tuple(labels.label("position_kind", each) for each in record.positions),
        principal=office.names.department(record.principal),
        instrument=instrument.number if instrument else record.instrument,
        why_not=tuple(word("obstacle", each.value) for each in held.obstacles),
    )


def _matter(office: Office, record: Delegation) -> MatterVersion | None:
    """The newest version that the record speaks of."""
    return max(
        (each for each in office.holdings.catalogue.matters if each.id == record.matter),
        key=lambda each: each.version,
        default=None,
    )


def _judged(office: Office, judged: Iterable[JudgedHere]) -> Iterable[JudgedView]:
    for each in judged:
        if each.said.judgement is Judgement.CONFIRMED:
            continue
        course = course_of(each.case, each.decision, each.said.judgement)
        yield JudgedView(
            judged=each,
            node=office.names.node(each.node),
            decided_at=parse_instant(each.said.decided_at),
            reasons=tuple(labels.error_text(code) for code in each.said.grounds),
            course=word("course", course.value),
            waits=course in {Course.WAITS, Course.RETURNED},
        )
