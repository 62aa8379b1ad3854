"""A delivering worker process: ``python -m tests.contract.automation.delivering_child FOLDER RECEIVER LEASE``."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from leadbridge.app import build_hub
from leadbridge.security.logs import configure_logging
from leadbridge.work.around import Pace
from leadbridge.work.worker import WorkerForm
from tests.support.hub_in_process import settings_for


async def run(folder: Path, receiver: str, lease: float) -> None:
    """Deliver until SIGTERM."""
    # the parent reads only the first line of standard output: a log there would fill the pipe and stop this process
    configure_logging(json=True, stream=(folder / f"worker-{os.getpid()}.jsonl").open("w"))
    form = WorkerForm(slots=4, lease=lease, poll=0.02, sweep=1.0, pace=Pace(turn=0.5))
    hub = build_hub(settings_for(folder, receiver, 0), work_form=form)
    await hub.start()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    hub.worker.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await ended.wait()
    await hub.close()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
