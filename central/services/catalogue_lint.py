"""The catalogue's lint with the words of its table: over a catalogue, or over a file of clauses."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from casework.catalogue import Catalogue, decode_catalogue
from casework.clause_lint import (
    ClauseFinding,
    ClauseKind,
    ClauseLint,
    ClauseRule,
    ClauseTable,
    ClauseVerdict,
    Term,
)
from casework.matter import MatterVersion
from casework.matter_lint import MatterFinding, clauses_of, lint_matter

FILE_BYTES_MAX: Final = 32 * 1024 * 1024
_TABLE: Final = Path(__file__).parents[1] / "data" / "catalogue_lint.toml"


class ClauseFileError(Exception):
    """The file holds neither a catalogue nor clauses."""


class Said(Struct, frozen=True):
    reason: str
    suggestion: str | None = None


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    words: dict[str, str]
    term: list[Term]
    rule: list[ClauseRule]
    fine: Said
    fault: dict[str, Said]


class Line(Struct, frozen=True, omit_defaults=True):
    """What is said of one clause; where it stands, if it stands in a catalogue."""

    text: str
    verdict: str
    reason: str
    suggestion: str | None
    matter: str | None = None
    version: int | None = None
    field: str | None = None

    @property
    def is_fine(self) -> bool:
        return self.verdict == ClauseVerdict.FINE.value


@cache
def _table() -> _Table:
    return msgspec.convert(tomllib.loads(_TABLE.read_text("utf-8")), _Table)


def clause_table() -> ClauseTable:
    table = _table()
    return ClauseTable(table.words, table.term, table.rule)


@cache
def clause_lint() -> ClauseLint:
    return ClauseLint(clause_table())


def said_of(finding: MatterFinding) -> tuple[str, str, str]:
    """The verdict on a finding, its reason, and what to write instead."""
    fault = finding.fault
    if isinstance(fault, ClauseFinding):
        return fault.verdict.value, fault.reason, fault.suggestion
    said = _table().fault[fault.value]
    return fault.value, said.reason, said.suggestion or ""


def lint_clause(text: str, kind: ClauseKind | None) -> Line:
    found = clause_lint().finding(text, kind)
    if found is None:
        return Line(text, ClauseVerdict.FINE.value, _table().fine.reason, None)
    return Line(text, found.verdict.value, found.reason, found.suggestion)


def lint_file(path: Path) -> Iterator[Line]:
    """One line for each clause of a file, and one for each element that a version leaves out."""
    read = _read(path)
    if isinstance(read, Catalogue):
        for matter in read.matters:
            yield from _matter_lines(matter)
    else:
        for text, kind in read:
            yield lint_clause(text, kind)


def _matter_lines(matter: MatterVersion) -> Iterator[Line]:
    found: dict[str, list[MatterFinding]] = {}
    for finding in lint_matter(matter, clause_lint()):
        found.setdefault(finding.field, []).append(finding)
    for clause in clauses_of(matter):
        if clause.field not in found:
            fine = ClauseVerdict.FINE.value
            where = (matter.id, matter.version, clause.field)
            yield Line(clause.text, fine, _table().fine.reason, None, *where)
    for field, findings in found.items():
        for finding in findings:
            yield Line(finding.text, *said_of(finding), matter.id, matter.version, field)


def _read(path: Path) -> Catalogue | list[tuple[str, ClauseKind | None]]:
    data = path.read_bytes()
    if len(data) > FILE_BYTES_MAX:
        raise ClauseFileError(f"{path} is larger than {FILE_BYTES_MAX} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ClauseFileError(f"{path} is not UTF-8 text") from error
    if text.lstrip()[:1] not in {"{", "["}:
        return [(line.strip(), None) for line in text.splitlines() if line.strip()]
    try:
        content = _json(text)
        if isinstance(content, dict) and "matters" in content:
            return decode_catalogue(text.encode())
    except (ValueError, RecursionError) as error:
        raise ClauseFileError(f"{path} cannot be read: {error}") from error
    listed = content.get("clauses") if isinstance(content, dict) else content
    if isinstance(content, dict) and "text" in content:
        listed = [content]
    if not isinstance(listed, list):
        raise ClauseFileError(f"{path} is neither a catalogue nor a list of clauses")
    return [_clause(path, at, each) for at, each in enumerate(listed, 1)]


def _json(text: str) -> Any:
    """JSON, or JSON by the line."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines):  # noqa: PLR2004
            raise
        return [json.loads(line) for line in lines]


def _clause(path: Path, at: int, given: object) -> tuple[str, ClauseKind | None]:
    fields: Mapping[str, object] = given if isinstance(given, dict) else {"text": given}
    text, kind = fields.get("text"), fields.get("kind")
    if not isinstance(text, str):
        raise ClauseFileError(f"{path}: clause {at} has no text")
    known = isinstance(kind, str) and kind in frozenset(ClauseKind)
    return text, ClauseKind(str(kind)) if known else None
