"""A line between two processes that can be cut and counted: a TCP relay with a switch."""

import asyncio
import contextlib
from typing import Final

from tests.faults.ports import HOST

CHUNK_BYTES: Final = 16 * 1024


class Line:
    """Passes bytes on while it is not cut; `limit` cuts it once so many have passed."""

    def __init__(self, target_port: int) -> None:
        self.port = 0
        self.is_cut = False
        self.passed = 0
        self.limit: int | None = None
        self._target: Final = target_port
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> None:
        self._server = await asyncio.start_server(self._pass_on, HOST, port)
        self.port = port

    async def stop(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def cut(self) -> None:
        """Nothing passes any more; what is under way breaks off in the middle."""
        self.is_cut = True
        for writer in list(self._open):
            writer.transport.abort()

    def heal(self) -> None:
        self.is_cut, self.limit = False, None

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_writer: asyncio.StreamWriter | None = None
        self._open.add(writer)
        try:
            if self.is_cut:
                return
            far_reader, far_writer = await asyncio.open_connection(HOST, self._target)
            self._open.add(far_writer)
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        except OSError:
            return
        finally:
            for each in filter(None, (writer, far_writer)):
                self._open.discard(each)
                each.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                self.passed += len(data)
                if self.limit is not None and self.passed > self.limit:
                    self.cut()
                    return
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()
