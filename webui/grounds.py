"""What a refusal rests on, in words: the ids of an act looked up in the matter."""

from collections.abc import Iterable

from casework.matter import LegalBasis, MatterVersion
from webui.case_words import word


def conditions_unmet(matter: MatterVersion) -> dict[str, str]:
    """What is said of each acceptance condition that does not hold."""
    said = ((each.id, each.text) for each in matter.acceptance.conditions)
    return {one: word("unmet", "condition", text=text) for one, text in said}


def checks_failed(matter: MatterVersion) -> dict[str, str]:
    """What is said of each question about a paper that was answered with no."""
    return {
        check.id: f"{need.name}：{word('fault', 'check', check=check.check)}"
        for need in matter.materials
        for check in need.acceptance_standard
    }


def ground_words(matter: MatterVersion, ids: Iterable[str]) -> tuple[str, ...]:
    """The failed checks, conditions and grounds that were cited; the bases in law stand apart."""
    known = {need.id: f"{need.name}：{word('fault', 'missing')}" for need in matter.materials}
    known |= checks_failed(matter) | conditions_unmet(matter)
    known |= {each.id: each.text for each in matter.acceptance.refusals}
    return tuple(known[each] for each in ids if each in known)


def bases_cited(matter: MatterVersion, ids: Iterable[str]) -> tuple[str, ...]:
    """The bases in law that were cited, all of the matter's where none was."""
    cited = set(ids)
    found = [basis for basis in matter.legal_basis if basis.id in cited]
    return tuple(basis_text(each) for each in found or matter.legal_basis)


def basis_text(basis: LegalBasis) -> str:
    number = f"（{basis.number}）" if basis.number else ""
    return f"《{basis.title}》{number}{basis.article}：{basis.gist}"
