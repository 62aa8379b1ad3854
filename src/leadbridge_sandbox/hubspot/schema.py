"""The tables of the sandboxed HubSpot."""

from __future__ import annotations

TABLES = (
    "CREATE TABLE IF NOT EXISTS hubspot_portals (id INTEGER PRIMARY KEY, doc BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS hubspot_apps (client_id TEXT PRIMARY KEY, doc BLOB NOT NULL) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS hubspot_grants (
        id INTEGER PRIMARY KEY AUTOINCREMENT, client_id TEXT NOT NULL, portal INTEGER NOT NULL,
        scopes TEXT NOT NULL, state TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS hubspot_codes (
        code TEXT PRIMARY KEY, client_id TEXT NOT NULL, portal INTEGER NOT NULL, scopes TEXT NOT NULL,
        redirect_uri TEXT NOT NULL, challenge TEXT, expires INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS hubspot_access_tokens (
        token TEXT PRIMARY KEY, grant_id INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS hubspot_refresh_tokens (
        token TEXT PRIMARY KEY, grant_id INTEGER NOT NULL, state TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS hubspot_presentations (
        hash TEXT PRIMARY KEY, presented INTEGER NOT NULL, accepted INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS hubspot_records (
        id INTEGER PRIMARY KEY AUTOINCREMENT, portal INTEGER NOT NULL, object TEXT NOT NULL,
        created INTEGER NOT NULL, updated INTEGER NOT NULL, archived INTEGER,
        properties BLOB NOT NULL, history BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS hubspot_records_of ON hubspot_records (portal, object, archived, id)",
    """CREATE TABLE IF NOT EXISTS hubspot_unique (
        portal INTEGER NOT NULL, object TEXT NOT NULL, property TEXT NOT NULL, value TEXT NOT NULL,
        record INTEGER NOT NULL, PRIMARY KEY (portal, object, property, value)) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS hubspot_unique_of ON hubspot_unique (record)",
    """CREATE TABLE IF NOT EXISTS hubspot_redirects (
        old INTEGER PRIMARY KEY, portal INTEGER NOT NULL, object TEXT NOT NULL, new INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS hubspot_erased_emails (
        portal INTEGER NOT NULL, email TEXT NOT NULL, PRIMARY KEY (portal, email)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS hubspot_properties (
        portal INTEGER NOT NULL, object TEXT NOT NULL, name TEXT NOT NULL, doc BLOB NOT NULL,
        PRIMARY KEY (portal, object, name)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS hubspot_pipelines (
        portal INTEGER NOT NULL, object TEXT NOT NULL, id TEXT NOT NULL, doc BLOB NOT NULL,
        PRIMARY KEY (portal, object, id)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS hubspot_owners (
        portal INTEGER NOT NULL, id TEXT NOT NULL, doc BLOB NOT NULL, PRIMARY KEY (portal, id)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS hubspot_associations (
        portal INTEGER NOT NULL, source TEXT NOT NULL, source_id INTEGER NOT NULL, target TEXT NOT NULL,
        target_id INTEGER NOT NULL, type INTEGER NOT NULL,
        PRIMARY KEY (portal, source, source_id, target, target_id, type)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS hubspot_labels (
        portal INTEGER NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, type INTEGER NOT NULL,
        name TEXT NOT NULL, label TEXT NOT NULL, inverse INTEGER NOT NULL,
        PRIMARY KEY (portal, type)) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS hubspot_hooks (app INTEGER PRIMARY KEY, doc BLOB NOT NULL)",
    """CREATE TABLE IF NOT EXISTS hubspot_events (
        id INTEGER PRIMARY KEY AUTOINCREMENT, app INTEGER NOT NULL, due REAL NOT NULL, attempt INTEGER NOT NULL,
        state TEXT NOT NULL, doc BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS hubspot_events_due ON hubspot_events (state, due, id)",
)

NAMES = (
    "portals",
    "apps",
    "grants",
    "codes",
    "access_tokens",
    "refresh_tokens",
    "presentations",
    "records",
    "unique",
    "redirects",
    "erased_emails",
    "properties",
    "pipelines",
    "owners",
    "associations",
    "labels",
    "hooks",
    "events",
)

FIRST_RECORD_ID = 37_765_100_001
"""Record ids are longer than 32 bits in real portals, so here too."""
