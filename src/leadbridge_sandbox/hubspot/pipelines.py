"""Pipelines and their stages: what a deal moves through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from ..clock import iso_ms
from ..world import World
from . import unconfirmed
from .catalogue import CREATED
from .definitions import Definitions
from .errors import invalid_properties, not_found, validation
from .object_types import DEALS
from .settings import Settings

STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)
"""Stages of a new portal's pipeline: id, label, probability."""

Doc = dict[str, Any]


class Pipelines:
    """The deal pipelines of one portal."""

    def __init__(self, world: World[Settings], portal: int, definitions: Definitions) -> None:
        self.world = world
        self.portal = portal
        self.definitions = definitions
        rows = world.db.all("SELECT doc FROM hubspot_pipelines WHERE portal = ? AND object = ?", portal, DEALS.name)
        self.all: list[Doc] = [orjson.loads(row[0]) for row in rows] or [_default()]
        self._offer()

    def listed(self) -> list[Doc]:
        """Return the pipelines in the order they are shown."""
        return sorted(self.all, key=lambda one: (one["displayOrder"], one["id"]))

    def get(self, pipeline_id: str) -> Doc:
        """Return a pipeline. Raises VendorError 404."""
        found = next((one for one in self.all if one["id"] == pipeline_id), None)
        if found is None:
            raise not_found(f"Could not find pipeline {pipeline_id}")
        return found

    def of_stage(self, stage: str, pipeline_id: str) -> str:
        """Return the pipeline a record with this stage is in: the named one, else the stage's own.

        Raises VendorError 400 when the stage is not one of the named pipeline's.
        """
        for one in self.listed():
            if pipeline_id in ("", one["id"]) and any(item["id"] == stage for item in one["stages"]):
                return str(one["id"])
        raise invalid_properties(
            [("dealstage", unconfirmed.STAGE_CODE, f"{stage} is not a stage of the pipeline {pipeline_id or 'named'}")]
        )

    def keep(self, pipeline: Doc) -> Doc:
        """Store a new or changed pipeline."""
        self.all = [one for one in self.all if one["id"] != pipeline["id"]] + [pipeline]
        self._save()
        return pipeline

    def drop(self, pipeline_id: str) -> None:
        """Remove a pipeline. Raises VendorError 400 for the last one, 404 for an unknown one."""
        gone = self.get(pipeline_id)
        if len(self.all) == 1:
            raise validation("The last pipeline cannot be deleted")
        self.all.remove(gone)
        self._save()

    def new(self, given: Doc, pipeline_id: str, stage_id: Callable[[], str]) -> Doc:
        """Return a pipeline from a request's body. Raises VendorError 400."""
        if not isinstance(given.get("label"), str) or not given["label"]:
            raise validation("Invalid input JSON: Some required fields were not set: [label]")
        stages = given.get("stages")
        if not isinstance(stages, list) or not stages:
            raise validation("A pipeline needs at least one stage")
        now = iso_ms(self.world.clock.now_ms())
        return {
            "id": pipeline_id,
            "label": given["label"],
            "displayOrder": given.get("displayOrder", 0),
            "archived": False,
            "createdAt": now,
            "updatedAt": now,
            "stages": [new_stage(item, stage_id(), now) for item in stages],
        }

    def touched(self, pipeline: Doc, **changes: Any) -> Doc:
        """Store a pipeline with some fields changed."""
        return self.keep({**pipeline, **changes, "updatedAt": iso_ms(self.world.clock.now_ms())})

    def _save(self) -> None:
        with self.world.db.transaction():
            self.world.db.run("DELETE FROM hubspot_pipelines WHERE portal = ? AND object = ?", self.portal, DEALS.name)
            for one in self.all:
                self.world.db.run(
                    "INSERT INTO hubspot_pipelines VALUES (?, ?, ?, ?)",
                    self.portal,
                    DEALS.name,
                    one["id"],
                    orjson.dumps(one),
                )
        self._offer()

    def _offer(self) -> None:
        shown = self.listed()
        self.definitions.offer("pipeline", tuple((one["id"], one["label"]) for one in shown))
        self.definitions.offer(
            "dealstage", tuple((item["id"], item["label"]) for one in shown for item in one["stages"])
        )


def new_stage(given: Any, stage_id: str, now: str) -> Doc:
    """Return a stage from a request's body. Raises VendorError 400."""
    if not isinstance(given, dict) or not isinstance(given.get("label"), str) or not given["label"]:
        raise validation("Invalid input JSON: Some required fields were not set: [label]")
    metadata = {str(name): str(value) for name, value in (given.get("metadata") or {}).items()}
    if "probability" not in metadata:
        raise validation("A deal stage needs metadata.probability")
    metadata.setdefault("isClosed", "true" if metadata["probability"] in ("0.0", "1.0", "0", "1") else "false")
    return {
        "id": stage_id,
        "label": given["label"],
        "displayOrder": given.get("displayOrder", 0),
        "metadata": metadata,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        "archived": False,
        "createdAt": now,
        "updatedAt": now,
    }


def _default() -> Doc:
    return {
        "id": "default",
        "label": "Sales Pipeline",
        "displayOrder": 0,
        "archived": False,
        "createdAt": CREATED,
        "updatedAt": CREATED,
        "stages": [
            new_stage({"label": label, "displayOrder": place, "metadata": {"probability": share}}, stage_id, CREATED)
            for place, (stage_id, label, share) in enumerate(STAGES)
        ],
    }
