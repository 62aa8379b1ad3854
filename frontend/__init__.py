"""The dashboard's sources, and the tool that builds and checks them: ``python -m frontend``."""
