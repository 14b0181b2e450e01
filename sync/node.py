"""A node of the county at run time: its name, its key, its database, and what runs on them.

One process is one node. A test makes several in one process, each on a database of its own.
"""

from collections.abc import Callable, Sequence
from typing import Final, Self, TypeVar

from casework.names import CaseId, Incarnation, NodeId, PartHash, is_county
from sync.batch import Batch
from sync.clock import Clock
from sync.county_answers import refuse_entry
from sync.county_duties import CountyDuties
from sync.engine import Database, Work
from sync.erasing import erase_old, erase_touched
from sync.exchange import Exchange
from sync.faults import fault_point
from sync.inbox import retry_set_aside
from sync.journal import Journal
from sync.keys import Randomness, Signer, random_bytes
from sync.outbox import forget_other_lives
from sync.part_exchange import SetSource
from sync.parts import Parts
from sync.ports import Applied, Judge, Observer, Trust
from sync.projection import refold
from sync.rereading import read_unread
from sync.tables import ensure_indexes
from sync.vault import Vault

T = TypeVar("T")


class Node:
    """A node on an open database, whose tables its tier has migrated; `open` readies them.

    `trust` is one state of the trust sets; `adopt_trust` puts the next one in its place.
    """

    def __init__(  # noqa: PLR0913 - the parts of a node, each by its name
        self,
        *,
        id: NodeId,  # noqa: A002 - the word of docs/protocol.md
        incarnation: Incarnation,
        signer: Signer,
        database: Database,
        parts: Parts,
        clock: Clock,
        trust: Trust,
        sets: SetSource | None = None,
        judge: Judge | None = None,
        observers: Sequence[Observer] = (),
        randomness: Randomness = random_bytes,
    ) -> None:
        self.id = id
        self.incarnation = incarnation
        self.signer = signer
        self.database = database
        self.parts = parts
        self.vault: Final[Vault] = parts.vault
        self.clock = clock
        self.trust = trust
        self.sets = sets
        self.judge = judge
        self.observers = list(observers)
        self.randomness = randomness
        self._erased: list[PartHash] = []  # whose files go at the next tick
        self.journal = Journal(self)
        self.exchange = Exchange(self)
        self.duties = CountyDuties(self) if is_county(id) else None

    async def open(self) -> Self:
        await ensure_indexes(self.database)
        await self.database.work(lambda work: forget_other_lives(work, self.incarnation))
        await self.change(read_unread)
        return self

    async def change(self, act: Callable[[Batch], T], *, fault: str | None = None) -> T:
        """Run a change of the journal whole, with all that follows from it, and wake carriers.

        Inside a transaction it is part of that. `fault` names the fault points around the commit.
        """

        def run(work: Work) -> tuple[T, set[NodeId], list[PartHash]]:
            batch = Batch(self, work)
            result = act(batch)
            erased = self._finish(batch)
            if fault is not None:
                fault_point(f"{fault}.before_commit")
            return result, batch.owed_now, erased

        result, owed, erased = await self.database.work(run)
        self.database.on_commit(lambda: self._committed(owed, erased, fault))
        return result

    async def adopt_trust(self, trust: Trust) -> None:
        """Work by another state of the trust sets, and try again what the old one held up."""
        self.trust = trust
        await self.change(self._reconsider)

    async def tick(self) -> None:
        """Upkeep, every second or so; at the county also its duties."""
        if self._erased:
            gone, self._erased = self._erased, []
            await self.parts.drop(gone)
            await self.database.truncate_log()
        if self.duties is not None:
            await self.duties.run()

    async def tidy(self) -> None:
        """Upkeep, once a day: erase what has been needless for long, and stray files."""
        await self.parts.drop(await self.change(erase_old))
        await self.parts.sweep(self.clock.now())

    def _finish(self, batch: Batch) -> list[PartHash]:
        """What follows from a change; the parts that it made needless."""
        if self.judge is not None:
            self.judge.pronounce(batch)
        batch.flush_parts()
        erased = erase_touched(batch)
        batch.flush()
        applied = Applied(
            tuple(record.message for record in batch.records.values()), tuple(batch.touched)
        )
        if applied.messages or applied.cases:
            for observer in self.observers:
                observer.applied(batch.work, applied)
        return erased

    def _committed(self, owed: set[NodeId], erased: Sequence[PartHash], fault: str | None) -> None:
        self._erased += erased
        if fault is not None:
            fault_point(f"{fault}.after_commit")
        if owed:
            self.exchange.wake(*owed)

    def _reconsider(self, batch: Batch) -> None:
        """Logs end, and forks are settled, by the directory: fold again what that touches."""
        rows = batch.work.execute("SELECT log, seq FROM log_position").fetchall()
        touched: set[CaseId] = set()
        for log, seq in rows:
            end = batch.trust.find_end(log)
            stopped_at = batch.position(log).stopped_at
            if end is None or (end.seq >= seq and stopped_at is None):
                continue
            touched.update(
                CaseId(row[0])
                for row in batch.work.execute(
                    "SELECT DISTINCT case_id FROM message WHERE log = ? AND seq > ?"
                    " AND case_id IS NOT NULL",
                    (log, min(end.seq, (stopped_at or end.seq + 1) - 1)),
                ).fetchall()
            )
        answer = refuse_entry if batch.is_county else None
        for case in sorted(touched):
            refold(batch, case, answer)
        retry_set_aside(batch)
        if self.judge is not None:
            self.judge.reconsider(batch)
