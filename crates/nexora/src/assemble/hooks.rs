//! Where providers can tell us of news.

use std::collections::BTreeMap;

use anyhow::Context;
use nexora_core::Provider;
use url::Url;

use super::Place;
use crate::config::{Config, Stage};

/// An address for every provider that can reach us: a real one over https, the sandbox on this
/// machine. The others are only asked.
pub(super) fn addresses(config: &Config, place: &Place) -> anyhow::Result<BTreeMap<Provider, Url>> {
    let public = config.public_url.as_ref();
    let public = public.filter(|url| url.scheme() == "https").cloned();
    let near = format!("http://{}", place.near);
    let near = Url::parse(&near).context("the studio has no address on this machine")?;
    let mut addresses = BTreeMap::new();
    for provider in Provider::ALL {
        let is_real = config.provider(provider).is_some();
        let base = match config.stage {
            _ if is_real => public.as_ref(),
            Stage::Development => Some(&near),
            Stage::Production => None,
        };
        if let Some(base) = base {
            let path = format!("/api/webhooks/{}", provider.slug());
            addresses.insert(provider, base.join(&path)?);
        }
    }
    Ok(addresses)
}
