"""Which CRM records a record of ours is linked to, as answers show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadbridge.integrations.model import CONNECTIONS, Connection
from leadbridge.storage.store import Store
from leadbridge.sync.model import LINKS, Link

MOST = 200
"""Links of one record that are shown: one for each connection and object it was ever pushed to."""


async def links_of(store: Store, company_id: str, record_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the links of the records in the order of their ids, each with whose account it leads to."""
    links: list[Link] = []
    for record_id in record_ids:
        found = await store[LINKS].of(company_id).find(eq={"recordId": record_id}, limit=MOST)
        links += found.items
    ids = list(dict.fromkeys(link.connection_id for link in links))
    connections = await store[CONNECTIONS].of(company_id).get_many(ids)
    return [link_view(link, connections.get(link.connection_id)) for link in links]


def link_view(link: Link, connection: Connection | None) -> dict[str, Any]:
    """Return a link as the API shows it; what is not known is left out."""
    shown = {"connectionId": link.connection_id, "object": link.object, "state": link.state.value, "crmId": link.crm_id}
    if connection is not None:
        account = connection.account
        shown |= {"provider": connection.provider, "accountName": account.name, "accountUrl": account.url}
    return {name: value for name, value in shown.items() if value is not None}
