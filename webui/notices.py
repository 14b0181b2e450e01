"""The part `notice`: what an applicant was told to mend, in a form people and programs read.

A line with tabs is one deficiency: the material, what is wrong, how to mend it, the basis in law.
Lines without are remarks. It is plain text because it is kept and read for years.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from casework.material import MaterialRequirement, MaterialState, MaterialVerdict
from casework.matter import MatterVersion
from webui.case_words import word
from webui.documents import Deficiency

_CELLS = 4


class Notice(Struct, frozen=True):
    deficiencies: tuple[Deficiency, ...]
    remarks: tuple[str, ...]


def deficiencies_of(
    matter: MatterVersion,
    verdicts: Iterable[MaterialVerdict],
    remedies: Mapping[str, str] | None = None,
) -> tuple[Deficiency, ...]:
    """Everything the verdicts find wanting; `remedies` are an officer's words, by material."""
    found: list[Deficiency] = []
    for verdict in verdicts:
        need = matter.material(verdict.material)
        if need is None:
            continue
        own = (remedies or {}).get(need.id, "")
        basis = basis_words(matter, need.legal_basis)
        if verdict.state in {MaterialState.MISSING, MaterialState.DEFERRED}:
            remedy = own or word("remedy", "missing", material=need.name, form=form_words(need))
            found.append(
                Deficiency(
                    material=need.name,
                    fault=word("fault", verdict.state.value),
                    remedy=remedy,
                    legal_basis=basis,
                )
            )
        found += [
            Deficiency(
                material=need.name,
                fault=word("fault", "check", check=check.check),
                remedy=own or word("remedy", "check"),
                legal_basis=basis,
            )
            for check in need.acceptance_standard
            if check.id in verdict.failed_checks
        ]
    return tuple(found)


def notice_text(deficiencies: Iterable[Deficiency], remark: str = "") -> str:
    lines = [
        "\t".join(_one_cell(cell) for cell in (d.material, d.fault, d.remedy, d.legal_basis))
        for d in deficiencies
    ]
    lines += [line.replace("\t", " ") for line in remark.splitlines() if line.strip()]
    return "\n".join(lines)


def read_notice(text: str) -> Notice:
    """What `notice_text` wrote; a line that is none of its own is a remark."""
    deficiencies: list[Deficiency] = []
    remarks: list[str] = []
    for line in text.splitlines():
        cells = line.split("\t")
        if len(cells) == _CELLS:
            material, fault, remedy, basis = cells
            deficiencies.append(
                Deficiency(material=material, fault=fault, remedy=remedy, legal_basis=basis)
            )
        elif line.strip():
            remarks.append(line.strip())
    return Notice(tuple(deficiencies), tuple(remarks))


def form_words(need: MaterialRequirement) -> str:
    """How many of which papers a material is."""
    if need.is_fetched or not (need.originals or need.copies):
        return word("form", "electronic")
    originals = word("form", "originals", count=need.originals) if need.originals else ""
    copies = word("form", "copies", count=need.copies) if need.copies else ""
    return "、".join(filter(None, (originals, copies)))


def basis_words(matter: MatterVersion, ids: Iterable[str]) -> str:
    wanted = set(ids)
    return "；".join(
        f"《{basis.title}》{basis.article}" for basis in matter.legal_basis if basis.id in wanted
    )


def _one_cell(text: str) -> str:
    return " ".join(text.split())
