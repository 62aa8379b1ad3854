"""Whether another company of this hub is connected to the same vendor account, which two companies may well be.

Vendors end the oldest grants of a user who approves too often: Salesforce after five approvals of an app by one user,
Zoho after twenty refresh tokens of one user. So a company is warned, without learning which other company it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from leadbridge.integrations.health import Stage
from leadbridge.integrations.model import CONNECTIONS, Connection
from leadbridge.kit.document import Shape
from leadbridge.storage.store import Store

AT_ONCE = 500


class Caution(Shape):
    """Something about a connection that works now and may not for ever."""

    code: str
    message: str
    hint: str


SAME_USER = Caution(
    code="vendor_user_shared",
    message="Another company of this hub is connected by the same user of this CRM account.",
    hint="Connect each company by a CRM user of its own: a vendor may end a user's older grants when the user approves "
    "again, and both companies write into the same records.",
)
SAME_ACCOUNT = Caution(
    code="vendor_account_shared",
    message="Another company of this hub is connected to the same CRM account.",
    hint="Make sure that this is meant: both companies write into the same records and share the account's limits.",
)


def warning_for(connection: Connection, others: Sequence[Connection]) -> Caution | None:
    """Return what to warn of, given the connections of the same account; only those of other companies count."""
    if connection.stage is not Stage.CONNECTED:
        return None
    foreign = [
        other
        for other in others
        if other.company_id != connection.company_id
        and other.stage is Stage.CONNECTED
        and other.account_key == connection.account_key
    ]
    if any(other.account.user_id == connection.account.user_id for other in foreign):
        return SAME_USER
    return SAME_ACCOUNT if foreign else None


async def warnings(store: Store, connections: Sequence[Connection]) -> dict[str, Caution]:
    """Return by connection what to warn of."""
    keys = sorted({connection.account_key for connection in connections if connection.account_key is not None})
    others: list[Connection] = []
    for start in range(0, len(keys), AT_ONCE):
        others += await store[CONNECTIONS].across_companies().lookup("sharing", keys[start : start + AT_ONCE])
    found = ((connection.id, warning_for(connection, others)) for connection in connections)
    return {id: warning for id, warning in found if warning is not None}
