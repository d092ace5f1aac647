//! The commands.

use clap::{Parser, Subcommand};
use nexora_core::Plan;
use uuid::Uuid;

/// Nexora: an AI creative studio in one binary. Without a command it serves the studio.
#[derive(Debug, Parser)]
#[command(name = "nexora", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the studio (the default).
    Serve {
        /// Answer requests only, and leave the work to other nodes of the same database.
        #[arg(long)]
        web_only: bool,
    },
    /// Bring the database up to date and stop.
    Migrate,
    /// Check the configuration, the database, the media store and the providers, in words.
    Doctor {
        /// Also ask each provider whether it still has the models of the catalog.
        #[arg(long)]
        providers: bool,
    },
    /// Print the effective configuration, with every secret masked.
    Config,
    /// Look at the books.
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Look after members.
    #[command(subcommand)]
    Member(MemberCommand),
    /// Look after payments: what could not be worked off, and what belongs to nobody.
    #[command(subcommand)]
    Billing(BillingCommand),
    /// Measure this machine: durable submits, requests, memory, start-up.
    Bench(BenchOptions),
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Add every journal up again; exits with 1 at the first book that does not balance.
    Verify,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MemberCommand {
    /// List members whose address or name contains SEARCH.
    List {
        /// Part of an address or name; everybody if left out.
        #[arg(default_value = "")]
        search: String,
    },
    /// Show one member's balance, buckets and last journal lines.
    Show {
        /// The member's address or id.
        member: String,
    },
    /// Give credits by hand (or take them, with a negative amount).
    Grant {
        /// The member's address or id.
        member: String,
        /// How many credits.
        #[arg(allow_negative_numbers = true)]
        amount: i64,
        /// Why; the member can read it in their journal.
        #[arg(long)]
        reason: String,
    },
    /// Give a member a plan that lasts until it is taken back. Beside a subscription of theirs, the
    /// larger plan counts.
    SetPlan {
        /// The member's address or id.
        member: String,
        /// growth or pro; free takes back what was given.
        plan: Plan,
        /// Why; it stays written down.
        #[arg(long)]
        reason: String,
    },
    /// Let a member spend and buy again who was frozen for a stolen payment.
    Unfreeze {
        /// The member's address or id.
        member: String,
        /// Why; it stays written down.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum BillingCommand {
    /// List deliveries of the merchant's that were given up.
    Parked,
    /// Work a delivery off again that was given up.
    Retry {
        /// Its id, as `parked` lists it.
        delivery: Option<Uuid>,
        /// All of them.
        #[arg(long)]
        all: bool,
    },
    /// List subscriptions that were paid for without a checkout of ours.
    Unclaimed,
    /// Give such a subscription to the member who paid for it.
    Assign {
        /// The merchant's id of it, as `unclaimed` lists it.
        subscription: String,
        /// The member's address or id.
        member: String,
        /// How you know; it stays written down.
        #[arg(long)]
        reason: String,
    },
}

/// What to measure, and how long.
#[derive(Debug, clap::Args)]
pub(crate) struct BenchOptions {
    /// A PostgreSQL server to measure as well: a URL to a database that may be filled.
    #[arg(long)]
    pub(crate) postgres: Option<String>,
    /// Seconds per reading.
    #[arg(long, default_value_t = 3)]
    pub(crate) seconds: u64,
    /// Measure a thousand running jobs instead; takes three minutes.
    #[arg(long)]
    pub(crate) crowd: bool,
}
