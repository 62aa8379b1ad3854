"""Salesforce: orgs with their records, their OAuth, SOQL and Bulk API 2.0."""
