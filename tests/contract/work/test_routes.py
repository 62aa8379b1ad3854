"""Dead letters over HTTP and on the command line, and the metrics, of a whole hub."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from leadbridge.app import Hub, build_hub
from leadbridge.server import bind, prepare_data_dir, serving
from leadbridge.settings import Settings
from leadbridge.storage.batch import WriteBatch
from leadbridge.work.enqueue import NewTask
from leadbridge.work.handlers import Dead, Done, Handler, Handlers, Result, TaskContext
from tests.contract.work.shop import until
from tests.support.hub_in_process import HubUnderTest


class Switch:
    """A handler that fails until it is told not to."""

    well = False

    async def __call__(self, context: TaskContext) -> Result:
        return Done() if self.well else Dead("vendor_gone", "The account was closed.")


@asynccontextmanager
async def hub_with(folder: Path, switch: Switch) -> AsyncIterator[tuple[HubUnderTest, Hub]]:
    data = folder / "data"
    prepare_data_dir(data)
    listening = bind("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings = Settings(_env_file=None, public_url=address, data_dir=data)
    hub = build_hub(settings, handlers=Handlers(Handler("any", switch)))
    try:
        await hub.start()
        made = await hub.tenancy.make_first_company()
        assert made is not None
        async with serving(hub, listening), aiohttp.ClientSession() as session:
            yield HubUnderTest(hub, address, made.token, made.company.id, session), hub
    finally:
        listening.close()
        await hub.close()


async def put(hub: Hub, company: str, **more: object) -> str:
    batch = WriteBatch()
    task = NewTask(company_id=company, lane="auto:1", kind="any", ref={"leadId": "x"}, **more)  # type: ignore[arg-type]
    (id,) = await hub.queue.enqueue(batch, task)
    await hub.store.write(batch)
    return id


async def test_a_dead_letter_is_listed_explained_tried_again_and_discarded(tmp_path: Path) -> None:
    switch = Switch()
    async with hub_with(tmp_path, switch) as (site, hub):
        ids = [await put(hub, site.company_id, trace=f"req-{number}") for number in range(3)]
        other = await put(hub, "f" * 24)

        async def listed() -> bool:
            return len((await site.ask("GET", "/work/dead")).data) == 3

        await until(listed)
        first = (await site.ask("GET", "/work/dead", params={"limit": "2"})).body
        rest = (await site.ask("GET", "/work/dead", params={"limit": "2", "cursor": first["nextCursor"]})).body
        assert [one["_id"] for one in first["data"] + rest["data"]] == ids[::-1]
        assert rest["nextCursor"] is None
        assert (await site.ask("GET", "/work/dead", params={"kind": "none"})).data == []
        shown = (await site.ask("GET", f"/work/dead/{ids[0]}")).data
        assert shown["code"] == "vendor_gone"
        assert shown["cause"] == "The account was closed."
        assert (shown["ref"], shown["trace"], shown["attempts"]) == ({"leadId": "x"}, "req-0", 1)
        assert (await site.ask("GET", f"/work/dead/{other}")).status == 404
        assert (await site.ask("POST", f"/work/dead/{other}/retry")).code == "task_not_found"
        switch.well = True
        assert (await site.ask("POST", f"/work/dead/{ids[0]}/retry")).status == 202
        assert (await site.ask("DELETE", f"/work/dead/{ids[1]}")).status == 200
        assert [one["_id"] for one in (await site.ask("GET", "/work/dead")).data] == [ids[2]]
        assert (await site.ask("DELETE", f"/work/dead/{ids[1]}")).status == 404
        assert (await site.ask("GET", "/work/dead", token="wrong")).status == 401
        async with aiohttp.ClientSession() as session, session.get(f"{site.base}/metrics") as answer:
            text = await answer.text()
        assert answer.headers["content-type"].startswith("text/plain")
        assert 'leadbridge_work_tasks_total{kind="any",outcome="dead"} 4.0' in text
        assert site.company_id not in text
        assert "auto:1" not in text


async def test_the_command_line_lists_shows_and_retries(tmp_path: Path) -> None:
    async with hub_with(tmp_path, Switch()) as (site, hub):
        id = await put(hub, site.company_id)

        async def listed() -> bool:
            return len((await site.ask("GET", "/work/dead")).data) == 1

        await until(listed)
        await hub.worker.stop()

        async def run(*words: str) -> str:
            environment = os.environ | {"LEADBRIDGE_DATA_DIR": str(tmp_path / "data")}
            command = [sys.executable, "-m", "leadbridge", "dead", *words]
            done = await asyncio.to_thread(
                subprocess.run, command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
            )
            return done.stdout + done.stderr

        assert id in await run("list")
        assert "The account was closed." in await run("show", id)
        assert "waits again" in await run("retry", id)
        assert (await site.ask("GET", "/work/dead")).data == []
        assert "There is no dead letter with this id." in await run("retry", id)


async def test_a_worker_process_ends_in_good_order(tmp_path: Path) -> None:
    async with hub_with(tmp_path, Switch()):
        environment = os.environ | {"LEADBRIDGE_DATA_DIR": str(tmp_path / "data")}
        command = [sys.executable, "-m", "leadbridge", "worker"]
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, cwd=tmp_path, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        assert b"at work" in await asyncio.wait_for(process.stdout.readline(), 30)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0
