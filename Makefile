# Two commands: `make run` and `make test`. They need Python 3.11 or newer, pip, make; nothing else.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
BIN := .venv/bin
STAMP := .venv/stamp
PIP := $(BIN)/pip --disable-pip-version-check --no-input
WORKERS ?= auto
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help run test load setup check lint format sdl golden messages lock bench

help: ## what there is
	@sed -n 's/^\([a-z]*\):.* ## /  make \1\t/p' $(MAKEFILE_LIST)

run: setup ## the demo world on this machine; prints its address (another port: make run PORT=8001)
	exec $(BIN)/market serve --demo --port $(PORT)

test: setup ## every test that needs no system package
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not browser and not load"

load: setup ## tests that put several server processes under load: minutes, better with nothing beside them
	$(BIN)/pytest -n 0 -m load

setup: $(STAMP) ## build .venv from the lock file; quick when nothing changed

$(STAMP): requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with its venv module was not found. Install it, or: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Installing into .venv …"
	@test -x $(BIN)/pip || "$(PYTHON)" -m venv .venv
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

check: lint ## the rules of the house
	$(BIN)/pytest tests/house

lint: setup ## style, types, direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache

format: setup ## lay the code out
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

sdl: setup ## write schema/schema.graphql anew
	$(BIN)/python -m tests.house.public sdl

golden: setup ## write everything anew that is public and committed; read the diff
	$(BIN)/python -m tests.house.public

messages: setup ## bring the translations up to date with the sources
	$(BIN)/python -m web.i18n

UV := .venv/uv
LOCK := $(UV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-find-links --no-emit-index-url --custom-compile-command 'make lock'

lock: setup ## pin newer versions of everything
	$(BIN)/python -m venv $(UV)
	$(UV)/bin/pip --disable-pip-version-check install --quiet uv
	$(LOCK) --upgrade pyproject.toml -o requirements.lock
	$(LOCK) --upgrade --extra dev pyproject.toml -c requirements.lock -o requirements-dev.lock

bench: setup ## measure against the bare tools in the same run
	for file in tests/bench/[a-z]*.py; do $(BIN)/python -m tests.bench.$$(basename "$$file" .py) || exit 1; done
