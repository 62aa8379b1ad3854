"""The pipelines API: reading and changing what deals move through."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from ..clock import iso_ms
from .errors import VendorError, answer, not_found, validation
from .object_types import DEALS
from .operation import Call
from .pipelines import Doc, Pipelines, new_stage


def refuse_other(object_name: str) -> None:
    """Raise VendorError 400 for an object type that has no pipelines here."""
    if object_name not in (DEALS.name, DEALS.type_id, DEALS.singular):
        raise validation(f"{object_name} has no pipelines")


def reading(_: Call) -> Sequence[str]:
    """Return the scopes of which reading pipelines needs one."""
    return (DEALS.read_scope, *DEALS.schema_read_scopes)


def writing(_: Call) -> Sequence[str]:
    """Return the scopes of which changing pipelines needs one."""
    return (DEALS.schema_write_scope, DEALS.write_scope)


def _pipelines(call: Call) -> Pipelines:
    refuse_other(call.path("object"))
    return call.hub.pipelines(call.principal.portal_id)


def list_all(call: Call) -> Response:
    """Answer every pipeline with its stages; this list is not paged."""
    return answer(200, {"results": _pipelines(call).listed()})


def read(call: Call) -> Response:
    """Answer one pipeline."""
    return answer(200, _pipelines(call).get(call.path("pipeline")))


def create(call: Call) -> Response:
    """Add a pipeline; 201."""
    found = _pipelines(call)
    return answer(201, found.keep(found.new(call.json(), _number(call), lambda: _number(call))))


def replace(call: Call) -> Response:
    """Replace a pipeline and all its stages; 200."""
    found = _pipelines(call)
    before = found.get(call.path("pipeline"))
    after = found.new(call.json(), before["id"], lambda: _number(call))
    return answer(200, found.keep({**after, "createdAt": before["createdAt"]}))


def update(call: Call) -> Response:
    """Change a pipeline's label or place; 200."""
    found, given = _pipelines(call), call.json()
    changes = {name: given[name] for name in ("label", "displayOrder") if name in given}
    return answer(200, found.touched(found.get(call.path("pipeline")), **changes))


def archive(call: Call) -> Response:
    """Remove a pipeline; 204."""
    _pipelines(call).drop(call.path("pipeline"))
    return answer(204, None)


def stages(call: Call) -> Response:
    """Answer a pipeline's stages."""
    return answer(200, {"results": _pipelines(call).get(call.path("pipeline"))["stages"]})


def _stage(pipeline: Doc, stage_id: str) -> Doc:
    found: Doc | None = next((item for item in pipeline["stages"] if item["id"] == stage_id), None)
    if found is None:
        raise not_found(f"Could not find stage {stage_id}")
    return found


def stage_read(call: Call) -> Response:
    """Answer one stage."""
    return answer(200, _stage(_pipelines(call).get(call.path("pipeline")), call.path("stage")))


def stage_create(call: Call) -> Response:
    """Add a stage; 201."""
    found = _pipelines(call)
    pipeline = found.get(call.path("pipeline"))
    made = new_stage(call.json(), _number(call), iso_ms(call.hub.world.clock.now_ms()))
    found.touched(pipeline, stages=[*pipeline["stages"], made])
    return answer(201, made)


def stage_write(call: Call) -> Response:
    """Change a stage; 200."""
    found, given = _pipelines(call), call.json()
    pipeline = found.get(call.path("pipeline"))
    before = _stage(pipeline, call.path("stage"))
    metadata: dict[str, str] = {str(name): str(text) for name, text in (given.get("metadata") or {}).items()}
    changes: Doc = {name: given[name] for name in ("label", "displayOrder") if name in given}
    after: Doc = {**before, **changes, "metadata": {**before["metadata"], **metadata}}
    after["updatedAt"] = iso_ms(call.hub.world.clock.now_ms())
    found.touched(pipeline, stages=[after if item is before else item for item in pipeline["stages"]])
    return answer(200, after)


def stage_archive(call: Call) -> Response:
    """Remove a stage that no deal is in; 204."""
    found = _pipelines(call)
    pipeline = found.get(call.path("pipeline"))
    gone = _stage(pipeline, call.path("stage"))
    if len(pipeline["stages"]) == 1:
        raise VendorError(400, "The last stage of a pipeline cannot be deleted", "VALIDATION_ERROR")
    found.touched(pipeline, stages=[item for item in pipeline["stages"] if item is not gone])
    return answer(204, None)


def _number(call: Call) -> str:
    return str(int(call.hub.world.new_uuid().replace("-", "")[:8], 16))
