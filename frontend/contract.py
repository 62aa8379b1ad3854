"""The dashboard's view of the API: the hub's own OpenAPI document, reduced to what a typed client needs of it."""

from __future__ import annotations

import json
from typing import Any

from leadbridge.app import build_hub
from leadbridge.asgi import build_api
from leadbridge.settings import Settings
from leadbridge.storage.memory import MemoryEngine

HEADER = "// Generated from the hub's OpenAPI document by `make client`. Do not edit.\n"
METHODS = ("get", "post", "put", "patch", "delete")


def document() -> dict[str, Any]:
    """Return the hub's OpenAPI document without the answers of failures, which are all of one form, and without prose.

    Neither changes a request's type, and with them the generated file would be six times as long.
    """
    hub = build_hub(Settings(_env_file=None), engine=MemoryEngine())
    whole = build_api(hub).openapi()
    for operations in whole["paths"].values():
        for method in METHODS:
            if method in operations:
                operations[method] = _reduced(operations[method])
    reduced: dict[str, Any] = json.loads(json.dumps(whole))
    return reduced


def _reduced(operation: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: operation[name] for name in ("parameters", "requestBody") if name in operation}
    answers = {code: answer for code, answer in operation["responses"].items() if code.startswith("2")}
    return {**kept, "responses": answers or {"200": {"description": ""}}}
