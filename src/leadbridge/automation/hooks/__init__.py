"""Subscriptions that other systems make for themselves: REST hooks, as Zapier, Make apps and n8n use them."""
