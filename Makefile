# Everything sets itself up on a machine that has only Python 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Else each process that the tests start compiles everything again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo run test check bench shots lock format clean

demo: $(READY)  ## the real bot on a simulated Discord; open the printed address
	$(BIN)/clanstats demo

run: $(READY)  ## the bot; needs a token (see .env.example)
	$(BIN)/clanstats run

test: $(READY)  ## all tests but those marked slow
	$(BIN)/pytest -q -m "not slow"

check: $(READY)  ## what CI calls: format, lint, types, every test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q

bench: $(READY)  ## ratios measured side by side; not a test
	$(BIN)/python -m benchmarks

shots: $(READY)  ## every reply as a picture, in build/shots
	$(BIN)/clanstats demo --once --out build/shots

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(READY)  ## pin what pyproject.toml asks for
	$(BIN)/python -m pip install -q pip-tools
	$(BIN)/pip-compile -q --strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.lock pyproject.toml
	$(BIN)/pip-compile -q --strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --extra dev --extra demo -c requirements.lock -o requirements-dev.lock pyproject.toml

$(READY): pyproject.toml requirements-dev.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q -r requirements-dev.lock
	$(BIN)/python -m pip install -q --no-deps -e .
	touch $(READY)

clean:
	rm -rf $(VENV) build .mypy_cache .pytest_cache .ruff_cache
