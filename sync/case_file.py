"""The file of a case: everything this node holds of it, read in one go for a page or a paper.

No rule is applied here and nothing is hidden: who may see what is for the tier that asks. A part
that is not held is absent; `parts` says whether it is still on its way.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, TypeVar

import msgspec
from msgspec import Struct

from casework.act import AnyAct, Restatable
from casework.approval import approvers
from casework.asking import Guest
from casework.case import Case
from casework.entry import Entry, PartRef, Written
from casework.errors import CaseworkError, UnknownCaseError
from casework.freshness import Heard
from casework.instants import instant_text
from casework.judging import why_not
from casework.matter import MatterVersion
from casework.names import CaseId, KeyId, MessageId, NodeId, OfficerId, PartHash
from casework.organisation import Officer, PositionKind
from casework.party import ApplicantSheet, HandoverSheet
from casework.procedure import BY_NAME
from sync import part_rows
from sync.batch import Batch
from sync.bodies import Deposit, Notice, Verdict
from sync.claims import ReleaseAsked, fallen_waiting, open_deposits, reclaimable, release_asked
from sync.desk import Desk, Sitting
from sync.engine import Work
from sync.hearing import read_heard
from sync.part_exchange import URGENCY_OPENED
from sync.part_rows import PartState
from sync.parts import content_of
from sync.payloads import Message
from sync.power import matter_of
from sync.row_state import RowState, row_state
from sync.spoken import newest_verdicts
from sync.stored import instant_of, stored_body, written_in

# Parts that are read at once, by name; scans are fetched one by one when they are looked at.
TEXTS: Final = frozenset(
    {"opinion", "grounds", "told", "notice", "remark", "question", "answer", "collector"}
)
SHEETS: Final = frozenset({"applicant", "form", "delivery"})
# An entry that came so much later than it was written was written with the line down.
WRITTEN_APART: Final = timedelta(minutes=10)

# The kind of an entry that fell out, beside those of `DepositKind`.
FALLEN: Final = "fallen"

_Sheet = TypeVar("_Sheet")
_STANDING: Final[Mapping[PartState, Literal["arrived", "waiting", "erased"]]] = {
    PartState.HELD: "arrived",
    PartState.AWAITED: "waiting",
    PartState.ERASED: "erased",
}


class PartHeld(Struct, frozen=True):
    """How much of a part lies here, in bytes; a part not meant for this node is not listed."""

    state: Literal["arrived", "waiting", "erased"]
    received: int = 0
    total: int = 0


class DepositFound(Struct, frozen=True, kw_only=True):
    """Something brought to the case elsewhere that waits for the pen-holder."""

    id: MessageId
    at: datetime
    at_text: str
    node: NodeId
    officer: OfficerId
    kind: str
    act: Restatable | None
    parts: tuple[PartRef, ...]


class Signed(Struct, frozen=True):
    """Under which key an entry was signed, and when it came here."""

    key: KeyId
    node: NodeId
    received_at: datetime


class CaseFile(Struct, frozen=True, kw_only=True):
    case: Case
    officer: OfficerId  # who reads it
    matter: MatterVersion
    now: datetime
    blocked: str | None
    row: RowState
    why_not: Mapping[str, CaseworkError | None]
    applicant_name: str | None
    applicant: ApplicantSheet | None
    form: Mapping[str, object] | None
    handover: HandoverSheet | None
    texts: Mapping[PartHash, str]
    parts: Mapping[PartHash, PartHeld]
    acts: Mapping[MessageId, AnyAct]
    entries: Mapping[MessageId, Entry]
    signed: Mapping[MessageId, Signed]
    deposits: tuple[DepositFound, ...]
    fallen: tuple[Written, ...]
    reclaimable: tuple[Written, ...]
    offline: frozenset[MessageId]
    colleagues: tuple[Officer, ...] = ()
    duplicates: tuple[Case, ...] = ()
    guests: tuple[Guest, ...] = ()
    heard: Heard
    release: ReleaseAsked | None = None
    notices: tuple[Notice, ...] = ()
    verdicts: Mapping[MessageId, Verdict] = {}

    def text_of(self, entry: MessageId, name: str) -> str | None:
        """What an entry's part of this name says, if it lies here."""
        for part in self.case.parts:
            if part.entry == entry and part.ref.name == name:
                return self.texts.get(part.ref.hash)
        return None


async def read_case_file(
    desk: Desk, case_id: CaseId, officer: Officer, acting_for: Officer | None = None
) -> CaseFile:
    """Everything held of a case, and what this officer may do to it; UnknownCaseError."""
    node, holdings = desk.node, desk.holdings
    case = await node.journal.get_case(case_id)
    sitting = Sitting(officer=officer, acting_for=acting_for, case_id=case_id)
    standing = await desk.standing(sitting, case)

    def look(work: Work) -> _Read:
        return _read(Batch(node, work), case_id)

    read = await node.database.read(look)
    case = read.case
    content = dict(read.content)
    for part, state in read.parts.items():
        if state.state == "arrived" and part in read.wanted and part not in content:
            found = await desk.read_part(part)
            if found is not None:
                content[part] = found
    if any(state.state == "waiting" for state in read.parts.values()):
        await node.database.work(
            lambda work: part_rows.raise_urgency(work, case_id, URGENCY_OPENED)
        )
    return CaseFile(
        case=case,
        officer=officer.id,
        matter=matter_of(holdings, case.matter),
        now=standing.now,
        blocked=read.blocked,
        row=read.row,
        why_not={name: why_not(case, row.act, standing) for name, row in BY_NAME.items()},
        applicant_name=read.applicant,
        applicant=_newest(case, "applicant", content, ApplicantSheet),
        form=_newest(case, "form", content, dict[str, object]),
        handover=_newest(case, "delivery", content, HandoverSheet),
        texts={
            ref.hash: content[ref.hash].decode(errors="replace")
            for ref in read.refs
            if ref.name in TEXTS and ref.hash in content
        },
        parts=read.parts,
        acts={id_: entry.act for id_, entry in read.entries.items()},
        entries=read.entries,
        signed=read.signed,
        deposits=read.deposits,
        fallen=read.fallen,
        reclaimable=read.reclaimable,
        offline=read.offline,
        colleagues=approvers(PositionKind, standing),
        guests=read.guests,
        heard=read.heard,
        release=read.release,
        notices=read.notices,
        verdicts=read.verdicts,
        duplicates=tuple([await node.journal.get_case(each) for each in standing.duplicates]),
    )


class _Read(Struct, frozen=True, kw_only=True):
    case: Case
    blocked: str | None
    applicant: str | None
    row: RowState
    refs: tuple[PartRef, ...]
    wanted: frozenset[PartHash]
    content: Mapping[PartHash, bytes]
    parts: Mapping[PartHash, PartHeld]
    entries: Mapping[MessageId, Entry]
    signed: Mapping[MessageId, Signed]
    deposits: tuple[DepositFound, ...]
    fallen: tuple[Written, ...]
    reclaimable: tuple[Written, ...]
    offline: frozenset[MessageId]
    guests: tuple[Guest, ...]
    heard: Heard
    release: ReleaseAsked | None
    notices: tuple[Notice, ...]
    verdicts: Mapping[MessageId, Verdict]


def _read(batch: Batch, case_id: CaseId) -> _Read:
    state = batch.case(case_id)
    case = state.case
    if case is None:
        raise UnknownCaseError(case_id)
    messages = [record.message for record in batch.messages_of(case_id)]
    written = {each.id: each for each in map(written_in, messages) if each is not None}
    came = _came(batch, case_id)
    signed = {
        message.id: Signed(message.key_id, message.node, came[message.id])
        for message in messages
        if message.id in came
    }
    deposits = _deposits(batch, case, messages)
    refs = (
        *(part.ref for part in case.parts),
        *(ref for each in deposits for ref in each.parts),
        *(ref for id_ in case.fallen if id_ in written for ref in written[id_].entry.parts),
    )
    wanted = frozenset(ref.hash for ref in refs if ref.name in TEXTS | SHEETS)
    small = batch.small_parts(sorted(wanted))
    bodies = map(stored_body, messages)
    return _Read(
        case=case,
        verdicts=newest_verdicts(messages),
        release=release_asked(messages, case),
        notices=tuple(each for each in bodies if isinstance(each, Notice)),
        blocked=state.blocked,
        guests=state.guests,
        applicant=batch.applicant_of(state),
        row=row_state(batch, case_id),
        refs=refs,
        wanted=wanted,
        content={part: content_of(data) for part, data in small.items()},
        parts=_parts(batch.work, refs),
        entries={id_: each.entry for id_, each in written.items()},
        signed=signed,
        deposits=deposits,
        heard=read_heard(batch.work, batch.node.id),
        fallen=tuple(written[id_] for id_ in case.fallen if id_ in written),
        reclaimable=tuple(written[id_] for id_ in reclaimable(batch, case) if id_ in written),
        offline=frozenset(
            id_
            for id_, each in written.items()
            if id_ in came and each.node != batch.node.id and came[id_] - each.at > WRITTEN_APART
        ),
    )


def _came(batch: Batch, case_id: CaseId) -> dict[MessageId, datetime]:
    rows = batch.work.execute(
        "SELECT id, received_at FROM message WHERE case_id = ?", (case_id,)
    ).fetchall()
    return {MessageId(id_): instant_of(at) for id_, at in rows}


def _deposits(batch: Batch, case: Case, messages: Iterable[Message]) -> tuple[DepositFound, ...]:
    """What may be taken up: deposits that are still open, and what fell out of the chain."""
    waiting = open_deposits(batch, case)
    found = [_fallen_deposit(each) for each in fallen_waiting(batch, case.id)]
    for message in messages:
        body = stored_body(message)
        if not isinstance(body, Deposit) or message.id not in waiting:
            continue
        found.append(
            DepositFound(
                id=message.id,
                at=instant_of(message.header.at),
                at_text=message.header.at,
                node=message.node,
                officer=body.officer,
                kind=body.kind.value,
                act=body.act,
                parts=body.parts,
            )
        )
    return tuple(found)


def _fallen_deposit(fallen: Written) -> DepositFound:
    entry = fallen.entry
    assert isinstance(entry.act, Restatable), "nothing else waits to be taken up"
    return DepositFound(
        id=fallen.id,
        at=fallen.at,
        at_text=instant_text(fallen.at),
        node=fallen.node,
        officer=entry.officer,
        kind=FALLEN,
        act=entry.act,
        parts=entry.parts,
    )


def _parts(work: Work, refs: tuple[PartRef, ...]) -> dict[PartHash, PartHeld]:
    sizes = {ref.hash: ref.size for ref in refs}
    found: dict[PartHash, PartHeld] = {}
    for part, state in part_rows.states(work, list(sizes)).items():
        if state not in _STANDING:
            continue
        received = sizes[part] if state is PartState.HELD else 0
        if state is PartState.AWAITED:
            arriving = part_rows.find_arriving(work, part)
            ranges = arriving.ranges if arriving is not None else ()
            received = sum(end - first for first, end in ranges)
        found[part] = PartHeld(_STANDING[state], received, sizes[part])
    return found


def _newest(
    case: Case, name: str, content: Mapping[PartHash, bytes], kind: type[_Sheet]
) -> _Sheet | None:
    """The last sheet of a name that is held and can be read."""
    for part in reversed(case.parts):
        if part.ref.name != name or part.ref.hash not in content:
            continue
        try:
            return msgspec.json.decode(content[part.ref.hash], type=kind)
        except (ValueError, RecursionError):
            continue
    return None
