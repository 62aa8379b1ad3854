"""Renders the pages that a person sees."""

from __future__ import annotations

from typing import Any

from starlette.responses import HTMLResponse

from ..templating import templates

_HEADERS = {
    # No form-action: browsers apply it to redirects too, and a consent ends with one to the app.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_templates = templates("zoho")


def page(template: str, status: int, **values: Any) -> HTMLResponse:
    """Return a rendered page; every value is escaped."""
    return HTMLResponse(_templates.get_template(template).render(**values), status, _HEADERS)
