# Two commands on a bare machine with Python 3.11 or newer and make: `make demo` and `make test`.
# Each target may be repeated; what is done already costs nothing.

.DELETE_ON_ERROR:
.PHONY: help setup demo test check bench chaos screenshots messages lock clean

VENV := .venv
RUN := $(VENV)/bin/python
# The first Python that runs and is new enough.
PYTHON ?= $(shell for python in python3.12 python3.13 python3.11 python3.14 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

# A stamp carries the checksum of what it was made from: changing back and forth between branches installs what is needed.
sum = $(shell cat $(1) | cksum | cut -d' ' -f1)
PACKAGES := $(VENV)/.installed-$(call sum,requirements.lock)
CATALOGUES := $(wildcard locale/*/LC_MESSAGES/django.po)
MESSAGES := locale/.compiled-$(call sum,/dev/null $(CATALOGUES))
BROWSER := static/vendor/.copied-$(call sum,package-lock.json vendor.mjs)

help:
	@echo "make demo         the whole of Muster at http://127.0.0.1:8000/ (PORT, SCENARIO, SEED, CLOCK_SPEED, STATE)"
	@echo "make test         all tests"
	@echo "make check        style, types, import directions, templates, migrations, production settings"
	@echo "make bench        quality and speed of plans, ingest, pages"
	@echo "make chaos        kills every process under load, then asks whether anything was lost (SEED, MINUTES)"
	@echo "make screenshots  pictures for the README, from a running demo of its own"
	@echo "make messages     collect and compile translations"
	@echo "make lock         renew requirements.lock (needs uv)"
	@echo "make clean        remove what the other targets made; the environment stays"

setup: $(PACKAGES) $(BROWSER) $(MESSAGES)

$(PACKAGES): requirements.lock bootstrap.py
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found."; exit 1; }
	$(PYTHON) bootstrap.py packages
	@rm -f $(VENV)/.installed-* && touch $@

$(BROWSER): package.json package-lock.json vendor.mjs | $(PACKAGES)
	$(RUN) bootstrap.py browser
	@touch $@

$(MESSAGES): $(CATALOGUES) | $(PACKAGES)
	ENVIRONMENT=test $(RUN) manage.py messages --compile
	@mkdir -p locale && rm -f locale/.compiled-* && touch $@

messages: $(PACKAGES)
	ENVIRONMENT=test $(RUN) manage.py messages

demo: setup
	@exec $(RUN) -m embedded up

# Three for two cores: tests wait for browsers, solvers and servers about a third of their time.
test: setup
	$(RUN) -m pytest -n 3 --dist loadgroup --no-loadscope-reorder

check: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	ENVIRONMENT=test $(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djlint templates --lint --quiet
	ENVIRONMENT=test $(RUN) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	ENVIRONMENT=production ALLOWED_HOSTS=muster.example SECRET_KEY=$$($(RUN) -c 'import secrets; print(secrets.token_hex(32))') \
		$(RUN) manage.py check --deploy --fail-level WARNING

bench: setup
	$(RUN) -m benchmarks

chaos: setup
	$(RUN) -m tests.chaos --seed $(or $(SEED),1) --minutes $(or $(MINUTES),5)

screenshots: setup
	$(RUN) -m tests.screenshots

lock:
	uv pip compile --universal --python-version 3.11 --extra dev --no-header pyproject.toml -o requirements.lock

clean:
	rm -rf .state staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .screenshots
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -not -path './node_modules/*' -prune -exec rm -rf {} +
