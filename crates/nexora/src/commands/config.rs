//! `nexora config`: what is set, and where.

use std::process::ExitCode;

use crate::config::Config;
use crate::say::say;

pub(super) fn run(config: &Config) -> ExitCode {
    let shown = config.shown();
    if shown.is_empty() {
        say("Nothing is set; every setting has its standard value. See .env.example.");
    }
    for (name, value, place) in shown {
        say(&format!("{name} = {value}   ({place})"));
    }
    ExitCode::SUCCESS
}
