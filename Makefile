# Two commands are enough: `make run` tries the bot, `make test` checks everything.
# Each sets up its own environment in .venv the first time, from the lock files, with hashes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run
TEST_STAMP := $(VENV)/.test
MAILMAN := $(VENV)/mailman
MAILMAN_STAMP := $(VENV)/.mailman
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
SBOM ?= sbom.json
ARGS ?=

.PHONY: run test check bench bench-delivery audit sbom lock calibrate words clean

run: $(RUN_STAMP)
	@$(BIN)/hrc-bot run $(ARGS)

# COVERAGE=1 also counts which lines ran, and fails below the floor in pyproject.toml; it takes half as long again.
test: check $(MAILMAN_STAMP)
	@$(BIN)/python -m pytest -n auto --dist loadfile $(if $(COVERAGE),--cov --cov-report=term:skip-covered) $(ARGS)

check: $(TEST_STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest tests/test_architecture.py -p no:cacheprovider

bench: $(TEST_STAMP)
	@$(BIN)/python -m tests.bench $(ARGS)

# How many messages get lost or come twice, how fast they go: minutes; ARGS="crash limits" names parts.
bench-delivery: $(TEST_STAMP)
	@$(BIN)/python -m tests.bench.bench_delivery $(ARGS)

# Fails when a pinned dependency has a known vulnerability; exceptions stand in tests/audit-exceptions.toml.
audit: $(TEST_STAMP)
	@$(BIN)/python -m tests.audit $(ARGS)

# Lists what runs, pinned and with hashes, as CycloneDX JSON.
sbom: $(TEST_STAMP)
	@$(BIN)/python -W ignore::UserWarning -m cyclonedx_py requirements requirements.lock --pyproject pyproject.toml --output-reproducible -o $(SBOM)

# Reads pyproject.toml and pins everything, for every Python and system that we support.
lock: $(TEST_STAMP)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header --no-annotate --extra embedding --upgrade pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header --no-annotate --extra embedding --extra onnx --extra dev -c requirements.lock pyproject.toml -o tests/requirements.lock
	@$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--no-annotate --upgrade tests/mailman/requirements.in -o tests/mailman/requirements.lock

# Fits the search to the content, so that a first start has nothing to fit; for after content or search have changed.
calibrate: $(TEST_STAMP)
	@$(BIN)/python -m tests.calibrate

# Collects the texts that people see; new ones stay empty until they are translated.
words: $(TEST_STAMP)
	@$(BIN)/python -m tests.words

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up (once) ..."
	@$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): $(VENV)/bin/python requirements.lock pyproject.toml
	@$(PIP) --require-hashes --no-deps -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(TEST_STAMP): $(VENV)/bin/python requirements.lock tests/requirements.lock pyproject.toml
	@$(PIP) --require-hashes --no-deps -r tests/requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ $(RUN_STAMP)

# A real Mailman for its one test, in an environment of its own: it needs an older SQLAlchemy, and no Python after 3.12.
$(MAILMAN_STAMP): $(VENV)/bin/python tests/mailman/requirements.lock
	@if $(BIN)/python -c 'import sys; sys.exit(sys.version_info >= (3, 13))'; then \
		$(BIN)/python -m venv $(MAILMAN) && $(MAILMAN)/bin/python -m pip --disable-pip-version-check install --quiet \
			--require-hashes --no-deps -r tests/mailman/requirements.lock; \
	else echo "Mailman runs on Python 3.11 and 3.12 alone; its test is skipped."; fi
	@touch $@

clean:
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
