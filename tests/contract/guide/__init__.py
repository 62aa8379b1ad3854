"""The runner that replays the promises of `guide.yaml` against a running hub."""
