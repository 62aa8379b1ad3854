"""The tables of the sandboxed Zoho CRM. Times of records are whole seconds, as Zoho shows them."""

from __future__ import annotations

TABLES = (
    "CREATE TABLE IF NOT EXISTS zoho_orgs (zgid TEXT PRIMARY KEY, doc BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS zoho_apps (client_id TEXT PRIMARY KEY, doc BLOB NOT NULL) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS zoho_users (
        zgid TEXT NOT NULL, id INTEGER NOT NULL, doc BLOB NOT NULL, PRIMARY KEY (zgid, id)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS zoho_codes (
        code TEXT PRIMARY KEY, client_id TEXT NOT NULL, zgid TEXT NOT NULL, scopes TEXT NOT NULL,
        redirect_uri TEXT NOT NULL, challenge TEXT, plain INTEGER NOT NULL, offline INTEGER NOT NULL,
        expires INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS zoho_grants (
        id INTEGER PRIMARY KEY AUTOINCREMENT, client_id TEXT NOT NULL, zgid TEXT NOT NULL, scopes TEXT NOT NULL,
        refresh_token TEXT UNIQUE, state TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS zoho_access_tokens (
        id INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL UNIQUE, grant_id INTEGER NOT NULL,
        expires INTEGER NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS zoho_access_tokens_of ON zoho_access_tokens (grant_id, id)",
    """CREATE TABLE IF NOT EXISTS zoho_presentations (
        hash TEXT PRIMARY KEY, presented INTEGER NOT NULL, accepted INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS zoho_modules (
        zgid TEXT NOT NULL, name TEXT NOT NULL, doc BLOB NOT NULL, PRIMARY KEY (zgid, name)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS zoho_fields (
        id INTEGER PRIMARY KEY AUTOINCREMENT, zgid TEXT NOT NULL, module TEXT NOT NULL, name TEXT NOT NULL,
        doc BLOB NOT NULL, UNIQUE (zgid, module, name))""",
    """CREATE TABLE IF NOT EXISTS zoho_records (
        id INTEGER PRIMARY KEY AUTOINCREMENT, zgid TEXT NOT NULL, module TEXT NOT NULL, created INTEGER NOT NULL,
        modified INTEGER NOT NULL, created_by INTEGER NOT NULL, modified_by INTEGER NOT NULL,
        converted INTEGER NOT NULL, deleted INTEGER, deleted_by INTEGER, gone INTEGER NOT NULL, doc BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS zoho_records_modified ON zoho_records (zgid, module, deleted, modified, id)",
    "CREATE INDEX IF NOT EXISTS zoho_records_ids ON zoho_records (zgid, module, deleted, id)",
    """CREATE TABLE IF NOT EXISTS zoho_keys (
        zgid TEXT NOT NULL, module TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, record INTEGER NOT NULL,
        PRIMARY KEY (zgid, module, field, value, record)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS zoho_keys_of ON zoho_keys (record)",
    """CREATE TABLE IF NOT EXISTS zoho_versions (
        id INTEGER PRIMARY KEY AUTOINCREMENT, record INTEGER NOT NULL, until INTEGER NOT NULL, row BLOB)""",
    "CREATE INDEX IF NOT EXISTS zoho_versions_of ON zoho_versions (record, until)",
    """CREATE TABLE IF NOT EXISTS zoho_channels (
        zgid TEXT NOT NULL, channel TEXT NOT NULL, module TEXT NOT NULL, expires INTEGER NOT NULL, doc BLOB NOT NULL,
        PRIMARY KEY (zgid, channel, module)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS zoho_events (
        id INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, attempt INTEGER NOT NULL, state TEXT NOT NULL,
        url TEXT NOT NULL, doc BLOB NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS zoho_bulk (
        id INTEGER PRIMARY KEY, zgid TEXT NOT NULL, started REAL NOT NULL, doc BLOB NOT NULL, result BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS zoho_events_due ON zoho_events (state, due, id)",
)

NAMES = (
    "orgs",
    "apps",
    "users",
    "codes",
    "grants",
    "access_tokens",
    "presentations",
    "modules",
    "fields",
    "records",
    "keys",
    "versions",
    "channels",
    "events",
    "bulk",
)

FIRST_RECORD_ID = 5_547_000_000_000_483_001
"""Ids have 19 digits: more than a JavaScript number or a float can hold."""
FIRST_FIELD_ID = 5_547_000_000_000_260_001
"""Ids of fields that a customer made."""
