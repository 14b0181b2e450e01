"""The catalogue as a node holds it: every published version, the current one of a day, a search.

A case is bound to one version for life, so a version once held is never dropped here while the
set lists it; `current` is what a new application is taken in under.
"""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Final

from msgspec import Struct

from casework.matter import MatterRef, MatterVersion, effective_on, version_on
from casework.names import MatterId

QUERY_CHARS_MAX: Final = 60


class SearchLine(Struct, frozen=True):
    """What a matter is found by: its names and codes, its name's pinyin and their initials."""

    ref: MatterRef
    words: tuple[str, ...]
    codes: tuple[str, ...]
    pinyin: str
    initials: str


class HeldCatalogue(Struct, frozen=True, dict=True):
    version: int
    matters: tuple[MatterVersion, ...]

    def find(self, ref: MatterRef) -> MatterVersion | None:
        return self._by_ref.get(ref)

    def versions_of(self, matter: MatterId) -> tuple[MatterVersion, ...]:
        return tuple(one for one in self.matters if one.id == matter)

    def current(self, matter: MatterId, on: date) -> MatterVersion | None:
        """The version of a matter that is in force on a day."""
        return version_on(self.matters, matter, on)

    def on(self, day: date) -> tuple[MatterVersion, ...]:
        return effective_on(self.matters, day)

    def search(self, text: str, on: date) -> tuple[MatterVersion, ...]:
        """What is in force and fits a name, its pinyin, its initials or a code; best first."""
        wanted = normal(text[:QUERY_CHARS_MAX])
        if not wanted:
            return self.on(on)
        ranked = [
            (rank, matter.short_name, matter)
            for matter in self.on(on)
            if (rank := _rank(self.line_of(matter.ref), wanted)) is not None
        ]
        return tuple(matter for _, _, matter in sorted(ranked, key=lambda one: one[:2]))

    def line_of(self, ref: MatterRef) -> SearchLine:
        return self._lines[ref]

    @cached_property
    def _by_ref(self) -> dict[MatterRef, MatterVersion]:
        return {one.ref: one for one in self.matters}

    @cached_property
    def _lines(self) -> dict[MatterRef, SearchLine]:
        return {one.ref: search_line(one) for one in self.matters}


def hold_catalogue(version: int, matters: Iterable[MatterVersion]) -> HeldCatalogue:
    return HeldCatalogue(version, tuple(sorted(matters, key=lambda one: one.ref)))


def search_line(matter: MatterVersion) -> SearchLine:
    # Its dictionary takes 50 MB and a fifth of a second: a laptop that only sends needs neither.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    codes = (matter.catalog_code, matter.implementation_code, matter.handling_item_code or "")
    names = (matter.name, matter.short_name)
    return SearchLine(
        ref=matter.ref,
        words=tuple(normal(name) for name in (*names, matter.id)),
        codes=tuple(normal(code) for code in codes if code),
        pinyin=" ".join("".join(lazy_pinyin(name)) for name in names),
        initials=" ".join("".join(lazy_pinyin(name, style=Style.FIRST_LETTER)) for name in names),
    )


def normal(text: str) -> str:
    return "".join(text.split()).casefold()


def _rank(line: SearchLine, wanted: str) -> int | None:
    """How well a matter fits, 0 best; None if not at all."""
    tests = (
        any(word.startswith(wanted) for word in line.words),
        any(code.startswith(wanted) for code in line.codes),
        any(wanted in word for word in line.words),
        any(part.startswith(wanted) for part in line.initials.split()),
        any(part.startswith(wanted) for part in line.pinyin.split()),
        wanted in line.initials or wanted in line.pinyin,
        any(wanted in code for code in line.codes),
    )
    return next((rank for rank, holds in enumerate(tests) if holds), None)
