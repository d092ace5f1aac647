//! Orders for the adapters' own tests, and where their pictures were brought.

use nexora_core::{Catalog, Model, Order, Provider, Route};

use crate::media::Submission;
use crate::shot::{Placed, Shot};

/// One of the member's pictures.
pub(crate) const PICTURE: &str = "ast_0190c6bc00007000800000000000000a";
/// Another one.
pub(crate) const OTHER: &str = "upl_0190c6bc00007000800000000000000b";

/// An order for a lake at dawn.
pub(crate) struct Example {
    model: Model,
    order: Order,
    /// What it begins with; the pictures of the order lie at `a.example`.
    pub(crate) shot: Shot,
}

impl Example {
    /// From this model of the built-in catalog, with these wishes. An empty one is none.
    pub(crate) fn of(model: &str, wishes: &[(&str, &str)]) -> Self {
        let catalog = Catalog::built_in().unwrap();
        let says_more = wishes.iter().any(|(name, _)| *name == "prompt");
        let prompt = ("prompt", "a lake at dawn");
        let base = [("model", model)].into_iter();
        let base = base.chain((!says_more).then_some(prompt));
        let order = Order::parse(None, base.chain(wishes.iter().copied()), &catalog).unwrap();
        Self {
            model: catalog.find(model).unwrap().clone(),
            shot: shot_of(&order),
            order,
        }
    }

    /// Its first attempt with this provider.
    pub(crate) fn submission(&self, provider: Provider) -> Submission<'_> {
        Submission {
            order: &self.order,
            route: self.route(provider),
            request_id: "gen_1.1",
            end_user: "e5f0",
            webhook: None,
            shot: Some(&self.shot),
        }
    }

    fn route(&self, provider: Provider) -> &Route {
        let mut routes = self.model.routes.iter();
        routes.find(|route| route.provider == provider).unwrap()
    }
}

/// A model of the built-in catalog that says something it should not.
pub(crate) fn altered(model: &str, change: &dyn Fn(&mut Model)) -> Model {
    let catalog = Catalog::built_in().unwrap();
    let mut model = catalog.find(model).unwrap().clone();
    change(&mut model);
    model
}

/// A picture at `https://a.example/<name>.png`.
pub(crate) fn placed(name: &str) -> Placed {
    let url = format!("https://a.example/{name}.png").parse().unwrap();
    Placed::at(&url)
}

fn shot_of(order: &Order) -> Shot {
    let inputs = &order.inputs;
    let references = 1..=inputs.references.len();
    Shot {
        first_frame: inputs.first_frame.map(|_| placed("first")),
        last_frame: inputs.last_frame.map(|_| placed("last")),
        references: references
            .map(|number| placed(&number.to_string()))
            .collect(),
        ..Shot::default()
    }
}
