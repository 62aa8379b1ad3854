"""A process of its own on a shared SQLite store, which rotates keys or erases when told to, and may be killed.

Started with one JSON argument; prints ``ready``, waits for a line, does its work and prints what came of it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from leadbridge.app import Hub, build_hub
from leadbridge.kinds import KINDS
from leadbridge.security.rotation import ALL, KeyRotation
from leadbridge.security.vault import Vault
from leadbridge.settings import Settings

QUICK = timedelta(milliseconds=300)
"""In place of a minute; keys are read again after a third of it."""


def quick(hub: Hub) -> KeyRotation:
    """Return a rotation that does not wait for a minute, and does not have to."""
    vault = Vault(hub.store, hub.vault.provider, hub.clock, hub.ids, ring_seconds=0.1)
    return KeyRotation(hub.store, vault, hub.clock, KINDS, reseal_after=QUICK)


async def work(asked: dict[str, Any]) -> Any:
    """Do what was asked and return its outcome."""
    hub = build_hub(Settings(_env_file=None, data_dir=Path(asked["dataDir"])))
    await hub.start()
    try:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        if asked["what"] == "rotate":
            rotation, resealed = quick(hub), 0
            for _ in range(asked["times"]):
                resealed += (await rotation.run(await rotation.order(ALL))).resealed
            return resealed
        erasure = await hub.privacy.erase(asked["company"], "test", lead_id=asked["lead"])
        return erasure.documents
    finally:
        await hub.close()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    got = asyncio.run(work(json.loads(sys.argv[1])))
    sys.stdout.write(json.dumps(got) + "\n")
