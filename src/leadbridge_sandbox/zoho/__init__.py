"""A local stand-in for Zoho CRM's API v8, written from Zoho's documentation."""
