"""What one transaction is about to write: read through it, change it, flush it once.

A frame of five hundred messages touches each table a few times instead of five hundred times:
positions, cases and list tails are loaded when first asked for, kept here as they change, and
written together at the end. A batch lives inside one `Database.work` and is never used again.
"""

import contextlib
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from casework.entry import PartRef
from casework.instants import instant_text
from casework.names import (
    CaseId,
    Incarnation,
    Lane,
    LogName,
    MessageId,
    NodeId,
    PartHash,
    parent_of,
)
from sync import part_rows
from sync.batch_rows import (
    PUT_CASE,
    CaseState,
    Judged,
    LogPosition,
    Record,
    Tail,
    case_row,
    child_towards,
    is_under,
    message_row,
    names_in,
    names_text,
    standing_first,
)
from sync.bodies import TrustVersions
from sync.engine import Work
from sync.errors import PartError
from sync.granted import Granted
from sync.inquiries import find_guests
from sync.part_rows import Reference
from sync.payloads import Message
from sync.stored import case_from_bytes, stored_message
from sync.tables import MessageState

if TYPE_CHECKING:
    from sync.node import Node

__all__ = [
    "Batch",
    "CaseState",
    "Judged",
    "LogPosition",
    "Record",
    "child_towards",
    "is_under",
    "names_in",
    "names_text",
    "standing_first",
]

IDS_PER_QUERY_MAX: Final = 500
# Columns of `case_row` that say who somebody is.
APPLICANT: Final = "applicant"
ID_TAIL: Final = "id_tail"
_CASE_COLUMNS: Final = "id, folded, told, left_out, parked, blocked, applicant, id_tail, interest"


class Batch:
    def __init__(self, node: "Node", work: Work) -> None:
        self.node: Final = node
        self.work: Final = work
        self.trust: Final = node.trust
        self.parent: Final = parent_of(node.id)
        self.granted: Final = Granted(work)
        self.senders_checked: set[tuple[LogName, NodeId]] = set()
        self.now: Final = node.clock.now()
        self.at: Final = instant_text(self.now)
        self.records: dict[MessageId, Record] = {}
        self.touched: list[CaseId] = []
        self.judged: dict[MessageId, Judged] = {}
        self.acknowledged: dict[LogName, tuple[int, int]] = {}  # from, to
        self.parts_acknowledged: list[PartHash] = []  # large ones, after their messages mostly
        self.moved: set[LogName] = set()  # positions that an acknowledgement moved
        self._logs: dict[LogName, LogPosition] = {}
        self._cases: dict[CaseId, CaseState] = {}
        self._strays: dict[LogName, bool] = {}
        self._shown: dict[LogName, TrustVersions] = {}
        self._places: dict[tuple[LogName, int], MessageId] = {}
        self._of_case: dict[CaseId, list[Record]] = defaultdict(list)
        self._neighbours: dict[NodeId, Incarnation] | None = None
        self._has_set_aside: bool | None = None
        self._held_logs: set[LogName] | None = None
        self._tails: dict[tuple[NodeId, Lane], Tail] = {}
        self._listed: list[tuple[str, str, int, str, str]] = []
        self._restated: list[tuple[str, str | None, str]] = []
        self._held: dict[PartHash, tuple[PartRef, bytes | None]] = {}
        self._references: list[Reference] = []
        self._audit: list[tuple[Any, ...]] = []

    # Logs.

    def position(self, log: LogName) -> LogPosition:
        found = self._logs.get(log)
        if found is None:
            row = self.work.execute(
                "SELECT seq, id, acknowledged, stopped_at, trust, anchor FROM log_position"
                " WHERE log = ?",
                (log,),
            ).fetchone()
            found = self._logs[log] = LogPosition(log, *row) if row else LogPosition(log)
        return found

    def has_strays(self, log: LogName) -> bool:
        """Whether messages beyond a log's position are held: they came from above."""
        if log not in self._strays:
            query = "SELECT 1 FROM message WHERE log = ? AND seq > ? LIMIT 1"
            row = self.work.execute(query, (log, self.position(log).seq)).fetchone()
            self._strays[log] = row is not None
        return self._strays[log]

    def shown_trust(self, log: LogName) -> TrustVersions | None:
        """The newest trust versions that a log showed."""
        if log not in self._shown and (stored := self.position(log).trust) is not None:
            self._shown[log] = msgspec.json.decode(stored, type=TrustVersions)
        return self._shown.get(log)

    def show_trust(self, log: LogName, versions: TrustVersions) -> None:
        if self._shown.get(log) != versions:
            self._shown[log] = versions
            position = self.position(log)
            position.trust, position.changed = msgspec.json.encode(versions), True

    def find_at(self, log: LogName, seq: int) -> MessageId | None:
        """The message that stands at a place of a log, be it in this batch or before it."""
        if (log, seq) in self._places:
            return self._places[log, seq]
        row = self.work.execute(
            "SELECT id FROM message WHERE log = ? AND seq = ?", (log, seq)
        ).fetchone()
        return row[0] if row else None

    # Messages.

    def add(self, record: Record) -> None:
        message = record.message
        self.records[message.id] = record
        self._places[message.header.log, message.header.seq] = message.id
        if message.header.case is not None:
            self._of_case[message.header.case].append(record)

    def knows(self, id: MessageId) -> bool:  # noqa: A002
        if id in self.records:
            return True
        query = "SELECT 1 FROM message WHERE id = ?"
        return self.work.execute(query, (id,)).fetchone() is not None

    def find(self, id: MessageId) -> Message | None:  # noqa: A002
        if id in self.records:
            return self.records[id].message
        row = self.work.execute("SELECT wire FROM message WHERE id = ?", (id,)).fetchone()
        return stored_message(row[0], id) if row else None

    def restate(self, id: MessageId, state: MessageState, code: str | None) -> None:  # noqa: A002
        if id in self.records:
            self.records[id].state, self.records[id].code = state, code
        else:
            self._restated.append((state.value, code, id))

    def messages_of(self, case: CaseId) -> list[Record]:
        """Every message whose header names the case, in the order they came."""
        if case in self._cases and self._cases[case].is_new:
            return list(self._of_case[case])
        rows = self.work.execute(
            "SELECT id, wire, state, code, brought_by, brought_from FROM message"
            " WHERE case_id = ? ORDER BY arrival",
            (case,),
        ).fetchall()
        earlier = [
            Record(stored_message(wire, id_), None, MessageState(state), code, by, incarnation)
            for id_, wire, state, code, by, incarnation in rows
        ]
        return earlier + self._of_case[case]

    # Cases.

    def load_cases(self, ids: Iterable[CaseId]) -> None:
        """Fetch many cases at once, and find out which of the unknown ones have messages."""
        missing = [each for each in dict.fromkeys(ids) if each not in self._cases]
        for start in range(0, len(missing), IDS_PER_QUERY_MAX):
            self._load_some(missing[start : start + IDS_PER_QUERY_MAX])

    def case(self, id: CaseId) -> CaseState:  # noqa: A002
        if id not in self._cases:
            self._load_some([id])
        return self._cases[id]

    def _load_some(self, ids: Sequence[CaseId]) -> None:
        marks = ", ".join("?" * len(ids))
        query = f"SELECT {_CASE_COLUMNS} FROM case_row WHERE id IN ({marks})"  # noqa: S608
        for row in self.work.execute(query, ids).fetchall():
            id_, folded, told, left_out, parked, blocked, applicant, id_tail, interest = row
            self._cases[id_] = CaseState(
                id_,
                case_from_bytes(folded),
                names_in(told),
                names_in(left_out),
                parked,
                blocked,
                applicant,
                id_tail,
                frozenset(names_in(interest)),
                is_plain=parked == 0 and blocked is None,
            )
        unknown = [each for each in ids if each not in self._cases]
        if unknown:
            self._begin(unknown)
        for id_, guests in find_guests(self.work, ids).items():
            self._cases[id_].guests = guests

    def _begin(self, unknown: Sequence[CaseId]) -> None:
        """The states of cases that have no row, yet perhaps messages."""
        marks = ", ".join("?" * len(unknown))
        stray = {
            row[0]
            for row in self.work.execute(
                f"SELECT DISTINCT case_id FROM message WHERE case_id IN ({marks})",  # noqa: S608
                unknown,
            ).fetchall()
        }
        for id_ in unknown:
            is_new = id_ not in stray
            self._cases[id_] = CaseState(id_, is_plain=is_new, is_new=is_new)

    def changed_cases(self) -> Iterator[CaseState]:
        """Cases that stand otherwise here than in the database as it is read."""
        return (self._cases[id_] for id_ in self.touched)

    def touch(self, state: CaseState) -> None:
        if not state.changed:
            state.changed = True
            self.touched.append(state.id)

    def applicant_of(self, state: CaseState) -> str | None:
        """Who applies, as far as the vault gives it now."""
        return self.node.vault.open_text(state.id, APPLICANT, state.applicant)

    def id_tail_of(self, state: CaseState) -> str | None:
        return self.node.vault.open_text(state.id, ID_TAIL, state.id_tail)

    def name_applicant(self, state: CaseState, name: str, id_tail: str) -> None:
        close = self.node.vault.close_text
        state.applicant = close(state.id, APPLICANT, name)
        state.id_tail = close(state.id, ID_TAIL, id_tail)

    # Neighbours and lists.

    @property
    def neighbours(self) -> dict[NodeId, Incarnation]:
        """Those with whom a hello was exchanged, and their incarnations."""
        if self._neighbours is None:
            rows = self.work.execute("SELECT node, incarnation FROM neighbour").fetchall()
            self._neighbours = {NodeId(row[0]): Incarnation(row[1]) for row in rows}
        return self._neighbours

    @property
    def is_county(self) -> bool:
        return self.parent is None

    @property
    def held_logs(self) -> set[LogName]:
        """Logs of which something is held behind a gap."""
        if self._held_logs is None:
            rows = self.work.execute("SELECT DISTINCT log FROM held").fetchall()
            self._held_logs = {LogName(row[0]) for row in rows}
        return self._held_logs

    @property
    def has_set_aside(self) -> bool:
        if self._has_set_aside is None:
            row = self.work.execute("SELECT 1 FROM set_aside LIMIT 1").fetchone()
            self._has_set_aside = row is not None
        return self._has_set_aside

    def children(self) -> list[NodeId]:
        return [each for each in self.neighbours if each != self.parent]

    def list_for(self, neighbour: NodeId, message: Message) -> None:
        """Append a message to what this neighbour is owed, in the message's lane."""
        if neighbour not in self.neighbours:
            return
        tail = self._tail(neighbour, message.lane)
        tail.n += 1
        tail.digest = hashlib.sha256(tail.digest + hashlib.sha256(message.wire).digest()).digest()
        self._listed.append((neighbour, message.lane.value, tail.n, message.id, tail.digest.hex()))

    def owes(self, neighbour: NodeId, lane: Lane) -> bool:
        """Whether a neighbour has yet to receipt something of a lane."""
        row = self.work.execute(
            "SELECT receipted_n FROM delivery WHERE neighbour = ? AND lane = ?",
            (neighbour, lane.value),
        ).fetchone()
        return bool(self._tail(neighbour, lane).n > row[0])

    def _tail(self, neighbour: NodeId, lane: Lane) -> Tail:
        found = self._tails.get((neighbour, lane))
        if found is None:
            n, digest = self.work.execute(
                "SELECT listed_n, listed_digest FROM delivery WHERE neighbour = ? AND lane = ?",
                (neighbour, lane.value),
            ).fetchone()
            found = self._tails[neighbour, lane] = Tail(n, bytes.fromhex(digest))
        return found

    @property
    def owed_now(self) -> set[NodeId]:
        """The neighbours whose lists have grown."""
        return {NodeId(each[0]) for each in self._listed}

    def forget_lists(self, neighbour: NodeId) -> None:
        """The lists of this neighbour were begun anew behind the batch's back."""
        self._neighbours = None
        for lane in Lane:
            self._tails.pop((neighbour, lane), None)

    # Parts, settings, the audit.

    def hold_part(self, ref: PartRef, data: bytes | None) -> None:
        self._held[ref.hash] = (ref, data)

    def brings(self, part: PartHash) -> bool:
        return part in self._held

    def small_part(self, part: PartHash) -> bytes | None:
        """The bytes of a small part that is held, or about to be."""
        if part in self._held:
            return self._held[part][1]
        return self.small_parts([part]).get(part)

    def small_parts(self, parts: Sequence[PartHash]) -> dict[PartHash, bytes]:
        """The bytes of those that are small and held, as far as the vault gives them now."""
        found = {}
        for part, stored in part_rows.small_parts(self.work, parts).items():
            with contextlib.suppress(PartError):
                data = self.node.vault.open_part(part, stored)
                if data is not None:
                    found[part] = data
        return found

    def refer(self, hash: PartHash, owner: MessageId, case: CaseId | None) -> None:  # noqa: A002
        self._references.append(Reference(hash, owner, case))

    def flush_parts(self) -> None:
        close = self.node.vault.close_part
        held = [
            (ref, close(ref.hash, data) if data is not None else None)
            for ref, data in self._held.values()
        ]
        part_rows.hold(self.work, held)
        part_rows.refer(self.work, self._references)
        self._held, self._references = {}, []

    def setting(self, key: str) -> bytes | None:
        row = self.work.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
        return bytes(row[0]) if row else None

    def set(self, key: str, value: bytes) -> None:
        self.work.execute(
            "INSERT INTO setting (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )

    def unset(self, key: str) -> None:
        self.work.execute("DELETE FROM setting WHERE key = ?", (key,))

    def audit(  # noqa: PLR0913 - one row of the audit
        self,
        event: str,
        *,
        is_alarm: bool = False,
        neighbour: NodeId | None = None,
        log: LogName | None = None,
        seq: int | None = None,
        case: CaseId | None = None,
        code: str | None = None,
    ) -> None:
        self._audit.append((self.at, event, is_alarm, neighbour, log, seq, case, code))

    # Writing.

    def flush(self) -> None:
        """Write everything that changed; the transaction around it makes it count."""
        work = self.work
        work.executemany(
            "INSERT INTO message (id, kind, log, seq, at, case_id, state, code, brought_by,"
            " brought_from, received_at, wire) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [message_row(each, self.at) for each in self.records.values()],
        )
        work.executemany("UPDATE message SET state = ?, code = ? WHERE id = ?", self._restated)
        work.executemany(
            "INSERT INTO log_position (log, seq, id, acknowledged, stopped_at, trust, anchor)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (log) DO UPDATE SET seq = excluded.seq,"
            " id = excluded.id, acknowledged = excluded.acknowledged,"
            " stopped_at = excluded.stopped_at, trust = excluded.trust, anchor = excluded.anchor",
            [
                (p.log, p.seq, p.id, p.acknowledged, p.stopped_at, p.trust, p.anchor)
                for p in self._logs.values()
                if p.changed
            ],
        )
        self._flush_cases()
        work.executemany(
            "INSERT INTO listed (neighbour, lane, n, message_id, digest) VALUES (?, ?, ?, ?, ?)",
            self._listed,
        )
        work.executemany(
            "UPDATE delivery SET listed_n = ?, listed_digest = ? WHERE neighbour = ? AND lane = ?",
            [
                (tail.n, tail.digest.hex(), neighbour, lane.value)
                for (neighbour, lane), tail in self._tails.items()
            ],
        )
        self.flush_parts()
        work.executemany(
            "INSERT INTO audit (at, event, is_alarm, neighbour, log, seq, case_id, code)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            self._audit,
        )

    def _flush_cases(self) -> None:
        changed = [state for state in self._cases.values() if state.changed]
        self.work.executemany(
            PUT_CASE,
            [case_row(s, s.case, self.node.id, self.at) for s in changed if s.case is not None],
        )
        gone = [(state.id,) for state in changed if state.case is None]
        if gone:
            self.work.executemany("DELETE FROM case_row WHERE id = ?", gone)
