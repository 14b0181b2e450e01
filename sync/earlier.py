"""What a node holds of one applicant's earlier cases: the same application, the same papers.

Only cases that pass through this node, and only what of them lies here: nothing is asked for
elsewhere. People of one name and the same last four digits are told apart by the whole number.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from casework.case import Case, CasePart, Closure
from casework.condition import AGENT_FACT
from casework.material import MaterialRequirement, MaterialState, Retention
from casework.matter import MatterVersion
from casework.names import CaseId, CaseNumber
from casework.party import ApplicantSheet
from sync.desk import Desk
from sync.part_rows import PartState
from sync.stored import case_from_bytes

CASES_LOOKED_AT_MAX: Final = 20
ID_TAIL_CHARS: Final = 4
# What was shown longer ago is shown again: certificates run out and households change.
REUSE_DAYS_MAX: Final = 365
_NOT_TO_BE_TRUSTED: Final = frozenset({Closure.TERMINATED, Closure.REFUSED_ACCEPTANCE})


class EarlierCase(Struct, frozen=True, kw_only=True):
    """A case of the same applicant; its sheet is None where it does not lie here."""

    case: Case
    on: date | None  # when it came in
    sheet: ApplicantSheet | None


class PaperHeld(Struct, frozen=True, kw_only=True):
    """A paper of an earlier case that may stand for one asked for now."""

    material: str
    case: CaseId
    number: CaseNumber
    on: date
    scans: tuple[CasePart, ...]


async def earlier_cases(
    desk: Desk, name: str, id_number: str, *, but: CaseId | None = None
) -> tuple[EarlierCase, ...]:
    """The newest cases of this applicant, whatever the matter; `but` is the one being mended."""
    column = desk.node.vault.column
    rows = await desk.node.database.fetch(
        f"SELECT folded FROM case_row WHERE {column('id_tail')} = ? AND {column('applicant')} = ?"  # noqa: S608
        " ORDER BY moved_at DESC LIMIT ?",
        (id_number[-ID_TAIL_CHARS:], name, CASES_LOOKED_AT_MAX),
    )
    found = []
    for (folded,) in rows:
        case = case_from_bytes(folded)
        sheet = await _sheet(desk, case)
        is_theirs = sheet is None or sheet.applicant.id_number == id_number
        if is_theirs and case.id != but:
            found.append(EarlierCase(case=case, on=_received_on(desk, case), sheet=sheet))
    return tuple(found)


async def papers_held(
    desk: Desk, matter: MatterVersion, cases: Sequence[EarlierCase], today: date
) -> Mapping[str, PaperHeld]:
    """For each material of a matter the newest paper that was found good and still lies here."""
    found: dict[str, PaperHeld] = {}
    for earlier in cases:
        old, received = desk.holdings.matter(earlier.case.matter), earlier.on
        if old is None or received is None or not _may_be_trusted(earlier, received, today):
            continue
        for need in matter.materials:
            scans = _scans(need, earlier.case, old) if need.id not in found else ()
            if scans and await _all_held(desk, scans):
                case = earlier.case
                found[need.id] = PaperHeld(
                    material=need.id, case=case.id, number=case.number, on=received, scans=scans
                )
    return found


def _received_on(desk: Desk, case: Case) -> date | None:
    came = case.moments("receive", "collect", "submit_online", "instant")
    return desk.holdings.calendar.day_of(came[0].at) if came else None


def _may_be_trusted(earlier: EarlierCase, received: date, today: date) -> bool:
    """Whose papers nobody vouched for, or proved false, are not used again."""
    case = earlier.case
    revoked = case.decision is not None and case.decision.revoked
    return (
        earlier.sheet is not None
        and not revoked
        and case.closure not in _NOT_TO_BE_TRUSTED
        and today - received <= timedelta(days=REUSE_DAYS_MAX)
    )


def _scans(need: MaterialRequirement, case: Case, old: MatterVersion) -> tuple[CasePart, ...]:
    same = [each.id for each in old.materials if _is_same_paper(need, each)]
    good = {
        verdict.material
        for verdict in case.materials
        if verdict.state is MaterialState.PRESENT and not verdict.failed_checks
    }
    for material in same:
        scans = {part.ref.hash: part for part in case.parts if part.ref.name == material}
        if material in good and scans:
            return tuple(scans.values())
    return ()


def _is_same_paper(need: MaterialRequirement, old: MaterialRequirement) -> bool:
    """The same certificate of the same person; what is written for one application never is."""
    if not (_is_shown(need) and _is_shown(old)):
        return False
    licences = {need.licence_type, old.licence_type}
    return need.name == old.name or (len(licences) == 1 and None not in licences)


def _is_shown(need: MaterialRequirement) -> bool:
    """A paper of the applicant that is shown and taken home again, not one of who acts for them."""
    of_agent = need.when is not None and need.when.field == AGENT_FACT
    return not of_agent and not need.is_fetched and need.retention is not Retention.KEEP


async def _all_held(desk: Desk, scans: Sequence[CasePart]) -> bool:
    states = await desk.node.parts.states([part.ref.hash for part in scans])
    return all(states.get(part.ref.hash) is PartState.HELD for part in scans)


async def _sheet(desk: Desk, case: Case) -> ApplicantSheet | None:
    content = await desk.read_named(case, "applicant")
    if content is None:
        return None
    try:
        return msgspec.json.decode(content, type=ApplicantSheet)
    except (ValueError, RecursionError):
        return None
