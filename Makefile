# Everything a newcomer needs: `make demo` shows the product, `make test` proves it.
# Both install what they need into .venv and the user's cache folder; nothing else is touched.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
JOBS ?= $(shell nproc)
PARALLEL = -n $(JOBS) --dist loadgroup --no-loadscope-reorder
export PYTHONPATH := $(CURDIR)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test lint unit odoo addon browser mutants simulation chromium up down reset status faults bench bench-engine bench-push bench-idle bench-pull bench-run bench-workers wheel constraints clean

help: ## What can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): constraints/service.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; set PYTHON=... to where it is."; exit 2; }
	@echo "Installing the pinned Python packages into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "python3 -m venv failed; on Debian: apt-get install python3-venv"; exit 2; }
	@$(PY) -m pip install --quiet --require-hashes -r constraints/service.txt
	@$(PY) -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

demo: $(READY) ## The sample agency on a real Odoo: the nightly run of 28 March 2025
	@$(PY) -m sandbox.demo

test: lint unit odoo ## Everything that must hold; what CI runs

lint: $(READY) ## Style, types, import rules, Odoo conventions
	@echo "== lint: ruff, mypy, import-linter, pylint-odoo"
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/pylint --rcfile=addons/.pylintrc addons/retainer_billing

unit: $(READY) ## Fast tests: rules, scenarios and laws over the in-memory Odoo
	@echo "== unit, scenarios, properties, contract over the in-memory Odoo"
	@$(PY) -m pytest -q $(PARALLEL) -m "not odoo and not browser" tests

odoo: $(READY) chromium ## Tests on a real Odoo 19 and PostgreSQL, the addon's own among them
	@echo "== real Odoo: addon, contract, integration, scenarios, browser"
	@$(PY) -m pytest -q $(PARALLEL) -m "odoo or browser" tests

addon: $(READY) ## Only the addon's own Odoo tests
	@$(PY) -m pytest -q tests/integration/test_addon.py

browser: $(READY) chromium ## Only the browser tests
	@$(PY) -m pytest -q -m browser tests

mutants: $(READY) ## Plant bugs in the rules and see that tests turn red (hours; see docs/mutants.md)
	@nice $(PY) -m tests.mutation --page docs/mutants.md

faults: $(READY) ## Faults on a real Odoo, 20 trials a cell (hours; stop and go on; see docs/faults.md)
	@nice $(PY) -m tests.faults --page docs/faults.md

chromium:
	@command -v chromium >/dev/null || { echo "Installing chromium ..."; \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	  apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || \
	  { echo "The browser tests need chromium: apt-get install chromium"; exit 2; }; }

up: $(READY) ## Start the sandbox and leave it running
	@$(PY) -m sandbox up

down reset status: $(READY) ## Stop it, empty it, say what runs
	@$(PY) -m sandbox $@

simulation: $(READY) ## Live 10,000 seeded histories where everything fails (an hour; see docs/simulation.md)
	@nice $(PY) -m tests.simulation --seeds 10000

bench: bench-engine bench-push bench-idle bench-pull bench-run bench-workers ## Measure the promises; writes docs/benchmarks.md

bench-engine: $(READY) ## A million time entries through the engine
	@$(PY) -m benchmarks.engine --page docs/benchmarks.md

bench-push: $(READY) ## Writing documents, against Odoo itself, one call each, and OCA's contract
	@$(PY) -m benchmarks.push --page docs/benchmarks.md

bench-idle: $(READY) ## A run with nothing to do, over few and many agreements, short and long history
	@$(PY) -m benchmarks.idle --page docs/benchmarks.md

bench-pull: $(READY) ## Reading 100,000 time entries
	@$(PY) -m benchmarks.pull --page docs/benchmarks.md

bench-run: $(READY) ## Whole nightly runs over 10, 100 and 1,000 retainers
	@$(PY) -m benchmarks.run --page docs/benchmarks.md

bench-workers: $(READY) ## Runs of several companies at once, with two, four and eight workers
	@$(PY) -m benchmarks.workers --page docs/benchmarks.md

wheel: $(READY) ## Build the service's wheel into dist/
	@$(PY) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

constraints: ## Pin every package again, with hashes and without addresses (needs uv)
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --python-version 3.11 --extra dev pyproject.toml -o constraints/service.txt

clean: ## Remove .venv and build output (the cache folder stays)
	rm -rf $(VENV) build dist
