//! Where the studio is reached, and what its pages may load and lead to.

use nexora_providers::{Wire, knock};

use super::finding::{Finding, clock};
use crate::config::{Config, IdentitySetting, Stage};

/// The public address, and whether somebody answers there.
pub(super) async fn address(config: &Config, wire: &Wire) -> Vec<Finding> {
    let Some(url) = &config.public_url else {
        return vec![match config.stage {
            Stage::Production => Finding::Wrong(
                "PUBLIC_URL is not set; links and cookies need it in production".to_owned(),
            ),
            Stage::Development => Finding::Good("the studio is reached on this machine".to_owned()),
        }];
    };
    let mut findings = Vec::new();
    if url.scheme() != "https" && config.stage == Stage::Production {
        findings.push(Finding::Wrong(format!(
            "PUBLIC_URL is {url}; sign-in cookies need https"
        )));
    }
    let Ok(health) = url.join("/healthz") else {
        return findings;
    };
    match knock(wire, health).await {
        Ok(at) => {
            findings.push(Finding::Good(format!("somebody answers at {url}")));
            findings.extend(clock("the one of PUBLIC_URL", at));
        }
        Err(why) => findings.push(Finding::Worth(format!(
            "nobody answers at {url} ({why}); that is right before the first start"
        ))),
    }
    findings
}

/// The Content-Security-Policy, in words.
pub(super) fn policy(config: &Config) -> Finding {
    let loads = match &config.identity {
        IdentitySetting::Local => "pages load nothing from elsewhere",
        IdentitySetting::Clerk(_) | IdentitySetting::ClerkSandbox => {
            "pages load nothing from elsewhere but Clerk's scripts where people sign in"
        }
    };
    let leads_to = match (&config.selling, config.stage) {
        (Some(selling), _) => selling.checkouts_at.join(" "),
        (None, Stage::Development) => "the sandbox's checkout".to_owned(),
        (None, Stage::Production) => String::new(),
    };
    Finding::Good(if leads_to.is_empty() {
        loads.to_owned()
    } else {
        format!("{loads}; forms lead to us and to {leads_to}")
    })
}
