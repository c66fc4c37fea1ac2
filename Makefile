# Everything a newcomer or a developer runs. Needs Python >= 3.11 and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo run test check bench reliability seeds lint types contracts messages schema lock clean help

help: ## What can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/run ## Load real data and serve it at http://127.0.0.1:8000
	@FIILIS_MODE=demo $(BIN)/fiilis demo

run: $(VENV)/run ## Serve your own installation (FIILIS_* settings: docs/settings.md)
	@$(BIN)/fiilis migrate && $(BIN)/fiilis serve

test: $(VENV)/dev ## All tests (the browser tests need Debian's chromium)
	@$(BIN)/pytest

reliability: $(VENV)/dev ## The long floods and kills (about 15 minutes)
	@FIILIS_RELIABILITY=long $(BIN)/pytest -m reliability tests/reliability

seeds: $(VENV)/dev ## 200 made-up shops: coverage, false arrows, power (about half an hour)
	@$(BIN)/python -m tests.simulate.seeds --seeds 200

check: $(VENV)/dev lint types contracts ## Style, types, the ladder of imports, migrations

lint: $(VENV)/dev
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .

types: $(VENV)/dev
	@$(BIN)/mypy

contracts: $(VENV)/dev
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python manage.py makemigrations --check --dry-run

bench: $(VENV)/dev ## Speed, side by side with what one would write first
	@$(BIN)/python -m bench

messages: $(VENV)/dev ## Collect texts and compile the catalogues (needs gettext)
	@$(BIN)/python -m tests.catalogues

lock: $(VENV)/dev ## Pin the packages anew, by hash, for Python 3.11 and newer
	@$(BIN)/pip install --quiet uv
	@for group in build:run dev:dev; do $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header \
	  --no-emit-index-url --python-version 3.11 --upgrade pyproject.toml --group $${group%%:*} \
	  -o requirements/$${group##*:}.txt; done

clean: ## Remove what was built (never your data)
	@rm -rf $(VENV) dist build .mypy_cache .ruff_cache

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Fiilis needs Python 3.11 or newer: make PYTHON=python3.12")'
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run: requirements/run.txt pyproject.toml | $(VENV)/python
	@echo "Installing the pinned packages (first time: about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements/dev.txt pyproject.toml | $(VENV)/python
	@echo "Installing the pinned packages for developers ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/run
