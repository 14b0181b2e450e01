"""The materials of a case: what was asked, what was found, and the scans as far as they came."""

from collections.abc import Iterable

from msgspec import Struct

from casework.assessment import Need, needs
from casework.case import CasePart
from casework.facts import facts_of
from casework.material import MaterialVerdict
from webui import labels
from webui.case_given import CaseGiven, PartStanding, PartState
from webui.case_words import word
from webui.notices import basis_words, form_words

_WAITING = PartStanding("waiting")


class ScanView(Struct, frozen=True, kw_only=True):
    """A picture or a PDF; `percent` while only some of it has come."""

    hash: str
    url: str
    material: str
    title: str
    number: int
    is_pdf: bool
    state: PartState
    received: int
    total: int
    where: str

    @property
    def percent(self) -> int:
        return 100 * self.received // self.total if self.total else 0


class MaterialView(Struct, frozen=True, kw_only=True):
    """A material of the matter; `state` is a key of codes.json `material_state` or empty."""

    id: str
    name: str
    necessity: str
    needed: bool
    form: str
    retention: str
    issuer: str
    state: str
    found: str
    failed: tuple[str, ...]
    checks: tuple[tuple[str, str], ...]
    basis: str
    scans: tuple[ScanView, ...]


def materials_of(given: CaseGiven) -> tuple[MaterialView, ...]:
    """The materials this application needs, and any other of which something lies here."""
    verdicts = {verdict.material: verdict for verdict in given.case.materials}
    scans = scans_of(given)
    listed = needs(given.matter, facts_of(given.case))
    return tuple(
        _view(need, verdicts.get(need.requirement.id), scans, given)
        for need in listed
        if need.needed
        or need.requirement.id in verdicts
        or any(scan.material == need.requirement.id for scan in scans)
    )


def scans_of(given: CaseGiven) -> tuple[ScanView, ...]:
    """Every scan once, in the order of the matter's materials and then of arrival."""
    order = {need.id: place for place, need in enumerate(given.matter.materials)}
    unique = {
        (part.ref.name, part.ref.hash): part for part in given.case.parts if part.ref.name in order
    }
    parts = sorted(unique.values(), key=lambda part: order[part.ref.name])
    return tuple(_scans(parts, given))


def _scans(parts: Iterable[CasePart], given: CaseGiven) -> Iterable[ScanView]:
    counted: dict[str, int] = {}
    for part in parts:
        name = part.ref.name
        counted[name] = counted.get(name, 0) + 1
        need = given.matter.material(name)
        standing = given.parts.get(part.ref.hash, _WAITING)
        yield ScanView(
            hash=part.ref.hash,
            url=f"{given.base_url}/parts/{part.ref.hash}",
            material=name,
            title=need.name if need else name,
            number=counted[name],
            is_pdf=part.ref.media_type == "application/pdf",
            state=standing.state,
            received=standing.received,
            total=standing.total or part.ref.size,
            where=given.names.node(part.node),
        )


def _view(
    need: Need,
    verdict: MaterialVerdict | None,
    scans: tuple[ScanView, ...],
    given: CaseGiven,
) -> MaterialView:
    asked = need.requirement
    failed = verdict.failed_checks if verdict else ()
    return MaterialView(
        id=asked.id,
        name=asked.name,
        necessity=asked.necessity.value,
        needed=need.needed,
        form=form_words(asked),
        retention=labels.label("retention", asked.retention.value),
        issuer=asked.issuer,
        state=verdict.state.value if verdict else "",
        found=_found(verdict),
        failed=tuple(each.check for each in asked.acceptance_standard if each.id in failed),
        checks=tuple((each.id, each.check) for each in asked.acceptance_standard),
        basis=basis_words(given.matter, asked.legal_basis),
        scans=tuple(scan for scan in scans if scan.material == asked.id),
    )


def _found(verdict: MaterialVerdict | None) -> str:
    """How many papers were handed in, in the words of the list."""
    if verdict is None or not (verdict.originals or verdict.copies):
        return ""
    originals = word("form", "originals", count=verdict.originals) if verdict.originals else ""
    copies = word("form", "copies", count=verdict.copies) if verdict.copies else ""
    return "、".join(filter(None, (originals, copies)))
