"""Executions as people see them: listed, explained, sent again."""
