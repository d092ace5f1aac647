//! What the program says to the person who started it: plain sentences, on purpose.

/// One line for the person at the terminal.
#[expect(
    clippy::print_stdout,
    reason = "the one place where commands speak; logs go elsewhere"
)]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Something that has to be put right before the program can go on.
#[expect(
    clippy::print_stderr,
    reason = "the one place where commands complain; logs go elsewhere"
)]
pub(crate) fn complain(what: &str) {
    eprintln!("nexora: {what}");
}
