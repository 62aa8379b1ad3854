"""The checks that a person is there which the hosted page can show, and what their scripts need of its policy.

Script addresses, class names and policy sources are those of the vendors' own instructions: Cloudflare Turnstile
("Client-side rendering", "Content Security Policy"), hCaptcha ("Developer Guide"), Google reCAPTCHA v2 ("Checkbox",
"FAQ: Content Security Policy").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadbridge.leads.forms.model import Form, Widget


@dataclass(frozen=True, slots=True)
class WidgetForm:
    """How a check is put into a page. ``scripts`` to ``connects`` are sources of the page's policy."""

    script: str
    css_class: str
    scripts: str
    frames: str
    styles: str = ""
    connects: str = ""


_TURNSTILE = "https://challenges.cloudflare.com"
_HCAPTCHA = "https://hcaptcha.com https://*.hcaptcha.com"
_GOOGLE = "https://www.google.com/recaptcha/"
WIDGETS: Mapping[Widget, WidgetForm] = {
    Widget.TURNSTILE: WidgetForm(f"{_TURNSTILE}/turnstile/v0/api.js", "cf-turnstile", _TURNSTILE, _TURNSTILE),
    Widget.HCAPTCHA: WidgetForm(
        "https://js.hcaptcha.com/1/api.js", "h-captcha", _HCAPTCHA, _HCAPTCHA, _HCAPTCHA, _HCAPTCHA
    ),
    Widget.RECAPTCHA: WidgetForm(
        "https://www.google.com/recaptcha/api.js",
        "g-recaptcha",
        f"{_GOOGLE} https://www.gstatic.com/recaptcha/",
        f"{_GOOGLE} https://recaptcha.google.com/recaptcha/",
    ),
}


def widget_of(form: Form) -> WidgetForm | None:
    """Return how the form's check is shown; None where it has none, or one that only its own page can show."""
    return None if form.challenge_widget is None else WIDGETS[form.challenge_widget]


def script_policy(widget: WidgetForm) -> str:
    """Return what is added to the page's policy so that the check can run, and nothing else can."""
    connects = f"connect-src {widget.connects}; " if widget.connects else ""
    return f"script-src {widget.scripts}; frame-src {widget.frames}; {connects}"
