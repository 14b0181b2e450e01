"""Exporting what a node holds, for anybody to recompute without its database.

A folder of JSON lines: every message of every log as the bytes that were signed, the trust sets
they are judged by, the case digests that the node's own projection shows, and the names of the
parts. The parts themselves stay at the node: they are personal, and no chain depends on them.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from casework.case import Case
from casework.instants import instant_text
from casework.names import CaseId, Incarnation, LogName, MessageId, NodeId, PartHash
from sync.clock import Clock
from sync.data_dir import Identity
from sync.engine import Database
from sync.stored import case_from_bytes, case_to_bytes
from sync.trust_store import TrustStore

EXPORT_FORMAT: Final = 1
ROWS_AT_ONCE: Final = 500
LINE_BYTES_MAX: Final = 4 * 1024 * 1024

_Line = TypeVar("_Line", bound="Line")


class ExportError(Exception):
    """A folder that is no export, or not of this release's form."""


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of an export."""


Lines = Callable[[Database, TrustStore], AsyncIterator[Line]]
NOTHING_ELSE: Final[Mapping[str, Lines]] = MappingProxyType({})


class ExportHead(Line, frozen=True):
    """`export.json`: whose export this is."""

    format: int
    node: NodeId
    incarnation: Incarnation
    root_fingerprint: str
    exported_at: str


class ExportedMessage(Line, frozen=True):
    """A message as it is stored; `wire` is base64 of the signed bytes."""

    id: MessageId
    log: LogName
    seq: int
    kind: str
    case: CaseId | None
    state: str
    code: str | None
    received_at: str
    wire: bytes


class ExportedCase(Line, frozen=True):
    """What the node's projection says of a case; `verify` computes it again."""

    case: CaseId
    number: str
    head: MessageId
    digest: str
    blocked: str | None


class ExportedPart(Line, frozen=True):
    """Who refers to a part, and whether its bytes are at the node; never the bytes."""

    owner: str
    case: CaseId | None
    hash: PartHash
    size: int
    media_type: str
    state: str


class ExportedSet(Line, frozen=True):
    """A manifest or a part of a trust set."""

    manifest: bool
    data: bytes


class Exported(Struct, frozen=True):
    """How much was written."""

    messages: int
    logs: int
    cases: int
    parts: int


def state_digest(case: Case) -> str:
    """The digest of a case's state: two nodes that show the same one agree in every detail."""
    return hashlib.sha256(case_to_bytes(case)).hexdigest()


def log_file(log: LogName) -> str:
    return log.replace("/", "_") + ".jsonl"


async def export_log(  # noqa: PLR0913 - what is exported, from where, when and whither
    database: Database,
    store: TrustStore,
    identity: Identity,
    folder: Path,
    clock: Clock,
    *,
    also: Mapping[str, Lines] = NOTHING_ELSE,
) -> Exported:
    """Write everything to an empty folder; a running node may be exported by another process.

    `also` are further files of the tier, by their names.
    """
    logs_dir = folder / "logs"
    logs_dir.mkdir(parents=True)
    head = ExportHead(
        EXPORT_FORMAT,
        identity.node,
        identity.incarnation,
        identity.root_fingerprint,
        instant_text(clock.now()),
    )
    async with database.snapshot():
        messages, logs = await _write_messages(database, logs_dir)
        cases = await _write(folder / "cases.jsonl", _cases(database))
        parts = await _write(folder / "parts.jsonl", _parts(database))
        await _write(folder / "sets.jsonl", _sets(store))
        for name, lines in also.items():
            await _write(folder / name, lines(database, store))
    # Written last: a folder without it was not finished.
    (folder / "export.json").write_bytes(msgspec.json.encode(head) + b"\n")
    return Exported(messages, logs, cases, parts)


def read_head(folder: Path) -> ExportHead:
    try:
        head = msgspec.json.decode((folder / "export.json").read_bytes(), type=ExportHead)
    except (OSError, ValueError) as error:
        raise ExportError(f"{folder} holds no finished export") from error
    if head.format != EXPORT_FORMAT:
        raise ExportError(f"{folder} has format {head.format}; this release reads {EXPORT_FORMAT}")
    return head


def read_lines(path: Path, kind: type[_Line]) -> Iterator[_Line]:
    """The lines of one file; ExportError names the first that cannot be read."""
    decoder = msgspec.json.Decoder(kind)
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LINE_BYTES_MAX):
                number += 1
                yield decoder.decode(line)
    except FileNotFoundError as error:
        raise ExportError(f"{path} is missing") from error
    except (ValueError, RecursionError) as error:
        raise ExportError(f"{path}, line {number}: {error}") from error


def read_messages(folder: Path) -> Iterator[ExportedMessage]:
    for path in sorted((folder / "logs").glob("*.jsonl")):
        yield from read_lines(path, ExportedMessage)


async def _write_messages(database: Database, folder: Path) -> tuple[int, int]:
    logs = [LogName(row[0]) for row in await database.fetch("SELECT DISTINCT log FROM message")]
    written = 0
    for log in sorted(logs):
        written += await _write(folder / log_file(log), _messages(database, log))
    return written, len(logs)


async def _messages(database: Database, log: LogName) -> AsyncIterator[Line]:
    last = 0
    while rows := await database.fetch(
        "SELECT id, log, seq, kind, case_id, state, code, received_at, wire FROM message"
        " WHERE log = ? AND seq > ? ORDER BY seq LIMIT ?",
        (log, last, ROWS_AT_ONCE),
    ):
        for row in rows:
            yield ExportedMessage(*row)
        last = rows[-1][2]


async def _cases(database: Database) -> AsyncIterator[Line]:
    last = ""
    while rows := await database.fetch(
        "SELECT id, number, head, folded, blocked FROM case_row WHERE id > ? ORDER BY id LIMIT ?",
        (last, ROWS_AT_ONCE),
    ):
        for case, number, head, folded, blocked in rows:
            digest = state_digest(case_from_bytes(folded))
            yield ExportedCase(case, number, head, digest, blocked)
        last = rows[-1][0]


async def _parts(database: Database) -> AsyncIterator[Line]:
    last = ("", "")
    while rows := await database.fetch(
        "SELECT reference.owner, reference.case_id, reference.hash, part.size,"
        " part.media_type, part.state FROM part_reference AS reference"
        " JOIN part ON part.hash = reference.hash"
        " WHERE (reference.hash, reference.owner) > (?, ?)"
        " ORDER BY reference.hash, reference.owner LIMIT ?",
        (*last, ROWS_AT_ONCE),
    ):
        for row in rows:
            yield ExportedPart(*row)
        last = (rows[-1][2], rows[-1][0])


async def _sets(store: TrustStore) -> AsyncIterator[Line]:
    manifests, parts = await store.export()
    for wire in manifests:
        yield ExportedSet(manifest=True, data=wire)
    for part in parts:
        yield ExportedSet(manifest=False, data=part)


async def _write(path: Path, lines: AsyncIterator[Line]) -> int:
    encoder = msgspec.json.Encoder()
    count = 0
    with path.open("xb") as file:
        async for line in lines:
            file.write(encoder.encode(line) + b"\n")
            count += 1
    return count
