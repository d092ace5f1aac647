//! `nexora doctor`: looks at everything that can be wrong before somebody else does.

use std::process::ExitCode;

use nexora_core::{Catalog, Model, Provider};

use crate::assemble::{open_blobs, open_store};
use crate::config::{Config, Stage};
use crate::say::say;

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut findings = Findings::default();
    findings.note(database(config).await);
    findings.note(media(config).await);
    for finding in providers(config)
        .into_iter()
        .chain(catalog(config))
        .chain([address(config)])
    {
        findings.note(finding);
    }
    Ok(findings.close())
}

/// One thing looked at.
enum Finding {
    Good(String),
    Wrong(String),
    Worth(String),
}

#[derive(Default)]
struct Findings {
    wrong: usize,
}

impl Findings {
    fn note(&mut self, finding: Finding) {
        match finding {
            Finding::Good(what) => say(&format!("ok    {what}")),
            Finding::Worth(what) => say(&format!("note  {what}")),
            Finding::Wrong(what) => {
                self.wrong += 1;
                say(&format!("WRONG {what}"));
            }
        }
    }

    fn close(self) -> ExitCode {
        if self.wrong == 0 {
            say("Everything looks right.");
            ExitCode::SUCCESS
        } else {
            say(&format!("{} things need attention.", self.wrong));
            ExitCode::FAILURE
        }
    }
}

async fn database(config: &Config) -> Finding {
    let store = match open_store(config).await {
        Ok(store) => store,
        Err(error) => return Finding::Wrong(format!("{error:#}")),
    };
    let pending = store.pending_migrations().await;
    store.close().await;
    match pending {
        Ok(names) if names.is_empty() => Finding::Good(format!(
            "the database {} answers and is up to date",
            config.database
        )),
        Ok(names) => Finding::Worth(format!(
            "the database {} answers; {} migrations wait for `nexora migrate` or the next start",
            config.database,
            names.len()
        )),
        Err(error) => Finding::Wrong(format!("the database {}: {error}", config.database)),
    }
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

fn address(config: &Config) -> Finding {
    match (&config.public_url, config.stage) {
        (Some(url), Stage::Production) if url.scheme() != "https" => {
            Finding::Wrong(format!("PUBLIC_URL is {url}; sign-in cookies need https"))
        }
        (None, Stage::Production) => Finding::Wrong(
            "PUBLIC_URL is not set; links and cookies need it in production".to_owned(),
        ),
        (Some(url), _) => Finding::Good(format!("the studio is reached at {url}")),
        (None, Stage::Development) => {
            Finding::Good("the studio is reached on this machine".to_owned())
        }
    }
}
