"""The walkthrough of the docs, run as it stands there against a real hub, and its output compared."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from leadbridge.app import build_hub
from leadbridge.integrations.model import TOKENS, ConnectionTokens
from leadbridge.integrations.tokendocs import seal_grant
from leadbridge.security.model import DATA_KEYS, KeyState
from leadbridge.settings import Settings
from leadbridge.storage.batch import Applied, WriteBatch
from tests.support.hub import RunningHub, clean_environment

PAGE = Path(__file__).resolve().parents[3] / "docs" / "operations" / "privacy-and-keys.md"
LATER, STOPPED = "a minute later", "the hub is stopped"


def steps() -> list[tuple[str, str]]:
    """Return the page's commands with the output shown for each, and the remarks about time between them."""
    found: list[tuple[str, str]] = []
    for remark, block in re.findall(r"<!-- (.*?) -->|```console\n(.*?)```", PAGE.read_text(), re.DOTALL):
        if remark:
            found.append((remark, ""))
        for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, output = command.partition("\n")
            found.append((f"$ {line}", output))
    return found


async def prepare(data_dir: Path, company: str) -> None:
    """Store a grant, so that there is something sealed."""
    hub = build_hub(Settings(_env_file=None, data_dir=data_dir))
    await hub.start()
    now, id = hub.clock.now(), hub.ids()
    fields = await seal_grant(hub.vault, company, id, "access", "refresh")
    tokens = ConnectionTokens(
        id=id, company_id=company, gen=1, issued_at=now, expires_at=now + timedelta(hours=1), **fields
    )
    assert isinstance(await hub.store.write(WriteBatch().insert(TOKENS, tokens)), Applied)
    await hub.close()


async def a_minute_passes(data_dir: Path, company: str) -> None:
    """Put what happened less than a minute ago a minute back, instead of waiting for it."""
    past = time.time() - 70
    os.utime(data_dir / "master.key", (past, past))
    hub = build_hub(Settings(_env_file=None, data_dir=data_dir))
    await hub.start()
    for key in (await hub.store[DATA_KEYS].of(company).find()).items:
        if key.state is KeyState.CURRENT and key.current_since is not None:
            since = key.current_since - timedelta(seconds=70)
            await hub.store.write(WriteBatch().replace(DATA_KEYS, key.model_copy(update={"current_since": since})))
    await hub.close()


@pytest.mark.timeout(400)  # a dozen commands, each a process
def test_the_page_says_what_happens(tmp_path: Path) -> None:
    data_dir, cwd = tmp_path / "data", tmp_path / "cwd"
    cwd.mkdir()
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    program = bin_dir / "leadbridge"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m leadbridge "$@"\n')
    program.chmod(0o755)
    with RunningHub(data_dir, cwd=cwd) as hub:
        lead = {"externalId": "customer-17", "firstName": "Anna", "email": "anna@planted.example"}
        hub.data("POST", "/api/v1/leads", json=lead)
        company = asyncio.run(company_of(data_dir))
        asyncio.run(prepare(data_dir, company))
        env = clean_environment({
            "LEADBRIDGE_DATA_DIR": str(data_dir), "COMPANY": company, "PATH": f"{bin_dir}:{os.environ['PATH']}"
        })  # fmt: skip
        walked = 0
        for step, shown in steps():
            if step == LATER:
                asyncio.run(a_minute_passes(data_dir, company))
            elif step == STOPPED:
                assert hub.api("GET", "/api/v1/leads/customer-17").status == 404
                assert hub.stop() == 0
            else:
                ran = subprocess.run(
                    ["/bin/sh", "-c", step.removeprefix("$ ")],
                    cwd=cwd,
                    env=env,
                    text=True,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=60,
                    check=False,
                )
                wanted = ".*".join(re.escape(part) for part in shown.rstrip("\n").split("…"))
                assert re.fullmatch(wanted, ran.stdout.rstrip("\n"), re.DOTALL), f"{step}\n{ran.stdout}"
                assert ran.returncode == (2 if shown.startswith("leadbridge: ") else 0), step
                walked += 1
        assert walked >= 14
        hub.start()  # so that leaving ends a hub that runs


async def company_of(data_dir: Path) -> str:
    hub = build_hub(Settings(_env_file=None, data_dir=data_dir))
    await hub.start()
    try:
        company = await hub.tenancy.first_company()
        assert company is not None
        return company.id
    finally:
        await hub.close()
