//! What every handler has at hand.

use std::fmt;
use std::sync::Arc;

use nexora_core::{Catalog, ModelId, Plan};
use nexora_engine::{Engine, Tasks};

use crate::components::Shop;
use crate::config::{Identity, WebConfig};
use crate::identity::Turns;
use crate::limits::Limits;
use crate::live::Lines;

/// The web half of the studio. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    engine: Engine,
    tasks: Tasks,
    config: WebConfig,
    limits: Limits,
    lines: Lines,
    turns: Turns,
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
            lines: Lines::new(),
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

    pub(crate) fn tasks(&self) -> &Tasks {
        &self.0.tasks
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
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

    /// The catalog as somebody on `plan` sees it.
    pub(crate) fn shop(&self, plan: Plan) -> Shop<'_> {
        Shop {
            catalog: self.catalog(),
            plan,
            off: &self.0.off,
        }
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
