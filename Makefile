# Two commands set everything up. Both build the virtual environment .venv and leave the system alone.
#
#   make demo    installs, then optimizes a recording and looks at it
#   make test    installs with what the tests need, then runs them (make test ARGS="-k name")
#
# PYTHON names the interpreter that .venv is made with.

PYTHON ?= python3
FIXTURE ?= fixtures/basic.rrd
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DELETE_ON_ERROR:
.PHONY: demo test check pyright docs clean

demo: $(VENV)/.installed
	$(BIN)/rrd optimize $(FIXTURE) --output $(VENV)/optimized.rrd --force
	$(BIN)/rrd info $(VENV)/optimized.rrd
	$(BIN)/rrd tree $(VENV)/optimized.rrd
	$(BIN)/rrd verify $(VENV)/optimized.rrd

test: $(VENV)/.installed-test
	$(BIN)/pytest --numprocesses=auto $(ARGS)

# What a change must pass beside the tests.
check: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

pyright: $(VENV)/.installed-dev
	$(BIN)/pyright --pythonpath $(BIN)/python

# Man pages and the README's table of commands.
docs: $(VENV)/.installed
	$(BIN)/python -m rrdtool.cli.man --out man --readme README.md

clean:
	rm -rf $(VENV)

$(VENV)/.created:
	$(PYTHON) -c "import sys; sys.exit(None if sys.version_info >= (3, 11) else 'Python 3.11 or newer is needed: make PYTHON=python3.12')"
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml
	$(PIP) --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) --editable '.[test]'
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed-test
	$(PIP) --editable '.[test,dev]'
	touch $@
