"""A process of its own with a hub on a shared store: calls the vendor many times at once, when told to.

Started with one JSON argument; prints ``ready``, waits for a line, and prints how many calls were answered.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Any

import structlog

from leadbridge.app import build_hub
from leadbridge.integrations.model import CONNECTIONS
from leadbridge.settings import Settings


async def work(asked: dict[str, Any]) -> int:
    """Return how many calls were answered."""
    values = {"public_url": "http://127.0.0.1:9", "data_dir": Path(asked["dataDir"]), **asked["settings"]}
    hub = build_hub(Settings(_env_file=None, **values))
    await hub.start()
    try:
        connection = await hub.store[CONNECTIONS].of(asked["company"]).get(asked["connection"])
        assert connection is not None
        provider, _ = hub.connections.registered(connection)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        described = await asyncio.gather(
            *(provider.describe(hub.connections.session(connection), asked["object"]) for _ in range(asked["callers"]))
        )
        return sum(1 for fields in described if fields)
    finally:
        await hub.close()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # what is printed here is the result
    answered = asyncio.run(work(json.loads(sys.argv[1])))
    sys.stdout.write(f"{answered}\n")
