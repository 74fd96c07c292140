# The whole workflow. `make help` lists it; the work is in tools/.

PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(firstword $(foreach p,$(PYTHONS),$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
ifeq ($(PYTHON),)
$(error Python 3.11 or newer was not found; install it, or name it with `make PYTHON=/path/to/python`)
endif
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup up preview env stop down test lint format types bench fuzz chaos

help: ## list what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: ## make the virtual environment and get the Pulumi CLI; what is there is kept
	@$(PYTHON) -m tools.setup

up: ## set up, start the emulator, and `pulumi up` the local stack
	@$(PYTHON) -m tools.local up

preview: ## what `make up` would change
	@$(PYTHON) -m tools.local preview

env: ## print the environment for typing `pulumi` yourself: eval "$$(make -s env)"
	@$(PYTHON) -m tools.local env

stop: ## stop the emulator; what it holds stays
	@$(PYTHON) -m tools.local stop

down: ## destroy the local stack, stop the emulator, remove their state
	@$(PYTHON) -m tools.local down

test: lint types ## set up, lint, check types, and run every test
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

lint: setup ## check style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: setup ## put the code into form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: setup ## check the types of both packages, strictly
	$(BIN)/basedpyright --warnings

bench: setup ## measure speed and memory, side by side (30 to 40 minutes)
	$(BIN)/python -m benchmarks

fuzz: setup ## hold the metadata patch against 200,000 documents
	VERACITY_FUZZ_EXAMPLES=200000 $(BIN)/python -m pytest -q --timeout 3600 tests/lifecycle/test_metadata_patch.py

chaos: setup ## kill `pulumi up` 200 times at random instants, and count the rows
	$(BIN)/python -m tests.chaos --kills 200
