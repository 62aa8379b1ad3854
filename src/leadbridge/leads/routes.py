"""The HTTP endpoints of leads, contacts, accounts and deals."""

from __future__ import annotations

from fastapi import APIRouter

from leadbridge.leads.configuring import add_shaping
from leadbridge.leads.endpoints import Records
from leadbridge.leads.imports.routes import imports_router
from leadbridge.leads.types import TYPES, RecordType
from leadbridge.web.routing import ApiRoute


def _router(type: RecordType) -> APIRouter:
    router = APIRouter(prefix=f"/api/v1/{type.plural}", tags=[type.plural], route_class=ApiRoute)
    router.include_router(imports_router(type))  # first: "imports" is no record's id
    add_shaping(router, type)
    Records(type).add_to(router)
    return router


router = APIRouter()
for _type in TYPES.values():
    router.include_router(_router(_type))
