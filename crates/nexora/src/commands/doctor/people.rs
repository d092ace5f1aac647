//! Who says who somebody is, and whether they agree with our keys.

use std::sync::Arc;

use nexora_core::SystemClock;
use nexora_providers::clerk::Mode;
use nexora_providers::{Clerk, ClerkConfig, Wire};

use super::finding::{Finding, clock, unanswered};
use crate::config::{Config, IdentitySetting, Stage};

pub(super) async fn check(config: &Config, wire: &Wire) -> Vec<Finding> {
    match &config.identity {
        IdentitySetting::Local => {
            vec![Finding::Good(
                "people sign in with accounts of our own".to_owned(),
            )]
        }
        IdentitySetting::ClerkSandbox => {
            vec![Finding::Worth("the sandbox plays Clerk".to_owned())]
        }
        IdentitySetting::Clerk(setting) => {
            let made = Clerk::new(ClerkConfig::clone(setting), wire, Arc::new(SystemClock));
            match made {
                Ok(clerk) => check_clerk(config, setting, &clerk).await,
                Err(wrong) => vec![Finding::Wrong(format!("Clerk: {wrong}"))],
            }
        }
    }
}

async fn check_clerk(config: &Config, setting: &ClerkConfig, clerk: &Clerk) -> Vec<Finding> {
    let mut findings = vec![instance(config, clerk)];
    let facts = clerk.key_facts().await;
    let api = setting.api_url.origin().ascii_serialization();
    findings.push(match &facts.secret_key {
        Ok(()) => Finding::Good(format!("CLERK_SECRET_KEY is accepted by {api}")),
        Err(why) => unanswered("CLERK_SECRET_KEY", &api, why),
    });
    if facts.secret_key.is_ok() {
        findings.push(match &facts.agree {
            Ok(true) => Finding::Good("all of Clerk's keys are of one instance".to_owned()),
            Ok(false) => Finding::Wrong(
                "CLERK_SECRET_KEY is of another instance than CLERK_PUBLISHABLE_KEY or \
                 CLERK_JWT_KEY: nobody can sign in; copy all of them from the same page"
                    .to_owned(),
            ),
            Err(why) => Finding::Wrong(format!("Clerk's public keys cannot be fetched: {why}")),
        });
    }
    findings.extend(clock("Clerk's", facts.at));
    findings.push(deliveries(config, setting));
    findings
}

fn instance(config: &Config, clerk: &Clerk) -> Finding {
    let host = clerk.instance().frontend_host();
    match (clerk.instance().mode(), config.stage) {
        (Mode::Development, Stage::Production) => Finding::Wrong(format!(
            "{host} is a development instance of Clerk's: at most 100 people, and not for \
             production; use pk_live_… and sk_live_…"
        )),
        (Mode::Development, Stage::Development) => Finding::Good(format!(
            "people sign in with Clerk, development instance {host}"
        )),
        (Mode::Production, _) => Finding::Good(format!("people sign in with Clerk, {host}")),
    }
}

fn deliveries(config: &Config, setting: &ClerkConfig) -> Finding {
    let here = config.public_url.as_ref();
    let here = here.map_or("PUBLIC_URL".to_owned(), |url| {
        url.origin().ascii_serialization()
    });
    let endpoint = format!("{here}/api/webhooks/clerk");
    match &setting.webhook_secret {
        Some(_) => Finding::Good(format!(
            "deliveries to {endpoint} are checked with CLERK_WEBHOOK_SIGNING_SECRET (send a test \
             from Clerk's dashboard: it has to be answered with 200)"
        )),
        None => Finding::Worth(format!(
            "CLERK_WEBHOOK_SIGNING_SECRET is not set: new names and deleted people are not heard \
             of; in Clerk's dashboard, add the endpoint {endpoint} for user.* and session.*"
        )),
    }
}
