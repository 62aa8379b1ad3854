"""The ``leadbridge`` command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from leadbridge import __version__
from leadbridge.app import Hub, build_hub
from leadbridge.commands import backup, dead, doctor, tenancy
from leadbridge.commands.imports import records_app
from leadbridge.commands.keys import keys_app
from leadbridge.commands.privacy import privacy_app
from leadbridge.commands.running import run, with_hub
from leadbridge.demo.run import DemoOptions, run_demo
from leadbridge.kit.errors import LeadbridgeError
from leadbridge.leads.types import TYPES
from leadbridge.security.logs import configure_logging
from leadbridge.server import bind, hand_over, prepare_data_dir, serve, work
from leadbridge.settings import MAX_WORKERS, load_settings
from leadbridge.workers import worker_processes

app = typer.Typer(
    name="leadbridge",
    help="A hub between leads, CRMs and automations.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
token_app = typer.Typer(help="Bearer tokens.", no_args_is_help=True)
app.add_typer(token_app, name="token")
app.add_typer(dead.app, name="dead")
for _type in TYPES.values():
    app.add_typer(records_app(_type), name=_type.plural)
app.add_typer(tenancy.company_app, name="company")
app.add_typer(tenancy.user_app, name="user")
app.add_typer(tenancy.apikey_app, name="apikey")
app.add_typer(keys_app, name="keys")
app.add_typer(privacy_app, name="privacy")
backup.register(app)

REFUSED = 2
"""Exit code of a command that could not begin; what went wrong is one sentence on standard error."""


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command("serve")
def serve_command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8400,
    worker: Annotated[
        bool, typer.Option(help="Work as well as answer; without, 'leadbridge worker' processes do the work.")
    ] = True,
    workers: Annotated[
        int | None,
        typer.Option(min=0, max=MAX_WORKERS, help="Work in so many processes of their own; 0: in this one."),
    ] = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Serve these workers' metrics on this port of 127.0.0.1 and the next."),
    ] = None,
) -> None:
    """Run the hub. The first start on an empty store makes a company, its administrator and a token."""
    settings = load_settings()
    beside = (settings.workers if workers is None else workers) if worker else 0
    if settings.public_url is None:
        settings = settings.model_copy(update={"public_url": f"http://localhost:{port}"})
    configure_logging(json=settings.log_json)

    def announce() -> None:
        typer.echo(f"Leadbridge {__version__} at {settings.public} (Ctrl-C ends it)")
        sys.stdout.flush()

    async def serving() -> None:
        prepare_data_dir(settings.data_dir)
        listening = bind(host, port)
        hub = build_hub(settings)
        try:
            await hub.start()
            made = await hub.tenancy.make_first_company()
            if made is not None:
                hand_over(made, settings.data_dir)
            hub.worker.beside = beside
            async with worker_processes(beside, {"LEADBRIDGE_PUBLIC_URL": settings.public}, metrics_port):
                await serve(hub, listening, worker=worker and not beside, ready=announce)
        finally:
            listening.close()
            await hub.close()

    run(serving())


@app.command("worker")
def worker_command(
    metrics_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Serve this worker's metrics on this port of 127.0.0.1.")
    ] = None,
    attached: Annotated[bool, typer.Option(hidden=True, help="End when standard input does.")] = False,
) -> None:
    """Run a worker beside the hub: it takes its share of the waiting work. SIGTERM or Ctrl-C ends it in good order."""
    settings = load_settings()
    configure_logging(json=settings.log_json)

    async def working() -> None:
        prepare_data_dir(settings.data_dir)
        hub = build_hub(settings)
        try:
            await hub.start()
            await work(hub, metrics_port, attached=attached)
        finally:
            await hub.close()

    run(working())


@token_app.command("create")
def token_create(
    name: Annotated[str, typer.Option(help="What the token is for.")] = "command line",
) -> None:
    """Make a bearer token for the first company's administrator and print it, once."""

    async def work(hub: Hub) -> None:
        company = await hub.tenancy.first_company()
        if company is None:
            made = await hub.tenancy.make_first_company()
        else:
            made = await hub.tenancy.create_token(company.id, name=name)
        if made is not None:
            typer.echo(made.token)

    with_hub(load_settings(), work)


app.command("doctor")(doctor.doctor)


@app.command("sandbox", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def sandbox_command(context: typer.Context) -> None:
    """Run the CRM sandboxes (--help lists their options)."""
    raise typer.Exit(subprocess.call([sys.executable, "-m", "leadbridge_sandbox", *context.args]))  # noqa: S603  # ours


@app.command("demo")
def demo_command(
    once: Annotated[bool, typer.Option("--once", help="End when the leads are synced.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print the figures as one JSON object, as the last line.")
    ] = False,
    leads: Annotated[Path | None, typer.Option(help="A CSV file of yours; default: 5,000 messy example rows.")] = None,
    database_url: Annotated[str | None, typer.Option(help="Where the hub keeps its data.")] = None,
    provider: Annotated[
        list[str] | None,
        typer.Option(help="A CRM sandbox to connect; may be repeated. Default: all, which share the leads."),
    ] = None,
    state: Annotated[Path, typer.Option(help="The demo's own folder.")] = Path(".demo"),
) -> None:
    """Show the main job: import leads, connect a CRM by OAuth, put every lead into it."""
    configure_logging(json=False, level=40)
    options = DemoOptions(
        once=once, json=json, leads=leads, database_url=database_url, providers=tuple(provider or ()), state=state
    )
    raise typer.Exit(run(run_demo(options)))


def main() -> None:
    """Run the command line; a refusal is one sentence with cause and cure, and exit code 2."""
    try:
        app()
    except LeadbridgeError as error:
        sys.stderr.write(f"leadbridge: {error.message} {error.hint}".rstrip() + "\n")
        sys.exit(REFUSED)
