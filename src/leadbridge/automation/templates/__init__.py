"""The automations that come with the hub, each set up for a company by its id alone."""
