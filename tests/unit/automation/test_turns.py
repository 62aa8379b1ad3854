"""The order of tasks that run at once."""

from __future__ import annotations

import asyncio

from leadbridge.automation.events.turns import Places


async def test_who_began_later_is_reached_later_and_companies_do_not_wait_for_each_other() -> None:
    places, reached = Places(), list[str]()
    gates = {name: asyncio.Event() for name in ("first", "second", "third", "other")}

    async def run(name: str, company: str) -> None:
        with places.take(company) as place:
            await gates[name].wait()
            await place.reached()
            reached.append(name)

    jobs = [asyncio.create_task(run(name, "b" if name == "other" else "a")) for name in gates]
    await asyncio.sleep(0)
    for name in ("third", "second", "other"):
        gates[name].set()
    await jobs[3]
    assert reached == ["other"]
    gates["first"].set()
    await asyncio.gather(*jobs)
    assert reached == ["other", "first", "second", "third"]
    assert places._begun == {}


async def test_one_that_fails_holds_up_nobody() -> None:
    places = Places()
    try:
        with places.take("a"):
            raise RuntimeError
    except RuntimeError:
        pass
    with places.take("a") as place:
        await asyncio.wait_for(place.reached(), 60)
