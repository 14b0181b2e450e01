"""Performing an act: the one way a case moves at a node.

Open a transaction, load, ask the rules, sign, write. Several acts of one sitting (receive, accept,
hand over) are one transaction: all of them happen or none.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from casework import act as acts
from casework.act import Act, AnyAct
from casework.case import Case
from casework.entry import Entry, PartRef
from casework.errors import (
    CaseFrozenError,
    CaseMovedOnError,
    CaseworkError,
    NumbersExhaustedError,
    UnknownCaseError,
)
from casework.judging import check_release, permit, why_not
from casework.matter import MatterRef, MatterVersion
from casework.names import (
    ZERO_ID,
    CaseId,
    CaseNumber,
    MessageId,
    PartHash,
)
from casework.numbering import NumberBlock, NumberKind, number_at
from casework.organisation import Officer, stands_in_for
from casework.procedure import PROCEDURE
from casework.standing import Standing
from sync.batch import Batch
from sync.bodies import Deposit, DepositKind, ReleaseRequest
from sync.claims import is_release_requested
from sync.engine import Work
from sync.holdings import Holdings
from sync.manifests import RECEIPTS, announce
from sync.node import Node
from sync.parts import PartNotHeldError, content_of, is_small, make_part
from sync.power import facts_for, matter_of, standing_of
from sync.trust_store import TrustStore
from sync.writing import is_suspect, present, seems_suspect, write

SALT_BYTES: Final = 16


class Attachment(Struct, frozen=True):
    """Content that an act brings; it becomes a part. `name` is a material or form code."""

    name: str
    media_type: str
    content: bytes


class Step(Struct, frozen=True):
    """An act, and what it brings."""

    act: AnyAct
    attachments: tuple[Attachment, ...] = ()


class Sitting(Struct, frozen=True, kw_only=True):
    """Who acts on what: the officer, the case as they saw it, the matter for a new one."""

    officer: Officer
    acting_for: Officer | None = None  # in whose stead, on a dated authority
    case_id: CaseId | None = None
    matter: MatterRef | None = None
    seen: MessageId | None = None


class _Prepared(Struct, frozen=True):
    act: AnyAct
    refs: tuple[PartRef, ...]
    small: Mapping[PartHash, bytes]


class Desk:
    """The acts of one node. `trust` says what may be done; the node signs and keeps it."""

    def __init__(self, node: Node, trust: TrustStore) -> None:
        self._node = node
        self._trust = trust

    @property
    def node(self) -> Node:
        return self._node

    @property
    def holdings(self) -> Holdings:
        return self._trust.holdings

    def now(self) -> datetime:
        return self._node.clock.now()

    def stands_in_for(self, officer: Officer) -> tuple[Officer, ...]:
        """For whom an officer may act today, on a dated authority (row B6)."""
        holdings = self.holdings
        today = holdings.calendar.day_of(self.now())
        named = stands_in_for(holdings.organisation.ab_pairs, officer.id, today)
        found = (holdings.officer(each) for each in named)
        return tuple(each for each in found if each is not None and each.may_work(today))

    async def perform(
        self, act: AnyAct, sitting: Sitting, attachments: Sequence[Attachment] = ()
    ) -> Case:
        """Sign one act and queue it, or raise the CaseworkError that forbids it."""
        return await self.perform_all((Step(act, tuple(attachments)),), sitting)

    async def perform_all(self, steps: Sequence[Step], sitting: Sitting) -> Case:
        """Sign several acts as one change."""
        prepared = [await self._prepare(step) for step in steps]
        holdings = self.holdings

        def write_down(batch: Batch) -> Case:
            return self._write_all(batch, holdings, prepared, sitting)

        return await self._node.change(write_down, fault="act")

    async def deposit(
        self,
        kind: DepositKind,
        act: acts.Restatable | None,
        sitting: Sitting,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        """Bring something to a case whose pen is elsewhere."""
        prepared = [await self._prepare(Step(act or acts.Take(), tuple(attachments)))]

        def write_down(batch: Batch) -> None:
            case = self._load(batch, sitting)
            if case is None:
                raise UnknownCaseError("a deposit is made to a case")
            body = Deposit(
                number=case.number,
                kind=kind,
                act=act,
                officer=sitting.officer.id,
                acting_for=sitting.acting_for.id if sitting.acting_for else None,
                parts=prepared[0].refs,
            )
            write(batch, body, case=case.id, small=prepared[0].small)

        await self._node.change(write_down, fault="act")

    async def ask_for_pen(self, reason: str, sitting: Sitting) -> None:
        """Ask whoever holds the pen of a case to return it: the county's machine alone."""
        holdings = self.holdings

        def write_down(batch: Batch) -> None:
            case = self._load(batch, sitting)
            if case is None:
                raise UnknownCaseError("the pen of a case is asked for")
            doubted = is_suspect(batch)
            standing = self._standing(batch, holdings, case, sitting, None, time_suspect=doubted)
            asked = is_release_requested(batch, case)
            check_release(case, replace(standing, release_requested=asked))
            batch.audit("release-asked", case=case.id, code=sitting.officer.id)
            write(batch, ReleaseRequest(case.pen, case.head, reason), case=case.id)

        await self._node.change(write_down, fault="act")

    async def get_case(self, case: CaseId) -> Case:
        return await self._node.journal.get_case(case)

    async def why_not(
        self,
        kinds: Iterable[type[Act]],
        sitting: Sitting,
        case: Case | None,
    ) -> dict[str, CaseworkError | None]:
        """For each kind of act, by its name: why it may not be done now, or None."""
        standing = await self.standing(sitting, case)
        return {PROCEDURE[kind].name: why_not(case, kind, standing) for kind in kinds}

    async def standing(
        self, sitting: Sitting, case: Case | None, act: AnyAct | None = None
    ) -> Standing:
        """What an act would be judged by now."""
        holdings = self.holdings

        def ask(work: Work) -> Standing:
            batch = Batch(self._node, work)
            doubted = seems_suspect(batch)
            return self._standing(batch, holdings, case, sitting, act, time_suspect=doubted)

        return await self._node.database.read(ask)

    async def read_part(self, part: PartHash) -> bytes | None:
        """The content of a part without its salt; None where it is not held here."""
        try:
            return content_of(await self._node.parts.get(part))
        except PartNotHeldError:
            return None

    async def read_named(self, case: Case, name: str) -> bytes | None:
        """The newest part of a name that is held."""
        for part in reversed(case.parts):
            if part.ref.name == name:
                content = await self.read_part(part.ref.hash)
                if content is not None:
                    return content
        return None

    async def draw_number(self, kind: NumberKind) -> str:
        """A number for a paper about to be printed; one that is not used is a gap, explained."""
        return await self._node.database.work(lambda work: self._draw(work, kind))

    async def _prepare(self, step: Step) -> _Prepared:
        """Make the parts; large ones are on the shelf before any entry names them."""
        refs, small = [], {}
        for each in step.attachments:
            hash_, data = make_part(each.content, self._node.randomness(SALT_BYTES))
            refs.append(PartRef(hash_, len(data), each.media_type, each.name))
            if is_small(len(data)):
                small[hash_] = data
            else:
                await self._node.parts.shelve(hash_, data)
        return _Prepared(step.act, tuple(refs), small)

    def _write_all(
        self, batch: Batch, holdings: Holdings, prepared: Sequence[_Prepared], sitting: Sitting
    ) -> Case:
        case = self._load(batch, sitting)
        for step in prepared:
            case = self._write_one(batch, holdings, case, step, sitting)
        assert case is not None, "an act leaves a case behind"
        return case

    def _load(self, batch: Batch, sitting: Sitting) -> Case | None:
        if sitting.case_id is None:
            return None
        state = batch.case(sitting.case_id)
        if state.case is None:
            raise UnknownCaseError(sitting.case_id)
        if state.blocked is not None:
            raise CaseFrozenError(f"{sitting.case_id}: {state.blocked}")
        if sitting.seen is not None and state.case.head != sitting.seen:
            raise CaseMovedOnError(f"{sitting.case_id} is at {state.case.head}")
        return state.case

    def _write_one(
        self,
        batch: Batch,
        holdings: Holdings,
        case: Case | None,
        step: _Prepared,
        sitting: Sitting,
    ) -> Case:
        standing = self._standing(
            batch,
            holdings,
            case,
            sitting,
            step.act,
            time_suspect=is_suspect(batch),
        )
        grant = permit(case, step.act, step.refs, standing)
        number = case.number if case else self._draw(batch.work, NumberKind.CASE)
        entry = Entry(
            number=number,
            previous=case.head if case else ZERO_ID,
            act=step.act,
            matter_version=standing.matter.ref,
            delegation=grant.id if grant else None,
            officer=sitting.officer.id,
            acting_for=sitting.acting_for.id if sitting.acting_for else None,
            bundle=None,
            project=None,
            parts=step.refs,
        )
        made = write(batch, entry, case=case.id if case else None, small=step.small)
        case_id = made.message.header.case
        assert case_id is not None, "an entry names its case"
        if isinstance(step.act, RECEIPTS):
            announce(batch, made.message)
        after = batch.case(case_id).case
        assert after is not None, "what was permitted stands"
        return after

    def _standing(  # noqa: PLR0913
        self,
        batch: Batch,
        holdings: Holdings,
        case: Case | None,
        sitting: Sitting,
        act: AnyAct | None,
        *,
        time_suspect: bool,
    ) -> Standing:
        return standing_of(
            batch,
            holdings,
            case,
            node=self._node.id,
            incarnation=self._node.incarnation,
            officer=sitting.officer,
            acting_for=sitting.acting_for,
            matter=self._matter(holdings, case, sitting),
            facts=facts_for(case, getattr(act, "restated", act)),
            now=present(batch, is_doubted=time_suspect),
            act=act,
            time_suspect=time_suspect,
            sets_behind=self._trust.is_behind,
        )

    def _matter(self, holdings: Holdings, case: Case | None, sitting: Sitting) -> MatterVersion:
        """After receipt the case's own version; before it the one the officer chose."""
        if case is not None and (case.received_by is not None or sitting.matter is None):
            return matter_of(holdings, case.matter)
        if sitting.matter is None:
            raise UnknownCaseError("neither a case nor a matter")
        return matter_of(holdings, sitting.matter)

    def _draw(self, work: Work, kind: NumberKind) -> CaseNumber:
        """The next free number of this node's oldest block that has one."""
        row = work.execute(
            "SELECT id, block, first, last, next_free FROM number_block WHERE node = ?"
            " AND incarnation = ? AND document_kind = ? AND next_free <= last"
            " ORDER BY block LIMIT 1",
            (self._node.id, self._node.incarnation, kind.value),
        ).fetchone()
        if row is None:
            raise NumbersExhaustedError(f"{self._node.id} has no number left for a {kind.value}")
        id_, block, first, last, next_free = row
        work.execute("UPDATE number_block SET next_free = next_free + 1 WHERE id = ?", (id_,))
        leased = NumberBlock(block, self._node.id, self._node.incarnation, kind, first, last)
        return number_at(leased, next_free)
