# Conveniences; the README's two commands are all you need.

run:
    cargo run --release

test:
    scripts/test

fmt:
    cargo fmt --all

lint:
    cargo clippy --workspace --all-targets -- -D warnings

bench:
    cargo run --release -- bench
