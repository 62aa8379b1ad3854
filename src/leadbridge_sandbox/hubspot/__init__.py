"""A local HubSpot: OAuth, contacts, batches, search, properties, limits and errors as its API has them."""
