//! What happens to a wish and to its credits, told as stories. Each story runs on both databases,
//! with the real adapters against the sandbox; time is the test's own. After each the books are
//! audited and no work is left.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "a story that cannot go on should stop where it is; it reads its own environment"
)]

mod accounts;
mod begun;
mod billing;
mod boards;
mod characters;
mod clerk;
mod compare;
mod exchange;
mod failover;
mod faults;
mod film;
mod health;
mod hooks;
mod jumps;
mod money;
mod polling;
mod scene;
mod stops;
mod uploads;
