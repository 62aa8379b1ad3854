"""Leadbridge: a hub between leads, CRMs and automations."""

__version__ = "0.1.0"
