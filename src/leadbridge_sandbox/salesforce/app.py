"""Salesforce's routes. Each path may end with a slash or not."""

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
from . import bulk, collections, describe, oauth, objects, query, replication, search, tooling
from .actions import Actions
from .bulk_work import settle
from .composite import Composite, tree
from .errors import Refused, answer, not_found
from .human import SalesforceControl
from .operation import Door, Handler, Operations
from .org import Salesforce
from .pages import record_page, records_page
from .settings import Settings

DATA = "/services/data/v{version}"

Spec = tuple[str, str, str, Handler, Door]


def _oauth() -> Iterable[Spec]:
    base = "/services/oauth2"
    yield "GET", f"{base}/authorize", "oauth.authorize", oauth.authorize, "open"
    yield "POST", f"{base}/authorize", "oauth.decide", oauth.decide, "open"
    yield "POST", f"{base}/token", "oauth.token", oauth.token, "open"
    yield "POST", f"{base}/introspect", "oauth.introspect", oauth.introspect, "open"
    for method in ("GET", "POST"):
        yield method, f"{base}/revoke", "oauth.revoke", oauth.revoke, "open"
        yield method, f"{base}/userinfo", "oauth.userinfo", oauth.userinfo, "identity"
        yield method, "/id/{org}/{user}", "oauth.identity", oauth.identity, "identity"


def _collections() -> Iterable[Spec]:
    base = f"{DATA}/composite/sobjects"
    yield "POST", base, "collections.create", collections.create, "api"
    yield "PATCH", base, "collections.update", collections.update, "api"
    yield "DELETE", base, "collections.delete", collections.delete, "api"
    for method in ("GET", "POST"):
        yield method, f"{base}/{{object}}", "collections.read", collections.read, "api"
    yield "PATCH", f"{base}/{{object}}/{{field}}", "collections.upsert", collections.upsert, "api"


def _queries() -> Iterable[Spec]:
    yield "GET", f"{DATA}/query", "query", query.query, "api"
    yield "GET", f"{DATA}/queryAll", "query.all", query.query_all, "api"
    for name in ("query", "queryAll"):
        yield "GET", f"{DATA}/{name}/{{locator}}", "query.more", query.more, "api"
    base = f"{DATA}/sobjects/{{object}}"
    yield "GET", f"{base}/updated", "replication.updated", replication.updated, "api"
    yield "GET", f"{base}/deleted", "replication.deleted", replication.deleted, "api"
    fields = f"{DATA}/tooling/sobjects/CustomField"
    yield "POST", fields, "tooling.fields.create", tooling.create, "api"
    yield "DELETE", f"{fields}/{{record}}", "tooling.fields.delete", tooling.delete, "api"
    yield "GET", f"{DATA}/tooling/query", "tooling.query", tooling.query, "api"


def _bulk() -> Iterable[Spec]:
    ingest, queries = f"{DATA}/jobs/ingest", f"{DATA}/jobs/query"
    one, asked = f"{ingest}/{{job}}", f"{queries}/{{job}}"
    yield "POST", ingest, "bulk.ingest.create", bulk.ingest_create, "api"
    yield "GET", ingest, "bulk.ingest.list", bulk.ingest_list, "api"
    yield "PUT", f"{one}/batches", "bulk.ingest.upload", bulk.ingest_upload, "api"
    yield "PATCH", one, "bulk.ingest.update", bulk.ingest_patch, "api"
    yield "GET", one, "bulk.ingest.read", bulk.ingest_read, "api"
    yield "DELETE", one, "bulk.ingest.delete", bulk.ingest_delete, "api"
    yield "GET", f"{one}/successfulResults", "bulk.ingest.results", bulk.successful, "api"
    yield "GET", f"{one}/failedResults", "bulk.ingest.results", bulk.failed, "api"
    for name in ("unprocessedrecords", "unprocessedRecords"):  # the guide writes the first, clients send both
        yield "GET", f"{one}/{name}", "bulk.ingest.results", bulk.unprocessed, "api"
    yield "POST", queries, "bulk.query.create", bulk.query_create, "api"
    yield "GET", queries, "bulk.query.list", bulk.query_list, "api"
    yield "PATCH", asked, "bulk.query.update", bulk.query_patch, "api"
    yield "GET", asked, "bulk.query.read", bulk.query_read, "api"
    yield "DELETE", asked, "bulk.query.delete", bulk.query_delete, "api"
    yield "GET", f"{asked}/results", "bulk.query.results", bulk.query_results, "api"


def _objects() -> Iterable[Spec]:
    base = f"{DATA}/sobjects"
    one = f"{base}/{{object}}/{{record}}"
    by_key = f"{base}/{{object}}/{{field}}/{{key:path}}"
    yield "GET", base, "describe.all", describe.everything, "api"
    yield "GET", f"{base}/{{object}}/describe", "describe.object", describe.one, "api"
    yield "GET", f"{base}/{{object}}", "objects.about", objects.about, "api"
    yield "POST", f"{base}/{{object}}", "objects.create", objects.create, "api"
    yield "GET", one, "objects.read", objects.read, "api"
    yield "PATCH", one, "objects.update", objects.update, "api"
    yield "DELETE", one, "objects.delete", objects.delete, "api"
    yield "GET", by_key, "objects.read", objects.read_by_key, "api"
    yield "PATCH", by_key, "objects.upsert", objects.upsert, "api"
    yield "DELETE", by_key, "objects.delete", objects.delete, "api"


def _composites() -> Iterable[Spec]:
    """The composite calls, whose parts are those of the other calls that need a session."""
    parts = [(method, path, handler) for method, path, _, handler, door in _single() if door == "api"]
    composite = Composite(parts)
    base = f"{DATA}/composite"
    yield "POST", base, "composite", composite.composite, "api"
    yield "POST", f"{base}/graph", "composite.graph", composite.graph, "api"
    yield "POST", f"{base}/batch", "composite.batch", composite.batch, "api"
    yield "POST", f"{base}/tree/{{object}}", "composite.tree", tree, "api"


def specs() -> Iterable[Spec]:
    """Return every operation: method, path, name, handler and who may call it. The first that fits decides."""
    yield from _oauth()
    yield from _composites()
    yield from _single()


def _single() -> Iterable[Spec]:
    yield "GET", "/services/data", "versions", describe.versions, "open"
    yield "GET", DATA, "resources", describe.resources, "api"
    yield "GET", f"{DATA}/limits", "limits", describe.limits, "api"
    yield "GET", f"{DATA}/search", "search", search.search, "api"
    picklists = f"{DATA}/ui-api/object-info/{{object}}/picklist-values/{{type}}"
    yield "GET", picklists, "describe.picklists", describe.picklists, "api"
    yield from _collections()
    yield from _queries()
    yield from _bulk()
    yield from _objects()


def build(db: Database, url: str) -> Starlette:
    """Return the sandboxed Salesforce as an ASGI app, with its page at `/` and its control at `/_control/`."""
    vendor = Salesforce(World.load("salesforce", db, Settings()), url)
    operations = Operations(vendor, lambda: settle(vendor))
    routes: list[BaseRoute] = []
    for method, path, name, handler, door in specs():
        endpoint = operations.endpoint(name, handler, door)
        slashed = () if path.endswith(":path}") else (f"{path}/",)
        routes += [Route(one, endpoint, methods=[method]) for one in (path, *slashed)]

    async def home(request: Request) -> Response:
        return await records_page(vendor, request)

    async def unknown(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            return answer(404, not_found().body())
        if status == 405:
            return answer(405, Refused(405, "METHOD_NOT_ALLOWED", "HTTP Method not allowed").body())
        text = "An unexpected error occurred. Please include this ErrorId if you contact support"
        return answer(500, Refused(500, "UNKNOWN_EXCEPTION", text).body())

    async def record(request: Request) -> Response:
        return await record_page(human, actions, request)

    human = SalesforceControl(vendor, lambda: settle(vendor))
    actions = Actions(vendor, human)
    routes.append(Route("/", home))
    routes.append(Route("/record/{object}/{record}", record, methods=["GET", "POST"]))
    routes.append(control_routes(vendor.world, human, actions.by_name()))
    app = Starlette(routes=routes, exception_handlers={HTTPException: unknown, 500: unknown})
    app.router.redirect_slashes = False
    return app
