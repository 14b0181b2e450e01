"""A line between two places that can be cut and healed: a TCP relay with a switch."""

import asyncio
import contextlib

from deploy.onebox.plan import HOST

CHUNK_BYTES = 64 * 1024


class Line:
    """Listens where one end thinks the other is, and passes bytes on while it is not cut."""

    def __init__(self, listen_port: int, target_port: int) -> None:
        self.listen_port = listen_port
        self.target_port = target_port
        self.is_cut = False
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, HOST, self.listen_port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._drop_all()

    def cut(self) -> None:
        """Nothing passes any more; what is under way breaks off in the middle."""
        self.is_cut = True
        self._drop_all()

    def heal(self) -> None:
        self.is_cut = False

    def _drop_all(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, self.target_port)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, far_writer}
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            self._open -= {writer, far_writer}
            writer.transport.abort()
            far_writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.write_eof()
