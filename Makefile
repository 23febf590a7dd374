# teachgrad's commands: `make lab` opens the course, `make test` checks everything, `make help` lists the rest.
# Every target installs what it needs into .venv or .venv-peers in this folder; only `browser` may add a system package.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

PYTHON ?= python3
VENV   := .venv
PEERS  := .venv-peers
RUN    := $(VENV)/bin/python
PIP    := -m pip install -qq --disable-pip-version-check

.PHONY: help lab test coverage notebooks solutions pictures lint parity browser bench lock clean gone

help: ## list these targets
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

# --- environments ------------------------------------------------------------------------------------------------

needs  := teachgrad needs Python 3.11 or newer
remedy := install one from python.org or name one you have, as in `make PYTHON=python3.12 test`
missing = $(error $(needs), but '$(PYTHON)' does not run; $(remedy))
too_old = $(error $(needs), but '$(PYTHON)' is Python $(lastword $(found)); $(remedy))

is_new = import sys; print("%s %d.%d" % ((sys.version_info >= (3, 11),) + sys.version_info[:2]))
found  = $(shell "$(PYTHON)" -c '$(is_new)' 2>/dev/null || :)
check_python = $(if $(filter True,$(found)),,$(if $(filter False,$(found)),$(too_old),$(missing)))

# A folder that an interrupted attempt left, or whose Python is gone or too old, is replaced; a sound one is kept.
gone  = $(shell test -x $(1)/bin/python || echo gone)
sound = import sys, pip; sys.exit(sys.version_info < (3, 11))
venv  = $(1)/bin/python -c '$(sound)' 2>/dev/null || "$(PYTHON)" -m venv --clear $(1)

# a comma itself would part the arguments of `call`
comma := ,

# uv installs in seconds what pip installs in a minute; where uv is not to be had, pip does it.
install = $(1)/bin/python $(PIP) uv && $(1)/bin/python -m uv pip install --quiet --python $(1)/bin/python $(2) \
    || { echo "uv could not do it: pip does it now, which takes longer."; $(1)/bin/python $(PIP) $(2); }

# The stamp is removed first and made last: an interrupted installation is never taken for a finished one.
$(VENV)/.installed: pyproject.toml requirements.lock notebooks/overrides.json $(call gone,$(VENV))
	$(check_python)
	@rm -f $@
	@$(call venv,$(VENV))
	@echo "Installing the course into $(VENV): this happens once and takes about a minute."
	@$(call install,$(VENV),-r requirements.lock -e .)
	@settings=$(VENV)/share/jupyter/lab/settings && mkdir -p $$settings && cp notebooks/overrides.json $$settings
	@touch $@

$(VENV)/.browser: $(VENV)/.installed
	@$(call install,$(VENV),--constraint requirements.lock -e ".[browser]")
	@touch $@

# PyTorch has an environment of its own: a lesson's output must not depend on whether it is installed.
$(PEERS)/.installed: pyproject.toml requirements.lock $(call gone,$(PEERS))
	$(check_python)
	@rm -f $@
	@$(call venv,$(PEERS))
	@echo "Installing PyTorch and the other libraries that teachgrad is compared with into $(PEERS)."
	@$(call install,$(PEERS),--constraint requirements.lock -e ".[test$(comma)viz]")
	@$(PEERS)/bin/python $(PIP) --constraint requirements.lock -e ".[peers]"
	@touch $@

# --- the course --------------------------------------------------------------------------------------------------

LABARGS ?= $(if $(filter 0,$(shell id -u)),--allow-root) \
           $(if $(filter Linux,$(shell uname -s)),$(if $(DISPLAY)$(WAYLAND_DISPLAY),,--no-browser))

lab: $(VENV)/.installed ## open the course in JupyterLab
	$(RUN) -m jupyterlab --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb $(LABARGS)

# Tests run in one process for each core: more threads than that would stand in each other's way.
test coverage: export OPENBLAS_NUM_THREADS := 1

test: $(VENV)/.installed ## run all tests and every notebook
	$(RUN) -m pytest

# --- development -------------------------------------------------------------------------------------------------

# These tests look after the repository, not the library, and start many programs.
aside := benchmarks cost environment makefile notebooks readme repository

coverage: $(VENV)/.installed ## list the lines and branches that no test reaches; fail if too many (see pyproject.toml)
	$(RUN) -m pytest tests --cov $(aside:%=--ignore=tests/test_%.py)

notebooks: $(VENV)/.installed ## build notebooks/*.ipynb from notebooks/src, and the index (LESSONS="05_backward" for some)
	$(RUN) -m notebooks.build $(LESSONS)
	$(RUN) -m notebooks.index

solutions: $(VENV)/.installed ## build the lessons with all exercises solved, into artefacts/solutions
	$(RUN) -m notebooks.build --solutions $(LESSONS)

pictures: $(VENV)/.installed ## draw the pictures of the README
	$(RUN) -m notebooks.pictures

lint: $(VENV)/.installed ## check style, types and spelling
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy
	$(RUN) -m codespell_lib notebooks/src teachgrad tests $(wildcard *.md)

parity: $(PEERS)/.installed ## run the same programs in teachgrad and PyTorch
	TEACHGRAD_REQUIRE=torch $(PEERS)/bin/python -m pytest tests/parity

browser: $(VENV)/.browser ## run every notebook in JupyterLab in a real browser
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; \
	fi
	TEACHGRAD_REQUIRE=browser $(RUN) -m pytest tests/browser -m browser --numprocesses=0

bench: $(PEERS)/.installed ## measure teachgrad beside PyTorch, MyGrad, HIPS autograd and NumPy
	$(PEERS)/bin/python -m benchmarks

lock: $(VENV)/.installed ## resolve requirements.lock anew (LOCKARGS=--upgrade for newer versions)
	$(RUN) -m uv pip compile --quiet --universal --python-version 3.11 --custom-compile-command "make lock" \
	    --extra lab --extra test --extra dev $(LOCKARGS) pyproject.toml --output-file requirements.lock

clean: ## remove the environments and everything made by the commands above
	rm -rf $(VENV) $(PEERS) artefacts build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} + -o -name .ipynb_checkpoints -prune -exec rm -rf {} +
