# Two commands do everything on a machine with Python 3.11+ (with venv), git and make:
#   make run     sets up, starts the gateway on the embedded default, prints the URL and a first login
#   make test    sets up, runs style, types and every test
# Others: make check (style and types), make bench (ratios against named peers), make clean.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DATA   ?= var
PORT   ?= 8321
PYTEST ?= -n 3 --dist worksteal

.PHONY: run test check bench clean constraints setup setup-test

$(VENV)/.ready: pyproject.toml requirements/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Drawbridge needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements/constraints.txt -e '.[build]'
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements/constraints.txt -e '.[build,test]'
	@touch $@

setup: $(VENV)/.ready
	@$(BIN)/python -m gateway.console.bundle

setup-test: $(VENV)/.ready-test setup

run: setup
	$(BIN)/drawbridge serve --data $(DATA) --port $(PORT) --print-login

check: setup-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m gateway.console.bundle --check

test: check
	$(BIN)/python -m pytest $(PYTEST) --cov --cov-report=term --cov-fail-under=90 tests

bench: setup-test
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .coverage*

constraints: setup-test
	@{ echo '# Exact versions that were tested together; `make` installs with them. Renew: make constraints'; $(BIN)/pip freeze --exclude-editable; } > requirements/constraints.txt
