"""The switchboard: other commands of `onebox` tell the one that runs the county what to do."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

SOCKET: Final = "onebox.sock"
REQUEST_BYTES_MAX: Final = 64 * 1024

Answer = Callable[[str, list[str]], Awaitable[Any]]


class NotUpError(Exception):
    """No county runs from this folder."""


async def listen(folder: Path, answer: Answer) -> asyncio.Server:
    """Answer commands on a socket in the folder, one JSON line each way."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = json.loads(await reader.readline())
        try:
            reply = {"said": await answer(request["command"], request["arguments"])}
        except Exception as error:  # noqa: BLE001 - whatever went wrong is told to who asked
            reply = {"error": str(error)}
        writer.write(json.dumps(reply).encode() + b"\n")
        await writer.drain()
        writer.close()

    path = folder / SOCKET
    path.unlink(missing_ok=True)
    return await asyncio.start_unix_server(serve, path, limit=REQUEST_BYTES_MAX)


async def ask(folder: Path, command: str, *arguments: str) -> Any:
    try:
        reader, writer = await asyncio.open_unix_connection(folder / SOCKET)
    except OSError as error:
        raise NotUpError(f"no county runs in {folder}; start one with: onebox up") from error
    request = {"command": command, "arguments": list(arguments)}
    writer.write(json.dumps(request).encode() + b"\n")
    await writer.drain()
    reply = json.loads(await reader.readline())
    writer.close()
    if "error" in reply:
        raise NotUpError(reply["error"])
    return reply["said"]
