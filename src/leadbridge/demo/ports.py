"""Ports that stay the same from one demo to the next, as long as nobody else has taken them."""

from __future__ import annotations

import socket
from pathlib import Path

PREFERRED = {
    "hub": 8400,
    "sandbox-hubspot": 8401,
    "sandbox-zoho": 8402,
    "sandbox-salesforce": 8403,
    "sandbox-dynamics": 8404,
}


def free_port(state: Path, name: str) -> int:
    """Return the port that ``name`` had last time, else its usual one, else any; remembered in ``state``.

    A connection keeps the vendor's address, so a sandbox that moved would have to be connected again.
    """
    memory = state / f"{name}.port"
    remembered = [int(memory.read_text())] if memory.is_file() and memory.read_text().isdigit() else []
    for port in (*remembered, PREFERRED.get(name, 0), 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            chosen: int = probe.getsockname()[1]
            memory.write_text(str(chosen))
            return chosen
    raise AssertionError("port 0 always binds")
