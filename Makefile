# The Consultation Bell. `make` alone says what there is; every target sets up what it needs by itself.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PY     := $(BIN)/python
READY  := $(VENV)/.ready
REGION ?= eu-central-1
STAGE  ?= dev
GENERATED = infra/escalation.asl.json infra/template.yaml docs/openapi.json
# A worker takes seconds to start and a gigabyte: one a core, no more than four, and none for what ARGS picks.
WORKERS ?= --numprocesses=auto --maxprocesses=4
# Colour only for eyes.
BOLD   := $(if $(MAKE_TERMOUT),\033[1m)
CYAN   := $(if $(MAKE_TERMOUT),\033[36m)
PLAIN  := $(if $(MAKE_TERMOUT),\033[0m)
SAY    := printf '$(BOLD)· %s$(PLAIN)\n'

# Packaging and the tests never reach AWS; botocore only wants to be told some region.
export AWS_DEFAULT_REGION ?= $(REGION)
# Deploying does reach AWS: only a region that the operator named counts, else the one of his AWS configuration.
DEPLOY := $(if $(filter file,$(origin AWS_DEFAULT_REGION)),env -u AWS_DEFAULT_REGION) $(PY) -m infra.deploy
THERE   = --stage $(STAGE) $(if $(filter command environment,$(origin REGION)),--region $(REGION))
export PIP_DISABLE_PIP_VERSION_CHECK := 1

##@ To start with

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "; printf "The Consultation Bell · 小区协商铃\n"} \
	  /^##@/ {printf "\n$(BOLD)%s$(PLAIN)\n", substr($$0, 5)} \
	  /^[a-z0-9-]+:.*## / {printf "  $(CYAN)make %-12s$(PLAIN) %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: venv
venv: $(READY) ## The Python environment in .venv (made by itself when needed)

$(READY): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is missing or older than 3.11; name another one: make PYTHON=python3.12 …" >&2; exit 1; }
	@test -x $(PY) || { $(SAY) "Creating $(VENV)"; $(PYTHON) -m venv $(VENV) || \
	  { echo "On Debian: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1; }; }
	@$(SAY) "Installing the pinned requirements (once, about a minute)"
	@$(PY) -m pip install -qq -r requirements-dev.txt
	@touch $@

##@ Use it

.PHONY: run
run: $(READY) ## The whole platform on this machine (HOST, PORT, DATA; SPEED=60: an hour in a minute; CANARY=0: no trial bell)
	@$(PY) -m infra.local

.PHONY: demo
demo: $(READY) ## The ten bells and three stories of the newspaper article, with printed papers (STORY=door: one; URL=…: elsewhere)
	@$(PY) -m infra.demo

.PHONY: place
place: $(READY) ## Check places, people and rosters in FILE=… and show what would change (APPLY=1: do it)
	@test -n "$(FILE)" || { echo "Name the file: make place FILE=infra/places/mishixiang.yaml [APPLY=1]" >&2; exit 2; }
	@$(PY) -m infra.place "$(FILE)" $(if $(filter 1 yes true,$(APPLY)),--apply)

.PHONY: verify
verify: $(READY) ## Recompute every record's chain of hashes, compare it with the daily anchors, say whether each is intact
	@$(PY) -m infra.verify

.PHONY: erase
erase: $(READY) ## Erase what is held of somebody who asked: BELL=… or PHONE=… (PHONE=-: asks for it); shows it and asks (OVER=180: settled so many days ago; FILE=…, LIST=1: lists)
	@test -n "$(BELL)$(PHONE)$(FILE)$(OVER)$(LIST)" || { echo "Say whom: make erase BELL=MX-7F3K-92QD, or PHONE=- (it asks for the number)" >&2; exit 2; }
	@$(PY) -m infra.erase $(if $(BELL),--bell "$(BELL)") $(if $(PHONE),--phone "$(PHONE)") $(if $(FILE),--file "$(FILE)") $(if $(OVER),--over "$(OVER)") \
	  $(if $(filter 1 yes true,$(LIST)),--list) $(if $(filter 1 yes true,$(YES)),--yes)

.PHONY: recount
recount: ## Count a poll again from its published file alone: FILE=… (RECEIPT=…: find your own ballot; SHA256=…: compare)
	@test -n "$(FILE)" || { echo "Name the file: make recount FILE=count.json [RECEIPT=code] [SHA256=digest]" >&2; exit 2; }
	@$(PYTHON) -I -X utf8 chalicelib/poll/recount.py "$(FILE)" $(if $(RECEIPT),--receipt "$(RECEIPT)") $(if $(SHA256),--sha256 "$(SHA256)")

.PHONY: prove
prove: ## Check a saved proof by itself: FILE=proof.json (RECORD=record.json: with its record; ROOT=…: against the root you know)
	@test -n "$(FILE)" || { echo "Name the file: make prove FILE=proof.json [RECORD=record.json] [ROOT=hash] (save what the addresses …/proof and …/record answer)" >&2; exit 2; }
	@$(PYTHON) -I -X utf8 chalicelib/anchor/check.py "$(FILE)" $(if $(RECORD),--record "$(RECORD)") $(if $(ROOT),--root "$(ROOT)")

##@ Is it right

.PHONY: test
test: $(READY) ## All tests, on all cores (ARGS="-k bell -x" picks some, on one; the browser's are skipped without Chromium)
	@$(PY) -m pytest $(or $(ARGS),$(WORKERS))

.PHONY: check
check: $(READY) lint types imports templates generated sizes ## Everything short of running it: style, types, imports, templates, generated files
	@$(SAY) "All checks passed"

.PHONY: lint
lint: $(READY) ## Style: ruff's rules and format
	@$(SAY) "Style"
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

.PHONY: types
types: $(READY) ## Types: mypy, strict
	@$(SAY) "Types"
	@$(BIN)/mypy

.PHONY: imports
imports: $(READY) ## Architecture: who may import whom
	@$(SAY) "Imports"
	@$(BIN)/lint-imports --no-logo || { $(BIN)/lint-imports --verbose; exit 1; }

.PHONY: templates
templates: $(READY) ## CloudFormation: cfn-lint over infra/template.yaml
	@$(SAY) "CloudFormation"
	@$(BIN)/cfn-lint infra/template.yaml

.PHONY: generated
generated: $(READY) ## Generated files are exactly what the code generates
	@$(SAY) "Generated files"
	@before=$$(mktemp); trap 'rm -f "$$before"' EXIT; \
	  sha256sum $(GENERATED) >"$$before"; \
	  $(MAKE) --silent asl openapi >/dev/null; \
	  sha256sum --check --quiet "$$before" || \
	  { echo "They were out of date and have been made again: look at them and commit them" >&2; exit 1; }

.PHONY: sizes
sizes: ## Modules over 300 lines: not refused, but looked at
	@find app.py chalicelib infra -name '*.py' -exec wc -l {} + | awk '$$1 > 300 && $$2 != "total"' | sort -rn

.PHONY: fix
fix: $(READY) ## Let ruff mend and format what it can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

.PHONY: bench
bench: $(READY) ## Time it: the cold start against a bare boto3 client, and the rest (ARGS="--rounds 31")
	@$(PY) -m bench $(ARGS)

##@ Generate

.PHONY: asl
asl: $(READY) ## infra/escalation.asl.json, and its copy in infra/template.yaml, from the state machine in code
	@$(PY) -m infra.inline

.PHONY: openapi
openapi: $(READY) ## docs/openapi.json from the routes and their shapes
	@$(PY) -m chalicelib.openapi docs/openapi.json

.PHONY: cost
cost: $(READY) ## docs/cost.md: calls counted by playing bells, cases and a poll, times list prices
	@$(PY) -m infra.cost

.PHONY: i18n
i18n: $(READY) ## The translation catalogues: collect new texts, compile what is translated
	@$(PY) -m tests.web.catalogue

.PHONY: screenshots
screenshots: $(READY) browser ## Photograph the pages into docs/
	@$(PY) -m tests.browser.screenshots

##@ Look after a stage (STAGE=prod, REGION=…; STAGE=local: the run on this machine)

.PHONY: doctor
doctor: $(READY) ## What is unhealthy in a stage, and what to do about it
	@STAGE=$(STAGE) $(PY) -m infra.doctor

.PHONY: call
call: $(READY) ## Call a scheduled function now: FUNCTION=canary (the trial bell), sweep or anchor
	@STAGE=$(STAGE) $(PY) -m infra.recover.call $(FUNCTION)

.PHONY: addresses
addresses: $(READY) ## What to enter at a provider of SMS, so that its reports and replies come here
	@$(PY) -m infra.providers.addresses

.PHONY: replay
replay: $(READY) ## Do again what could not be reacted to (LIST=1: only show it)
	@STAGE=$(STAGE) LIST=$(LIST) $(PY) -m infra.recover.replay

.PHONY: restore
restore: $(READY) ## The table as it was, into another stage: TO=prod2 [AT=2026-11-24T01:00:00Z | FROM=s3://…]
	@STAGE=$(STAGE) TO=$(TO) AT=$(AT) FROM=$(FROM) $(PY) -m infra.recover.restore

.PHONY: migrate
migrate: $(READY) ## Rows of earlier versions written as of today (APPLY=1: do it; SEGMENTS, RATE)
	@STAGE=$(STAGE) APPLY=$(APPLY) SEGMENTS=$(SEGMENTS) RATE=$(RATE) $(PY) -m infra.recover.migrate

##@ Ship

.PHONY: deploy
deploy: $(READY) ## Put a stage into service: checks, stack, code, stream, a trial bell (STAGE=prod REGION=…); again: bring it up to date
	@$(DEPLOY) deploy $(THERE)

.PHONY: plan
plan: $(READY) ## What `make deploy` would change in the stack; changes nothing
	@$(DEPLOY) plan $(THERE)

.PHONY: destroy
destroy: $(READY) ## Take a stage out of service, after asking; table, photos, anchors and keys are kept
	@$(DEPLOY) destroy $(THERE)

.PHONY: package
package: $(READY) ## What `chalice deploy` would send, into build/package (STAGE=dev)
	@$(SAY) "Packaging stage $(STAGE)"
	@mkdir -p build && rm -rf build/package
	@$(BIN)/chalice package --stage $(STAGE) --merge-template .chalice/names-$(STAGE).json build/package
	@ls -l build/package

.PHONY: rehearse
rehearse: $(READY) ## Package it, deploy it as CloudFormation to an AWS emulated by others, ring, answer, read (STAGE=dev)
	@$(PY) -m infra.rehearse --stage $(STAGE)

.PHONY: browser
browser: ## Chromium and Chinese fonts for the browser tests (installed when root on Debian)
	@.ci/packages chromium fonts-noto-cjk

.PHONY: clean
clean: ## Remove what was built, cached or entered locally; .venv stays
	@rm -rf build .local .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .chalice/deployments
	@find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +
	@echo "Clean (remove $(VENV) by hand to start from nothing)"
