"""A stand-in for Make: webhooks, scenarios that run on what they receive, and calls back."""
