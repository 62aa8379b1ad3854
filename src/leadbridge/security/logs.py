"""Logging, set up once by whatever starts a process: one line an event, and no line with a secret in it."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import orjson
import structlog

from leadbridge.security.escape import terminal
from leadbridge.security.redact import is_secret_name, redact_text, redact_value
from leadbridge.security.secret import MASK

_QUIET = ("aiohttp.access", "uvicorn.access", "asyncio")
"""Loggers that write request lines, whose addresses carry tokens, or nothing of use below a warning."""


def redact_event(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask the secrets of one log event, by name and by look. A structlog processor."""
    for name, value in event.items():
        if name.startswith("_"):
            continue  # structlog's own, taken out before the line is written
        if value is not None and not isinstance(value, bool) and is_secret_name(name):
            event[name] = MASK
        elif isinstance(value, str):
            event[name] = redact_text(value)
        elif not isinstance(value, int | float | None):
            event[name] = redact_value(value if isinstance(value, dict | list | tuple | set | bytes) else str(value))
    return event


def configure_logging(*, json: bool, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Write every log event, ours and the libraries', to ``stream`` (standard error): JSON lines or lines for people.

    Redaction is the last step before a line is written, so that texts of exceptions pass through it too.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(serializer=_dumps)
        if json
        else structlog.dev.ConsoleRenderer(colors=False, timestamp_key="time")
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_colours,
                redact_event,
                *(() if json else (_visible,)),
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _without_colours(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop the second, coloured copy of a message that the web server's events carry. A structlog processor."""
    event.pop("color_message", None)
    return event


def _visible(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Make control characters of one log event visible, which JSON does by itself. A structlog processor.

    Without it a lead's name could forge a line, or move the cursor of whoever reads the log. A stack keeps its lines.
    """
    for name, value in event.items():
        if isinstance(value, str) and not name.startswith("_"):
            lines = value.split("\n") if name in ("exception", "stack") else [value]
            event[name] = "\n".join(terminal(line) for line in lines)
    return event


def _dumps(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()
