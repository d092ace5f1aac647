//! The providers that are switched on.

use std::collections::BTreeMap;
use std::sync::Arc;

use nexora_core::{Catalog, Provider};

use crate::media::{MediaProvider, ProviderInfo};
use crate::{fal, higgsfield, openai, replicate, runway};

/// Every provider we have a key for (or whose part the sandbox plays).
#[derive(Clone, Debug, Default)]
pub struct Providers(BTreeMap<Provider, Arc<dyn MediaProvider>>);

/// The facts about a provider, switched on or not.
pub const fn info_of(provider: Provider) -> &'static ProviderInfo {
    match provider {
        Provider::Fal => &fal::INFO,
        Provider::Replicate => &replicate::INFO,
        Provider::OpenAi => &openai::INFO,
        Provider::Runway => &runway::INFO,
        Provider::Higgsfield => &higgsfield::INFO,
    }
}

impl Providers {
    /// Nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Switches a provider on, in place of an earlier one of the same name.
    pub fn insert(&mut self, provider: Arc<dyn MediaProvider>) {
        self.0.insert(provider.info().provider, provider);
    }

    /// This provider, if it is switched on.
    pub fn get(&self, provider: Provider) -> Option<&Arc<dyn MediaProvider>> {
        self.0.get(&provider)
    }

    /// Whoever trains characters, if they are switched on.
    pub fn caster(&self) -> Option<&Arc<dyn MediaProvider>> {
        self.0.values().find(|provider| provider.caster().is_some())
    }

    /// Everything in the catalog that the providers switched on could not be asked for, one
    /// sentence each. Empty is good. Routes of providers that are off are not looked at.
    pub fn check(&self, catalog: &Catalog) -> Vec<String> {
        let routes = catalog
            .models()
            .iter()
            .flat_map(|model| model.routes.iter().map(move |route| (model, route)));
        routes
            .filter_map(|(model, route)| {
                let provider = self.get(route.provider)?;
                let what = provider.check(model, route).err()?;
                let (id, runs) = (&model.id, route.provider);
                Some(format!("{id} on {runs} ({}): {what}", route.upstream))
            })
            .collect()
    }
}
