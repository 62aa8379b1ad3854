# Leadbridge: every command a person types here. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO_ARGS ?=
MONGODB_URI ?=

.PHONY: help setup dashboard client dist demo demo-clean test check format prove bench conformance lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: $(STAMP) ## create .venv with the exact, hash-checked packages

# Installed once and again whenever a lock file changes; after that everything below works offline.
$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Leadbridge needs Python 3.11 or newer; {sys.executable} is {v.major}.{v.minor}. Name another with: make PYTHON=/path/to/python3.12")'
	@echo "setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

dashboard: setup ## build the dashboard into the package, where its sources have changed (Node, else PyPI's package of it)
	@$(BIN)/python -m frontend build

client: setup ## renew the dashboard's API client from the hub's OpenAPI document
	@$(BIN)/python -m frontend client

dist: dashboard ## build the wheel and the source package into dist/, the dashboard in them
	@$(BIN)/hatchling build

demo: dashboard ## the main job on real input: import, connect, sync; then the addresses and a login
	@$(BIN)/leadbridge demo $(DEMO_ARGS)

demo-clean: ## forget the demo's state (.demo/)
	@rm -rf .demo

test: dashboard ## every test, tier by tier, with the seconds each took beside its budget
	@$(BIN)/python -m tests.support.chromium
	@$(BIN)/python -m tests.tiers

check: setup ## lint, types, walls between rooms, docs links, queries and their indexes, doors, exits, ways out, dashboard
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.docs_links
	@$(BIN)/python -m tests.query_shapes
	@$(BIN)/python -m tests.scoping
	@$(BIN)/python -m tests.exits
	@$(BIN)/python -m tests.outbound
	@$(BIN)/python -m frontend check

format: setup ## rewrite the code in the house style
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

prove: setup ## the long runs (kills, refresh contention, simulated sync, deliberate bugs); results go to docs/proof/
	@$(BIN)/python -m tests.prove

bench: setup ## measure every figure the docs quote
	@$(BIN)/python -m benchmarks

conformance: setup ## the store suite, explain checks included, on a real server: MONGODB_URI=mongodb://...
	@$(BIN)/python -m tests.conformance "$(MONGODB_URI)"

lock: setup ## renew the lock files from pyproject.toml (needs uv: pip install uv)
	@uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q -o requirements/runtime.txt
	@uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q -o requirements/dev.txt
	@uv pip compile --group node --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q -o requirements/node.txt

clean: demo-clean ## remove everything that was built or installed here
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist frontend/node_modules src/leadbridge/dashboard/built
