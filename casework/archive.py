"""The file of a case for the archive: what each stage holds, and what it lacks.

The stages and their codes are those in which government services are filed: 1 receipt,
2 acceptance, 3 review, 4 closing, 11 supplements, 12 suspensions, 99 whatever else. A paper is held
once the entry that brings it stands, for it can be printed from that entry at any time; what an act
says in words is held where its part lies here. What people sign by hand is kept on paper, and no
program can see it: it is listed, so that whoever files the case looks for it.
"""

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from casework.case import SUPPLEMENT, Case, Closure, Deferral, Extension, Moment, Status
from casework.facts import facts_of
from casework.material import MaterialState
from casework.matter import MatterVersion, goes_by_commitment
from casework.names import PartHash
from casework.procedure import BY_NAME
from casework.steps import passed_over_at_last


class Stage(StrEnum):
    """In the order of a file; the values are its codes, never change one."""

    RECEIPT = "1"
    ACCEPTANCE = "2"
    REVIEW = "3"
    CLOSING = "4"
    SUPPLEMENT = "11"
    SUSPENSION = "12"
    OTHER = "99"


class Keeping(StrEnum):
    HELD = "held"
    MISSING = "missing"
    ON_PAPER = "on_paper"


class Piece(Struct, frozen=True):
    """One thing of a file: a document as the procedure names it, or something else by its key."""

    stage: Stage
    what: str
    keeping: Keeping = Keeping.HELD
    about: str = ""  # of which step, special procedure, material or fee, in the matter's own words


_S: Final = Stage
DOCUMENT_STAGES: Final[Mapping[str, Stage]] = {
    **dict.fromkeys(("online-receipt", "collection-receipt", "materials-receipt"), _S.RECEIPT),
    **dict.fromkeys(("acceptance-notice", "deferred-acceptance-notice"), _S.ACCEPTANCE),
    **dict.fromkeys(("deemed-acceptance", "refusal-of-acceptance"), _S.ACCEPTANCE),
    "forwarding-slip": _S.REVIEW,
    **dict.fromkeys(("grant", "refusal", "instant-result", "result-handover"), _S.CLOSING),
    **dict.fromkeys(("delivery-receipt", "closing-notice", "application-returned"), _S.CLOSING),
    **dict.fromkeys(("deferral-lapsed", "withdrawal", "termination-notice"), _S.CLOSING),
    "merger-notice": _S.CLOSING,
    **dict.fromkeys(("deficiency-notice", "supplement-receipt"), _S.SUPPLEMENT),
    **dict.fromkeys(("review-deficiency-notice", "review-supplement-receipt"), _S.SUPPLEMENT),
    "deferral-satisfied": _S.SUPPLEMENT,
    **dict.fromkeys(("special-procedure-notice", "extension-notice"), _S.SUSPENSION),
    **dict.fromkeys(("transfer-slip", "reclaim-record", "fee-notice"), _S.OTHER),
    **dict.fromkeys(("correction", "revocation", "renewed-acceptance"), _S.OTHER),
}
# Where that is filed which an act says in its own words.
CONTENT_STAGES: Final[Mapping[str, Stage]] = {
    **dict.fromkeys(("pre_return", "notify_deficiency", "notify_deficiency_review"), _S.SUPPLEMENT),
    "refuse_acceptance": _S.ACCEPTANCE,
    **dict.fromkeys(("opine", "forward_up", "answer_from_above"), _S.REVIEW),
    **dict.fromkeys(("decide_grant", "decide_refuse"), _S.REVIEW),
    **dict.fromkeys(("start_special", "end_special"), _S.SUSPENSION),
    **dict.fromkeys(("request_extension", "refuse_extension"), _S.SUSPENSION),
    "terminate": _S.CLOSING,
    **dict.fromkeys(("correct", "revoke", "reopen", "ratify"), _S.OTHER),
    **dict.fromkeys(("keep_apart", "open_green_channel"), _S.OTHER),
    **dict.fromkeys(("ask", "answer", "collect_papers"), _S.OTHER),
}
# Content that belongs to the case as a whole, whichever act brought it.
OF_THE_CASE: Final = frozenset({"applicant", "result"})
_NOTICES: Final = frozenset({"notify_deficiency", "notify_deficiency_review"})
_FEE_NOTICE: Final = "fee-notice"
STEP_PASSED_OVER: Final = "step-passed-over"  # the word of a step that a decision did without
_HAND_OVERS: Final = frozenset({"hand_over_pen", "return_pen"})

_RECEIPTS: Final = ("materials-receipt", "instant-result", "collection-receipt", "online-receipt")
_ANSWERS: Final = (
    *("acceptance-notice", "deferred-acceptance-notice", "deemed-acceptance"),
    *("refusal-of-acceptance", "instant-result"),
)
_DECISIONS: Final = ("grant", "refusal", "instant-result")
_ANSWERED: Final = frozenset(
    {
        *(Status.ACCEPTED, Status.IN_REVIEW, Status.FORWARDED, Status.DECIDED),
        *(Status.RESULT_HELD, Status.READY, Status.DELIVERED),
    }
)


def archive_of(
    case: Case, matter: MatterVersion, absent: Collection[PartHash] = ()
) -> tuple[Piece, ...]:
    """Everything that the file of the case must hold by now, stage by stage.

    `absent` are parts that belong here and have not arrived.
    """
    documents = _documents(case)
    begun = not documents.isdisjoint(_RECEIPTS)
    if case.intake is None or (case.status in {None, Status.DRAFT} and not begun):
        return ()
    file = _File(case, matter, documents, frozenset(absent))
    found = (*file.papers(), *file.words(), *file.on_paper(), *file.owed())
    order = list(Stage)
    return tuple(sorted(dict.fromkeys(found), key=lambda piece: order.index(piece.stage)))


def missing(pieces: Collection[Piece]) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.keeping is Keeping.MISSING)


def _documents(case: Case) -> frozenset[str]:
    named = {BY_NAME[moment.act].document for moment in case.timeline}
    return frozenset(each for each in named if each is not None)


class _File:
    """One case, asked for each kind of thing that a file holds."""

    def __init__(
        self,
        case: Case,
        matter: MatterVersion,
        documents: frozenset[str],
        absent: frozenset[PartHash],
    ) -> None:
        self._case, self._matter = case, matter
        self._documents, self._absent = documents, absent
        self._held = {
            (part.entry, part.ref.name) for part in case.parts if part.ref.hash not in absent
        }

    def papers(self) -> Iterator[Piece]:
        """Every document that the acts of the case brought."""
        for moment in self._case.timeline:
            document = BY_NAME[moment.act].document
            if document is not None and document != _FEE_NOTICE:
                yield Piece(DOCUMENT_STAGES[document], document, about=self._about(moment))
            if moment.act in _HAND_OVERS:
                yield Piece(Stage.OTHER, "transfer-slip")

    def words(self) -> Iterator[Piece]:
        """What people had to say of it: opinions, reasons, what was told."""
        yield self._content(Stage.RECEIPT, "applicant")
        if self._matter.form_fields:
            yield self._content(Stage.RECEIPT, "form")
        for moment in self._case.timeline:
            names = set(BY_NAME[moment.act].parts) - OF_THE_CASE
            names |= {"notice"} if moment.act in _NOTICES else set()
            for name in sorted(names):
                held = (moment.entry, name) in self._held
                keeping = Keeping.HELD if held else Keeping.MISSING
                what = "answer" if moment.act == "answer_from_above" else f"part-{name}"
                yield Piece(CONTENT_STAGES[moment.act], what, keeping, self._about(moment))
        if self._case.materials_judged:
            yield Piece(Stage.REVIEW, "materials-judged")
        for step in passed_over_at_last(self._case, self._matter):
            yield Piece(Stage.REVIEW, STEP_PASSED_OVER, Keeping.MISSING, step.name)
        if self._is_handed_out:
            yield self._content(Stage.CLOSING, "result")

    def on_paper(self) -> Iterator[Piece]:
        """What is kept in a folder, and what came from elsewhere in place of paper."""
        case = self._case
        states = {each.state for each in case.materials}
        if MaterialState.PRESENT in states:
            yield Piece(Stage.RECEIPT, "materials", Keeping.ON_PAPER)
        if MaterialState.CITED in states:
            yield Piece(Stage.RECEIPT, "cited")
        if (case.intake is not None and case.intake.has_agent) or case.collected_by is not None:
            yield Piece(Stage.RECEIPT, "entrustment", Keeping.ON_PAPER)
        if goes_by_commitment(self._matter, facts_of(case)):
            yield Piece(Stage.ACCEPTANCE, "commitment", Keeping.ON_PAPER)
        if case.deferral is not Deferral.NONE:
            yield Piece(Stage.ACCEPTANCE, "deferral-commitment", Keeping.ON_PAPER)
        if case.moments("deliver"):
            yield Piece(Stage.CLOSING, "signed-receipt", Keeping.ON_PAPER)

    def owed(self) -> Iterator[Piece]:
        """What must have come by now; all of it but a settled fee did not."""
        case = self._case
        refused = case.closure is Closure.REFUSED_ACCEPTANCE
        yield from self._one_of(Stage.RECEIPT, _RECEIPTS)
        if case.status in _ANSWERED or case.is_decided or refused:
            yield from self._one_of(Stage.ACCEPTANCE, _ANSWERS)
        if case.is_decided:
            yield from self._one_of(Stage.CLOSING, _DECISIONS)
        if case.status is Status.FORWARDED:
            yield Piece(Stage.REVIEW, "answer", Keeping.MISSING)
        yield from self._awaited()
        yield from self._scans()
        yield from self._fees()

    def _awaited(self) -> Iterator[Piece]:
        """What was begun and is not finished; nothing is owed once a decision or an end came."""
        case = self._case
        waits = (
            (case.status is Status.AWAITING_SUPPLEMENT, "supplement-receipt", Stage.SUPPLEMENT),
            (SUPPLEMENT in case.awaiting, "review-supplement-receipt", Stage.SUPPLEMENT),
            (
                case.is_open and case.deferral is Deferral.OPEN,
                *("deferral-satisfied", Stage.SUPPLEMENT),
            ),
            (
                case.status is Status.IN_REVIEW and case.extension is Extension.REQUESTED,
                *("extension-notice", Stage.SUSPENSION),
            ),
        )
        for waiting, document, stage in waits:
            if waiting:
                yield Piece(stage, document, Keeping.MISSING)
        for label in case.awaiting:
            special = self._matter.special(label)
            if special is not None:
                yield Piece(Stage.SUSPENSION, "part-opinion", Keeping.MISSING, special.name)

    def _scans(self) -> Iterator[Piece]:
        for part in self._case.parts:
            need = self._matter.material(part.ref.name)
            if need is not None and part.ref.hash in self._absent:
                yield Piece(Stage.RECEIPT, "scan", Keeping.MISSING, need.name)

    def _fees(self) -> Iterator[Piece]:
        """A fee of what was granted and handed out is paid or waived by then."""
        decision = self._case.decision
        due = decision is not None and decision.granted and self._is_handed_out
        settled = {each.fee for each in self._case.fees}
        for place, fee in enumerate(self._matter.fees):
            if place in settled or due:
                keeping = Keeping.HELD if place in settled else Keeping.MISSING
                yield Piece(Stage.OTHER, _FEE_NOTICE, keeping, fee.name)

    @property
    def _is_handed_out(self) -> bool:
        """The result lies ready, or was handed over."""
        case = self._case
        return case.status in {Status.READY, Status.DELIVERED} or case.closure is Closure.NORMAL

    def _one_of(self, stage: Stage, documents: tuple[str, ...]) -> Iterator[Piece]:
        """The usual one, if the case has none of these."""
        if self._documents.isdisjoint(documents):
            yield Piece(stage, documents[0], Keeping.MISSING)

    def _content(self, stage: Stage, name: str) -> Piece:
        held = any(each == name for _, each in self._held)
        return Piece(stage, f"part-{name}", Keeping.HELD if held else Keeping.MISSING)

    def _about(self, moment: Moment) -> str:
        if moment.procedure is not None:
            special = self._matter.special(moment.procedure)
            return special.name if special is not None else moment.procedure
        if moment.step is not None:
            step = self._matter.step(moment.step)
            return step.name if step is not None else str(moment.step)
        return ""
