# Everything a person or a machine does with this repository. `make help` lists it.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed
# One more than the machine has cores: real processes and browsers are waited for.
WORKERS ?= $(shell expr $$(nproc) + 1)
# Tests start dozens of processes, and each would compile all modules again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup system demo test lint format types bench soak clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(STAMP) ## install the pinned packages into .venv

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

system: ## install what tests need of Debian (browser, fonts, rsync); root only
	@deploy/install-system-packages deploy/apt.txt

demo: setup ## run a whole county on this machine (ONCE=1: tell the story and stop)
	$(BIN)/onebox up $(if $(ONCE),--once)

# Tests wait for processes and browsers a good deal; mypy works meanwhile, and says what it found last.
test: setup system lint ## lint, types and every test
	@mkdir -p build
	@nice $(BIN)/mypy > build/types.txt 2>&1 & mypy=$$!; \
	$(BIN)/pytest -n $(WORKERS) --dist worksteal; tests=$$?; \
	wait $$mypy; types=$$?; cat build/types.txt; \
	exit $$((tests || types))

lint: setup ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy --strict
	$(BIN)/mypy

format: setup ## rewrite the code in the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure; one JSON object a line
	$(BIN)/python -m tests.benchmarks

soak: setup ## many seeds of the simulation, rounds of the kill tests, histories of verdicts
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "soak or not soak" --seeds 500 \
		tests/simulation tests/faults tests/central/test_random_histories.py

clean: ## remove what the targets made
	rm -rf .venv build var .mypy_cache .ruff_cache .pytest_cache .hypothesis
