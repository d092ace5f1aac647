//! `nexora bench`: measures this machine, in one run, so that ratios can be trusted.
//!
//! Rates on a shared machine are noise; the ratio to the database's own floor and the CPU a
//! request costs are not.

mod books;
mod client;
mod crowd;
mod feed;
mod figures;
mod pages;
mod process;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use nexora_store::DatabaseUrl;

use crate::cli::BenchOptions;
use crate::say::say;

pub(super) async fn run(options: &BenchOptions) -> anyhow::Result<ExitCode> {
    let span = Duration::from_secs(options.seconds.max(1));
    let folder = scratch()?;
    if options.crowd {
        say("A thousand jobs that run and do not end, and one member who watches a page.");
        crowd::measure(&folder.join("crowd"), options.postgres.as_deref()).await?;
        std::fs::remove_dir_all(folder)?;
        return Ok(ExitCode::SUCCESS);
    }
    say("Durable submits: hold, generation, job, key and journal line in one transaction.");
    let sqlite = DatabaseUrl::Sqlite(folder.join("books.db"));
    books::measure("SQLite", &sqlite, span).await?;
    if let Some(url) = &options.postgres {
        let postgres: DatabaseUrl = url.parse().map_err(|wrong| anyhow::anyhow!("{wrong}"))?;
        books::measure("PostgreSQL", &postgres, span).await?;
    }
    say("");
    say("Requests: closed loop over loopback, from this process to a studio of its own.");
    pages::measure("SQLite", &folder.join("studio"), None, span).await?;
    if let Some(url) = &options.postgres {
        pages::measure("PostgreSQL", &folder.join("studio-pg"), Some(url), span).await?;
    }
    std::fs::remove_dir_all(folder)?;
    Ok(ExitCode::SUCCESS)
}

fn scratch() -> anyhow::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("nexora-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
