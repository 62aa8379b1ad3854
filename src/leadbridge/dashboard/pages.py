"""The dashboard's pages as they leave the hub: one built page, with a nonce and the words of its address in it."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from leadbridge.dashboard.files import NONCE_MARK, SHELL_MARK

HOME = "/super-user"
SETTINGS_PAGE = f"{HOME}/settings"

_templates = Environment(
    loader=PackageLoader("leadbridge.dashboard"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
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
    """Return the built page for ``path``: its nonce in it, and what it shows while the dashboard loads.

    The same words stand there where scripts are off.
    """
    shell = _templates.get_template("shell.html").render(path=path, settings=SETTINGS_PAGE, built=True)
    return page.replace(NONCE_MARK, nonce).replace(SHELL_MARK, shell)


def unbuilt(path: str, stylesheet: str) -> str:
    """Return the page of an installation that has no built dashboard."""
    template = _templates.get_template("unbuilt.html")
    return template.render(path=path, settings=SETTINGS_PAGE, built=False, stylesheet=stylesheet)
