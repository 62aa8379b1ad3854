"""The ground floor: no I/O and no domain. Every other room may stand on it."""
