"""The sandboxes' pages: each vendor's own templates, on one base."""

from __future__ import annotations

from jinja2 import ChoiceLoader, Environment, PackageLoader


def templates(vendor: str) -> Environment:
    """Return the templates of a vendor's folder, which may extend `base.html`."""
    loaders = [PackageLoader(f"leadbridge_sandbox.{vendor}"), PackageLoader("leadbridge_sandbox")]
    return Environment(loader=ChoiceLoader(loaders), autoescape=True)
