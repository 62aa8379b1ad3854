"""HubSpot's routes. A path with `v3` or `v4` and its dated form are one operation."""

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
from . import account, association_routes, batch, hook_routes, oauth, objects, pipeline_routes, properties, search
from .actions import Actions
from .errors import answer, not_found
from .human import HubSpotControl
from .operation import Bucket, Handler, Operations, Scopes
from .pages import record_page, records_page
from .portal import HubSpot
from .settings import Settings

DATED = ("2026-03", "2026-09")

Spec = tuple[str, str, str, Handler, Scopes | None, Bucket]


def _crm(version: str, dated: bool) -> Iterable[Spec]:
    records = f"/crm/objects/{version}/{{object}}" if dated else f"/crm/{version}/objects/{{object}}"
    props = f"/crm/properties/{version}/{{object}}" if dated else f"/crm/{version}/properties/{{object}}"
    owners = f"/crm/owners/{version}" if dated else f"/crm/{version}/owners"
    reading, writing = objects.reading, objects.writing
    yield "POST", f"{records}/batch/create", "objects.batch.create", batch.create, writing, "burst"
    yield "POST", f"{records}/batch/read", "objects.batch.read", batch.read, reading, "burst"
    yield "POST", f"{records}/batch/update", "objects.batch.update", batch.update, writing, "burst"
    yield "POST", f"{records}/batch/upsert", "objects.batch.upsert", batch.upsert, writing, "burst"
    yield "POST", f"{records}/batch/archive", "objects.batch.archive", batch.archive, writing, "burst"
    yield "POST", f"{records}/search", "objects.search", search.search, reading, "search"
    yield "POST", f"{records}/merge", "objects.merge", objects.merge, writing, "burst"
    yield "POST", f"{records}/gdpr-delete", "objects.gdpr-delete", objects.gdpr_delete, writing, "burst"
    yield "GET", records, "objects.list", objects.list_records, reading, "burst"
    yield "POST", records, "objects.create", objects.create, writing, "burst"
    yield "GET", f"{records}/{{record}}", "objects.read", objects.read, reading, "burst"
    yield "PATCH", f"{records}/{{record}}", "objects.update", objects.update, writing, "burst"
    yield "DELETE", f"{records}/{{record}}", "objects.archive", objects.archive, writing, "burst"
    p_read, p_write = properties.reading, properties.writing
    yield "GET", f"{props}/groups", "properties.groups", properties.groups, p_read, "burst"
    yield "POST", f"{props}/batch/read", "properties.batch.read", properties.batch_read, p_read, "burst"
    yield "GET", props, "properties.list", properties.list_all, p_read, "burst"
    yield "POST", props, "properties.create", properties.create, p_write, "burst"
    yield "GET", f"{props}/{{property}}", "properties.read", properties.read, p_read, "burst"
    yield "PATCH", f"{props}/{{property}}", "properties.update", properties.update, p_write, "burst"
    yield "DELETE", f"{props}/{{property}}", "properties.archive", properties.archive, p_write, "burst"
    for path in (owners, f"{owners}/"):
        yield "GET", path, "owners.list", account.owners, account.owners_read, "burst"
    yield "GET", f"{owners}/{{owner}}", "owners.read", account.owner, account.owners_read, "burst"


def _associations(version: str, dated: bool) -> Iterable[Spec]:
    """Associations are v4 and dated; their paths differ by more than the version."""
    records = f"/crm/objects/{version}" if dated else f"/crm/{version}/objects"
    links = association_routes
    one = f"{records}/{{source}}/{{record}}/associations"
    pair = f"{one}/{{target}}/{{other}}"
    yield (
        "PUT",
        f"{one}/default/{{target}}/{{other}}",
        "associations.default",
        links.put_default,
        links.writing,
        "burst",
    )
    yield "PUT", pair, "associations.put", links.put, links.writing, "burst"
    yield "DELETE", pair, "associations.delete", links.remove, links.writing, "burst"
    yield "GET", f"{one}/{{target}}", "associations.list", links.listed, links.reading, "burst"
    bases = [f"/crm/associations/{version}"] + ([] if dated else [f"/crm/{version}/associations"])
    for base in bases:
        many = f"{base}/{{source}}/{{target}}"
        yield "POST", f"{many}/batch/create", "associations.batch.create", links.batch_create, links.writing, "burst"
        yield (
            "POST",
            f"{many}/batch/associate/default",
            "associations.batch.default",
            links.batch_default,
            links.writing,
            "burst",
        )
        yield "POST", f"{many}/batch/read", "associations.batch.read", links.batch_read, links.reading, "burst"
        yield "POST", f"{many}/batch/archive", "associations.batch.archive", links.batch_archive, links.writing, "burst"
        yield (
            "POST",
            f"{many}/batch/labels/archive",
            "associations.unlabel",
            links.batch_unlabel,
            links.writing,
            "burst",
        )
        yield "GET", f"{many}/labels", "associations.labels", links.labels, links.reading, "burst"
        yield "POST", f"{many}/labels", "associations.labels.create", links.label_create, links.writing, "burst"
        yield "PUT", f"{many}/labels", "associations.labels.update", links.label_update, links.writing, "burst"
        yield (
            "DELETE",
            f"{many}/labels/{{type}}",
            "associations.labels.delete",
            links.label_delete,
            links.writing,
            "burst",
        )


def _pipelines(version: str, dated: bool) -> Iterable[Spec]:
    base = f"/crm/pipelines/{version}/{{object}}" if dated else f"/crm/{version}/pipelines/{{object}}"
    one, lines = f"{base}/{{pipeline}}", pipeline_routes
    stage = f"{one}/stages/{{stage}}"
    read, write = lines.reading, lines.writing
    yield "GET", base, "pipelines.list", lines.list_all, read, "burst"
    yield "POST", base, "pipelines.create", lines.create, write, "burst"
    yield "GET", one, "pipelines.read", lines.read, read, "burst"
    yield "PUT", one, "pipelines.replace", lines.replace, write, "burst"
    yield "PATCH", one, "pipelines.update", lines.update, write, "burst"
    yield "DELETE", one, "pipelines.archive", lines.archive, write, "burst"
    yield "GET", f"{one}/stages", "pipelines.stages", lines.stages, read, "burst"
    yield "POST", f"{one}/stages", "pipelines.stages.create", lines.stage_create, write, "burst"
    yield "GET", stage, "pipelines.stages.read", lines.stage_read, read, "burst"
    for method in ("PUT", "PATCH"):
        yield method, stage, "pipelines.stages.update", lines.stage_write, write, "burst"
    yield "DELETE", stage, "pipelines.stages.archive", lines.stage_archive, write, "burst"


def _webhooks(base: str) -> Iterable[Spec]:
    hooks, one = hook_routes, f"{base}/subscriptions/{{subscription}}"
    yield "GET", f"{base}/settings", "webhooks.settings", hooks.settings_read, None, "none"
    yield "PUT", f"{base}/settings", "webhooks.settings.put", hooks.settings_write, None, "none"
    yield "DELETE", f"{base}/settings", "webhooks.settings.delete", hooks.settings_delete, None, "none"
    yield "GET", f"{base}/subscriptions", "webhooks.list", hooks.listed, None, "none"
    yield "POST", f"{base}/subscriptions", "webhooks.create", hooks.create, None, "none"
    yield "POST", f"{base}/subscriptions/batch/update", "webhooks.batch", hooks.batch_update, None, "none"
    yield "GET", one, "webhooks.read", hooks.read, None, "none"
    yield "PATCH", one, "webhooks.update", hooks.update, None, "none"
    yield "DELETE", one, "webhooks.delete", hooks.delete, None, "none"


def _other(version: str, dated: bool) -> Iterable[Spec]:
    yield (
        "GET",
        f"/account-info/{version}/details",
        "account.details",
        account.details,
        account.identity,
        "burst",
    )
    gone = f"/appinstalls/{version}/external-install"
    yield "DELETE", gone, "app.uninstall", oauth.uninstall, oauth.any_scope, "burst"
    yield "POST", f"/oauth/{version}/token", "oauth.token", oauth.token, None, "none"
    yield "POST", f"/oauth/{version}/token/introspect", "oauth.introspect", oauth.introspect, None, "none"
    yield "POST", f"/oauth/{version}/token/revoke", "oauth.revoke", oauth.revoke, None, "none"


def _specs() -> Iterable[Spec]:
    for path in ("/oauth/authorize", "/oauth/{portal:int}/authorize"):
        yield "GET", path, "oauth.authorize", oauth.authorize, None, "none"
        yield "POST", path, "oauth.decide", oauth.decide, None, "none"
    yield "POST", "/oauth/v1/token", "oauth.token", oauth.token, None, "none"
    access, refresh = "/oauth/v1/access-tokens/{token}", "/oauth/v1/refresh-tokens/{token}"
    yield "GET", access, "oauth.v1.access-token", oauth.access_token_info, None, "none"
    yield "GET", refresh, "oauth.v1.refresh-token", oauth.refresh_token_info, None, "none"
    yield "DELETE", refresh, "oauth.v1.refresh-token.delete", oauth.refresh_token_delete, None, "none"
    for base in ("/webhooks/v3", "/webhooks/2026-03", "/app-webhooks/2026-09"):
        yield from _webhooks(f"{base}/{{app}}")
    for version in ("v4", *DATED):
        yield from _associations(version, version in DATED)
    for version in ("v3", *DATED):
        yield from _pipelines(version, version in DATED)
        yield from _crm(version, version in DATED)
        yield from _other(version, version in DATED)


def build(db: Database) -> Starlette:
    """Return the sandboxed HubSpot as an ASGI app, with its page at `/` and its control at `/_control/`."""
    hub = HubSpot(World.load("hubspot", db, Settings()))
    operations = Operations(hub)
    routes: list[BaseRoute] = [
        Route(path, operations.endpoint(name, handler, scopes, bucket), methods=[method])
        for method, path, name, handler, scopes, bucket in _specs()
    ]

    async def home(request: Request) -> Response:
        return await records_page(hub, request)

    async def unknown(_: Request, error: Exception) -> Response:
        correlation_id = hub.world.new_uuid()
        headers = {"X-HubSpot-Correlation-Id": correlation_id}
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            return answer(404, not_found().body(correlation_id), headers)
        text = "HTTP 405 Method Not Allowed" if status == 405 else "internal error"
        body = {"status": "error", "message": text, "correlationId": correlation_id}
        return answer(status, body, headers)

    async def record(request: Request) -> Response:
        return await record_page(hub, human, request)

    human = HubSpotControl(hub)
    routes.append(Route("/", home))
    routes.append(Route("/record/{object}/{record}", record, methods=["GET", "POST"]))
    routes.append(control_routes(hub.world, human, Actions(hub, human).by_name()))
    app = Starlette(routes=routes, exception_handlers={HTTPException: unknown, 500: unknown})
    app.router.redirect_slashes = False
    return app
