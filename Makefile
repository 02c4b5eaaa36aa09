# Rollcall. `make demo` shows it, `make test` proves it.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
COVERED := --cov=agents --cov=schemas --cov-branch --cov-report=term:skip-covered --cov-fail-under=100
export UV_PYTHON_DOWNLOADS := never
# Else every process of every test compiles every module anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test unit lint check docs picture bench lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Rollcall needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) --version). Mend: make PYTHON=python3.12 …" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
	  { echo "python3 -m venv failed. Mend (Debian): apt-get install python3-venv" >&2; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(BIN)/uv pip sync --python $(BIN)/python --require-hashes requirements/dev.txt requirements/uv.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## play a clinic's morning on the whole stack (ARGS=--check ends by itself)
	@$(BIN)/rollcall demo $(ARGS)

# Tests on the stack mostly wait, so those without it run beside them; what they say comes at the end. Laws run twice: on
# a few examples, which reach every branch, and on many, which would take thrice as long if every line were counted.
test: lint ## every check and every test; starts the stack once
	@mkdir -p .cache
	@{ trap 'kill $$part; exit 1' TERM; \
	    $(BIN)/pytest -m "not stack and not slow" -p no:cacheprovider $(COVERED) $(ARGS) & part=$$!; wait $$part; fast=$$?; \
	    $(BIN)/pytest -m "not stack and (slow or hypothesis)" --hypothesis-profile=deep -p no:cacheprovider $(ARGS) & part=$$!; wait $$part && exit $$fast; \
	  } > .cache/fast.log 2>&1 & fast=$$!; \
	  trap "kill $$fast 2>/dev/null" INT TERM; \
	  $(BIN)/pytest -m stack $(ARGS); stack=$$?; \
	  wait $$fast; fast=$$?; cat .cache/fast.log; exit $$((stack | fast))

unit: $(STAMP) ## tests that need no server, in seconds
	@$(BIN)/pytest -q -n 2 -m "not stack and not slow" $(ARGS)

lint: $(STAMP) ## format, ruff, mypy, layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint ## lint, schema drift, fast tests with all branches of agents and schemas
	@$(BIN)/pytest -q -n 2 -m "not stack and not slow" $(COVERED) $(ARGS)

docs: $(STAMP) ## the documentation site, into site/; fails at broken links and pages that nobody would find
	@$(BIN)/python -m tests.docs.site && echo "open site/index.html"

picture: $(STAMP) ## the README's picture anew, from a run of the demo
	@$(BIN)/python -m tests.docs.picture

bench: $(STAMP) ## throughput and latency, each beside its peer
	$(BIN)/python -m benchmarks $(ARGS)

lock: ## pin all dependencies anew, with hashes and without hosts
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 $(UPGRADE) pyproject.toml -o requirements/core.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 $(UPGRADE) --extra local --extra dev pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 $(UPGRADE) requirements/uv.in -o requirements/uv.txt

clean: ## forget the virtual environment and caches in this folder
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
