"""A TCP proxy before a MongoDB server that loses answers: the server does what it is told, and nobody hears of it."""

from __future__ import annotations

import asyncio
import contextlib
import struct

_NAME = 16 + 4 + 1 + 4 + 1
"""Where a command's name stands in a message: behind header, flags, section kind, document length and element type."""


class CuttingProxy:
    """Forwards messages to a port of 127.0.0.1; breaks the connection instead of handing over ``cuts`` answers.

    Only the answers to commands called ``command`` are lost.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self.command = ""
        self.cuts = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> int:
        """Listen and return the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Close every connection."""
        if self._server is not None:
            self._server.close()
        for one in list(self._open):
            one.transport.abort()
        await asyncio.sleep(0.05)  # the ends of the broken connections are heard

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", self._port)
        self._open |= {upstream, writer}
        try:
            while True:
                message = await _message(reader)
                upstream.write(message)
                answer = await _message(upstream_reader)
                if self.cuts and self.command and message[_NAME:].startswith(self.command.encode() + b"\0"):
                    self.cuts -= 1
                    return
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            for one in (upstream, writer):
                one.close()
                with contextlib.suppress(ConnectionError):
                    await one.wait_closed()
                self._open.discard(one)


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(16)
    (length,) = struct.unpack("<i", head[:4])
    return head + await reader.readexactly(length - 16)
