"""Automations: lead events handed to Make or any other address, or run here; calls that come back in."""
