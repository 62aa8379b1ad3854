"""The wire-compatible server as a process: ``python -m tests.support.wire_child PORT``, until SIGTERM.

A worker that is killed in the middle of a transaction leaves its documents locked for the life of an unfinished
transaction: a minute by default, as on MongoDB, which a test cannot wait for, and the packaged daemon has no option
for it. Nor does it end one by itself as MongoDB does: it looks at them when the next transaction comes, so that plain
writes on a locked document, when they are all that comes, wait for ever.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading

from secantus.server import SecantusDBServer

TRANSACTION_LIFETIME = 5.0
"""Seconds after which an idle transaction is aborted; a paused process's, too."""


def run(port: int) -> None:
    """Serve from memory on the loopback address."""
    logging.basicConfig(level=logging.WARNING)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    server = SecantusDBServer(
        "127.0.0.1",
        port,
        ":memory:",
        enable_test_commands=True,
        transaction_lifetime_seconds=TRANSACTION_LIFETIME,
    )
    server.start()
    while not ended.wait(1.0):
        server.transactions.prune_expired()
    server.stop()


if __name__ == "__main__":
    run(int(sys.argv[1]))
