"""Zoho's routes. Every version from v2 on answers as v8 does."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ..control import control_routes
from ..store import Database
from ..world import World
from . import bulk, coql, endings, metadata, oauth, reading, search, unconfirmed, watch_routes, writes
from .actions import Actions
from .errors import answer, error_body
from .human import ZohoControl
from .operation import Handler, Needs, Operations
from .org import Zoho
from .screens import Screens
from .settings import Settings

Spec = tuple[str, str, str, Handler, Needs | None]

_CRM = "/crm/{version}"


def _of(operation: str, permission: str, *, rows: str = "", cost: int = 1, heavy: bool = False) -> Needs:
    return Needs((f"ZohoCRM.modules.{{module}}.{operation}",), permission, cost=cost, rows=rows, heavy=heavy)


def _records() -> Iterable[Spec]:
    many, one = f"{_CRM}/{{module}}", f"{_CRM}/{{module}}/{{record}}"
    view = _of("READ", "View")
    yield "GET", f"{many}/deleted", "records.deleted", reading.deleted, view
    yield "GET", f"{many}/actions/count", "records.count", reading.count, view
    yield (
        "GET",
        f"{many}/search",
        "records.search",
        search.search,
        Needs(("ZohoCRM.modules.{module}.READ", "ZohoSearch.securesearch.READ"), "View"),
    )
    converts = Needs(("ZohoCRM.modules.leads.UPDATE",), "Convert", cost=5, heavy=True)
    yield "POST", f"{_CRM}/Leads/{{record}}/actions/convert", "records.convert", endings.convert_lead, converts
    yield (
        "POST",
        f"{one}/actions/merge",
        "records.merge",
        endings.merge_records,
        _of("UPDATE", "Edit", cost=5, heavy=True),
    )
    yield "POST", f"{_CRM}/coql", "coql", coql.run, Needs(("ZohoCRM.coql.READ",), query=True)
    yield "POST", f"{many}/upsert", "records.upsert", writes.upsert, _of("CREATE", "Create", rows="data")
    yield "GET", many, "records.list", reading.records, view
    yield "POST", many, "records.create", writes.create, _of("CREATE", "Create", rows="data")
    yield "PUT", many, "records.update", writes.update, _of("UPDATE", "Edit", rows="data")
    yield "DELETE", many, "records.delete", writes.delete, _of("DELETE", "Delete")
    yield "GET", one, "records.read", reading.record, view
    yield "PUT", one, "records.update-one", writes.update_one, _of("UPDATE", "Edit")
    yield "DELETE", one, "records.delete-one", writes.delete_one, _of("DELETE", "Delete")


def _settings() -> Iterable[Spec]:
    base = f"{_CRM}/settings"
    reads = Needs(("ZohoCRM.settings.fields.READ",))
    yield "GET", f"{base}/fields", "fields.list", metadata.fields, reads
    yield "POST", f"{base}/fields", "fields.create", metadata.create_fields, Needs(("ZohoCRM.settings.fields.CREATE",))
    yield "GET", f"{base}/fields/{{field}}", "fields.read", metadata.field, reads
    modules = Needs(("ZohoCRM.settings.modules.READ",))
    yield "GET", f"{base}/modules", "modules.list", metadata.modules, modules
    yield "GET", f"{base}/modules/{{module}}", "modules.read", metadata.module, modules
    yield "GET", f"{base}/layouts", "layouts.list", metadata.layouts, Needs(("ZohoCRM.settings.layouts.READ",))
    pipelines = Needs(("ZohoCRM.settings.pipeline.READ",))
    yield "GET", f"{base}/pipeline", "pipelines.list", metadata.pipelines, pipelines
    yield "GET", f"{base}/stages", "stages.list", metadata.stages, Needs(("ZohoCRM.settings.stages.READ",))
    yield "GET", f"{_CRM}/users", "users.list", metadata.users, Needs(("ZohoCRM.users.READ",))
    yield "GET", f"{_CRM}/org", "org.read", metadata.organisation, Needs(("ZohoCRM.org.READ",))


def _bulk() -> Iterable[Spec]:
    jobs = "/crm/bulk/{version}/read"
    yield "POST", jobs, "bulk.read.create", bulk.create, Needs(("ZohoCRM.bulk.CREATE",), cost=unconfirmed.BULK_COST)
    yield "GET", f"{jobs}/{{job}}", "bulk.read.state", bulk.read, Needs(("ZohoCRM.bulk.READ",))
    yield "GET", f"{jobs}/{{job}}/result", "bulk.read.result", bulk.result, Needs(("ZohoCRM.bulk.READ",))


def _watch() -> Iterable[Spec]:
    path = f"{_CRM}/actions/watch"
    for method, name, handler, verb in (
        ("POST", "watch.create", watch_routes.create, "CREATE"),
        ("PUT", "watch.replace", watch_routes.replace, "UPDATE"),
        ("PATCH", "watch.change", watch_routes.change, "UPDATE"),
        ("GET", "watch.list", watch_routes.listed, "READ"),
        ("DELETE", "watch.end", watch_routes.end, "DELETE"),
    ):
        yield method, path, name, handler, Needs((f"ZohoCRM.notifications.{verb}",))


def _accounts() -> Iterable[Spec]:
    yield "GET", "/oauth/v2/auth", "oauth.authorize", oauth.authorize, None
    yield "POST", "/oauth/v2/auth", "oauth.decide", oauth.decide, None
    yield "POST", "/oauth/v2/token", "oauth.token", oauth.token, None
    for path in ("/oauth/v2/token/revoke", "/oauth/v2/tokenrevoke"):
        yield "POST", path, "oauth.revoke", oauth.revoke, None
    yield "GET", "/oauth/serverinfo", "oauth.serverinfo", oauth.server_info, None


def build(db: Database, address: str) -> Starlette:
    """Return the sandboxed Zoho CRM as an ASGI app, with its page at `/` and its control at `/_control/`.

    `address` is where it is reached; the data centre `eu` is the same port under the name `localhost`.
    """
    zoho = Zoho(World.load("zoho", db, Settings()), address)
    operations = Operations(zoho)
    routes: list[BaseRoute] = [
        Route(path, operations.endpoint(name, handler, needs), methods=[method])
        for method, path, name, handler, needs in (*_accounts(), *_settings(), *_bulk(), *_watch(), *_records())
    ]

    async def unknown(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            text = "Please check if the URL trying to access is a correct one"
            return answer(404, error_body("INVALID_URL_PATTERN", text))
        if status == 405:
            text = "The http request method type is not a valid one"
            return answer(400, error_body("INVALID_REQUEST_METHOD", text))
        return answer(500, error_body("INTERNAL_ERROR", "Internal server error occurred."))

    human = ZohoControl(zoho)
    actions = Actions(zoho, human)
    screens = Screens(zoho, human, actions)
    routes.append(Route("/", screens.records))
    routes.append(Route("/record/{module}/{record}", screens.record, methods=["GET", "POST"]))
    routes.append(control_routes(zoho.world, human, actions.by_name()))
    app = Starlette(routes=routes, exception_handlers={HTTPException: unknown, 500: unknown})
    app.router.redirect_slashes = False
    return app
