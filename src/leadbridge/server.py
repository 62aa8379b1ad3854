"""Running a hub as a web server: the port first, then the store, then requests, until it is told to end."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import uvicorn
from prometheus_client import start_http_server

from leadbridge.app import Hub
from leadbridge.asgi import build_app
from leadbridge.kit.errors import StartRefused
from leadbridge.tenancy.service import NewToken
from leadbridge.web.streams import Streams

FIRST_TOKEN_FILE = "first-token"  # noqa: S105  # a file name
FIRST_PASSWORD_FILE = "first-password"  # noqa: S105  # a file name
COLLECT_AFTER = (20_000, 20, 50)
"""Objects made and kept until the youngest are looked through, and how often that is until the older ones are."""
SWITCH_AFTER = 0.001
"""Seconds after which a thread that waits for the interpreter's lock asks for it."""
DRAIN_SECONDS = 20
"""How long requests under way may take to end once the server is told to stop."""


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises ``StartRefused`` for a port that is taken or may not be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named as TCP, since asyncio turns off Nagle's algorithm only there: with it on, an answer's second write waits
    # for the client's delayed acknowledgement, 40 ms on Linux
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise StartRefused(
                f"Port {port} on {host} is in use by another program.",
                code="port_in_use",
                hint="Stop that program, or choose another port with --port.",
            ) from error
        raise StartRefused(
            f"The address {host}:{port} cannot be listened on: {error.strerror}.",
            code="port_refused",
            hint="Choose another --host or --port.",
        ) from error
    return listening


def prepare_data_dir(folder: Path) -> None:
    """Make the data folder, closed to others; raises ``StartRefused`` where that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise StartRefused(
            f"The data folder {folder} cannot be used: {error.strerror}.",
            code="data_dir_unusable",
            hint="Make it writable for this user, or name another one in LEADBRIDGE_DATA_DIR.",
        ) from error


def hand_over(made: NewToken, data_dir: Path) -> None:
    """Show the first token and password once: on a terminal, else in files that only their owner can read.

    Standard output of a service ends in a log, where neither may be.
    """
    for what, secret, file in (
        ("token", made.token, FIRST_TOKEN_FILE),
        (f"password (sign in as {made.user.email})", made.password, FIRST_PASSWORD_FILE),
    ):
        if secret is None:
            continue
        if sys.stdout.isatty():
            sys.stdout.write(f"First administrator's {what}, shown once: {secret}\n")
            continue
        write_secret(data_dir / file, secret)
        sys.stdout.write(f"First administrator's {what}: in {data_dir / file} (readable by its owner only)\n")
    sys.stdout.flush()


def write_secret(path: Path, text: str) -> None:
    """Write ``text`` to a file with mode 0600."""
    with suppress(FileNotFoundError):
        path.unlink()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")


def settle_interpreter() -> None:
    """Set the interpreter up for a hub that has started.

    The garbage collector is spared what is never let go of, and looks less often: with its own thresholds it takes a
    fifth of the time in which webhooks are delivered, since hundreds of answers that are waited for look like a growing
    heap. What is set aside is what a start leaves: modules, routes, schemas.

    The threads that read and write the store get the interpreter's lock from a busy loop sooner: at most a millisecond
    instead of five goes by at every step in which they gave it away.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    sys.setswitchinterval(SWITCH_AFTER)


class _Guest(uvicorn.Server):
    """A server that leaves signals to the program around it, and ends event streams before it waits for requests."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self._streams = streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(hub: Hub, *, worker: bool = True) -> uvicorn.Config:
    return uvicorn.Config(
        build_app(hub, worker=worker),
        log_config=None,
        access_log=False,
        proxy_headers=False,  # whom to believe about a caller's address is decided by our own setting
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


async def serve(
    hub: Hub, listening: socket.socket, *, worker: bool = True, ready: Callable[[], None] | None = None
) -> None:
    """Serve a started hub until SIGINT or SIGTERM, then return; a second signal cuts requests under way short.

    Without ``worker`` it only answers, and leaves the work to processes of their own. ``ready`` is called once a signal
    ends the server in good order; requests that came before wait in the socket's queue.

    uvicorn's own handlers would end the process by the signal before its owner has closed the hub.
    """
    server = _Guest(_config(hub, worker=worker), hub.streams)

    def stop() -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    settle_interpreter()
    try:
        if ready is not None:
            ready()
        await server.serve(sockets=[listening])
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@asynccontextmanager
async def serving(hub: Hub, listening: socket.socket, *, worker: bool = True) -> AsyncIterator[None]:
    """Serve a started hub for the length of a ``with`` block; without ``worker`` it only answers."""
    server = _Guest(_config(hub, worker=worker), hub.streams)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not task.done():  # noqa: ASYNC110  # uvicorn has a flag, no event
        await asyncio.sleep(0.01)
    if task.done():
        await task
        raise StartRefused("The web server did not start.", hint="The log above says why.")
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def work(hub: Hub, metrics_port: int | None = None, *, attached: bool = False) -> None:
    """Work for a started hub, without serving requests, until SIGINT or SIGTERM; then end in good order.

    ``attached``: until standard input ends as well, which it does with the process that holds its other end.
    Raises ``StartRefused`` where ``metrics_port`` is taken.
    """
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    if attached:
        loop.add_reader(sys.stdin.fileno(), ended.set)  # nothing is ever sent: what can be read is the end
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    metrics = None
    if metrics_port is not None:
        try:
            metrics = start_http_server(metrics_port, addr="127.0.0.1", registry=hub.metrics.registry)
        except OSError as error:
            raise StartRefused(
                f"Port {metrics_port} cannot be used for metrics: {error.strerror}.",
                hint="Choose another port with --metrics-port.",
            ) from error
    settle_interpreter()
    hub.worker.start()
    sys.stdout.write("Leadbridge worker at work (Ctrl-C ends it)\n")
    sys.stdout.flush()
    try:
        await ended.wait()
    finally:
        if attached:
            loop.remove_reader(sys.stdin.fileno())
        await hub.worker.stop(DRAIN_SECONDS)
        if metrics is not None:
            server, thread = metrics
            server.shutdown()
            server.server_close()
            thread.join()
