"""Imports over real HTTP with a real worker: workbooks, previews, progress, cancel, undo."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.contract.cli.test_cli import command
from tests.contract.leads.test_routes import Api, api
from tests.support.broken_files import lines, workbook
from tests.support.hub import RunningHub
from tests.support.web import send

__all__ = ["api"]

CSV = {"content-type": "text/csv"}
XLSX = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
PATIENCE = 60.0


def many(count: int) -> bytes:
    rows = (f"First{n},Last{n},p{n}@x.example,+44770090{n % 10000:04d}" for n in range(count))
    return ("First Name,Last Name,Email,Phone\n" + "\n".join(rows)).encode()


async def ended(api: Api, id: str) -> Any:
    async with asyncio.timeout(PATIENCE):
        while True:
            job = await api.data("GET", f"/imports/{id}")
            if "finishedAt" in job and job["status"] not in ("undoing", "running"):
                return job
            await asyncio.sleep(0.1)


async def test_a_workbook_is_previewed_imported_and_undone(api: Api) -> None:
    data = workbook(("Zoë", 42, "z@good.example"))
    seen = await api.data("POST", "/imports/preview", data=data, headers=XLSX)
    assert (seen["format"], seen["rows"], seen["headerRow"], seen["problems"]) == ("xlsx", 3, 1, {})
    assert seen["columns"][2] == {"header": "Email", "field": "email", "how": "name", "confidence": 1.0}
    assert await api.data("GET", "/imports") == []
    job = await api.data("POST", "/imports", data=data, headers=XLSX, params={"wait": "60"})
    assert (job["status"], job["counts"]["created"], job["format"]) == ("done", 3, "xlsx")
    status, body = await api.ask("POST", f"/imports/{job['_id']}/undo", params={"wait": "60"})
    assert (status, body["data"]["status"], body["data"]["undone"]["removed"]) == (200, "undone", 3)
    assert await api.data("GET", "") == []
    assert await api.error("POST", f"/imports/{job['_id']}/undo") == (409, "cannot_undo")
    assert await api.error("POST", f"/imports/{job['_id']}/cancel") == (409, "cannot_cancel")


async def test_an_import_goes_on_behind_its_answer(api: Api) -> None:
    status, body = await api.ask("POST", "/imports", data=many(2500), headers=CSV, params={"wait": "0"})
    assert (status, body["data"]["status"] in ("queued", "running"), body["data"]["rows"]) == (202, True, 2500)
    job = await ended(api, body["data"]["_id"])
    assert (job["status"], job["counts"]["created"]) == ("done", 2500)


async def test_an_import_is_cancelled(api: Api) -> None:
    _, body = await api.ask("POST", "/imports", data=many(6000), headers=CSV, params={"wait": "0"})
    status, asked = await api.ask("POST", f"/imports/{body['data']['_id']}/cancel")
    assert status == 202, asked
    job = await ended(api, body["data"]["_id"])
    assert job["status"] == "cancelled"
    assert job["counts"]["created"] < 6000


async def test_all_or_nothing_by_a_form_field(api: Api) -> None:
    status, body = await api.ask(
        "POST", "/imports?allOrNothing=true&wait=60", data=lines(",,bad@").encode(), headers=CSV
    )
    assert (status, body["data"]["status"], body["data"]["error"]["code"]) == (201, "failed", "all_or_nothing")
    assert await api.data("GET", "") == []


@pytest.mark.timeout(180)
async def test_a_killed_hub_goes_on_with_the_import(tmp_path: Path) -> None:
    """Nobody is lost and nobody is twice; the lane of the dead process is free when its lease ends."""
    count = 3000
    hub = await asyncio.to_thread(RunningHub(tmp_path / "data").start)
    try:
        body = many(count).decode()
        answer = await asyncio.to_thread(_post, hub, body)
        await asyncio.sleep(0.4)
        hub.kill()
        hub = await asyncio.to_thread(hub.start)
        async with asyncio.timeout(110):
            while True:
                job = await asyncio.to_thread(hub.data, "GET", f"/api/v1/leads/imports/{answer}")
                if "finishedAt" in job:
                    break
                await asyncio.sleep(0.5)
        assert (job["status"], job["counts"]["read"], job["counts"]["created"]) == ("done", count, count)
    finally:
        hub.kill()


def _post(hub: RunningHub, body: str) -> str:
    answer = send(
        "POST",
        f"{hub.base_url}/api/v1/leads/imports?wait=0",
        headers={"Authorization": f"Bearer {hub.token}", "content-type": "text/csv"},
        body=body.encode(),
        timeout=60.0,
    )
    assert answer.status == 202, answer.text
    id: str = answer.json()["data"]["_id"]
    return id


def test_a_file_is_imported_from_the_command_line(tmp_path: Path) -> None:
    assert command(tmp_path, "token", "create").returncode == 0
    file = tmp_path / "people.xlsx"
    file.write_bytes(workbook(("", "", "bad@")))
    shown = command(tmp_path, "leads", "import", str(file), "--preview")
    assert (shown.returncode, "'Email' -> email (name, 100%)" in shown.stdout) == (0, True), shown
    rejects = tmp_path / "rejects.csv"
    done = command(tmp_path, "leads", "import", str(file), "--rejects", str(rejects))
    assert (done.returncode, "done: 3 read = 2 created" in done.stdout) == (0, True), done
    assert "invalid_email" in rejects.read_text(encoding="utf-8-sig")
    import_id = done.stderr.partition("import ")[2].split()[0]
    undone = command(tmp_path, "leads", "undo", import_id)
    assert (undone.returncode, undone.stdout) == (0, "2 leads removed, 0 put back, 0 changed since: kept\n"), undone
    file.write_bytes(b"Firma;Branche\nMuster AG;Bau\n")
    accounts = command(tmp_path, "accounts", "import", str(file))
    assert (accounts.returncode, "done: 1 read = 1 created" in accounts.stdout) == (0, True), accounts
    file.write_bytes(b"%PDF-1.7")
    refused = command(tmp_path, "leads", "import", str(file))
    assert (refused.returncode, "is a PDF, not a CSV file" in refused.stderr) == (2, True), refused
    assert "Traceback" not in refused.stderr
