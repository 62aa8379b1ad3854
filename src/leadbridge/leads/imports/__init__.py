"""Leads from CSV files: reading what real exports look like, and bringing each row home exactly once."""
