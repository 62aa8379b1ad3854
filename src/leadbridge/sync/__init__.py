"""Keeping our records and a CRM's the same: links, decisions, and the push of leads."""
