//! What the program says to the person who started it: plain sentences, on purpose. Logs go
//! elsewhere.

use std::io::Write as _;

/// One line for the person at the terminal.
pub(crate) fn say(line: &str) {
    // Nobody listening (a closed pipe) is no reason to stop.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Something that has to be put right before the program can go on.
pub(crate) fn complain(what: &str) {
    let _ = writeln!(std::io::stderr(), "nexora: {what}");
}
