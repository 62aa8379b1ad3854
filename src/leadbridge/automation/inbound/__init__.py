"""Webhooks in: an automation's own address, what proves a call, and what becomes of it."""
