"""What the usage record and the error log are told of a renewal of tokens that gave none."""

from __future__ import annotations

from leadbridge.crm.errors import TokenRefused
from leadbridge.crm.provider import Provider
from leadbridge.integrations import vendor
from leadbridge.integrations.calls import VendorCalls
from leadbridge.integrations.model import Connection
from leadbridge.integrations.tokens import Outcome
from leadbridge.usage.model import Category, EventType
from leadbridge.usage.service import Failure, UsageService


async def report_failed_renewal(
    usage: UsageService,
    connection: Connection,
    provider: Provider,
    error: vendor.RefreshFailed,
    calls: VendorCalls,
    milliseconds: int,
) -> None:
    """Record that a renewal over ``connection`` failed, and how the vendor explained it."""
    cause = error.cause
    fault = cause.fault if isinstance(cause, TokenRefused) else None
    failure = Failure(
        operation="token_refresh",
        code=cause.code,
        message=cause.message,
        cause=fault.cause if fault else f"The token endpoint of {provider.name} gave no usable answer.",
        hint=cause.hint,
        retryable=False,
        provider=connection.provider,
        connection_id=connection.id,
        vendor_code=fault.vendor_code if fault else None,
        correlation_id=fault.correlation_id if fault else None,
    )
    await usage.record_failures(connection.company_id, [failure])
    event = usage.event(
        connection.company_id,
        EventType.TOKEN_REFRESH,
        Category.AUTH,
        succeeded=False,
        milliseconds=milliseconds,
        api_calls=0 if error.outcome is Outcome.NOT_SENT else calls.made,
        provider=connection.provider,
        connection_id=connection.id,
    )
    await usage.record(event, calls.notes)
