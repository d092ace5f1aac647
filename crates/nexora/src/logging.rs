//! Logs: one line an event, to standard error, without secrets, addresses or prompts.

use tracing_subscriber::EnvFilter;

/// Quiet by default: what became of the work, and warnings; not every request. (`nexora` names
/// all our crates: a filter matches by the beginning.)
const STANDARD: &str = "warn,nexora=info,nexora_web=warn";

/// Starts logging with this filter (`tracing-subscriber`'s syntax), or the standard one.
pub(crate) fn start(filter: Option<&str>) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter.unwrap_or(STANDARD))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    Ok(())
}
