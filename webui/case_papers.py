"""The papers that a case has given rise to: for the list of what can be printed."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from casework.case import Case, Deferral
from casework.facts import facts_of
from casework.matter import MatterVersion, goes_by_commitment
from casework.names import MessageId
from casework.procedure import BY_NAME
from webui.documents import PaperKind, title_of
from webui.paper_numbers import came_online


class PaperLink(Struct, frozen=True):
    """A paper; without an entry it is one that people sign and the case merely needs."""

    kind: PaperKind
    title: str
    entry: MessageId | None
    at: datetime | None


def papers_of(case: Case, matter: MatterVersion) -> tuple[PaperLink, ...]:
    """Those of the standing entries first, in their order."""
    of_type, online = matter.matter_type.value, came_online(case)
    return tuple(
        PaperLink(kind, title_of(kind, of_type, online=online), entry, at)
        for kind, entry, at in _kinds(case, matter)
    )


def _kinds(
    case: Case, matter: MatterVersion
) -> Iterator[tuple[PaperKind, MessageId | None, datetime | None]]:
    for moment in case.timeline:
        if document := BY_NAME[moment.act].document:
            yield PaperKind(document), moment.entry, moment.at
        if moment.act in {"hand_over_pen", "return_pen"}:
            yield PaperKind.TRANSFER_SLIP, moment.entry, moment.at
    if case.intake is not None and case.intake.has_agent:
        yield PaperKind.ENTRUSTMENT, None, None
    if case.deferral is not Deferral.NONE:
        yield PaperKind.DEFERRAL_COMMITMENT, None, None
    if goes_by_commitment(matter, facts_of(case)):
        yield PaperKind.COMMITMENT, None, None
