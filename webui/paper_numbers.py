"""The numbers that papers bear: that of the case, then the form's own.

The case's comes from the block that the county leased to whoever took it in, with a check digit;
the rest follows from the chain up to the paper's own entry. So every node computes the same number,
in contact or not, and no later entry changes it (docs/decisions/0045).
"""

from collections.abc import Mapping
from typing import Final

from casework.case import Case
from casework.names import MessageId
from casework.procedure import BY_NAME
from webui.documents import PaperKind

# Numbers in common use, then our own from 21 on. They are printed on papers; never change one.
FORM_NUMBERS: Final[Mapping[PaperKind, str]] = {
    PaperKind.MATERIALS_RECEIPT: "01",
    PaperKind.DEFICIENCY_NOTICE: "02",
    PaperKind.REFUSAL_OF_ACCEPTANCE: "03",
    PaperKind.ACCEPTANCE_NOTICE: "04",
    PaperKind.SUPPLEMENT_RECEIPT: "05",
    PaperKind.REVIEW_DEFICIENCY_NOTICE: "06",
    PaperKind.REFUSAL: "07",
    PaperKind.DELIVERY_RECEIPT: "09",
    PaperKind.RENEWED_ACCEPTANCE: "10",
    PaperKind.REVIEW_SUPPLEMENT_RECEIPT: "11",
    PaperKind.GRANT: "21",
    PaperKind.DEFERRED_ACCEPTANCE_NOTICE: "22",
    PaperKind.DEFERRAL_SATISFIED: "23",
    PaperKind.INSTANT_RESULT: "24",
    PaperKind.DEFERRAL_COMMITMENT: "25",
    PaperKind.ENTRUSTMENT: "26",
    PaperKind.COLLECTION_RECEIPT: "27",
    PaperKind.TRANSFER_SLIP: "28",
    PaperKind.RESULT_HANDOVER: "29",
    PaperKind.RECLAIM_RECORD: "30",
    PaperKind.DEEMED_ACCEPTANCE: "31",
    PaperKind.WITHDRAWAL: "32",
    PaperKind.CLOSING_NOTICE: "33",
    PaperKind.SPECIAL_PROCEDURE_NOTICE: "08",
    PaperKind.ONLINE_RECEIPT: "12",
    PaperKind.APPLICATION_RETURNED: "34",
    PaperKind.EXTENSION_NOTICE: "35",
    PaperKind.FORWARDING_SLIP: "36",
    PaperKind.DEFERRAL_LAPSED: "37",
    PaperKind.TERMINATION_NOTICE: "38",
    PaperKind.CORRECTION: "39",
    PaperKind.REVOCATION: "40",
    PaperKind.MERGER_NOTICE: "41",
    PaperKind.FEE_NOTICE: "42",
    PaperKind.COMMITMENT: "43",
    PaperKind.CONSULTATION_SHEET: "44",
}
# The counterparts for an application that came by the portal, by post or by telephone.
ONLINE_NUMBERS: Final[Mapping[PaperKind, str]] = {
    PaperKind.SUPPLEMENT_RECEIPT: "13",
    PaperKind.REVIEW_SUPPLEMENT_RECEIPT: "14",
}
# A decision's number is what the decider wrote into the act.
DECISIONS: Final = frozenset({PaperKind.GRANT, PaperKind.REFUSAL, PaperKind.INSTANT_RESULT})
_BY_ACTS: Final = frozenset(row.document for row in BY_NAME.values())


def document_number(case: Case, kind: PaperKind, entry: MessageId | None = None) -> str:
    """The number of a paper, without an entry that of the next of its kind in the case.

    After the county has reclaimed the case, it says that too: what fell out may have been printed.
    What was taken up from there is the same paper and keeps its number.
    """
    if kind in DECISIONS and case.decision is not None and case.decision.document:
        return case.decision.document
    form = ONLINE_NUMBERS.get(kind) if came_online(case) else None
    number = f"{case.number}-{form or FORM_NUMBERS[kind]}"
    place, reclaimed = _place_of(case, kind, entry)
    number = number if place == 1 else f"{number}-{place}"
    return f"{number}R{reclaimed}" if reclaimed else number


def _place_of(case: Case, kind: PaperKind, entry: MessageId | None) -> tuple[int, int]:
    """Which of its kind it is, and how often the case was reclaimed before."""
    place, reclaimed = 1, 0
    for moment in case.timeline:
        if moment.entry == entry:
            return place, 0 if moment.adopted else reclaimed
        place += _document_of(moment.act) == kind.value
        reclaimed += moment.act == "reclaim_pen"
    return (place, reclaimed) if kind.value in _BY_ACTS else (1, 0)


def came_online(case: Case) -> bool:
    return bool(case.moments("submit_online"))


def _document_of(act: str) -> str | None:
    return BY_NAME[act].document
