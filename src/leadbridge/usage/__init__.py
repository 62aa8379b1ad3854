"""What happened: usage events, one an operation, and the error log, with cause and hint."""
