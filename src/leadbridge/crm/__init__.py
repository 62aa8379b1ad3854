"""The CRMs: one protocol, and one folder a provider."""
