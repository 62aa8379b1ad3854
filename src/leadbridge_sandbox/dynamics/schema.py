"""The tables of the sandboxed Dataverse."""

from __future__ import annotations

TABLES = (
    "CREATE TABLE IF NOT EXISTS dynamics_organizations (id TEXT PRIMARY KEY, place INTEGER, doc BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS dynamics_apps (client_id TEXT PRIMARY KEY, doc BLOB NOT NULL) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS dynamics_grants (
        id INTEGER PRIMARY KEY AUTOINCREMENT, client_id TEXT NOT NULL, org TEXT NOT NULL, person TEXT NOT NULL,
        scopes TEXT NOT NULL, state TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS dynamics_codes (
        code TEXT PRIMARY KEY, client_id TEXT NOT NULL, org TEXT NOT NULL, scopes TEXT NOT NULL,
        redirect_uri TEXT NOT NULL, challenge TEXT, expires INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS dynamics_access_tokens (
        hash TEXT PRIMARY KEY, grant_id INTEGER NOT NULL, resource TEXT NOT NULL, expires INTEGER NOT NULL
        ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS dynamics_refresh_tokens (
        token TEXT PRIMARY KEY, grant_id INTEGER NOT NULL, state TEXT NOT NULL, expires INTEGER NOT NULL
        ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS dynamics_presentations (
        hash TEXT PRIMARY KEY, presented INTEGER NOT NULL, accepted INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS dynamics_records (
        number INTEGER PRIMARY KEY, org TEXT NOT NULL, entity TEXT NOT NULL, id TEXT NOT NULL, place TEXT NOT NULL,
        version INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL, email TEXT,
        doc BLOB NOT NULL)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS dynamics_records_id ON dynamics_records (org, entity, id)",
    "CREATE INDEX IF NOT EXISTS dynamics_records_place ON dynamics_records (org, entity, place)",
    "CREATE INDEX IF NOT EXISTS dynamics_records_modified ON dynamics_records (org, entity, modified, place)",
    "CREATE INDEX IF NOT EXISTS dynamics_records_version ON dynamics_records (org, entity, version)",
    "CREATE INDEX IF NOT EXISTS dynamics_records_email ON dynamics_records (org, entity, email) WHERE email NOT NULL",
    """CREATE TABLE IF NOT EXISTS dynamics_keys (
        org TEXT NOT NULL, entity TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL,
        PRIMARY KEY (org, entity, key, value)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS dynamics_keys_of ON dynamics_keys (org, entity, id)",
    """CREATE TABLE IF NOT EXISTS dynamics_deleted (
        org TEXT NOT NULL, entity TEXT NOT NULL, version INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
        doc BLOB NOT NULL, PRIMARY KEY (org, entity, version)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS dynamics_definitions (
        org TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, doc BLOB NOT NULL,
        PRIMARY KEY (org, kind, name)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS dynamics_events (
        id INTEGER PRIMARY KEY AUTOINCREMENT, org TEXT NOT NULL, due REAL NOT NULL, attempt INTEGER NOT NULL,
        state TEXT NOT NULL, doc BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS dynamics_events_due ON dynamics_events (state, due, id)",
)

NAMES = (
    "organizations",
    "apps",
    "grants",
    "codes",
    "access_tokens",
    "refresh_tokens",
    "presentations",
    "records",
    "keys",
    "deleted",
    "definitions",
    "events",
)
