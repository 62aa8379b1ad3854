"""Renders the pages that a person sees."""

from __future__ import annotations

from ..pages import Pages

page = Pages("zoho")
