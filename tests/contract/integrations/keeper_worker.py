"""A process of its own with a hub on a shared store: asks for an access token many times at once, when told to.

Started with one JSON argument; prints ``ready``, waits for a line, and prints what its callers got.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Any

from leadbridge.app import build_hub
from leadbridge.integrations.model import CONNECTIONS
from tests.support.hub_in_process import settings_for
from tests.support.sandbox import token_hash


async def work(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return generation and hash of the token that each caller got, or the code of the failure."""
    hub = build_hub(settings_for(Path(asked["dataDir"]), asked["vendor"], 0, **asked.get("settings", {})))
    await hub.start()
    try:
        connection = await hub.store[CONNECTIONS].of(asked["company"]).get(asked["connection"])
        assert connection is not None
        provider, app = hub.connections.registered(connection)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)

        async def one() -> dict[str, Any]:
            access = await hub.connections.keeper.access_token(connection, provider, app, asked["failedGen"])
            return {"gen": access.gen, "token": token_hash(access.secret.get_secret_value())}

        return list(await asyncio.gather(*(one() for _ in range(asked["callers"]))))
    finally:
        await hub.close()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    got = asyncio.run(work(json.loads(sys.argv[1])))
    sys.stdout.write(json.dumps(got) + "\n")
