//! Limits and waits, in one place, each with its reason.

use std::time::Duration;

/// Limits and waits of the engine.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a piece of work belongs to the node that took it. Renewed while it works; after
    /// a crash of another node this is how long its work lies idle.
    pub lease: Duration,
    /// How long credits stay held when nobody knows whether a provider took a job. Longer than
    /// any provider's own time to list a fresh job.
    pub unknown_for: Duration,
    /// The longest a picture may run with a provider before we stop waiting.
    pub picture_run_max: Duration,
    /// The longest a clip may run with a provider before we stop waiting (Replicate's own limit
    /// is 30 minutes).
    pub clip_run_max: Duration,
    /// How long we try to fetch a finished output (the shortest-lived, Replicate's, exist for an
    /// hour).
    pub saving_max: Duration,
    /// How many generations one member may have waiting or running; more is a mistake or abuse.
    /// `None` in a studio whose members are all trusted.
    pub waiting_max: Option<u32>,
    /// How many jobs each provider has at the same time, if not as many as it documents for new
    /// accounts ([`ProviderInfo::running_max`](nexora_providers::ProviderInfo::running_max)).
    pub running_max: Option<u32>,
    /// How many uploaded pictures one member may have; a person looks through a few dozen.
    pub uploads_max: u32,
    /// How many bytes those may be together.
    pub uploads_bytes_max: u64,
    /// How long an uploaded picture waits for a run that uses it.
    pub upload_kept: Duration,
    /// How many accounts may be opened from one address in an hour: each brings free credits.
    pub sign_ups_per_hour: u32,
    /// How many pieces of work one node does at the same time. They mostly wait for the network.
    pub in_flight_max: usize,
    /// How long a drain waits for work in progress before it leaves it to the next start.
    pub drain_max: Duration,
    /// How often a node looks for work that nobody rang the bell for.
    pub idle_look: Duration,
}

impl Settings {
    /// What a production node uses.
    pub const fn standard() -> Self {
        Self {
            lease: Duration::from_secs(15),
            unknown_for: Duration::from_secs(600),
            picture_run_max: Duration::from_secs(300),
            clip_run_max: Duration::from_secs(1_800),
            saving_max: Duration::from_secs(600),
            waiting_max: Some(100),
            running_max: None,
            uploads_max: 300,
            uploads_bytes_max: 1 << 30,
            upload_kept: Duration::from_secs(7 * 86_400),
            sign_ups_per_hour: 5,
            in_flight_max: 64,
            drain_max: Duration::from_secs(25),
            idle_look: Duration::from_secs(2),
        }
    }
}
