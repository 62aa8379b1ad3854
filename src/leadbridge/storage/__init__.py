"""The store port and the engines behind it. Rooms see ``Store``, ``Kind`` and ``WriteBatch``; never an engine."""
