"""The demo: the main job on real input, over real HTTP, with figures that add up.

The hub runs in this process, each CRM's sandbox as a child that ends when this process does. Everything goes through
the API a customer would use. State stays in one folder, so a demo that was killed goes on where it was.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from rich.console import Console
from rich.table import Table

from leadbridge.app import build_hub
from leadbridge.demo.client import DemoClient
from leadbridge.demo.figures import Figures, Handed
from leadbridge.demo.handing import hand_over
from leadbridge.demo.lock import only_one
from leadbridge.demo.login import PASSWORD_FILE, TOKEN_FILE, Login, demo_login
from leadbridge.demo.ports import free_port
from leadbridge.demo.sandbox import PORT_TRIES, Sandbox, running_sandbox
from leadbridge.kit.clock import SystemClock
from leadbridge.kit.errors import StartRefused
from leadbridge.security.http import GuardedTransport
from leadbridge.security.transport import HttpRequest, HttpResponse
from leadbridge.server import bind, prepare_data_dir, serving
from leadbridge.settings import Settings

EXAMPLES = (Path(__file__).resolve().parents[3] / "examples" / "leads.csv", Path(__file__).with_name("leads.csv"))
"""The example file: in a checkout, and in an installed package."""
HOST = "127.0.0.1"
SANDBOX_CLIENT: dict[str, dict[str, Any]] = {
    "zoho": {
        "zoho_client_id": "1000.SANDBOX00000000000000000000001",
        "zoho_client_secret": "sandbox-zoho-client-secret",
    },
    "salesforce": {
        "salesforce_client_id": "3MVG9sandbox.consumer.key.0001",
        "salesforce_client_secret": "SANDBOX0SALESFORCE0CONSUMER0SECRET",
    },
    "hubspot": {
        "hubspot_client_id": "5a4db0c8-1ead-4b71-8d6e-000000000001",
        "hubspot_client_secret": "sandbox-hubspot-client-secret",
    },
    "dynamics": {
        "dynamics_client_id": "7d5d2a0e-6a55-4a6e-9d3b-0000000000a1",
        "dynamics_client_secret": "sandbox-dynamics-client-secret",
    },
}
"""The app that each sandbox knows from the start; made up, and of no use anywhere else."""
MAKE = "make"
LEASE_SECONDS = 10.0
"""How long a demo waits for the work of one that was killed: the sandbox is on this machine and answers at once."""
BLOCK = 500
"""Leads in one sync call."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the command line asked for."""

    once: bool
    json: bool
    leads: Path | None
    database_url: str | None
    providers: tuple[str, ...]
    """The CRMs that share the leads; empty: all of them."""
    state: Path


class _Counting:
    """A transport that counts what goes out: the demo's vendor calls."""

    def __init__(self, inner: GuardedTransport) -> None:
        self.inner = inner
        self.calls = 0

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.calls += 1
        return await self.inner.send(request)


async def run_demo(options: DemoOptions) -> int:
    """Run the demo; return its exit code (1: a lead is unaccounted for, or an event did not arrive).

    Raises ``StartRefused``.
    """
    out = Console(stderr=options.json)
    source = options.leads or next((path for path in EXAMPLES if path.is_file()), EXAMPLES[0])
    if not source.is_file():
        raise StartRefused(f"There is no file {source}.", hint="Name a CSV file with --leads.")
    prepare_data_dir(options.state)
    started = time.monotonic()
    chosen = _chosen(options.providers)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(only_one(options.state))
        sandboxes = await _sandboxes(stack, options.state, (*chosen, MAKE))
        listening = _listening(options.state)
        settings = _settings(options, sandboxes, listening.getsockname()[1])
        clock = SystemClock()
        transport = _Counting(GuardedTransport(clock, sandbox_origins=settings.sandbox_origins))
        hub = build_hub(settings, clock=clock, transport=transport)
        try:
            await hub.start()
            login = await demo_login(hub, options.state)
            async with serving(hub, listening), DemoClient(settings.public, login.token) as client:
                crms = {name: sandbox for name, sandbox in sandboxes.items() if name != MAKE}
                figures = await _main_job(client, source, crms, out)
                figures.vendor_calls = transport.calls
                handed = figures.handed = await _hand_over(client, sandboxes[MAKE], out)
                figures.seconds = time.monotonic() - started
                _show(figures, out)
                if options.json:
                    sys.stdout.write(orjson.dumps(figures.as_json()).decode() + "\n")
                    sys.stdout.flush()
                if not options.once:
                    await _stay(out, settings, sandboxes, options.state, login, handed.execution)
        finally:
            listening.close()
            await transport.inner.close()
            await hub.close()
    return 0 if not figures.unaccounted and handed.arrived else 1


def _listening(state: Path) -> socket.socket:
    """Return a listening socket for the hub, on another port where somebody took the free one just before us."""
    for left in range(PORT_TRIES - 1, -1, -1):
        try:
            return bind(HOST, free_port(state, "hub"))
        except StartRefused as error:
            if error.code != "port_in_use" or not left:
                raise
    raise AssertionError("unreachable")


def _chosen(providers: tuple[str, ...]) -> tuple[str, ...]:
    """Return the CRMs to connect, each once; raises ``StartRefused`` for one that there is no sandbox of."""
    for provider in providers:
        if provider not in SANDBOX_CLIENT:
            known = ", ".join(SANDBOX_CLIENT)
            raise StartRefused(f"The demo cannot connect {provider}.", hint=f"Choose of: {known}.")
    return tuple(dict.fromkeys(providers)) or tuple(SANDBOX_CLIENT)


async def _sandboxes(stack: AsyncExitStack, state: Path, providers: Sequence[str]) -> dict[str, Sandbox]:
    """Start the CRMs' sandboxes, side by side, each with its own records; they end with ``stack``."""
    running = [stack.enter_async_context(running_sandbox(state, provider)) for provider in providers]
    return dict(zip(providers, await asyncio.gather(*running), strict=True))


def _settings(options: DemoOptions, sandboxes: Mapping[str, Sandbox], port: int) -> Settings:
    values: dict[str, Any] = {
        "public_url": f"http://{HOST}:{port}",
        "data_dir": options.state,
        "database_url": options.database_url,
        "work_lease": LEASE_SECONDS,
        "automatic_push": False,  # what the demo counts is what it asked for
        "sandbox_origins": tuple(sandbox.origin for sandbox in sandboxes.values()),
    }
    for provider, sandbox in sandboxes.items():
        if provider == MAKE:
            continue  # it is only called, at addresses that it makes itself
        values |= SANDBOX_CLIENT[provider]
        for part in ("authorize", "login", "api"):
            values[f"{provider}_{part}_url"] = f"{sandbox.origin}{_path_of(provider, part)}"
    return Settings(_env_file=None, **values)


def _path_of(provider: str, part: str) -> str:
    """Return the path of a vendor's own address, which its sandbox has too."""
    return urlsplit(str(Settings.model_fields[f"{provider}_{part}_url"].default)).path


async def _main_job(client: DemoClient, source: Path, sandboxes: Mapping[str, Sandbox], out: Console) -> Figures:
    figures = Figures()
    out.print(f"[bold]1[/] importing {source.name} ...")
    imported = await client.import_file(source)
    counts = imported["counts"]
    figures.read, figures.rejected, figures.merged = counts["read"], counts["rejected"], counts["merged"]
    figures.rejected_because.update(await client.reject_reasons(imported["_id"]))
    out.print(f"  {counts['read']} rows read, {counts['merged']} merged, {counts['rejected']} rejected")

    out.print(f"[bold]2[/] connecting {', '.join(sandboxes)} by OAuth ...")
    for provider, sandbox in sandboxes.items():
        account = await client.connect(provider, sandbox.origin)
        out.print(f"  {provider}: connected to {account}")

    lead_ids = await client.leads_of(imported["_id"])
    out.print(f"[bold]3[/] syncing {len(lead_ids)} leads ...")
    parts = shared_out(lead_ids, list(sandboxes))

    async def sync(provider: str) -> None:
        ids, here = parts[provider], figures.of(provider)
        for start in range(0, len(ids), BLOCK):
            answer = await client.sync(ids[start : start + BLOCK], provider)
            here.synced += len(answer["successful"])
            here.failed += len(answer["failed"])
            figures.failed_because.update(item["code"] for item in answer["failed"])
            out.print(f"  {provider}: {here.synced + here.failed} of {len(ids)}")

    await asyncio.gather(*(sync(provider) for provider in sandboxes))
    return figures


async def _hand_over(client: DemoClient, make: Sandbox, out: Console) -> Handed:
    out.print("[bold]4[/] handing a new lead to a Make scenario ...")
    handed = await hand_over(client, make.origin)
    checked = {True: "found right", False: "found wrong", None: "not seen"}[handed.signature_checked]
    told = {True: "done", False: "failed", None: "nothing yet"}[handed.reported]
    out.print(f"  {handed.status}, signature {checked} by the scenario, which reported: {told}")
    return handed


def shared_out(lead_ids: Sequence[str], providers: Sequence[str]) -> dict[str, list[str]]:
    """Return each CRM's leads: every lead in one, and in the same one whenever it is asked, so that none is doubled."""
    parts: dict[str, list[str]] = {provider: [] for provider in providers}
    for id in lead_ids:
        parts[providers[int(id, 16) % len(providers)]].append(id)
    return parts


def _show(figures: Figures, out: Console) -> None:
    table = Table(title="What became of every row", show_header=False)
    table.add_column(justify="left")
    table.add_column(justify="right")
    for label, number in (
        ("rows read", figures.read),
        ("merged into another row of the file", figures.merged),
        ("rejected", figures.rejected),
        *((f"  because: {reason}", count) for reason, count in figures.rejected_because.most_common()),
        ("synced: in a CRM, and equal", figures.synced),
        *((f"  in {provider}", here.synced) for provider, here in figures.by_provider.items()),
        ("failed", figures.failed),
        *((f"  because: {reason}", count) for reason, count in figures.failed_because.most_common()),
        ("unaccounted for", figures.unaccounted),
        ("calls to the CRMs", figures.vendor_calls),
        *([("a new lead's event at Make", figures.handed.status)] if figures.handed is not None else []),
        ("seconds", f"{figures.seconds:.1f}"),
    ):
        table.add_row(label, str(number))
    out.print(table)


async def _stay(
    out: Console, settings: Settings, sandboxes: Mapping[str, Sandbox], state: Path, login: Login, execution: str | None
) -> None:
    # On a terminal the secrets are shown; anywhere else the output may end in a log, where neither must be.
    terminal = sys.stdout.isatty()
    password = login.password if terminal else f"in {state / PASSWORD_FILE}"
    token = login.token if terminal else f"in {state / TOKEN_FILE}"
    for name, value in (
        ("Dashboard", f"{settings.public}/"),
        ("Execution", f"{settings.public}/super-user/executions/{execution} (the event that was handed to Make)"),
        ("Sign in", f"{login.email}, password {password}"),
        ("API", f"{settings.public}/openapi.json"),
        ("Token", f"{token} (Authorization: Bearer ...)"),
        *(
            (provider, f"{sandbox.origin}/ (the sandbox's {'deliveries' if provider == MAKE else 'records'})")
            for provider, sandbox in sandboxes.items()
        ),
    ):
        out.print(f"{name:11}{value}", soft_wrap=True, highlight=False, markup=False)
    out.print("Ctrl-C ends all of them.")
    await _told_to_stop()


async def _told_to_stop() -> None:
    """Return at Ctrl-C or SIGTERM, also where whoever started the demo in the background had Ctrl-C ignored."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, told.set)
    try:
        await told.wait()
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
