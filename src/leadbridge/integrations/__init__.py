"""Connections to CRMs: how one is made, kept alive, watched and ended."""
