"""What a node already has of an applicant: open cases of the same matter, papers to use again."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final, Protocol

from msgspec import Struct

from casework.case import Case, CasePart
from casework.entry import PartRef
from casework.matter import MatterVersion
from casework.names import CaseId, CaseNumber
from webui import labels
from webui.names_known import Names


class OpenCase(Struct, frozen=True, kw_only=True):
    """Another case of this applicant in this matter that is not closed."""

    number: str
    on: date | None
    place: str
    status: str
    url: str


class Reusable(Struct, frozen=True, kw_only=True):
    """A paper of an earlier case whose scans lie here."""

    material: str
    case: CaseId
    number: str
    on: date | None
    scans: tuple[PartRef, ...]


class ScanAgain(Struct, frozen=True):
    """A scan of an earlier case, byte for byte, and where it comes from."""

    number: str
    media_type: str
    content: bytes


class Earlier(Struct, frozen=True, kw_only=True):
    open_cases: tuple[OpenCase, ...] = ()
    reusable: Mapping[str, Reusable] = {}  # by the material it may stand for


NOTHING_EARLIER: Final = Earlier()


class HeldCase(Protocol):
    @property
    def case(self) -> Case: ...
    @property
    def on(self) -> date | None: ...


class HeldPaper(Protocol):
    @property
    def case(self) -> CaseId: ...
    @property
    def number(self) -> CaseNumber: ...
    @property
    def on(self) -> date: ...
    @property
    def scans(self) -> tuple[CasePart, ...]: ...


def earlier_of(
    matter: MatterVersion,
    cases: Iterable[HeldCase],
    papers: Mapping[str, HeldPaper],
    names: Names,
    url_of: Callable[[CaseId], str],
) -> Earlier:
    """What the intake screen shows of what was found."""
    same = (each for each in cases if each.case.matter.matter == matter.id and each.case.is_open)
    return Earlier(
        open_cases=tuple(
            OpenCase(
                number=each.case.number,
                on=each.on,
                place=names.short_place(each.case.first_responsible),
                status=labels.STATUS[each.case.status.value] if each.case.status else "",
                url=url_of(each.case.id),
            )
            for each in same
        ),
        reusable={
            material: Reusable(
                material=material,
                case=paper.case,
                number=paper.number,
                on=paper.on,
                scans=tuple(part.ref for part in paper.scans),
            )
            for material, paper in papers.items()
        },
    )
