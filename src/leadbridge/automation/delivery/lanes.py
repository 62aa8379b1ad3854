"""How an endpoint's settings bound its lane."""

from __future__ import annotations

from leadbridge.automation.delivery.model import Endpoint, endpoint_lane
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.enqueue import LaneForm
from leadbridge.work.pausing import reform


def lane_form(endpoint: Endpoint) -> LaneForm:
    """Return how the lane of ``endpoint`` is made.

    A quarter of a second's calls may go out at once: in any ten seconds an endpoint of 20 a second has at most 205.
    """
    return LaneForm(
        limit=endpoint.concurrency,
        quantum=max(100, min(400, 10 * endpoint.concurrency)),
        per_second=endpoint.per_second,
        burst=max(1.0, endpoint.per_second / 4),
    )


async def reform_lane(store: Store, batch: WriteBatch, endpoint: Endpoint) -> None:
    """Add to ``batch`` that the endpoint's lane keeps to its settings from its next turn on; inside ``attempt``."""
    await reform(store, batch, endpoint.company_id, endpoint_lane(endpoint.id), lane_form(endpoint))
