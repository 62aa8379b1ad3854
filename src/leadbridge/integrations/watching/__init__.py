"""Webhooks that a CRM must be asked for, connection by connection: ordered, renewed, ended."""
