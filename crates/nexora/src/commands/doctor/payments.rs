//! Who takes the money, and whether their store is the one we describe.

use nexora_core::Plan;
use nexora_core::billing::TopUp;
use nexora_providers::lemon::{EVENTS_NEEDED, EndpointFacts, VariantFacts};
use nexora_providers::{Lemon, RemoteError, Wire};
use url::Url;

use super::finding::{Finding, clock, unanswered};
use crate::config::{Config, SellingSetting, Stage};

const KEY: &str = "LEMON_SQUEEZY_API_KEY";

pub(super) async fn check(config: &Config, wire: &Wire) -> Vec<Finding> {
    let Some(setting) = &config.selling else {
        return vec![Finding::Worth(match config.stage {
            Stage::Development => "the sandbox plays Lemon Squeezy".to_owned(),
            Stage::Production => format!("nothing is for sale: {KEY} is not set"),
        })];
    };
    let lemon = match Lemon::new(setting.lemon.clone(), wire) {
        Ok(lemon) => lemon,
        Err(weak) => {
            let name = "LEMON_SQUEEZY_WEBHOOK_SECRET";
            return vec![Finding::Wrong(format!("{name}: {weak}"))];
        }
    };
    let mut findings = Vec::new();
    let api = setting.lemon.base_url.origin().ascii_serialization();
    match lemon.key_facts().await {
        Ok(facts) => {
            findings.push(mode(setting, facts.test_mode));
            findings.extend(clock("Lemon Squeezy's", facts.at));
        }
        Err(why) => return vec![unanswered(KEY, &api, &why)],
    }
    findings.push(store(setting, &lemon).await);
    for offer in setting.offers.plans() {
        let facts = lemon.variant_facts(&offer.variant_id).await;
        findings.push(plan(offer.plan, &offer.variant_id, facts));
    }
    for pack in setting.offers.topups() {
        let facts = lemon.variant_facts(&pack.variant_id).await;
        findings.push(topup(pack, facts));
    }
    findings.push(match lemon.endpoints().await {
        Ok(endpoints) => deliveries(config, setting, &endpoints),
        Err(why) => Finding::Worth(format!("the store's webhooks cannot be listed: {why}")),
    });
    findings
}

fn mode(setting: &SellingSetting, key_is_test: Option<bool>) -> Finding {
    let wanted = setting.lemon.test_mode;
    match (key_is_test, wanted) {
        (Some(true), false) => Finding::Wrong(format!(
            "{KEY} is a key of test mode, but LEMON_SQUEEZY_TEST_MODE is not true: \
             nothing it sells would count"
        )),
        (Some(false), true) => Finding::Wrong(format!(
            "LEMON_SQUEEZY_TEST_MODE is true, but {KEY} is a key of live mode"
        )),
        (_, true) => Finding::Worth(format!("{KEY} is accepted; test mode: no real money moves")),
        (_, false) => Finding::Good(format!("{KEY} is accepted")),
    }
}

async fn store(setting: &SellingSetting, lemon: &Lemon) -> Finding {
    let id = &setting.lemon.store_id;
    let facts = match lemon.store_facts().await {
        Ok(facts) => facts,
        Err(RemoteError::NotFound) => {
            return Finding::Wrong(format!(
                "LEMON_SQUEEZY_STORE_ID: the key knows no store {id}"
            ));
        }
        Err(why) => return unanswered("LEMON_SQUEEZY_STORE_ID", "Lemon Squeezy", &why),
    };
    let name = facts.name.unwrap_or_default();
    match &facts.url {
        Some(url) if !is_allowed(url, &setting.checkouts_at) => Finding::Wrong(format!(
            "the store {name:?} has a domain of its own; set LEMON_SQUEEZY_STORE_URL={} or \
             browsers stop people on their way to the checkout",
            url.origin().ascii_serialization()
        )),
        _ => Finding::Good(format!("store {id} is {name:?}")),
    }
}

/// Whether the policy of our pages lets a form lead there.
fn is_allowed(url: &Url, sources: &[String]) -> bool {
    let origin = url.origin().ascii_serialization();
    sources.iter().any(|source| match source.split_once("*.") {
        Some((scheme, domain)) => {
            origin.starts_with(scheme) && origin.ends_with(&format!(".{domain}"))
        }
        None => *source == origin,
    })
}

fn plan(plan: Plan, id: &str, facts: Result<VariantFacts, RemoteError>) -> Finding {
    let name = format!(
        "LEMON_SQUEEZY_{}_VARIANT_ID {id}",
        plan.slug().to_uppercase()
    );
    variant(&name, (true, plan.price_cents()), facts)
}

fn topup(pack: &TopUp, facts: Result<VariantFacts, RemoteError>) -> Finding {
    let name = format!("LEMON_SQUEEZY_TOPUPS {}", pack.variant_id);
    variant(&name, (false, pack.price_cents), facts)
}

fn variant(
    name: &str,
    (is_subscription, price_cents): (bool, u32),
    facts: Result<VariantFacts, RemoteError>,
) -> Finding {
    let facts = match facts {
        Ok(facts) => facts,
        Err(RemoteError::NotFound) => {
            return Finding::Wrong(format!("{name}: there is no such variant in the store"));
        }
        Err(why) => return unanswered(name, "Lemon Squeezy", &why),
    };
    let title = facts.name.unwrap_or_default();
    if facts.is_subscription == Some(!is_subscription) {
        let is = if is_subscription {
            "paid once, but a plan is a subscription"
        } else {
            "a subscription, but a pack is paid once"
        };
        return Finding::Wrong(format!("{name} is {title:?}: {is}"));
    }
    if facts.is_published == Some(false) {
        return Finding::Wrong(format!("{name} is {title:?}, which is not published"));
    }
    match facts.price_cents {
        Some(there) if there != i64::from(price_cents) => Finding::Worth(format!(
            "{name} is {title:?} and costs {} there, while our pages say {}",
            usd(there),
            usd(i64::from(price_cents))
        )),
        _ => Finding::Good(format!("{name} is {title:?}")),
    }
}

fn deliveries(config: &Config, setting: &SellingSetting, endpoints: &[EndpointFacts]) -> Finding {
    let Some(public) = &config.public_url else {
        return Finding::Worth(
            "PUBLIC_URL is not set: Lemon Squeezy cannot reach us, and payments are found by \
             asking, every hour"
                .to_owned(),
        );
    };
    let wanted = format!(
        "{}/api/webhooks/lemon",
        public.origin().ascii_serialization()
    );
    let in_mode =
        |one: &&EndpointFacts| one.test_mode.is_none_or(|it| it == setting.lemon.test_mode);
    let found = endpoints.iter().filter(in_mode);
    let Some(found) = found.into_iter().find(|one| one.url == wanted) else {
        return Finding::Wrong(format!(
            "the store delivers no webhooks to {wanted}; add one in its settings"
        ));
    };
    let is_told = |event: &&str| !found.events.iter().any(|told| told == event);
    let missing: Vec<&str> = EVENTS_NEEDED.into_iter().filter(is_told).collect();
    if missing.is_empty() {
        return Finding::Good(format!(
            "webhooks go to {wanted} (resend one from the store's settings: it has to be \
             answered with 200)"
        ));
    }
    Finding::Wrong(format!(
        "webhooks go to {wanted}, but without {}",
        missing.join(", ")
    ))
}

fn usd(cents: i64) -> String {
    format!("${}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_with_a_star_allows_the_hosts_below() {
        let sources = ["https://*.lemonsqueezy.com", "https://pay.example.com"];
        let sources = sources.map(str::to_owned);
        let allowed = |url: &str| is_allowed(&url.parse().unwrap(), &sources);
        assert!(allowed("https://studio.lemonsqueezy.com/checkout"));
        assert!(allowed("https://pay.example.com/x"));
        for foreign in [
            "https://example.com",
            "https://notlemonsqueezy.com",
            "http://studio.lemonsqueezy.com",
            "https://studio.lemonsqueezy.com.evil.example",
        ] {
            assert!(!allowed(foreign), "{foreign}");
        }
    }
}
