"""Pages of sandboxes that need nothing of their own beside a template."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment
from starlette.responses import HTMLResponse

from .templating import templates

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def rendered(vendor: str, template: str, **values: Any) -> HTMLResponse:
    """Return a rendered page; every value is escaped."""
    return HTMLResponse(_of(vendor).get_template(template).render(**values), 200, HEADERS)


@cache
def _of(vendor: str) -> Environment:
    return templates(vendor)
