"""The calls of one operation at a vendor: each is sent, written to the process's log, and noted for the request log."""

from __future__ import annotations

import structlog

from leadbridge.crm.provider import Provider
from leadbridge.kit.clock import Clock
from leadbridge.security.errors import RequestFailed
from leadbridge.security.redact import redact_url
from leadbridge.security.transport import HttpRequest, HttpResponse, Transport
from leadbridge.usage.calls import CallNotes

log = structlog.get_logger("leadbridge.requests")


class VendorCalls:
    """Sends calls to ``provider``. ``made`` counts them, ``notes`` are what the request log will show of them."""

    def __init__(self, transport: Transport, clock: Clock, provider: Provider) -> None:
        self._transport = transport
        self._clock = clock
        self._provider = provider
        self.notes = CallNotes(clock)
        self.made = 0

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send once and return the answer, whatever it says; raises ``RequestFailed``.

        With the ids that are bound around the log line, a request's way to the vendor can be seen.
        """
        begun, started = self._clock.monotonic(), self._clock.now()
        outcome: int | str = "cancelled"
        correlation = ""
        self.made += 1
        try:
            response = await self._transport.send(request)
            outcome = response.status
            if self._provider.correlation_header:
                correlation = response.headers.get(self._provider.correlation_header, "")
            self.notes.answered(request, response, started, correlation)
            return response
        except RequestFailed as error:
            outcome = error.code
            self.notes.unanswered(request, error, started)
            raise
        finally:
            log.info(
                "vendor_call",
                provider=self._provider.name,
                method=request.method,
                url=redact_url(request.url.partition("?")[0]),  # a query may name a person
                outcome=outcome,
                milliseconds=round((self._clock.monotonic() - begun) * 1000),
                correlation=correlation,
            )
