//! What each command does.

mod bench;
mod billing;
mod config;
mod doctor;
mod ledger;
mod member;
mod migrate;
mod serve;

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::config::Config;
use crate::logging;

/// Runs the command that was asked for.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let config = Config::read()?;
    logging::start(config.log.as_deref())?;
    match cli.command.unwrap_or(Command::Serve { web_only: false }) {
        Command::Serve { web_only } => serve::run(&config, web_only).await,
        Command::Migrate => migrate::run(&config).await,
        Command::Doctor { providers } => doctor::run(&config, providers).await,
        Command::Config => Ok(config::run(&config)),
        Command::Ledger(command) => ledger::run(&config, &command).await,
        Command::Member(command) => member::run(&config, command).await,
        Command::Billing(command) => billing::run(&config, command).await,
        Command::Bench(options) => bench::run(&options).await,
    }
}
