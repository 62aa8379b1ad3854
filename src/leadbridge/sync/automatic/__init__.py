"""The push that nobody asks for: changed leads are collected for each connection and pushed as runs."""
