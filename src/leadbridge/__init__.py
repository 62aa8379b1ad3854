"""Leadbridge: a hub between leads, CRMs and automations."""
