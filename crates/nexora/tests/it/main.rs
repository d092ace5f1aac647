//! The whole product, and the rules its sources keep.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that cannot go on should stop where it is; it reads its own environment"
)]

mod bucket;
mod canary;
mod crash;
mod doctor;
mod member;
mod played;
mod studio;
mod support;
mod tidy;
mod visitor;
