"""The lint of a matter version: its clauses, and the elements that a guide may not leave out.

GB/T 36112-2018 asks of every material where it comes from, in what form, how often and by which
law; an acceptance standard is what makes two windows decide alike.
"""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from casework.clause_lint import ClauseFinding, ClauseKind, ClauseLint
from casework.limits import is_longer
from casework.material import MaterialForm, MaterialRequirement
from casework.matter import MatterVersion

_PAPER_FORMS = {
    MaterialForm.ORIGINAL: (True, False),
    MaterialForm.COPY: (False, True),
    MaterialForm.ORIGINAL_AND_COPY: (True, True),
}


class MatterFault(StrEnum):
    """What a version leaves out; worded by these values."""

    BASIS_MISSING = "basis_missing"
    BASIS_UNKNOWN = "basis_unknown"
    COPIES_MISSING = "copies_missing"
    SOURCE_MISSING = "source_missing"
    STANDARD_MISSING = "standard_missing"
    LIMIT_UNEXPLAINED = "limit_unexplained"
    LIMIT_OVER_STATUTORY = "limit_over_statutory"


class MatterFinding(Struct, frozen=True):
    """What is wrong, and where in the version it stands; `text` is what stands there."""

    field: str
    text: str
    fault: MatterFault | ClauseFinding

    @property
    def code(self) -> str:
        return self.fault.rule if isinstance(self.fault, ClauseFinding) else self.fault.value


class Clause(Struct, frozen=True):
    """A text of a version that an applicant has to meet."""

    kind: ClauseKind
    field: str
    text: str


def clauses_of(matter: MatterVersion) -> Iterator[Clause]:
    for condition in matter.acceptance.conditions:
        field = f"acceptance.conditions[{condition.id}].text"
        yield Clause(ClauseKind.CONDITION, field, condition.text)
    for material in matter.materials:
        yield Clause(ClauseKind.MATERIAL, f"materials[{material.id}].name", material.name)


def lint_matter(matter: MatterVersion, lint: ClauseLint) -> Iterator[MatterFinding]:
    """Everything the lint finds in a version, clauses first."""
    for clause in clauses_of(matter):
        found = lint.finding(clause.text, clause.kind)
        if found is not None:
            yield MatterFinding(clause.field, clause.text, found)
    yield from element_findings(matter)


def element_findings(matter: MatterVersion) -> Iterator[MatterFinding]:
    if not matter.legal_basis:
        yield MatterFinding("legal_basis", matter.name, MatterFault.BASIS_MISSING)
    for fault in _limit_faults(matter):
        yield MatterFinding("limits", matter.name, fault)
    known = {basis.id for basis in matter.legal_basis}
    for material in matter.materials:
        for part, fault in _material_faults(material, known):
            yield MatterFinding(f"materials[{material.id}].{part}", material.name, fault)
    for index, fee in enumerate(matter.fees):
        if not fee.legal_basis.strip():
            yield MatterFinding(f"fees[{index}].legal_basis", fee.name, MatterFault.BASIS_MISSING)


def _limit_faults(matter: MatterVersion) -> Iterator[MatterFault]:
    statutory = matter.limits.statutory
    if statutory is None:
        if not (matter.limits.statutory_note or "").strip():
            yield MatterFault.LIMIT_UNEXPLAINED
        return
    promised = [matter.limits.promised, *(one.promised for one in matter.scenarios)]
    if any(limit is not None and is_longer(limit, statutory) for limit in promised):
        yield MatterFault.LIMIT_OVER_STATUTORY


def _material_faults(
    material: MaterialRequirement, known: set[str]
) -> Iterator[tuple[str, MatterFault]]:
    if not material.legal_basis:
        yield "legal_basis", MatterFault.BASIS_MISSING
    elif not known.issuperset(material.legal_basis):
        yield "legal_basis", MatterFault.BASIS_UNKNOWN
    if material.form in _PAPER_FORMS:
        originals, copies = _PAPER_FORMS[material.form]
        if (originals and material.originals < 1) or (copies and material.copies < 1):
            yield "copies", MatterFault.COPIES_MISSING
    elif not material.originals + material.copies and not material.obtainable_by_sharing:
        yield "source", MatterFault.SOURCE_MISSING
    if not material.issuer.strip():
        yield "issuer", MatterFault.SOURCE_MISSING
    if not any(each.check.strip() for each in material.acceptance_standard):
        yield "acceptance_standard", MatterFault.STANDARD_MISSING
