//! `nexora ledger verify`: adds every journal up again.

use std::process::ExitCode;

use nexora_store::audit;

use crate::assemble::{now_beside, open_store};
use crate::cli::LedgerCommand;
use crate::config::Config;
use crate::say::say;

pub(super) async fn run(config: &Config, command: &LedgerCommand) -> anyhow::Result<ExitCode> {
    let LedgerCommand::Verify = command;
    let store = open_store(config).await?;
    let report = audit::verify(&store, now_beside(config)).await?;
    store.close().await;
    for fault in &report.faults {
        say(&format!("{}: {}", fault.member, fault.what));
    }
    say(&format!(
        "{} members, {} lines",
        report.members, report.entries
    ));
    if report.faults.is_empty() {
        say("The books balance.");
        Ok(ExitCode::SUCCESS)
    } else {
        say(&format!(
            "The books do not balance: {} faults.",
            report.faults.len()
        ));
        Ok(ExitCode::FAILURE)
    }
}
