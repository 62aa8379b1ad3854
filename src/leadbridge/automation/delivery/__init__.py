"""Delivering events to addresses outside: how a call is signed, what an answer means, when it is tried again."""
