"""Every broken file ends in a clear answer, and its good rows arrive."""

from __future__ import annotations

import pytest

from leadbridge.kit.errors import LeadbridgeError
from leadbridge.leads.imports.model import FILE_PIECES, Status
from leadbridge.leads.imports.upload import options_of
from leadbridge.leads.service import Filters
from leadbridge.leads.types import LEAD
from tests.contract.leads.conftest import COMPANY, Room
from tests.support.broken_files import ANN, BOB, CORPUS, Broken
from tests.support.files import on_disk


@pytest.mark.parametrize("room", ["memory"], indirect=True)
@pytest.mark.parametrize("broken", CORPUS, ids=lambda broken: broken.name)
async def test_a_broken_file_ends_in_a_clear_answer(room: Room, broken: Broken) -> None:
    with on_disk(broken.make()) as file:
        bringing = room.imports.run(COMPANY, "user:x", "x", file, options_of(broken.options))
        if broken.refused is not None:
            with pytest.raises(LeadbridgeError) as caught:
                await bringing
            error = caught.value
            assert (error.code, error.status in (400, 413), bool(error.hint)) == (broken.refused, True, True)
            assert error.message.endswith(".")
            assert (await room.imports.page(COMPANY, LEAD)).items == []
            assert (await room.leads.page(COMPANY, Filters())).items == []
            return
        job = await bringing
    counts = job.counts
    assert job.status is Status.DONE
    assert counts.read == counts.created + counts.updated + counts.unchanged + counts.merged + counts.rejected
    assert counts.rejected == broken.rejected, job.reasons
    for address in (ANN, BOB):
        found = await room.leads.page(COMPANY, Filters(email=address))
        assert len(found.items) == 1, address
    reports = await room.imports.reports(COMPANY, job.id)
    assert len(reports.items) == counts.rejected
    assert all(report.problems[0].message.endswith(".") for report in reports.items)
    assert (await room.store[FILE_PIECES].of(COMPANY).find()).items == []
