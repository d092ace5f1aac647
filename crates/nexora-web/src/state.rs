//! What every handler has at hand.

use std::fmt;
use std::sync::Arc;

use axum::http::HeaderValue;
use nexora_core::{Catalog, ModelId};
use nexora_engine::{Engine, Paying, Tasks};

use crate::arrival::Intake;
use crate::components::{Lately, Sale, Shop};
use crate::config::{Identity, WebConfig};
use crate::identity::Turns;
use crate::limits::Limits;
use crate::live::Lines;
use crate::security;

/// The web half of the studio. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    engine: Engine,
    tasks: Tasks,
    config: WebConfig,
    limits: Limits,
    intake: Intake,
    lines: Lines,
    turns: Turns,
    /// What browsers are told about every page.
    policy: HeaderValue,
    off: Vec<ModelId>,
}

impl App {
    /// Puts the web half together. `tasks` says when to stop: live lines end then.
    pub fn new(engine: Engine, tasks: Tasks, config: WebConfig) -> Self {
        let off = models_off(&engine);
        if let Identity::Clerk(clerk) = &config.identity {
            engine.use_clerk(Arc::clone(clerk));
        }
        Self(Arc::new(Inner {
            limits: Limits::new(config.requests_per_minute),
            intake: Intake::new(),
            lines: Lines::new(),
            policy: security::policy(&config.leads_to),
            turns: Turns::default(),
            engine,
            tasks,
            config,
            off,
        }))
    }

    /// The use cases.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// How the studio is served.
    pub fn config(&self) -> &WebConfig {
        &self.0.config
    }

    pub(crate) fn policy(&self) -> &HeaderValue {
        &self.0.policy
    }

    pub(crate) fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn intake(&self) -> &Intake {
        &self.0.intake
    }

    pub(crate) fn lines(&self) -> &Lines {
        &self.0.lines
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.0.turns
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        self.0.engine.catalog()
    }

    /// What somebody could buy who stands like this. Nothing is sold to an account on hold, nor to
    /// who acts in a member's name.
    pub(crate) fn sale(&self, paying: &Paying, is_acted_for: bool) -> Sale<'_> {
        let may_buy = !paying.is_frozen && !is_acted_for;
        Sale {
            offers: self.engine().offers().filter(|_| may_buy),
            plan: paying.plan,
            subscribed: paying.subscription.as_ref().map(|it| it.plan),
        }
    }

    /// The catalog as somebody sees it with this plan and these offers.
    pub(crate) fn shop<'a>(&'a self, sale: Sale<'a>) -> Shop<'a> {
        Shop {
            catalog: self.catalog(),
            sale,
            off: &self.0.off,
            lately: &[],
        }
    }

    /// How each model has done lately, in catalog order.
    pub(crate) async fn lately(&self) -> Vec<Lately> {
        let (engine, now) = (self.engine(), self.engine().now());
        let book = engine.health().await;
        let is_on = |provider| engine.providers().get(provider).is_some();
        let tell = |model| Lately {
            record: book.record(model),
            is_in_trouble: book.is_in_trouble(model, is_on, now),
        };
        self.catalog().models().iter().map(tell).collect()
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

/// Models none of whose providers is switched on. Providers do not change while we run.
fn models_off(engine: &Engine) -> Vec<ModelId> {
    let runs = |model: &nexora_core::Model| {
        let mut routes = model.routes.iter();
        routes.any(|route| engine.providers().get(route.provider).is_some())
    };
    let models = engine.catalog().models().iter();
    models
        .filter(|model| !runs(model))
        .map(|model| model.id.clone())
        .collect()
}
