"""A receiver of webhooks that answers what it is told to: for tests and the demo."""
