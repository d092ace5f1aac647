//! `nexora doctor`: looks at everything that can be wrong before somebody else does.

mod around;
mod finding;
mod models;
mod payments;
mod people;

use std::process::ExitCode;

use nexora_core::{Catalog, Model, Provider};
use nexora_engine::support;
use nexora_providers::Wire;
use nexora_store::Store;

use self::finding::{Finding, Findings};
use crate::assemble::{open_blobs, open_store};
use crate::config::{Config, Stage};

pub(super) async fn run(config: &Config, asks_for_models: bool) -> anyhow::Result<ExitCode> {
    let wire = Wire::new()?;
    let mut findings = Findings::default();
    for finding in database(config).await {
        findings.note(finding);
    }
    findings.note(media(config).await);
    for finding in providers(config).into_iter().chain(catalog(config)) {
        findings.note(finding);
    }
    if asks_for_models {
        for finding in models::check(config, &wire).await? {
            findings.note(finding);
        }
    }
    for finding in people::check(config, &wire).await {
        findings.note(finding);
    }
    for finding in payments::check(config, &wire).await {
        findings.note(finding);
    }
    for finding in around::address(config, &wire).await {
        findings.note(finding);
    }
    findings.note(around::policy(config));
    Ok(findings.close())
}

async fn database(config: &Config) -> Vec<Finding> {
    let store = match open_store(config).await {
        Ok(store) => store,
        Err(error) => return vec![Finding::Wrong(format!("{error:#}"))],
    };
    let findings = match store.pending_migrations().await {
        Ok(names) if names.is_empty() => {
            let mut findings = vec![Finding::Good(format!(
                "the database {} answers and is up to date",
                config.database
            ))];
            findings.extend(waiting(&store).await);
            findings
        }
        Ok(names) => vec![Finding::Worth(format!(
            "the database {} answers; {} migrations wait for `nexora migrate` or the next start",
            config.database,
            names.len()
        ))],
        Err(error) => vec![Finding::Wrong(format!(
            "the database {}: {error}",
            config.database
        ))],
    };
    store.close().await;
    findings
}

/// What waits for a person.
async fn waiting(store: &Store) -> Vec<Finding> {
    let (parked, unclaimed) = (
        support::parked(store).await,
        support::unclaimed(store).await,
    );
    let (Ok(parked), Ok(unclaimed)) = (parked, unclaimed) else {
        return vec![Finding::Wrong(
            "the database does not say what waits for a person".to_owned(),
        )];
    };
    let mut findings = Vec::new();
    if !parked.is_empty() {
        findings.push(Finding::Wrong(format!(
            "{} deliveries were given up; see `nexora billing parked`",
            parked.len()
        )));
    }
    if !unclaimed.is_empty() {
        findings.push(Finding::Worth(format!(
            "{} subscriptions belong to nobody; see `nexora billing unclaimed`",
            unclaimed.len()
        )));
    }
    findings
}

/// A few bytes there and back.
async fn media(config: &Config) -> Finding {
    const PROBE: &str = "doctor/probe.txt";
    let tried = async {
        let blobs = open_blobs(config)?;
        blobs.put(PROBE, "nexora".into(), "text/plain").await?;
        blobs.delete(PROBE).await?;
        anyhow::Ok(())
    };
    match tried.await {
        Ok(()) => Finding::Good("the media store takes files and gives them up again".to_owned()),
        Err(error) => Finding::Wrong(format!("the media store: {error:#}")),
    }
}

fn providers(config: &Config) -> Vec<Finding> {
    let state = |provider: Provider| match (config.provider(provider), config.stage) {
        (Some(_), _) => Finding::Good(format!("{provider} has a key")),
        (None, Stage::Development) => Finding::Worth(format!(
            "{provider} has no key and is played by the sandbox"
        )),
        (None, Stage::Production) => Finding::Worth(format!("{provider} has no key and is off")),
    };
    Provider::ALL.into_iter().map(state).collect()
}

fn catalog(config: &Config) -> Vec<Finding> {
    let catalog: &Catalog = &config.catalog;
    let reachable = |model: &&Model| {
        config.stage == Stage::Development
            || model
                .routes
                .iter()
                .any(|route| config.provider(route.provider).is_some())
    };
    let (on, off): (Vec<&Model>, Vec<&Model>) = catalog.models().iter().partition(reachable);
    let mut findings = vec![Finding::Good(format!("{} models are on", on.len()))];
    findings.extend(off.into_iter().map(|model| {
        Finding::Worth(format!(
            "{} is off: none of its providers has a key",
            model.title
        ))
    }));
    findings
}
