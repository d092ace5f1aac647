//! `nexora billing …`: deliveries that were given up, subscriptions that belong to nobody.

use std::process::ExitCode;

use anyhow::{Context, bail};
use nexora_engine::support;
use nexora_providers::lemon;
use nexora_store::Store;
use uuid::Uuid;

use super::member::{date, find};
use crate::assemble::{now_beside, open_store};
use crate::cli::BillingCommand;
use crate::config::Config;
use crate::say::say;

pub(super) async fn run(config: &Config, command: BillingCommand) -> anyhow::Result<ExitCode> {
    let store = open_store(config).await?;
    let outcome = match command {
        BillingCommand::Parked => parked(&store).await,
        BillingCommand::Retry { delivery, all } => retry(config, &store, delivery, all).await,
        BillingCommand::Unclaimed => unclaimed(&store).await,
        BillingCommand::Assign {
            subscription,
            member,
            reason,
        } => assign(config, &store, (subscription, member, reason)).await,
    };
    store.close().await;
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn parked(store: &Store) -> anyhow::Result<()> {
    let parked = support::parked(store).await?;
    for one in &parked {
        say(&format!(
            "{}  {}  {} ({} {}), {} attempts",
            one.id,
            date(one.received_at),
            one.event_name,
            one.resource_type,
            one.resource_id,
            one.attempts
        ));
        if let Some(error) = &one.error {
            say(&format!("    {error}"));
        }
    }
    say(&format!("{} deliveries wait for a person", parked.len()));
    Ok(())
}

async fn retry(
    config: &Config,
    store: &Store,
    delivery: Option<Uuid>,
    all: bool,
) -> anyhow::Result<()> {
    let ids: Vec<Uuid> = match (delivery, all) {
        (Some(id), false) => vec![id],
        (None, true) => support::parked(store)
            .await?
            .into_iter()
            .map(|one| one.id)
            .collect(),
        (Some(_), true) | (None, false) => bail!("name one delivery, or say --all"),
    };
    for id in &ids {
        let retried = support::retry_parked(store, *id, now_beside(config)).await;
        retried.with_context(|| format!("delivery {id}"))?;
    }
    say(&format!(
        "{} deliveries wait again; the running studio works them off",
        ids.len()
    ));
    Ok(())
}

async fn unclaimed(store: &Store) -> anyhow::Result<()> {
    let unclaimed = support::unclaimed(store).await?;
    for one in &unclaimed {
        let facts = &one.facts;
        say(&format!(
            "{}  {}  {}, variant {}, customer {}, order {}",
            facts.id,
            date(facts.created_at),
            facts.status.slug(),
            facts.variant_id,
            facts.customer_id,
            facts.order_id.as_deref().unwrap_or("none")
        ));
    }
    say(&format!(
        "{} subscriptions belong to nobody",
        unclaimed.len()
    ));
    Ok(())
}

async fn assign(
    config: &Config,
    store: &Store,
    (subscription, whom, reason): (String, String, String),
) -> anyhow::Result<()> {
    let now = now_beside(config);
    let member = find(store, &whom, now).await?;
    let which = (lemon::SLUG, subscription.clone());
    support::assign_subscription(store, which, member.id, reason, now).await?;
    say(&format!(
        "{subscription} belongs to {} now; the running studio grants what is due",
        member.email
    ));
    Ok(())
}
