# Each target sets up what it needs; a second run starts at once. `make` alone lists them.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest

.PHONY: help demo run test test-all check format proof faults fuzz fuzz-api golden bench gpu-check image-check client-types lock clean
.PHONY: for-run for-dev for-test for-fuzz for-image

help: ## list the targets
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name what; do \
		printf '  %-12s %s\n' "$$name" "$$what"; done

demo: for-run ## make demo.mp4 from the demo track and photo, through a real server
	@$(PYTHON) -m server.demo

run: for-run ## serve on http://127.0.0.1:3001 (HOST, PORT, DATA_DIR … change it)
	@exec .venv/bin/toqibox serve

test: for-test ## run the tests but the slow ones: T=tests/media runs all of that, N=0 one by one
	@$(PYTEST) --numprocesses=$(or $(N),3) --dist=loadfile $(if $(T),$(T),-m "not slow" tests)

test-all: for-test ## run all tests
	@$(PYTEST) --numprocesses=$(or $(N),3) --dist=loadfile tests

check: for-dev ## check format, lint and types
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy

format: for-dev ## format the code and fix what the linter can fix
	@.venv/bin/ruff check --fix-only --quiet .
	@.venv/bin/ruff format .

proof: for-test ## run the long proofs at full size and count, and print their table
	@PROOF=full $(PYTEST) --numprocesses=$(or $(N),2) --dist=loadfile tests/proof -p no:cacheprovider

faults: for-test ## run the tests of the catalogue of faults, and print how many of its cases they prove
	@$(PYTEST) --numprocesses=$(or $(N),3) --dist=loadfile -m fault tests

fuzz: for-fuzz ## look for input that breaks a reader: FUZZ_SECONDS=600 each, T="json isf" picks some
	@$(PYTHON) -m tests.fuzz --seconds $(or $(FUZZ_SECONDS),600) $(if $(N),--jobs $(N)) $(T)

fuzz-api: for-fuzz ## send a real server requests that its OpenAPI document allows and forbids
	@$(PYTHON) -m tests.fuzz.api --seconds $(or $(FUZZ_SECONDS),600)

golden: for-dev ## accept what the effects draw now as the golden frames: EFFECT=ring for one
	@GOLDEN=accept $(PYTEST) tests -m golden $(if $(EFFECT),-k $(EFFECT))

bench: for-dev ## measure the figures of bench/README.md: SONGS=folder for those of songs too, NAMES="limits" for some
	@PYTHONPATH=. $(PYTHON) -m bench $(if $(SONGS),--songs "$(SONGS)") $(NAMES)

gpu-check: for-test ## on a machine with a GPU: run the tests and print its figures
	@$(PYTEST) --numprocesses=$(or $(N),8) --dist=loadfile tests
	@PYTHONPATH=. $(PYTHON) -m bench.gpu

image-check: for-image ## build Dockerfile.gpu's root without Docker, serve from it, export a video
	@$(PYTHON) -m scripts.image_check

client-types: for-test ## write the types of the JavaScript client, after a change of the API
	@$(PYTHON) -m scripts.client_types

lock: ## pin what the image installs, by hash, in requirements.txt and requirements-build.txt
	@sh scripts/lock.sh

clean: ## remove what the targets made, .venv included
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info demo.mp4

for-run:
	@sh scripts/setup.sh run

for-dev:
	@sh scripts/setup.sh dev

for-test:
	@sh scripts/setup.sh test

for-fuzz:
	@sh scripts/setup.sh fuzz

for-image:
	@sh scripts/setup.sh image
