"""What the archive asks of a case, in words: for the case page, and before a case is filed."""

from collections.abc import Collection
from itertools import groupby

from msgspec import Struct

from casework.archive import Keeping, Piece, archive_of, missing
from casework.case import Case
from casework.matter import MatterVersion
from casework.names import PartHash
from webui.case_given import CaseGiven
from webui.case_words import word
from webui.documents import PaperKind, title_of
from webui.paper_numbers import came_online

_SECTION = "archive"


class PieceView(Struct, frozen=True):
    name: str
    keeping: str  # held, missing or on_paper
    words: str


class ShelfView(Struct, frozen=True):
    """A stage of the file."""

    title: str
    pieces: tuple[PieceView, ...]


class ArchiveView(Struct, frozen=True):
    """`missing` are named with their stage, so that the list stands by itself."""

    shelves: tuple[ShelfView, ...]
    missing: tuple[str, ...]


def archive_view(given: CaseGiven) -> ArchiveView | None:
    """None where nothing has been taken in yet."""
    absent = {part for part, standing in given.parts.items() if standing.state == "waiting"}
    pieces = archive_of(given.case, given.matter, absent)
    if not pieces:
        return None
    return ArchiveView(
        shelves=tuple(
            ShelfView(
                _stage(stage), tuple(_view(each, given.case, given.matter) for each in of_stage)
            )
            for stage, of_stage in groupby(pieces, key=lambda piece: piece.stage)
        ),
        missing=_lacking(pieces, given.case, given.matter),
    )


def lacking(
    case: Case, matter: MatterVersion, absent: Collection[PartHash] = ()
) -> tuple[str, ...]:
    """What the file of a case lacks, in the words of its page; `absent` parts are on their way."""
    return _lacking(archive_of(case, matter, absent), case, matter)


def lacking_words(names: Collection[str]) -> str:
    """The warning before a case is filed; empty where nothing is missing."""
    return word(_SECTION, "still_lacks", names="；".join(names)) if names else ""


def _lacking(pieces: tuple[Piece, ...], case: Case, matter: MatterVersion) -> tuple[str, ...]:
    return tuple(
        word(_SECTION, "lacks", stage=_stage(each.stage), name=_name(each, case, matter))
        for each in missing(pieces)
    )


def _view(piece: Piece, case: Case, matter: MatterVersion) -> PieceView:
    words = "" if piece.keeping is Keeping.HELD else word(_SECTION, piece.keeping)
    return PieceView(_name(piece, case, matter), piece.keeping.value, words)


def _stage(stage: str) -> str:
    return word(_SECTION, f"stage_{stage}")


def _name(piece: Piece, case: Case, matter: MatterVersion) -> str:
    if piece.what in frozenset(PaperKind):
        of_type, online = matter.matter_type.value, came_online(case)
        name = title_of(PaperKind(piece.what), of_type, online=online)
    else:
        name = word(_SECTION, piece.what.replace("-", "_"))
    return name + (word(_SECTION, "about", name=piece.about) if piece.about else "")
