"""The dashboard's pages as they leave the hub: one built page, with a nonce and the words of its address in it."""

from __future__ import annotations

from html import escape

from leadbridge.dashboard.files import NONCE_MARK, SHELL_MARK
from leadbridge.settings import INTEGRATIONS_PAGE

HOME = "/super-user"
SETTINGS_PAGE = f"{HOME}/settings"
LINKS = (
    (INTEGRATIONS_PAGE, "Integrations"),
    (f"{HOME}/leads", "Leads"),
    (f"{HOME}/errors", "Error log"),
    (SETTINGS_PAGE, "Settings"),
)


def policy(nonce: str) -> str:
    """Return the dashboard's Content-Security-Policy.

    Scripts and data come from the hub alone. A style element needs this response's nonce: the component library makes
    some at run time. Nothing inline runs, nothing is evaluated, no page may frame this one.
    """
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def filled(page: str, nonce: str, path: str) -> str:
    """Return the built page for ``path``: with its nonce, and the words that stand there before any script has run."""
    return page.replace(NONCE_MARK, nonce).replace(SHELL_MARK, shell(path))


def shell(path: str) -> str:
    """Return what a page shows while the dashboard loads, and where scripts are off."""
    links = "".join(f'<a href="{escape(target)}">{escape(name)}</a>' for target, name in LINKS)
    own = f'<p><a href="{INTEGRATIONS_PAGE}">Manage Integrations</a></p>' if path == SETTINGS_PAGE else ""
    return (
        f'<div class="shell"><p class="shell-name">Leadbridge</p><nav aria-label="Pages">{links}</nav>'
        f"<main>{own}<p>Loading the dashboard. It needs JavaScript.</p></main></div>"
    )


def unbuilt(path: str) -> str:
    """Return the page of an installation that has no built dashboard."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Leadbridge</title>'
        f'<link rel="stylesheet" href="{INTEGRATIONS_PAGE}.css"></head><body>{shell(path)}'
        "<p>This installation was made without the dashboard: run <code>make dashboard</code> in the checkout, "
        "or install a built package.</p></body></html>"
    )
