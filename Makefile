# Everything a newcomer types. `make` alone prints the list.
# Nothing here needs root, a home folder or a path without blanks: all names are relative,
# and whatever is installed lies in .venv and node_modules.

.DEFAULT_GOAL := help
# The steps build on each other and share one virtual environment, also under make -j.
.NOTPARALLEL:
.DELETE_ON_ERROR:
.SUFFIXES:

PORT ?= 8000
# One worker per core of the smallest machine that we test on.
WORKERS ?= 2

VENV := .venv
PY := $(VENV)/bin/python
# Installed means: exactly what the lock names, each file by its digest. Twice quiet leaves errors only.
INSTALL := $(PY) -m pip install -qq --require-hashes -r
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m piptools compile --quiet --generate-hashes \
	--strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

# Settings of the surrounding shell must not lead the virtual environment astray.
unexport PYTHONHOME
unexport PYTHONPATH
export PIP_USER := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1

##@ Use
.PHONY: run demo play
run: $(VENV)/.installed vendor  ## Start the service and the simulator with demo data, print one address (PORT=8000)
	@$(PY) app.py demo --port $(PORT)

demo: run  ## The same as run

play: $(VENV)/.installed vendor  ## Play one meeting from card to confirmed hours and print the conversation
	@$(PY) app.py play

##@ Test
.PHONY: test check unit cover pages bench faults
test: check vendor  ## Every check and every test, from nothing
	@$(PY) -m pytest -n $(WORKERS)

check: $(VENV)/.installed-dev  ## Lint, format, types and import contracts, without running a test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-logo

unit: $(VENV)/.installed-dev  ## The pure rules alone, in seconds
	@$(PY) -m pytest tests/unit

cover: $(VENV)/.installed-dev vendor  ## All tests with the lines that none of them reached
	@$(PY) -m pytest -n $(WORKERS) --cov --cov-report=term-missing:skip-covered

pages: $(VENV)/.installed-dev vendor scripts/lighthouse/node_modules/.installed  ## Let Lighthouse look at every page; half an hour
	@$(PY) -m pytest tests/browser/lighthouse_pages.py -s

bench: $(VENV)/.installed-dev vendor  ## Measure what is promised, as ratios within one run
	@$(PY) -m bench

faults: $(VENV)/.installed-dev vendor  ## Kill the service again and again: what is acknowledged survives, nothing is done twice
	@$(PY) -m bench.faults
	@$(PY) -m bench.schedulers

##@ Operate
.PHONY: migrate
migrate: $(VENV)/.installed  ## Bring the database to the present schema
	@$(PY) app.py migrate

##@ Maintain
.PHONY: format pictures lock clean help vendor
format: $(VENV)/.installed-dev  ## Sort imports and lay out the code
	$(PY) -m ruff check --select I --fix .
	$(PY) -m ruff format .

pictures: $(VENV)/.installed-dev vendor  ## Take the pictures of the documents anew; a minute, needs a Chromium
	@$(PY) -m scripts.pictures

lock: $(VENV)/.installed-dev  ## Write the lock files anew after a change (UPGRADE=1 takes newer versions)
	$(COMPILE) $(if $(UPGRADE),--upgrade) -o requirements.txt requirements.in
	$(COMPILE) $(if $(UPGRADE),--upgrade) -o requirements-scale.txt requirements-scale.in
	$(COMPILE) $(if $(UPGRADE),--upgrade) -o requirements-dev.txt requirements-dev.in
	$(COMPILE) $(if $(UPGRADE),--upgrade) -o requirements-node.txt requirements-node.in
	npm $(if $(UPGRADE),update,install) --package-lock-only --loglevel=error
	cd scripts/lighthouse && npm $(if $(UPGRADE),update,install) --package-lock-only --loglevel=error

clean:  ## Remove what set-up and tools made; the data in instance/ stays
	rm -rf $(VENV) node_modules scripts/lighthouse/node_modules static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache \
		.hypothesis .coverage htmlcov test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## Print this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# ---- Set-up: each stamp is as new as the lock it was made from, so a rerun costs nothing ----

vendor: $(PY)
	@$(PY) scripts/vendor.py

$(PY):
	@python=$$(sh scripts/find-python.sh) && echo "Creating $(VENV)." && "$$python" -m venv --clear $(VENV)

$(VENV)/.installed: requirements.txt $(PY)
	@echo "Installing what the service needs; the first time takes about a minute. 正在安装，第一次大约一分钟。"
	@$(INSTALL) requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing what the tests need; the first time takes about a minute. 正在安装测试要用的，第一次大约一分钟。"
	@$(INSTALL) requirements-dev.txt
	@touch $@

scripts/lighthouse/node_modules/.installed: scripts/lighthouse/package-lock.json
	@echo "Installing Lighthouse; it takes about a minute."
	@cd scripts/lighthouse && npm ci --loglevel=error
	@touch $@
