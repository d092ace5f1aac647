//! The first lines of a studio that has opened: where it is, and who does what.

use std::net::SocketAddr;
use std::time::Duration;

use nexora_core::Provider;
use nexora_store::MediaUrl;
use nexora_web::Identity;

use crate::assemble::Studio;
use crate::config::{Config, IdentitySetting, Stage};
use crate::say::say;

pub(super) fn greet(config: &Config, studio: &Studio, address: SocketAddr, took: Duration) {
    say("");
    say(&format!(
        "  Nexora is open at http://{address}   (ready in {} ms)",
        took.as_millis()
    ));
    say("");
    line("database", &config.database.to_string());
    line("media", &place(&config.media));
    line("people", &people(config, studio));
    line("payments", &payments(config, studio));
    for provider in Provider::ALL {
        line(provider.title(), how_it_runs(config, studio, provider));
    }
    say("");
    if let Some(url) = studio.played.backstage_url() {
        say("  Nobody pays real money here. Time, cards and refunds of the played store:");
        say(&format!("  {url}"));
        say("");
    }
    if !studio.sandboxed.is_empty() {
        say("  The sandbox paints real pictures and clips on this machine; it needs no key and");
        say("  calls nobody. Set a provider's key (see .env.example) to go live.");
        say("");
    }
}

fn line(what: &str, how: &str) {
    say(&format!("  {what:<10} {how}"));
}

fn people(config: &Config, studio: &Studio) -> String {
    match (&config.identity, &studio.identity) {
        (IdentitySetting::ClerkSandbox, _) => "Clerk, played by the sandbox".to_owned(),
        (_, Identity::Clerk(clerk)) => format!("Clerk, {}", clerk.instance().frontend_host()),
        (_, Identity::Local) => "accounts of our own (e-mail and password)".to_owned(),
    }
}

fn payments(config: &Config, studio: &Studio) -> String {
    match (&config.selling, studio.engine.offers()) {
        (Some(selling), _) => {
            let mode = if selling.lemon.test_mode {
                ", test mode: no real money moves"
            } else {
                ""
            };
            format!("Lemon Squeezy, store {}{mode}", selling.lemon.store_id)
        }
        (None, Some(_)) => "Lemon Squeezy, played by the sandbox".to_owned(),
        (None, None) => "off (no LEMON_SQUEEZY_API_KEY)".to_owned(),
    }
}

fn how_it_runs(config: &Config, studio: &Studio, provider: Provider) -> &'static str {
    let played = studio.sandboxed.contains(&provider);
    match (config.provider(provider).is_some(), played, config.stage) {
        (true, _, _) => "live",
        (false, true, _) => "played by the sandbox",
        (false, false, Stage::Production) => "off (no key)",
        (false, false, Stage::Development) => "off",
    }
}

/// A folder's path, or a bucket without its keys.
fn place(media: &MediaUrl) -> String {
    match media {
        MediaUrl::Folder(folder) => folder.display().to_string(),
        MediaUrl::Bucket(bucket) => format!("{bucket:?}"),
    }
}
