"""Virtual time: what each company's lanes are charged, so that none is served ahead of its share."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.decide import UNIT, charge
from leadbridge.work.model import LANES, SHARES, LaneState, Share


class Prices:
    """The shares of some companies as they were read, and the lowest virtual time that is being served."""

    def __init__(self, shares: dict[str, Share], floor: int | None) -> None:
        self._shares = shares
        self._vt = {company: share.vt for company, share in shares.items()}
        self._floor = floor

    def charge(self, batch: WriteBatch, company: str, units: int) -> int:
        """Charge ``company`` for ``units`` tasks, as an addition that follows ``batch``; return its virtual time."""
        share = self._shares.get(company)
        weight = 1 if share is None else share.weight
        vt = self._vt[company] = charge(self._vt.get(company, 0), units, weight, self._floor)
        batch.after(
            SHARES, company, company, add={"vt": units * UNIT // max(1, weight)}, create={"vt": 0, "weight": weight}
        )
        if self._floor is not None:
            batch.after(SHARES, company, company, most={"vt": self._floor})
        return vt


async def prices(store: Store, companies: Collection[str]) -> Prices:
    """Read what charging ``companies`` needs.

    The floor is the lowest virtual time of a lane that is ready or owned; where there is none, the highest that any
    company has reached: otherwise one that was quiet for long would be served alone until it had caught up.
    """
    shares = store[SHARES].across_companies()
    ready, owned, found = await asyncio.gather(
        _lowest(store, LaneState.READY), _lowest(store, LaneState.OWNED), shares.get_many(list(companies))
    )
    served = [vt for vt in (ready, owned) if vt is not None]
    if served:
        return Prices(found, min(served))
    last = (await shares.find(order=["vt"], descending=True, limit=1)).items
    return Prices(found, last[0].vt if last else None)


async def _lowest(store: Store, state: LaneState) -> int | None:
    found = await store[LANES].across_companies().find(eq={"state": state}, order=["vt"], limit=1)
    return found.items[0].vt if found.items else None
