"""The HTTP application over a hub: every room's endpoints, and what stands around them."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import AsyncIterator

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from leadbridge import __version__
from leadbridge.app import Hub
from leadbridge.automation import routes as automation_routes
from leadbridge.automation.events import routes as events_routes
from leadbridge.automation.executions import routes as executions_routes
from leadbridge.automation.hooks import routes as hooks_routes
from leadbridge.automation.inbound import routes as inbound_routes
from leadbridge.automation.inbound.door import MAX_BODY as MAX_CALL
from leadbridge.automation.inbound.door import InboundEntrance
from leadbridge.dashboard import routes as dashboard_routes
from leadbridge.integrations import routes as integrations_routes
from leadbridge.integrations.hints import routes as hints_routes
from leadbridge.leads import routes as leads_routes
from leadbridge.leads.forms import routes as forms_routes
from leadbridge.leads.imports import routes as imports_routes
from leadbridge.leads.team import routes as team_routes
from leadbridge.privacy import routes as privacy_routes
from leadbridge.sync import routes as sync_routes
from leadbridge.tenancy import routes as tenancy_routes
from leadbridge.usage import routes as usage_routes
from leadbridge.web import routes as web_routes
from leadbridge.web.admission import Admission
from leadbridge.web.client import parse_networks
from leadbridge.web.envelope import answer
from leadbridge.web.errors import install_error_handlers
from leadbridge.web.middleware import Surroundings
from leadbridge.web.repeats import Repeats
from leadbridge.web.rights import describe_rights, open_to_all
from leadbridge.work import routes as work_routes

_LARGE = (
    (re.compile(r"/api/v1/(leads|contacts|accounts|deals)/imports(/preview)?\Z"), imports_routes.MAX_REQUEST),
    (re.compile(r"/api/v1/webhook/automation/"), MAX_CALL),
)


def build_app(hub: Hub, *, worker: bool = True) -> ASGIApp:
    """Return the ASGI application of a started hub, which works as well as it answers unless ``worker`` is False.

    Calls to automations have a way in of their own, past all that the API's requests need.
    """
    calls = Surroundings(hub.door, ids=hub.ids, large=_LARGE, secure=_secure(hub))
    return InboundEntrance(build_api(hub, worker=worker), calls=calls)


def build_api(hub: Hub, *, worker: bool = True) -> FastAPI:
    """Return the API and the pages, without the calls to automations."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if worker:
            hub.worker.start()
        yield
        await hub.worker.stop()

    app = FastAPI(
        title="Leadbridge",
        version=__version__,
        summary="A hub between leads, CRMs and automations.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.hub = hub
    install_error_handlers(app)
    app.add_middleware(Repeats, service=hub.idempotency, clock=hub.clock)
    app.add_middleware(
        Admission,
        limiter=hub.limiter,
        limits=hub.limits,
        trusted=parse_networks(hub.settings.trusted_proxies),
    )
    if hub.settings.cors_origins:
        app.add_middleware(
            forms_routes.FormCors,
            allow_origins=list(hub.settings.cors_origins),
            allow_methods=["*"],
            allow_headers=["authorization", "content-type", "idempotency-key", "x-request-id"],
            expose_headers=[
                "x-request-id",
                "idempotent-replayed",
                "retry-after",
                "ratelimit-limit",
                "ratelimit-remaining",
                "ratelimit-reset",
            ],
        )
    app.add_middleware(Surroundings, ids=hub.ids, large=_LARGE, secure=_secure(hub))
    app.router.routes.extend(_endpoints())
    describe_rights(app)
    return app


def _secure(hub: Hub) -> bool:
    return hub.settings.public.startswith("https://")


@functools.cache
def _endpoints() -> tuple[BaseRoute, ...]:
    """Return the endpoints of every room, put together once a process, since that takes a second.

    They find their hub by the request's application, so that several hubs in one process can share them.
    """
    rooms = FastAPI()
    rooms.router.routes.clear()  # the document's address is each application's own
    for router in (
        integrations_routes.router,
        integrations_routes.pages,
        hints_routes.router,
        inbound_routes.router,
        leads_routes.router,
        team_routes.router,
        forms_routes.router,
        forms_routes.public,
        sync_routes.router,
        events_routes.router,
        hooks_routes.router,
        usage_routes.router,
        work_routes.router,
        work_routes.root,
        tenancy_routes.router,
        web_routes.router,
        executions_routes.router,
        automation_routes.router,  # behind those of the same prefix: it takes whatever stands there for an id
        privacy_routes.router,
        dashboard_routes.router,
    ):
        rooms.include_router(router)

    @rooms.get("/healthz", tags=["health"], summary="Whether the process answers", openapi_extra=open_to_all("health"))
    async def healthz() -> Response:
        return answer({"status": "ok", "version": __version__})

    @rooms.get("/readyz", tags=["health"], summary="Whether the store answers too", openapi_extra=open_to_all("health"))
    async def readyz(request: Request) -> Response:
        await request.app.state.hub.tenancy.first_company()
        return answer({"status": "ready", "version": __version__})

    return tuple(rooms.router.routes)
