# The two commands: `make run` and `make test`. Both install what they need, or say what is missing.
.PHONY: run test web shots bench format

DATA ?= data/demo
LISTEN ?= 127.0.0.1:8080

# Builds everything, makes an organisation to try out if there is none, and serves it.
run: web
	@echo "Building the server; the first time takes some minutes …"
	cargo build --release --locked --bin teduh
	@target/release/teduh demo --data $(DATA) --listen $(LISTEN)

# Every check there is; ends with "N passed, N failed".
test:
	@scripts/setup.sh test
	@node scripts/test.mjs

# The web client as the server carries it.
web: web-client/node_modules/.package-lock.json
	@scripts/setup.sh run
	cd web-client && npm run --silent build

web-client/node_modules/.package-lock.json: web-client/package-lock.json
	@scripts/setup.sh run
	cd web-client && npm ci

# Pictures of every state, under docs/screenshots.
shots: web
	@scripts/setup.sh test
	cargo build --locked --bin teduh
	cd tests/browser && npm ci && npm run shots

# Measures the release binary beside an anchor; prints a table and writes target/bench.json.
# BENCH holds other sizes, for example BENCH="--messages 50 --senders 8 --idle-sessions 20 --calls 5 --flood 20".
bench: web
	@scripts/setup.sh bench
	cargo build --release --locked -p server -p loadgen
	@ulimit -n $$(ulimit -Hn) && cargo run --release --locked --quiet -p loadgen -- $(BENCH)

# Puts every file into the house's form.
format: web-client/node_modules/.package-lock.json
	cargo fmt --all
	cd web-client && npm run --silent format
