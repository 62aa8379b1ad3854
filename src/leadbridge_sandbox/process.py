"""Ports, servers and the end of the process: by signal, or when the parent's pipe closes."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import orjson
import uvicorn
from starlette.types import ASGIApp

from .gate import CuttableProtocol


class CannotStart(Exception):
    """The process cannot start; the text is one sentence with cause and cure."""


class _Server(uvicorn.Server):
    """A server among several in one process: signals are the process's affair."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address; port 0 picks a free one. Raises CannotStart."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, OverflowError) as error:
        raise CannotStart(f"{host}:{port} is no address to listen on; try --host 127.0.0.1") from error
    family, kind, protocol, _, address = found[0]
    bound = socket.socket(family, kind, protocol)
    # Without this a port just left by another sandbox could not be taken again for a minute.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(512)
    except OSError as error:
        bound.close()
        raise CannotStart(
            f"cannot listen on {host}:{port} ({error.strerror}); stop what uses it or choose another --port "
            "(0 picks a free one)"
        ) from error
    return bound


def url_of(bound: socket.socket) -> str:
    """Return the address of a socket as a base URL."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if bound.family == socket.AF_INET6 else f"http://{host}:{port}"


def _watch_stdin(ended: Callable[[], None]) -> None:
    def read_to_end() -> None:
        # os.read, not sys.stdin: a thread inside a buffered reader breaks the interpreter's shutdown.
        with suppress(OSError):
            while os.read(0, 4096):
                continue
        ended()

    threading.Thread(target=read_to_end, name="stdin-watcher", daemon=True).start()


def _call_if_running(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop was closed meanwhile, so there is nothing left to stop
        loop.call_soon_threadsafe(work)


async def serve(apps: Mapping[str, tuple[socket.socket, ASGIApp]], *, until_stdin_closes: bool) -> None:
    """Serve every vendor on its socket until the process is told to end.

    When all answer, prints one line on standard output: `{"ready": true, "vendors": {name: base URL}}`.
    """
    loop = asyncio.get_running_loop()
    servers = [
        _Server(
            uvicorn.Config(
                app,
                http=CuttableProtocol,
                ws="none",
                lifespan="off",
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=False,  # the gate sends the sandbox's own time
                timeout_keep_alive=75,  # a short one cuts pooled connections a client is about to use
                timeout_graceful_shutdown=2,
            )
        )
        for _, app in apps.values()
    ]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    if until_stdin_closes:
        _watch_stdin(lambda: _call_if_running(loop, stop))
    running = [
        asyncio.ensure_future(server.serve(sockets=[bound]))
        for server, (bound, _) in zip(servers, apps.values(), strict=True)
    ]
    while not all(server.started for server in servers):
        if any(task.done() for task in running):
            break
        await asyncio.sleep(0.005)
    else:
        vendors = {name: url_of(bound) for name, (bound, _) in apps.items()}
        sys.stdout.write(orjson.dumps({"ready": True, "vendors": vendors}).decode() + "\n")
        sys.stdout.flush()
    await asyncio.gather(*running)
