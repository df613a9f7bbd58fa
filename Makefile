# Two commands matter: `make run` and `make test`. The rest are for people who change Cercle.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
# What many processes import is compiled once, whatever the environment says of it.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test deep fuzz check bench bench-scale tour sdl migration baseline lock explorer clean

$(STAMP): requirements.lock pyproject.toml
	@test -d .venv || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

run: $(STAMP)      ## serve the API with embedded PostgreSQL and Valkey
	@$(BIN)/cercle run

test: check        ## every check and every test
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile -m "not deep and not processes"
	@$(BIN)/python -m pytest -n auto --maxprocesses 2 --dist loadfile -m "not deep and processes"

deep: $(STAMP)     ## the long versions of some tests
	@$(BIN)/python -m pytest -m deep

fuzz: $(STAMP) .venv-fuzz/.installed ## operations that nobody thought of, ten minutes as each role: make fuzz [ARGS="--at-once 4"]
	@$(BIN)/python -m tests.fuzz $(ARGS)

.venv-fuzz/.installed:
	@test -d .venv-fuzz || $(PYTHON) -m venv .venv-fuzz
	@.venv-fuzz/bin/python -m pip install --quiet --disable-pip-version-check schemathesis==4.32.5
	@touch $@

check: $(STAMP)    ## what is quick: style, types, import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: $(STAMP)    ## the house beside what its answers would cost by hand: make bench [ARGS=--profile]
	@$(BIN)/python -m benchmarks $(ARGS)

bench-scale: $(STAMP) ## the same reads among 20 thousand pieces and among a million, which takes a while to fill
	@$(BIN)/python -m benchmarks.scale $(ARGS)

tour: $(STAMP)     ## drive the whole circle against a running server
	@$(BIN)/cercle tour

sdl: $(STAMP)      ## print the schema into schema/schema.graphql
	@$(BIN)/cercle sdl > schema/schema.graphql.new && mv schema/schema.graphql.new schema/schema.graphql

migration: $(STAMP) ## write the revision that the tables need: make migration NAME="what it does"
	@$(BIN)/cercle migration "$(NAME)" && $(BIN)/ruff format --quiet persistence/migrations

baseline: $(STAMP) ## write the first revision anew, for as long as nothing was built on it
	@$(BIN)/cercle migration --baseline && $(BIN)/ruff format --quiet persistence/migrations

lock:              ## pin every dependency by hash; the lock names no index
	@uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --quiet --output-file requirements.lock

explorer:          ## build the page of /graphql anew, which takes Node
	@cd app/explorer/source && npm ci --ignore-scripts --no-audit --no-fund --silent && npm run --silent build; \
	  built=$$?; rm -rf node_modules; exit $$built

clean:             ## forget the environment and the data
	@rm -rf .venv .venv-fuzz .cercle
