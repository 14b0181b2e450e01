"""Looking a node over: what an operator should know before it matters.

Every check says what it looked at and, where something is wrong, what to do. A warning leaves the
node working; a fault does not.
"""

import asyncio
import shutil
import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from casework.instants import parse_instant
from sync.bodies import SetName
from sync.clock import Clock
from sync.data_dir import DataDir, Identity, NotEnrolledError
from sync.engine import Database, DatabaseDamagedError, DataDirInUseError
from sync.keys import NodeSigner
from sync.lanes import FileLock
from sync.schema import NewerDatabaseError, Schema, pending
from sync.settings import NodeSettings
from sync.trust_store import TrustStore

DISK_FAULT_BYTES: Final = 200 * 1024 * 1024
DISK_WARNING_BYTES: Final = 2 * 1024 * 1024 * 1024
CLOCK_BEHIND_MAX: Final = timedelta(minutes=5)
CONNECT_SECONDS: Final = 3.0


class Health(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


class Finding(Struct, frozen=True):
    check: str
    health: Health
    detail: str


async def examine(
    settings: NodeSettings, schema: Schema, clock: Clock, urls: Sequence[str] = ()
) -> list[Finding]:
    """Look over a node's directory and surroundings. It may be running or not."""
    files = settings.files
    found = [_directory(files), _disk(files), *_keys(files)]
    identity = _identity(settings)
    found.append(identity if isinstance(identity, Finding) else _ok("identity", identity.node))
    found.append(_lock(files))
    if files.database.exists():
        node = None if isinstance(identity, Finding) else identity
        found += await _database(files.database, schema, node, clock)
    else:
        found.append(_warning("database", "there is none yet; `migrate` makes it"))
    found += [await _reachable(url) for url in urls]
    return found


def _ok(check: str, detail: str) -> Finding:
    return Finding(check, Health.OK, detail)


def _warning(check: str, detail: str) -> Finding:
    return Finding(check, Health.WARNING, detail)


def _fault(check: str, detail: str) -> Finding:
    return Finding(check, Health.FAULT, detail)


def _directory(files: DataDir) -> Finding:
    if not files.path.is_dir():
        return _fault("data directory", f"{files.path} does not exist; `init` or `enrol` makes it")
    mode = files.path.stat().st_mode & 0o777
    if mode & 0o077:
        return _warning("data directory", f"{files.path} is open to others ({mode:o}); chmod 700")
    return _ok("data directory", str(files.path))


def _disk(files: DataDir) -> Finding:
    place = next((each for each in (files.path, *files.path.parents) if each.exists()), Path("/"))
    free = shutil.disk_usage(place).free
    detail = f"{free // 2**20:,} MiB free"
    if free < DISK_FAULT_BYTES:
        return _fault("disk", f"{detail}; intake will stop")
    return _warning("disk", detail) if free < DISK_WARNING_BYTES else _ok("disk", detail)


def _keys(files: DataDir) -> list[Finding]:
    if not files.keys.is_dir():
        return []
    found = []
    for path in sorted(files.keys.iterdir()):
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            found.append(_fault("key files", f"{path} is open to others ({mode:o}); chmod 600"))
    return found or [_ok("key files", f"{sum(1 for _ in files.keys.iterdir())} files, mode 600")]


def _identity(settings: NodeSettings) -> Identity | Finding:
    files = settings.files
    try:
        identity = files.identity(settings.node)
        if NodeSigner.load(files.node_key).key_id != identity.key_id:
            return _fault("identity", f"{files.node_key} is not the key this node enrolled with")
    except NotEnrolledError:
        return _fault("identity", "not enrolled yet: `init` at the county, `enrol` elsewhere")
    except (OSError, ValueError) as error:
        return _fault("identity", str(error))
    return identity


def _lock(files: DataDir) -> Finding:
    if not files.database.exists():
        return _ok("running", "no")
    lock = FileLock(files.database.with_name(files.database.name + ".lock"))
    try:
        lock.take()
    except DataDirInUseError:
        return _ok("running", "yes, another process holds the database")
    lock.release()
    return _ok("running", "no")


async def _database(
    path: Path, schema: Schema, identity: Identity | None, clock: Clock
) -> list[Finding]:
    try:
        async with Database(path, writable=False) as database:
            found = [await _integrity(database), await _migrations(database, schema)]
            if found[-1].health is not Health.FAULT:
                found.append(await _clock(database, clock))
                if identity is not None:
                    found += await _sets(database, identity)
            return found
    except DatabaseDamagedError as error:
        return [_fault("database", str(error))]
    except sqlite3.Error as error:
        return [_fault("database", f"{error}; restore it from a backup, do not repair it by hand")]


async def _integrity(database: Database) -> Finding:
    rows = await database.fetch("PRAGMA quick_check(3)")
    said = "; ".join(str(row[0]) for row in rows)
    size = database.file.stat().st_size // 2**20
    return _ok("database", f"{size:,} MiB, sound") if said == "ok" else _fault("database", said)


async def _migrations(database: Database, schema: Schema) -> Finding:
    try:
        waiting = await pending(database, schema)
    except NewerDatabaseError as error:
        return _fault("migrations", f"{error}: a later release wrote this database")
    if waiting:
        return _fault("migrations", f"{len(waiting)} have not run; run `migrate`")
    return _ok("migrations", "all have run")


async def _clock(database: Database, clock: Clock) -> Finding:
    """No message held may have been received in the future."""
    (newest,) = (await database.fetch("SELECT MAX(received_at) FROM message"))[0]
    now = clock.now()
    if newest is not None and parse_instant(newest) > now + CLOCK_BEHIND_MAX:
        return _fault("clock", f"{now:%Y-%m-%d %H:%M} UTC, and messages came at {newest}")
    return _ok("clock", f"{now:%Y-%m-%d %H:%M} UTC")


async def _sets(database: Database, identity: Identity) -> list[Finding]:
    store = await TrustStore(database, me=identity.node).open()
    versions = store.versions_held()
    held = ", ".join(f"{name.value} {versions.version_of(name)}" for name in SetName)
    found = [_ok("trust sets", held)]
    if store.forked:
        found.append(_fault("trust sets", f"two histories were shown of {store.forked}"))
    elif store.is_behind:
        found.append(_warning("trust sets", "newer ones were announced and have not come yet"))
    elif not store.holdings.is_complete:
        found.append(_warning("trust sets", "some are missing; the county publishes them"))
    found += [
        _fault("trust sets", f"{name.value} {version} was refused: {code}")
        for name, version, code in await store.refused()
    ]
    return found


async def _reachable(url: str) -> Finding:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 4222)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except (OSError, TimeoutError) as error:
        reason = str(error) or "no answer"
        return _warning("network", f"{parts.scheme}://{parts.hostname}:{port}: {reason}")
    writer.close()
    return _ok("network", f"{parts.scheme}://{parts.hostname}:{port} answers")
