"""The hosted page of a form and the HTML to embed it: made by templates that escape, without a script of ours."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from leadbridge.leads.forms.model import FieldType, Form
from leadbridge.leads.forms.reading import HONEYPOT, STARTED
from leadbridge.leads.forms.widgets import script_policy, widget_of
from leadbridge.security.escape import href
from leadbridge.settings import origin_of

STYLESHEET = "/assets/form.css"

KINDS: Mapping[str, str] = {
    FieldType.TEXT: "text",
    FieldType.EMAIL: "email",
    FieldType.PHONE: "tel",
    FieldType.URL: "url",
    FieldType.NUMBER: "number",
    FieldType.DATE: "date",
    FieldType.COUNTRY: "text",
}
"""The type of the ``input`` of a field."""
FILLS: Mapping[str, str] = {
    "firstName": "given-name",
    "lastName": "family-name",
    "email": "email",
    "phone": "tel",
    "company": "organization",
    "title": "organization-title",
    "website": "url",
    "address.street": "street-address",
    "address.city": "address-level2",
    "address.region": "address-level1",
    "address.postalCode": "postal-code",
    "address.country": "country-name",
}
"""What a browser fills in by itself (HTML, autofill field names)."""

_loader = PackageLoader("leadbridge.leads.forms", "templates")
_templates = Environment(
    loader=_loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_templates.filters["href"] = lambda address: href(address) or ""
_templates.globals.update(kinds=dict(KINDS), fills=dict(FILLS), trap=HONEYPOT, started_name=STARTED)


def form_page(
    form: Form, started: int, values: Mapping[str, object], problems: Mapping[str, str], told: str | None = None
) -> str:
    """Return the page. ``problems`` are sentences by field, ``told`` one about the whole; ``values`` what was sent."""
    return _templates.get_template("form.html").render(
        form=form,
        stylesheet=STYLESHEET,
        started=started,
        values=values,
        problems=problems,
        told=told,
        widget=widget_of(form),
        elsewhere=form.challenge_url is not None and widget_of(form) is None,
    )


def thanks_page(form: Form) -> str:
    """Return the page that is shown when a form was sent."""
    return _templates.get_template("thanks.html").render(form=form, stylesheet=STYLESHEET)


def snippet(form: Form, address: str) -> str:
    """Return the HTML to put into one's own page: a form that is sent to ``address`` by the browser alone."""
    return _templates.get_template("snippet.html").render(form=form, address=address).strip() + "\n"


@cache
def stylesheet() -> str:
    """Return the stylesheet of the pages."""
    return _loader.get_source(_templates, "form.css")[0]


def page_headers(form: Form) -> dict[str, str]:
    """Return the headers of the page: no script but that of the form's check, and frames only where the form says so.

    Where the browser is sent on to another page afterwards, that page is named too: some browsers hold the redirect
    against ``form-action``.
    """
    onward = f" {origin_of(form.redirect_url, path_allowed=True)}" if form.redirect_url else ""
    frames = " ".join(form.origins) or "'none'"
    widget = widget_of(form)
    styles, scripts = ("'self'", "") if widget is None else (f"'self' {widget.styles}".strip(), script_policy(widget))
    return {
        "content-security-policy": f"default-src 'none'; style-src {styles}; {scripts}form-action 'self'{onward}; "
        f"base-uri 'none'; frame-ancestors {frames}",
        "cache-control": "no-store",
        "cross-origin-resource-policy": "cross-origin" if form.origins else "same-origin",
    }


def same_site(origin: str, public: str) -> bool:
    """Tell whether a page's origin is the hub's own."""
    one, other = urlsplit(origin), urlsplit(public)
    return (one.scheme, one.netloc) == (other.scheme, other.netloc)
