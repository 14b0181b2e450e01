"""What the case page of a laptop offers beside its own big buttons, and what it prints first."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework.case import Status
from casework.errors import CaseworkError, NotPenHolderError
from casework.procedure import UNDECIDED
from village_agent.services.station import Station
from webui.case_given import CaseGiven
from webui.case_papers import PaperLink, papers_of
from webui.documents import PaperKind, title_of

# Acts with a dialog of the kit; the others have pages of their own, or are not a village's.
_DIALOGS: Final = frozenset(
    {
        *("accept", "accept_deferred", "notify_deficiency", "instant"),
        *("withdraw", "change_pickup", "take_up_deposit"),
    }
)
# What a resident may ask for here whoever has the case: it is brought to them.
# What is said of a case whoever has it; the record of contacts offers it.
_SAID: Final = frozenset({"ask", "answer"})
_BROUGHT: Final[Mapping[str, frozenset[Status]]] = {
    "withdraw": frozenset(UNDECIDED),
    "change_pickup": frozenset(set(Status) - {Status.DELIVERED, Status.CLOSED}),
}
# Open only where the county asks for the case: what was handed here otherwise is handed up.
_RETURNS: Final = "return_pen"
# What is printed right after an act, for the resident to take along.
_PRINTED_AFTER: Final[Mapping[str, tuple[PaperKind, ...]]] = {
    "collect": (PaperKind.COLLECTION_RECEIPT, PaperKind.ENTRUSTMENT),
    "receive": (PaperKind.MATERIALS_RECEIPT,),
    "accept": (PaperKind.ACCEPTANCE_NOTICE, PaperKind.MATERIALS_RECEIPT),
    "accept_deferred": (PaperKind.DEFERRED_ACCEPTANCE_NOTICE, PaperKind.DEFERRAL_COMMITMENT),
    "notify_deficiency": (PaperKind.DEFICIENCY_NOTICE, PaperKind.MATERIALS_RECEIPT),
    "instant": (PaperKind.INSTANT_RESULT,),
    "deliver": (PaperKind.DELIVERY_RECEIPT,),
    "withdraw": (PaperKind.WITHDRAWAL,),
    "sent": (PaperKind.COLLECTION_RECEIPT,),
}


class Print(Struct, frozen=True, kw_only=True):
    title: str
    url: str
    again_url: str  # the same, marked as printed once more; empty where nothing is in force


def acts_here(station: Station, given: CaseGiven) -> CaseGiven:
    """The case with the acts that this page offers: those of the pen, and what may be brought."""
    held = given.case.pen == station.me
    returns = {_RETURNS} if given.release is not None else set()
    found = {
        name: _refusal(name, given, refusal, held=held)
        for name, refusal in given.why_not.items()
        if name in _DIALOGS | _SAID | returns
    }
    return replace(given, why_not=found)


def papers_to_print(given: CaseGiven, did: str) -> tuple[Print, ...]:
    """What is printed first after an act; the entrustment goes with everything collected."""
    bearing = {link.kind: link for link in papers_of(given.case, given.matter)}
    found = []
    for kind in _PRINTED_AFTER.get(did, ()):
        link = bearing.get(kind)
        if link is None and kind is not PaperKind.ENTRUSTMENT:
            continue
        found.append(_print(kind, link, given))
    return tuple(found)


def papers_listed(given: CaseGiven) -> tuple[Print, ...]:
    """What can be printed again, the latest first: one of each kind, and no slip between desks."""
    newest = {link.kind: link for link in papers_of(given.case, given.matter)}
    apart = {PaperKind.TRANSFER_SLIP, PaperKind.ENTRUSTMENT}
    kinds = [kind for kind in reversed(newest) if kind not in apart]
    if given.case.collected_by is not None or PaperKind.ENTRUSTMENT in newest:
        kinds.append(PaperKind.ENTRUSTMENT)
    return tuple(_print(kind, newest.get(kind), given) for kind in kinds)


def _print(kind: PaperKind, link: PaperLink | None, given: CaseGiven) -> Print:
    title, url = title_of(kind, given.matter.matter_type.value), f"{given.base_url}/papers/{kind}"
    if link is None or not link.entry:
        return Print(title=title, url=url, again_url="")
    url = f"{url}?entry={link.entry}"
    return Print(title=title, url=url, again_url=f"{url}&again=1")


def _refusal(
    name: str, given: CaseGiven, refusal: CaseworkError | None, *, held: bool
) -> CaseworkError | None:
    """Why not; a deposit needs no pen."""
    if held or not isinstance(refusal, NotPenHolderError):
        return refusal
    return None if given.case.status in _BROUGHT.get(name, frozenset()) else refusal
