"""The store's own state: one document that says from which restored backup it comes, and whether that is complete."""

from __future__ import annotations

from leadbridge.kit.document import GlobalDocument, Time
from leadbridge.kit.errors import StartRefused
from leadbridge.storage.kind import Kind
from leadbridge.storage.store import Store

STATE_ID = "store"


class StoreState(GlobalDocument):
    """``restoreEpoch`` rises with every restore. ``restoring``: a restore was begun and is not complete."""

    restore_epoch: int = 0
    restoring: bool = False
    restored_at: Time | None = None


STORE_STATE = Kind("store_state", StoreState, tenant=False)

KINDS = (STORE_STATE,)


async def store_state(store: Store) -> StoreState:
    """Return the state; a store that nothing was restored into has epoch 0."""
    return await store[STORE_STATE].across_companies().get(STATE_ID) or StoreState(id=STATE_ID)


async def check_complete(store: Store) -> None:
    """Raise ``StartRefused`` on a store whose restore did not come to its end."""
    if (await store_state(store)).restoring:
        raise StartRefused(
            "A restore of this store was begun and did not end; what is in it is not complete.",
            code="restore_incomplete",
            hint="Run 'leadbridge restore FILE --replace' again.",
        )
