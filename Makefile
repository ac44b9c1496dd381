# Type `make help`. Needs Python 3.11 or newer and make; everything else goes into .venv/.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-quick lint bench torture shots clean

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --disable-pip-version-check --prefer-binary
RUNTIME := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
MO := $(patsubst %.po,%.mo,$(wildcard fieldapp/translations/*/LC_MESSAGES/*.po))
CODE := $(wildcard fieldapp tests bench static/vendor/fetch.py)
# Without bytecode, where the environment forbids it, each start of a server would compile the whole application.
unexport PYTHONDONTWRITEBYTECODE
# Twice as many at once as there are cores, since many wait; each takes the next test when it is done with one.
PARALLEL := -n $(shell python3 -c "import os; print(2 * (os.cpu_count() or 1))" 2>/dev/null || echo auto) --maxschedchunk 1
QUICK := not browser and not postgres and not torture and not slow

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

run: $(RUNTIME) $(MO) ## the application with demo data (DEMO=0: an empty office; HOST, PORT, FIELDAPP_DATA, DATABASE_URL, SECRET_KEY)
	@DEMO="$${DEMO:-1}" exec $(VENV)/bin/flask --app fieldapp start

test: $(DEV) $(MO) ## every test, in a real browser and on PostgreSQL too (ARGS="-k word")
	@$(PY) -m tests.browser
	$(PY) -m pytest $(PARALLEL) $(ARGS)

test-quick: $(DEV) $(MO) ## the tests that need neither browser nor PostgreSQL
	$(PY) -m pytest $(PARALLEL) -m "$(QUICK)" $(ARGS)

lint: $(DEV) ## ruff and mypy
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy $(CODE)

bench: $(DEV) $(MO) ## how fast, beside what the machine can do
	@$(PY) -m tests.browser
	$(PY) -m bench $(ARGS)

torture: $(DEV) $(MO) ## thousands of kills of server and browser: nothing lost, nothing twice
	@$(PY) -m tests.browser
	$(PY) -m tests.torture $(ARGS)

shots: $(DEV) $(MO) ## screenshots of the running application into docs/
	@$(PY) -m tests.browser
	$(PY) -m tests.shots $(ARGS)

clean: ## removes .venv, caches and compiled files; data/ stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis $(MO)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): requirements.txt $(PY)
	@echo "Installing what the application needs into $(VENV)/ ..."
	$(PIP) -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	@echo "Installing what the tests need into $(VENV)/ ..."
	$(PIP) -r requirements-dev.txt
	@touch $@

%.mo: %.po | $(RUNTIME)
	$(VENV)/bin/pybabel -q compile -i $< -o $@

# A command may be named python3 and yet not start (version switchers), so each is asked what it is.
# PYTHON=/path/to/python3.12 goes before all.
$(PY):
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	  version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2]); sys.exit(sys.version_info < (3, 11))' 2>/dev/null) || continue; \
	  $$python -c 'import venv, ensurepip' 2>/dev/null || { lame=$$version; continue; }; \
	  echo "Python $$version: making $(VENV)/ ..."; \
	  exec $$python -m venv --clear $(VENV); \
	done; \
	if [ -n "$$lame" ]; then \
	  echo "Python $$lame is here, but not its module venv. Type:  sudo apt-get install -y python$$lame-venv" >&2; \
	else \
	  echo "Python 3.11 or newer is needed and was not found. Debian, Ubuntu:  sudo apt-get install -y python3 python3-venv" >&2; \
	  echo "macOS:  brew install python@3.13   Or name yours:  make PYTHON=/path/to/python3.12 ..." >&2; \
	fi; exit 1
