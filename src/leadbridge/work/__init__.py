"""Who may work on what, and when: for now the lease by which one caller at a time writes to a connection."""
