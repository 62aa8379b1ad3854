"""The dashboard: the files built from ``frontend/``, and the pages they are served on."""
