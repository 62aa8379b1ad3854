"""HubSpot. Facts are from HubSpot's OpenAPI files and developer documentation as of 2026; guesses are named as such."""
