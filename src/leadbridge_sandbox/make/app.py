"""Make as an ASGI app: addresses of webhooks, a page of what they received, the control API."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from ..clock import iso_ms
from ..control import control_routes
from ..faults import Fault
from ..gate import Gate
from ..inbox import Arrival
from ..pages import Pages
from ..store import Database
from ..world import World
from .gateway import Gateway
from .hooks import Hooks
from .human import MakeControl
from .settings import Settings

SHOWN = 200
_page = Pages("make")


def build(db: Database, address: str) -> Starlette:
    """Return the sandboxed Make as an ASGI app, with its page at `/` and its control at `/_control/`."""
    world = World.load("make", db, Settings())
    gateway = Gateway(world, Hooks(world, address))
    control = MakeControl(gateway)

    def faulty(fault: Fault) -> Response:
        if fault.kind == "rate_limited":
            return PlainTextResponse("Too many requests", 429, fault.headers)
        return PlainTextResponse("" if fault.body is None else str(fault.body), fault.status, fault.headers)

    async def page(_: Request) -> HTMLResponse:
        hooks = [control.shown(hook) | {"at": address} for hook in gateway.hooks.all()]
        names = {hook["udid"]: hook["name"] for hook in hooks}
        rows = [_row(arrival, names) for arrival in reversed(gateway.inbox.of(newest=SHOWN))]
        return _page("deliveries.html", 200, hooks=hooks, rows=rows)

    app = Starlette(
        routes=[
            Route("/", page),
            control_routes(world, control, control.by_name()),
            Route("/{udid}", Gate(world, "hook.call", gateway.take, faulty)),
        ]
    )
    app.router.redirect_slashes = False
    return app


def _row(arrival: Arrival, names: dict[str, str]) -> dict[str, object]:
    checked = arrival.doc.get("signatureChecked")
    told = arrival.doc.get("callback")
    return {
        "at": iso_ms(arrival.at_ms),
        "hook": names.get(arrival.hook, arrival.hook),
        "type": arrival.header("x-leadbridge-event"),
        "id": arrival.header("webhook-id"),
        "attempt": arrival.header("x-leadbridge-attempt"),
        "state": arrival.state,
        "signature": "not looked at" if checked is None else "yes" if checked else "no",
        "callback": "" if told is None else str(told.get("status", told.get("problem", ""))),
        "body": arrival.text[:2000],
    }
