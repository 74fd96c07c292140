# The whole workflow. `make help` lists it; the work is in tools/.

PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
USABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
ifneq ($(filter-out help,$(MAKECMDGOALS)),)
ifndef PYTHON
PYTHON := $(shell for p in $(PYTHONS); do $$p -c '$(USABLE)' 2>/dev/null && echo $$p && break; done)
endif
ifeq ($(PYTHON),)
$(error Python 3.11 or newer with its venv module was not found; install it (Debian: apt install python3-venv), or name it: make PYTHON=/path/to/python)
endif
endif
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup up preview env stop down quick test extended mutants lint format types versions bench fuzz model clients chaos package examples docs release screenshots

help: ## list the targets
	@grep -hE '^[a-z]+:.*## |^##@ ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/; s/^##@ //' | expand -t 19

##@ The local stack (docs/guide/workflow.md):

setup: ## create .venv, and install the Pulumi CLI if it is missing
	@$(PYTHON) -m tools.setup

up: ## set up, start the emulator, and deploy the stack `local`
	@$(PYTHON) -m tools.local up

preview: ## show what `make up` would change
	@$(PYTHON) -m tools.local preview

env: ## print what puts `pulumi` on PATH: eval "$(make -s env)"
	@$(PYTHON) -m tools.local env

stop: ## stop the emulator; its data is kept
	@$(PYTHON) -m tools.local stop

down: ## destroy the stack, stop the emulator, delete state and data
	@$(PYTHON) -m tools.local down

##@ Development (CONTRIBUTING.md):

quick: ## lint, check types, and run the fast tests (a minute)
	@$(PYTHON) -m tools.checks quick

test: ## lint, check types, run the tests with coverage (15 minutes)
	@$(PYTHON) -m tools.checks test

extended: setup ## run more cases: a kill at each request, … (4 minutes)
	@$(PYTHON) -m tools.checks extended

examples: setup ## run the examples of the documentation (10 minutes)
	@$(PYTHON) -m tools.checks examples

package: ## build wheel and source distribution into dist/; check them
	@$(PYTHON) -m tools.package

docs: ## build the documentation into build/site; fail on warnings
	@$(PYTHON) -m tools.site

screenshots: setup ## create the pictures of the documentation (Chromium)
	$(BIN)/python -m tests.examples.screenshots

release: ## build and check all that a release needs; publishes nothing
	@$(PYTHON) -m tools.release

mutants: SHARE ?= 0.2
mutants: setup ## mutation testing of a sample, SHARE=0.2 (an hour)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[mutants]'
	$(BIN)/python -m tests.mutants --share $(SHARE) $(GROUPS)

lint: ## check style and formatting
	@$(PYTHON) -m tools.checks lint

format: setup ## format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: ## check the types of both packages, strictly
	@$(PYTHON) -m tools.checks types

versions: setup ## run the end-to-end test on oldest and newest Python, SDK
	@$(PYTHON) -m tools.versions

bench: setup ## measure speed, memory; write docs/benchmarks.md (20 min)
	$(BIN)/python -m benchmarks

fuzz: EXAMPLES ?= 200000
fuzz: setup ## property tests of the metadata patch (20 minutes)
	VERACITY_FUZZ_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -q -n auto --timeout 3600 tests/lifecycle/metadata/test_metadata_patch.py

model: setup ## test an ingest with all sets of one or two faults (an hour)
	$(BIN)/python -m tests.model

clients: setup ## test other Azure clients against the emulator
	VERACITY_ALL_CLIENTS=1 $(BIN)/python -m pytest -q tests/clients

chaos: KILLS ?= 200
chaos: setup ## kill `pulumi up` KILLS=200 times; count rows (an hour)
	$(BIN)/python -m tests.chaos --kills $(KILLS)
