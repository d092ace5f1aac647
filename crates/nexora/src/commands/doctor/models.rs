//! Whether the providers still have what the catalog asks of them.

use std::collections::BTreeMap;

use nexora_core::{Catalog, Provider};
use nexora_providers::{MediaProvider, Stock, Wire};

use super::finding::Finding;
use crate::assemble::adapters;
use crate::config::Config;

/// Asks every provider that has a key, and a sandbox in a process of its own for the others.
pub(super) async fn check(config: &Config, wire: &Wire) -> anyhow::Result<Vec<Finding>> {
    let providers = adapters(config, config.sandbox_url.as_ref(), wire)?;
    let mut findings = Vec::new();
    for provider in Provider::ALL {
        let asked = asked_of(&config.catalog, provider);
        if let Some(adapter) = providers.get(provider)
            && !asked.is_empty()
        {
            findings.extend(look_up(&**adapter, &asked).await);
        }
    }
    Ok(findings)
}

/// A provider's own names, and for which of our models.
fn asked_of(catalog: &Catalog, provider: Provider) -> BTreeMap<&str, &str> {
    let models = catalog.models().iter();
    let routes = models.flat_map(|model| model.routes.iter().map(move |route| (model, route)));
    let its = routes.filter(|(_, route)| route.provider == provider);
    its.flat_map(|(model, route)| {
        let others = [&route.frames, &route.references];
        let others = others.into_iter().flatten();
        let others = others.map(|endpoint| endpoint.upstream.as_str());
        let names = std::iter::once(route.upstream.as_str()).chain(others);
        names.map(|name| (name, model.title.as_str()))
    })
    .collect()
}

async fn look_up(provider: &dyn MediaProvider, asked: &BTreeMap<&str, &str>) -> Vec<Finding> {
    let title = provider.info().title;
    let Some(inventory) = provider.inventory() else {
        return vec![Finding::Worth(format!(
            "{title} does not say which models it has; a retired one shows when it is ordered"
        ))];
    };
    let mut findings = Vec::new();
    let mut current = 0_usize;
    for (name, model) in asked {
        match inventory.look_up(name).await {
            Ok(Stock::Current) => current += 1,
            Ok(Stock::Deprecated) => findings.push(Finding::Worth(format!(
                "{title} means to retire {name} ({model}): look for its successor"
            ))),
            Ok(Stock::Unknown) => findings.push(Finding::Wrong(format!(
                "{title} has no {name} ({model}): change or remove the route in the catalog"
            ))),
            Err(said) => {
                findings.push(Finding::Wrong(format!(
                    "{title} could not be asked for its models: {said}"
                )));
                break;
            }
        }
    }
    if current > 0 {
        let all = asked.len();
        findings.insert(
            0,
            Finding::Good(format!(
                "{title} has {current} of the {all} models we ask of it"
            )),
        );
    }
    findings
}
