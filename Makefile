# The commands of the project. `make` alone lists them.
# Needs python3 (3.11 or newer), its venv module and make; nothing is installed outside .venv.

PYTHON ?= python3
SERVE ?= 1
CUTS ?= 200

VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test check tidy spark reference constraints screenshots bench powercut serve clean

help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.core ## Account for the Kabul airlift of 2021, then serve the board (SERVE=0: print and end)
	$(BIN)/safepassage demo$(if $(filter 0,$(SERVE)), --no-serve)

test: $(VENV)/.dev ## Run all tests; what could not run is listed at the end with the command that adds it
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

check: $(VENV)/.dev ## Lint, formatting, types and the walls between the packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

tidy: $(VENV)/.dev ## Format the code, repair what can be repaired, then check the house rules
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m pytest tests/tidy.py

spark: $(VENV)/.spark ## Add Spark, which links a register that outgrows one machine (downloads about 450 MB, needs Java 17)

reference: $(VENV)/.dev ## Write docs/reference/cli.md anew from the commands' own help
	$(BIN)/python scripts/cli_reference.py

serve: $(VENV)/.core ## Start the desks on this machine
	$(BIN)/safepassage serve

bench: $(VENV)/.dev ## Measure the speed of the ledger and its desks, each against a peer
	$(BIN)/python -m benchmarks

powercut: $(VENV)/.dev ## Cut the power of a virtual machine CUTS times (200) while it writes the ledger
	CUTS=$(CUTS) $(BIN)/python -m tests.powercut

screenshots: $(VENV)/.dev ## Take the pictures of the documentation again
	$(BIN)/python scripts/screenshots.py
	$(BIN)/python scripts/register_screenshots.py
	$(BIN)/python scripts/planning_screenshots.py
	$(BIN)/python scripts/odds_screenshots.py
	$(BIN)/python scripts/gate_screenshots.py

constraints: ## Write constraints.txt anew with the newest versions that the dependencies allow
	@set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	echo "Installing the newest versions into an empty environment (about a minute) ..."; \
	$(PYTHON) -m venv "$$folder"; \
	"$$folder/bin/python" -m pip install --quiet --disable-pip-version-check -e '.[dask,dev,peers,postgres,spark]'; \
	{ echo '# Exact versions of everything that `.[dask,dev,peers,postgres,spark]` installs, written by `make constraints`'; \
	  echo '# (pip freeze in an empty environment). Do not edit by hand. Install with'; \
	  echo '# pip install -c constraints.txt -e .'; \
	  "$$folder/bin/python" -m pip freeze --disable-pip-version-check --exclude-editable; \
	} > "$$folder/constraints.txt"; \
	cp "$$folder/constraints.txt" constraints.txt; \
	echo "constraints.txt: $$(grep -c == constraints.txt) packages"

clean: ## Remove .venv, caches and built files
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamp files: an environment is installed again only when what it should hold has changed.
$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Safe Passage into $(VENV) (first time only; downloads about 15 MB) ..."
	@$(PIP_INSTALL) -e .
	@touch $@
	@echo "Installed."

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Safe Passage and its test tools into $(VENV) (first time only; downloads about 160 MB) ..."
	@$(PIP_INSTALL) -e '.[dask,dev,postgres,splink]'
	@touch $(VENV)/.core $@
	@echo "Installed."

$(VENV)/.spark: $(VENV)/.dev
	@echo "Adding Spark to $(VENV) (downloads about 450 MB) ..."
	@$(PIP_INSTALL) -e '.[spark]'
	@touch $@
	@echo "Installed."

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Safe Passage needs Python 3.11 or newer, but $(PYTHON) is missing or older."; \
	    echo "Name another one with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "The venv module of $(PYTHON) is missing. On Debian and Ubuntu, as root:"; \
	    echo "  apt install python3-venv"; exit 1; }
	@echo "Making a Python environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
