"""People a company wants to win: their records, how rows and records are matched, and the ways in."""
