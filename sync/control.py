"""Commands to a node that is running: a socket in its data directory, for its owner only.

A running node holds its database alone, so the command line asks it instead of opening the file
beside it. One command is one line of JSON, one answer another; who may reach the socket is who
may read the data directory.
"""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

import msgspec
import structlog
from msgspec import Struct

LINE_BYTES_MAX: Final = 4 * 1024 * 1024
ANSWER_SECONDS_MAX: Final = 120.0
# The system's limit for the name of a socket is 108 bytes, and some have less.
SOCKET_PATH_BYTES_MAX: Final = 100

Command = Callable[[Mapping[str, Any]], Awaitable[Any]]

_log = structlog.stdlib.get_logger("sync.control")


class NotRunningError(Exception):
    """No node answers at this data directory."""


class CommandError(Exception):
    """The running node refused a command; the message is for whoever typed it."""


class Ask(Struct, frozen=True, forbid_unknown_fields=True):
    command: str
    arguments: dict[str, Any]


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    error: str | None = None
    result: Any = None


class ControlSocket:
    """Answers commands for as long as it is open. Errors become answers, never ends."""

    def __init__(self, path: Path, commands: Mapping[str, Command]) -> None:
        self._path: Final = path
        self._commands: Final = dict(commands)
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        if not hasattr(asyncio, "start_unix_server"):
            _log.warning("commands to a running node need a system with sockets in the file system")
            return self
        # Whoever holds the database's lock owns the socket: an old one is a leftover.
        self._path.unlink(missing_ok=True)
        with _directory_of(self._path) as name:
            self._server = await asyncio.start_unix_server(self._serve, name, limit=LINE_BYTES_MAX)
        self._path.chmod(0o600)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                answer = await self._answer(await reader.readline())
                writer.write(msgspec.json.encode(answer) + b"\n")
                await writer.drain()
        except (OSError, TimeoutError, ValueError) as error:
            _log.warning("a command was cut off", reason=str(error))
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, line: bytes) -> Answer:
        try:
            ask = msgspec.json.decode(line, type=Ask)
            command = self._commands.get(ask.command)
            if command is None:
                return Answer(error=f"this node knows no command {ask.command}")
            return Answer(result=await command(ask.arguments))
        except Exception as error:  # noqa: BLE001 - whatever went wrong is the answer
            _log.exception("command failed")
            return Answer(error=f"{type(error).__name__}: {error}")


async def call(path: Path, command: str, arguments: Mapping[str, Any]) -> Any:
    """Have a running node carry out a command: NotRunningError if none answers."""
    if not hasattr(asyncio, "open_unix_connection"):
        raise NotRunningError(path)
    try:
        with _directory_of(path) as name:
            reader, writer = await asyncio.open_unix_connection(name, limit=LINE_BYTES_MAX)
    except OSError as error:
        raise NotRunningError(path) from error
    try:
        writer.write(msgspec.json.encode(Ask(command, dict(arguments))) + b"\n")
        await writer.drain()
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            line = await reader.readline()
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    if not line:
        raise NotRunningError(path)
    answer = msgspec.json.decode(line, type=Answer)
    if answer.error is not None:
        raise CommandError(answer.error)
    return answer.result


@contextlib.contextmanager
def _directory_of(path: Path) -> Iterator[str]:
    """A name short enough for the system: where the full one is too long, by way of a link."""
    name = str(path.absolute())
    if len(os.fsencode(name)) <= SOCKET_PATH_BYTES_MAX:
        yield name
        return
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{descriptor}/{path.name}"
    finally:
        os.close(descriptor)
