"""Salesforce: leads, contacts, accounts and opportunities over the REST API."""
