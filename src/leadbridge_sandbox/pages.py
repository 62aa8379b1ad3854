"""The sandboxes' pages: each vendor's own templates, on one base, with headers that let a page do nothing but show."""

from __future__ import annotations

from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader
from starlette.responses import HTMLResponse

HEADERS = {
    # No form-action: browsers apply it to redirects too, and a consent ends with one to the app.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Pages:
    """Renders the templates of a vendor's folder, which may extend `base.html`."""

    def __init__(self, vendor: str) -> None:
        loaders = [PackageLoader(f"leadbridge_sandbox.{vendor}"), PackageLoader("leadbridge_sandbox")]
        self._templates = Environment(loader=ChoiceLoader(loaders), autoescape=True)

    def __call__(self, template: str, status: int, **values: Any) -> HTMLResponse:
        """Return a rendered page; every value is escaped."""
        return HTMLResponse(self._templates.get_template(template).render(**values), status, HEADERS)
