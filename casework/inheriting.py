"""What a county takes over from the catalogue above it, and what of that it may not change.

Requirement A2: a matter with a basic code of the upper catalogue (省、市通用目录) is called, typed,
founded and limited as that catalogue says. The county adds to it: laws of its own beside the upper
ones, a promise that is shorter than the limit in law. Where the upper catalogue changed meanwhile,
a matter may stay as it was until the change is taken over, and goes nowhere else.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from itertools import count
from typing import Final

from msgspec import UNSET, Struct
from msgspec.structs import replace

from casework.catalogue import FILE_FORMAT, decode_exact
from casework.fact import Fact
from casework.limits import Limit, is_longer
from casework.matter import LegalBasis, MatterType, MatterVersion

# How many characters a basic code has in each scheme.
CODE_CHARS: Final = {"GB/T 39554.1-2020": 12, "GB/T 39046-2020": 10}
# The catalogues above the county whose elements a matter takes over with its basic code.
UPPER_SCHEMES: Final = frozenset({"GB/T 39554.1-2020"})
# Requirement A2: the county takes these over as they stand; its own elements it writes itself.
INHERITED: Final = ("code_scheme", "catalog_code", "name", "matter_type", "exercise_level")
_LIMITS: Final = ("statutory", "statutory_note")
_BASIS: Final = "legal_basis"
# What of a law is the upper catalogue's; how sure the county is of it is its own note.
BASIS_INHERITED: Final = ("title", "number", "article", "gist")
UPPER_MATTERS_MAX: Final = 5000
_CODE: Final = re.compile(r"[0-9A-Z]+")
_NAME_CHARS_MAX: Final = 200


class UpperLimits(Fact, frozen=True):
    """The limit that a law sets, or why there is none."""

    statutory: Limit | None
    statutory_note: str | None


class UpperMatter(Fact, frozen=True, kw_only=True):
    """What the upper catalogue says of a matter, by the names that a local matter has for it."""

    code_scheme: str
    catalog_code: str
    name: str
    matter_type: MatterType
    exercise_level: str
    limits: UpperLimits
    legal_basis: tuple[LegalBasis, ...]


class UpperCatalogue(Fact, frozen=True, kw_only=True):
    """An upper catalogue as it was published."""

    format: int
    publisher: str
    published_on: date
    matters: tuple[UpperMatter, ...]

    def find(self, scheme: str, code: str) -> UpperMatter | None:
        named = (one for one in self.matters if one.catalog_code == code)
        return next((one for one in named if one.code_scheme == scheme), None)

    def above(self, matter: MatterVersion) -> UpperMatter | None:
        """What a local matter inherits from, if anything."""
        return self.find(matter.code_scheme, matter.catalog_code)


class UpperFault(StrEnum):
    """What is wrong with a matter of an upper catalogue; worded by these values."""

    CODE = "code"
    TWICE = "twice"
    NAME = "name"
    NO_BASIS = "no_basis"
    UNEXPLAINED = "unexplained"
    TOO_MANY = "too_many"
    FORMAT = "format"
    PUBLISHER = "publisher"


class UpperUnsound(Struct, frozen=True):
    """One fault: the matter by its place in the file (None: the file), the element, and why."""

    place: int | None
    element: str
    fault: UpperFault


def decode_upper(data: bytes) -> UpperCatalogue:
    """Read a file; an unknown key or code is an error (`msgspec.ValidationError`)."""
    return decode_exact(data, UpperCatalogue)


def upper_unsoundness(upper: UpperCatalogue) -> Iterator[UpperUnsound]:
    """Everything for which a file is not taken."""
    if upper.format != FILE_FORMAT:
        yield UpperUnsound(None, "format", UpperFault.FORMAT)
    if not upper.publisher.strip():
        yield UpperUnsound(None, "publisher", UpperFault.PUBLISHER)
    if len(upper.matters) > UPPER_MATTERS_MAX:
        yield UpperUnsound(None, "matters", UpperFault.TOO_MANY)
        return
    seen: set[str] = set()
    for place, one in enumerate(upper.matters):
        length = CODE_CHARS.get(one.code_scheme)
        if len(one.catalog_code) != length or not _CODE.fullmatch(one.catalog_code):
            yield UpperUnsound(place, "catalog_code", UpperFault.CODE)
        elif one.catalog_code in seen:
            yield UpperUnsound(place, "catalog_code", UpperFault.TWICE)
        seen.add(one.catalog_code)
        if not 0 < len(one.name.strip()) <= _NAME_CHARS_MAX:
            yield UpperUnsound(place, "name", UpperFault.NAME)
        if not one.legal_basis or not all(each.title.strip() for each in one.legal_basis):
            yield UpperUnsound(place, _BASIS, UpperFault.NO_BASIS)
        if one.limits.statutory is None and not (one.limits.statutory_note or "").strip():
            yield UpperUnsound(place, "limits", UpperFault.UNEXPLAINED)


def inheriting(matter: MatterVersion, upper: UpperMatter) -> MatterVersion:
    """The matter as the upper catalogue says it is, with all that is its own.

    A law that both cite keeps the county's id, by which its materials and procedures refer to it;
    a promise longer than the limit in law becomes that limit.
    """
    statutory = upper.limits.statutory

    def kept(promised: Limit) -> Limit:
        return statutory if statutory and is_longer(promised, statutory) else promised

    return replace(
        matter,
        **{name: getattr(upper, name) for name in INHERITED},
        limits=replace(
            matter.limits,
            **{name: getattr(upper.limits, name) for name in _LIMITS},
            promised=kept(matter.limits.promised),
        ),
        scenarios=tuple(
            replace(one, promised=kept(one.promised)) if one.promised else one
            for one in matter.scenarios
        ),
        legal_basis=_with_upper(matter.legal_basis, upper.legal_basis),
    )


def departures(matter: MatterVersion, upper: UpperMatter) -> dict[str, object]:
    """Where a matter says other than the upper catalogue: the element, and what it says there."""
    found: dict[str, object] = {
        name: getattr(matter, name)
        for name in INHERITED
        if getattr(matter, name) != getattr(upper, name)
    }
    for name in _LIMITS:
        said = getattr(matter.limits, name)
        if said != getattr(upper.limits, name):
            found[f"limits.{name}"] = said
    own = _by_law(matter.legal_basis)
    for law, basis in _by_law(upper.legal_basis).items():
        held = own.get(law)
        if held is None or _said(held) != _said(basis):
            found[f"{_BASIS}.{'.'.join(law)}"] = None if held is None else _said(held)
    return found


def altered(draft: MatterVersion, last: MatterVersion | None, upper: UpperMatter) -> str | None:
    """The first inherited element that a draft says in its own way; None if there is none.

    What the version before it said otherwise already may stay so, word for word.
    """
    before = departures(last, upper) if last else {}
    found = departures(draft, upper)
    own = (name for name, said in found.items() if before.get(name, UNSET) != said)
    name = next(own, None)
    return None if name is None else _BASIS if name.startswith(_BASIS) else name


def promises_too_long(draft: MatterVersion) -> str | None:
    """The promise that is longer than the limit in law, by its element; None if none is."""
    statutory = draft.limits.statutory
    if statutory is None:
        return None
    if is_longer(draft.limits.promised, statutory):
        return "limits.promised"
    promised = [one.promised for one in draft.scenarios if one.promised]
    return "scenarios" if any(is_longer(one, statutory) for one in promised) else None


def is_inherited(matter: MatterVersion) -> bool:
    """Whether a catalogue above the county says what its first elements are."""
    return matter.version > 1 and matter.code_scheme in UPPER_SCHEMES


def locked_elements(draft: MatterVersion, upper: UpperMatter | None) -> frozenset[str]:
    """What an editor shows and does not ask for; laws by their id: `legal_basis[L1]`."""
    if upper is None:
        return frozenset(INHERITED) if is_inherited(draft) else frozenset()
    own = _by_law(draft.legal_basis)
    laws = (own[law].id for law in _by_law(upper.legal_basis) if law in own)
    return frozenset(
        (
            *INHERITED,
            *(f"limits.{name}" for name in _LIMITS),
            *(f"{_BASIS}[{law}]" for law in laws),
        )
    )


class UpperLine(Struct, frozen=True, kw_only=True):
    """A matter of the upper catalogue, the local ones that claimed it, and which of them differ."""

    upper: UpperMatter
    claimed: tuple[MatterVersion, ...]
    differing: tuple[MatterVersion, ...]


def claims_of(upper: UpperCatalogue, newest: Iterable[MatterVersion]) -> tuple[UpperLine, ...]:
    """Every matter of the upper catalogue with what the county made of it."""
    by_code = _by_code(newest)

    def line(one: UpperMatter) -> UpperLine:
        claimed = by_code.get((one.code_scheme, one.catalog_code), ())
        differing = tuple(each for each in claimed if departures(each, one))
        return UpperLine(upper=one, claimed=claimed, differing=differing)

    return tuple(line(one) for one in upper.matters)


def without_upper(
    upper: UpperCatalogue, newest: Iterable[MatterVersion]
) -> tuple[MatterVersion, ...]:
    """The local matters whose basic code the upper catalogue does not have, or no longer has."""
    known = {(one.code_scheme, one.catalog_code) for one in upper.matters}
    coded = (one for one in newest if one.code_scheme in UPPER_SCHEMES)
    return tuple(one for one in coded if (one.code_scheme, one.catalog_code) not in known)


def newest_on(matters: Iterable[MatterVersion], on: date) -> tuple[MatterVersion, ...]:
    """The newest version of every matter that has not ended by then."""
    newest: dict[str, MatterVersion] = {}
    for one in matters:
        held = newest.get(one.id)
        if held is None or held.version < one.version:
            newest[one.id] = one
    return tuple(
        one for one in newest.values() if one.effective_until is None or one.effective_until >= on
    )


def _by_code(
    newest: Iterable[MatterVersion],
) -> Mapping[tuple[str, str], tuple[MatterVersion, ...]]:
    found: defaultdict[tuple[str, str], tuple[MatterVersion, ...]] = defaultdict(tuple)
    for one in newest:
        found[one.code_scheme, one.catalog_code] += (one,)
    return found


def _by_law(rows: Iterable[LegalBasis]) -> dict[tuple[str, str], LegalBasis]:
    """Rows by law and article; of a number only the newest edition is cited."""
    return {(one.title, one.article): one for one in rows}


def _said(basis: LegalBasis) -> tuple[str, ...]:
    return tuple(getattr(basis, name) for name in BASIS_INHERITED)


def _with_upper(
    own: tuple[LegalBasis, ...], upper: tuple[LegalBasis, ...]
) -> tuple[LegalBasis, ...]:
    """The county's rows, those of the upper catalogue as it words them, and what was missing."""
    above = _by_law(upper)
    held = _by_law(own)
    rows = [_reworded(one, above.get((one.title, one.article))) for one in own]
    taken = {one.id for one in own}
    free = (name for at in count(1) if (name := f"L{at}") not in taken)
    missing = (one for law, one in above.items() if law not in held)
    return (*rows, *(replace(one, id=next(free)) for one in missing))


def _reworded(own: LegalBasis, upper: LegalBasis | None) -> LegalBasis:
    if upper is None:
        return own
    return replace(own, **{name: getattr(upper, name) for name in BASIS_INHERITED})
