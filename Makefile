# Builds the pack and checks it. `make` alone lists what can be asked for.
# Wants: a Python 3.11 with pip and venv, and make. Everything else comes from requirements.lock; the one exception is LIBRARIES, below.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV ?= uv
# Further words for the command behind a target, as in: make pack ARGS="--help"
ARGS ?=

VENV := .venv
IN_VENV := $(VENV)/bin/python

# A virtual environment holds the full path of the folder that it was made in, and a copy of it would run the first folder's code.
# The stamps therefore bear the folder's checksum: in a copied or moved checkout they are missing, and the environment is made anew.
FOLDER := $(shell pwd | cksum | cut -d ' ' -f 1)
PACKAGES := $(VENV)/packages-$(FOLDER)
READY := $(VENV)/ready-$(FOLDER)
TEST_READY := $(VENV)/test-ready-$(FOLDER)

# The wheels only: a source package would be built by code that no hash covers.
PIP_INSTALL := $(IN_VENV) -m pip --quiet --disable-pip-version-check install --require-hashes --only-binary :all:

# What WeasyPrint opens and pip cannot bring, by Debian's names.
LIBRARIES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
APT_GET := DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help pack test lab backtest bench contact-sheet lock clean .venv

help:
	@echo "make pack    build the quarter's pack (the first time, install what it needs)"
	@echo "make lab     open the notebooks in JupyterLab"
	@echo "make test    check the code and run every test"
	@echo "make backtest  try the forecasts on the past of every council, and fail where they no longer do what is claimed"
	@echo "make bench   time the pack and the intake, and compare ways of withholding small numbers"
	@echo "make contact-sheet  put every page of the newest pack.pdf into one picture, to be looked at (needs pdftoppm)"
	@echo "make lock    resolve the dependencies of pyproject.toml anew (ARGS=--upgrade takes newer releases)"
	@echo "make clean   remove the installed packages and all caches; data and packs stay"

pack: $(READY)
	@$(VENV)/bin/svip run $(ARGS)

test: $(TEST_READY)
	@$(IN_VENV) -m ruff check svip_lib notebooks tests
	@$(IN_VENV) -m ruff format --check --quiet svip_lib notebooks tests
	@$(IN_VENV) -m pytest -rs $(ARGS)

# PYTHONPATH, so that the notebooks of this folder run this folder's library whichever environment their kernel comes from.
lab: $(READY)
	@PYTHONPATH="$(CURDIR)" $(IN_VENV) -m jupyter lab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/notebooks $(ARGS)

# Everything that the targets above need, installed and nothing run.
.venv: $(TEST_READY)
	@:

backtest: $(READY)
	@$(VENV)/bin/svip backtest $(ARGS)

bench: $(TEST_READY)
	@$(IN_VENV) tests/bench.py $(ARGS)
	@$(IN_VENV) tests/bench_disclosure.py

contact-sheet: $(READY)
	@$(IN_VENV) tests/contact_sheet.py $(ARGS)

$(PACKAGES): requirements.lock
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	    { echo "The pack needs Python 3.11. Install it, or say where it is: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@echo "Installing the packages of requirements.lock into $(VENV); this takes about a minute."
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(PIP_INSTALL) -r requirements.lock
	@touch $@

# Which libraries WeasyPrint opens, and under which names on this system, it alone knows: so it is asked.
CAN_PRINT := $(IN_VENV) -c 'import sys; from weasyprint.text.ffi import harfbuzz_subset; sys.exit(harfbuzz_subset is None)' >/dev/null 2>&1

$(READY): $(PACKAGES) pyproject.toml setup.py
	@$(CAN_PRINT) && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing $(LIBRARIES), which lay out the PDF."; \
	    $(APT_GET) update && $(APT_GET) install --no-install-recommends $(LIBRARIES) >/dev/null; \
	    $(CAN_PRINT) && exit 0; \
	fi; \
	echo "The PDF needs system libraries that pip cannot bring; on Debian or Ubuntu run:" \
	    "sudo apt-get install $(LIBRARIES)" >&2; exit 2
	@$(IN_VENV) -m pip --quiet --disable-pip-version-check install --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST_READY): $(READY) requirements-test.lock
	@echo "Installing the packages that only the tests need."
	@$(PIP_INSTALL) -r requirements.lock -r requirements-test.lock
	@touch $@

LOCK := $(UV) pip compile --quiet pyproject.toml --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-annotate --custom-compile-command "make lock" $(ARGS)

# The second file holds only what the tests add, at versions that agree with the first.
lock:
	@command -v "$(UV)" >/dev/null || { echo "The lock is made with uv; install it with: $(PYTHON) -m pip install uv" >&2; exit 2; }
	@$(LOCK) --group build --output-file requirements.lock
	@$(LOCK) --extra test --constraints requirements.lock --output-file requirements-test.lock \
	    $$(sed -n 's/^\([a-z0-9][^= ]*\)==.*/--no-emit-package \1/p' requirements.lock)

clean:
	@rm -rf $(VENV) build .pytest_cache .ruff_cache .hypothesis *.egg-info
	@find svip_lib tests notebooks -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
