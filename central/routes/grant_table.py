"""The delegation list as a table that people keep in a spreadsheet, out and in.

A row with the number of a record is that record as it is to be; one without a number is new; what
no row names stays as it is. One bad row and nothing of the file is used: every fault is told by its
row and column.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from msgspec.structs import replace

from casework.condition import Condition, Operator
from casework.delegation import Delegation, GrantSource, Level, Quota, QuotaPeriod
from casework.delegation_editing import EditError, EditFault, Editing, Place, Wish, as_wish
from casework.delegation_file import DelegationList
from casework.matter import MatterVersion
from casework.names import DelegationId, MatterId, NodeId
from casework.organisation import PositionKind
from casework.proposal import DelegationChanges
from central.routes.access import Services
from central.routes.grant_form import OFFLINE_HOURS_MAX, QUOTA_MAX, facts_of, typed_value, value_of
from central.routes.grant_words import GrantWords, source_words
from central.routes.matters import today_of
from central.routes.table_rows import RowFault, TableRow
from central.services.delegation_desk import OpenDraft
from central.words import sections, word
from webui import labels
from webui.table_files import plain_cell

NOTE_CHARS_MAX: Final = 200
_SECTION: Final = "grant_table"
# The columns in their order; those that only name what another column numbers are not read.
COLUMNS: Final = (
    *("record", "node", "node_name", "matter", "matter_name", "level", "conditions"),
    *("not_before", "not_after", "positions", "quota", "offline_hours", "two_person"),
    *("separate_acceptor", "instrument", "source", "note"),
)
_NOT_READ: Final = frozenset({"node_name", "matter_name"})
_COMPARED: Final = {
    "<=": Operator.LE,
    ">=": Operator.GE,
    "!=": Operator.NE,
    "=": Operator.EQ,
    "<": Operator.LT,
    ">": Operator.GT,
    "in": Operator.IN,
}
_SIGNS: Final = {op: sign for sign, op in _COMPARED.items()}
_CONDITION: Final = re.compile(r"(?P<field>[\w.]+)\s*(?P<op><=|>=|!=|=|<|>|\bin\b)\s*(?P<value>.+)")
_BETWEEN: Final = re.compile(r"[;；]")
_AND: Final = re.compile(r"[、,，\s]+")


class TableReader:
    """Reads rows into the editing of a draft; `faults` names all that is wrong."""

    def __init__(self, use: Services, opened: OpenDraft) -> None:
        holdings, data = use.trust.holdings, opened.data
        self._editing: Final[Editing] = opened.editing
        self._catalogue: Final = {one.id: one for one in holdings.catalogue.on(today_of(use))}
        self._nodes: Final = {one.id for one in holdings.regions.nodes if one.parent is not None}
        listed = (*data.delegations.instruments, *opened.changes.instruments)
        self._instruments: Final = {one.number: one.id for one in listed}
        self._records: Final = opened.held.records
        self._rows: Final[dict[DelegationId, int]] = {}
        self.faults: Final[list[RowFault]] = []

    def read(self, table: Sequence[Sequence[str]]) -> None:
        headings = {name: heading for heading, name in _names().items()}
        given = [_names().get(plain_cell(one)) for one in table[0]]
        missing = [name for name in COLUMNS if name not in given and name not in _NOT_READ]
        for name in missing:
            self.faults.append(RowFault(1, headings[name], "", word(_SECTION, "no_column")))
        if missing:
            return
        for number, row in enumerate(table[1:], start=2):
            if any(row):
                cells = {name: cell for name, cell in zip(given, row, strict=False) if name}
                self._read_row(TableRow(_SECTION, number, cells, self.faults))

    def row_of(self, record: DelegationId) -> int:
        """Where a record stands in the file; 0 if it stands nowhere."""
        return self._rows.get(record, 0)

    def _read_row(self, row: TableRow) -> None:
        before = len(self.faults)
        record = self._record(row)
        matter = row.take("matter", lambda cell: self._catalogue.get(MatterId(cell)), required=True)
        node = row.take("node", lambda cell: cell if cell in self._nodes else None, required=True)
        if matter is None or node is None:
            return
        place = Place(NodeId(node), matter.id)
        if record is not None and (record.grantee, record.matter) != (place.grantee, place.matter):
            row.fault("record", "other_place")
        wish = self._wish(row, matter, record)
        note = row.take("note", lambda cell: cell if len(cell) <= NOTE_CHARS_MAX else None) or ""
        if len(self.faults) > before or wish is None:
            return
        try:
            self._put(row, place, wish, record, note)
        except EditError as error:
            first = self._editing.earliest([record.id] if record else [])
            said = word("edit_fault", error.fault, record=error.record, first=first)
            ends = error.fault is EditFault.ENDS_EARLY
            row.add("not_after" if ends else "not_before", said)

    def _record(self, row: TableRow) -> Delegation | None:
        id_ = row.get("record")
        if not id_:
            return None
        found = self._records.get(DelegationId(id_))
        if found is None:
            row.fault("record", "unknown")
        elif found.id in self._rows:
            row.fault("record", "twice")
        else:
            self._rows[found.id] = row.number
        return found

    def _put(
        self, row: TableRow, place: Place, wish: Wish, record: Delegation | None, note: str
    ) -> None:
        if record is None:
            self._rows[self._editing.put(place, wish, (), note)] = row.number
            return
        said = as_wish(record)
        if wish == said:  # a note belongs to what is new or altered
            return
        last = wish.not_after
        if last is not None and replace(wish, not_after=said.not_after) == said:
            self._editing.end(record.id, last)
            return
        self._rows[self._editing.put(place, wish, [record.id], note)] = row.number

    def _wish(self, row: TableRow, matter: MatterVersion, record: Delegation | None) -> Wish | None:
        level = row.take("level", _codes("level", Level).get, required=True)
        first = row.take("not_before", _day, required=True)
        last = row.take("not_after", _day)
        hours = row.take("offline_hours", _number(0, OFFLINE_HOURS_MAX), required=True)
        count = row.take("quota", _number(1, QUOTA_MAX))
        source = row.take("source", _sources().get, required=True)
        instrument = row.take("instrument", self._instruments.get, required=True)
        positions = row.take("positions", _positions)
        conditions = row.take("conditions", lambda cell: _conditions(cell, matter))
        two = row.take("two_person", _yes_no().get)
        separate = row.take("separate_acceptor", _yes_no().get)
        if level is None or first is None or hours is None or not source or not instrument:
            return None
        return Wish(
            principal=matter.department if record is None else record.principal,
            level=level,
            not_before=first,
            not_after=last,
            instrument=instrument,
            source=source,
            offline_hours=hours,
            matter_versions=record.matter_versions if record else None,
            conditions=_as_they_were(conditions or (), record),
            positions=positions or (),
            two_person=bool(two),
            separate_acceptor=bool(separate),
            quota=Quota(QuotaPeriod.MONTH, count) if count else None,
        )


def table_of(
    use: Services, records: Iterable[Delegation], listed: DelegationList, draft: DelegationChanges
) -> Iterator[tuple[object, ...]]:
    """The list as rows, its headings first."""
    words, names = GrantWords(use, draft.instruments), use.review.names
    matters = {one.id: one for one in use.trust.holdings.catalogue.matters}
    notes = {id_: one.note for id_, one in listed.remarks.items()}
    notes.update({one.record: one.text for one in draft.notes})
    yield tuple(word("grant_table_column", name) for name in COLUMNS)
    yes_no = {value: said for said, value in _yes_no().items()}
    for one in records:
        yield (
            *(one.id, one.grantee, names.node(one.grantee), one.matter, words.matter(one.matter)),
            *(labels.label("level", one.level), _conditions_typed(one, matters.get(one.matter))),
            *(one.not_before.isoformat(), one.not_after.isoformat() if one.not_after else ""),
            "、".join(labels.label("position_kind", each) for each in one.positions),
            *(one.quota.count if one.quota else "", one.offline_hours),
            *(yes_no[one.two_person], yes_no[one.separate_acceptor]),
            *(words.instrument(one.instrument), source_words(one.source), notes.get(one.id) or ""),
        )


def _names() -> Mapping[str, str]:
    return {heading: name for name, heading in sections()["grant_table_column"].items()}


def _codes(table: str, kind: type[Level]) -> Mapping[str, Level]:
    words = {labels.label(table, one): one for one in kind}
    return words | {one.value: one for one in kind}


def _sources() -> Mapping[str, GrantSource]:
    return {source_words(one): one for one in GrantSource}


def _yes_no() -> Mapping[str, bool]:
    return {word("yes_no", "yes"): True, word("yes_no", "no"): False}


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell.replace("/", "-").replace(".", "-"))
    except ValueError:
        return None


def _number(low: int, high: int) -> Callable[[str], int | None]:
    def read(cell: str) -> int | None:
        whole = cell.isascii() and cell.isdigit() and len(cell) <= len(str(high))
        return int(cell) if whole and low <= int(cell) <= high else None

    return read


def _positions(cell: str) -> tuple[str, ...] | None:
    known = {labels.label("position_kind", one): one.value for one in PositionKind}
    read = [known.get(each) for each in _AND.split(cell) if each]
    found = tuple(one for one in read if one is not None)
    return found if len(found) == len(read) else None


def _conditions(cell: str, matter: MatterVersion) -> tuple[Condition, ...] | None:
    facts = {one.key: one for one in facts_of(matter)}
    read = []
    for each in _BETWEEN.split(cell):
        if not each.strip():
            continue
        found = _CONDITION.fullmatch(each.strip())
        fact = facts.get(found["field"]) if found else None
        if found is None or fact is None:
            return None
        op = _COMPARED[found["op"]]
        value = value_of(fact, op, found["value"].strip())
        if value is None:
            return None
        read.append(Condition(fact.key, op, value))
    return tuple(read)


def _conditions_typed(record: Delegation, matter: MatterVersion | None) -> str:
    facts = {one.key: one for one in facts_of(matter)} if matter else {}
    return "；".join(
        f"{one.field} {_SIGNS[one.op]} {typed_value(one, facts.get(one.field))}"
        for one in record.conditions
    )


def _as_they_were(
    conditions: tuple[Condition, ...], record: Delegation | None
) -> tuple[Condition, ...]:
    """With the wording that the record has for them."""
    held = {replace(one, text=None): one for one in record.conditions} if record else {}
    return tuple(held.get(one, one) for one in conditions)
