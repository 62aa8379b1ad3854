"""The task that goes on with an import: a few seconds of it, then the lane's other tasks have their turn."""

from __future__ import annotations

import msgspec

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.leads.errors import ImportOvertaken
from leadbridge.leads.imports.receiving import TASK
from leadbridge.leads.imports.service import ImportService
from leadbridge.work.handlers import Done, Handler, Reschedule, Result, TaskContext

SLICE_SECONDS = 5.0
TIMEOUT = 120.0
"""Seconds for one try: a batch may have to wait for a busy store."""


class ImportRef(msgspec.Struct, frozen=True, rename="camel"):
    """Which import is gone on with."""

    import_id: str


def import_handler(imports: ImportService, clock: Clock) -> Handler:
    """Return the handler of imports' tasks."""

    async def run(context: TaskContext) -> Result:
        ref: ImportRef = context.ref
        try:
            more = await imports.advance(context.company_id, ref.import_id, clock.monotonic() + SLICE_SECONDS)
        except ImportOvertaken:
            more = True  # whoever came later goes on; should it have died, this task is there
        return Reschedule(to_millis(clock.now())) if more else Done()

    return Handler(TASK, run, ref=ImportRef, timeout=TIMEOUT)
