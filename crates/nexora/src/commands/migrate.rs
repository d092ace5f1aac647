//! `nexora migrate`: brings the database up to date.

use std::process::ExitCode;

use crate::assemble::open_store;
use crate::config::Config;
use crate::say::say;

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let store = open_store(config).await?;
    let applied = store.migrate().await?;
    for name in &applied {
        say(&format!("applied {name}"));
    }
    if applied.is_empty() {
        say("The database is up to date.");
    }
    store.close().await;
    Ok(ExitCode::SUCCESS)
}
