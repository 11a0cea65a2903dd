# Everything uses the environment in .venv, made by `make install`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help install check quick units floors newest test faults badconfigs soak lint types site benchmarks overhead constraints clean

help:           ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

install: $(BIN)/hpsearch  ## the environment for development

$(BIN)/hpsearch: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement constraints.txt
	$(BIN)/pip install --quiet --no-deps --editable .
	touch $@

check: test lint types  ## what CI runs

test: install   ## the tests
	$(BIN)/python -m pytest -n auto

UNITS := $(addprefix tests/,space searchers document config network data analysis reports metrics) \
	$(addprefix tests/,machine/test_signals.py test_docs.py test_expressions.py test_files.py test_trial.py)

quick: install  ## the tests of computing and reading: no processes, no searches
	$(BIN)/python -m pytest -n auto $(UNITS)

units:  # the tests of `make quick`, for .ci/versions.py
	@echo $(UNITS)

floors: install  ## most of the tests with the oldest versions that we allow
	$(BIN)/python .ci/versions.py floors

newest: install  ## most of the tests with the newest versions and the newest Python
	$(BIN)/python .ci/versions.py newest

faults: install  ## every fault in full, and a table of what was lost
	$(BIN)/python -m pytest -n auto tests/faults --full

badconfigs: install  ## the whole program on every wrong config, and a table
	$(BIN)/python -m pytest -n auto tests/cli/test_bad_configs.py tests/config/test_bad_configs.py tests/config/test_mutations.py --full

soak: install   ## 5,000 trials while workers are killed: what it costs in memory
	$(BIN)/python benchmarks/soak.py

lint: install   ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install  ## mypy, strictly
	$(BIN)/mypy

benchmarks: install  ## the speed of the network against its peers
	$(BIN)/python benchmarks/network.py

overhead: install  ## what a trial costs beyond its own work
	OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/overhead.py

constraints: install  ## record again which versions the tests ran with: make constraints INDEX=address
	$(BIN)/python .ci/constraints.py $(INDEX) > constraints.new && mv constraints.new constraints.txt

site: install   ## the documentation as pages, in site/
	$(BIN)/python -m mkdocs build --strict

clean:          ## remove the environment and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
