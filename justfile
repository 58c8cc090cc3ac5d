# Short names for commands that exist without it: https://just.systems

# Lists these.
default:
    @just --list

# A development network of four validators in ./devnet.
devnet:
    cargo run --release --bin lojal-node -- devnet

# All the tests.
test:
    cargo test --workspace

# The tests of one crate, such as `just crate ledger`.
crate NAME:
    cargo test -p lojal-{{ NAME }}

# The pages in the browser: built, compared with what is in the repository, tested in Chromium.
web:
    cargo build --bins
    cd clients/typescript && npm ci && npm run build
    cd web && npm ci && npm run build && npm test && npm run browser

# The tests of the client in TypeScript, with a real network if `cargo build --bins` has built one.
typescript:
    cd clients/typescript && npm ci && npm test

# The tests of the independent verifier, with a real network if `cargo build --bins` has built one.
independent:
    python3 -m unittest discover --start-directory tests/independent

# Formatting and lints, as CI wants them.
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- --deny warnings

# All that CI runs.
ci:
    bash .ci/run

# What takes hours: campaigns, planted bugs, fuzzing.
long:
    bash .ci/long

# Writes the golden vectors and the table of codes, then the fuzz corpus that is made from them.
vectors:
    LOJAL_WRITE_VECTORS=1 cargo test -p lojal-tests --test conformance
    LOJAL_WRITE_CORPUS=1 cargo test -p lojal-tests --test conformance corpus

# One simulated run, such as `just simulate 7 mixed`.
simulate SEED FAULTS:
    cargo run --release -p lojal-simulator -- run --seed {{ SEED }} --faults {{ FAULTS }}

# The benchmark report, docs/benchmarks.md: 22 minutes on a quiet machine that has PostgreSQL 15 and pgbench.
report:
    cargo build --release -p lojal-node
    cargo run --release -p lojal-bench -- report

# Members who flood four validators, and a crowd beside honest ones.
hostile:
    cargo build --release -p lojal-node
    cargo run --release -p lojal-bench -- scenario hostile --validators 4 --seconds 40

# Stamps, grants, claims and takes beside transfers, executed here without a network.
operations:
    cargo run --release -p lojal-bench -- scenario operations

# Proven balances, readers of events and webhooks of one node, one after the other.
surfaces:
    cargo build --release -p lojal-node
    cargo run --release -p lojal-bench -- scenario proofs
    cargo run --release -p lojal-bench -- scenario readers --seconds 15
    cargo run --release -p lojal-bench -- scenario followed --seconds 5
    cargo run --release -p lojal-bench -- scenario webhooks

# What it costs that a network grows: followers, changes of validators, and nodes that join one of 1,000,000 accounts.
growth:
    cargo build --release -p lojal-node
    cargo run --release -p lojal-bench -- scenario growth --accounts 1000000 --seconds 20

# One validator, and PostgreSQL, with a year of receipts behind them, such as `just prepared 1000000 5000000`.
prepared ACCOUNTS RECEIPTS:
    cargo build --release -p lojal-node
    cargo run --release -p lojal-bench -- scenario prepared --accounts {{ ACCOUNTS }} --receipts {{ RECEIPTS }}
