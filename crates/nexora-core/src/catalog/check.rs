//! A catalog is checked once, at start-up; after that every lookup can trust it.

use std::collections::BTreeSet;
use std::fmt;

use super::{Catalog, Model, Params};
use crate::asset::MediaKind;

/// Why a catalog was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CatalogError {
    /// Not TOML, or not of the right form; the message names line and field.
    Unreadable(String),
    /// It reads, but says something that cannot be.
    Wrong {
        /// The model at fault.
        model: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// It offers nothing.
    Empty,
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(message) => write!(f, "the catalog cannot be read: {message}"),
            Self::Wrong { model, what } => write!(f, "the catalog's model {model:?} {what}"),
            Self::Empty => f.write_str("the catalog has no models"),
        }
    }
}

impl std::error::Error for CatalogError {}

/// More than any provider paints in one request.
const COUNT_MAX: u32 = 4;
/// The longest prompt any provider documents (`OpenAI` images: 32 000 characters).
const PROMPT_CHARS_MAX: usize = 32_000;
/// The most pictures any provider goes by (`OpenAI`'s edits: 16).
const REFERENCES_MAX: u32 = 16;

pub(super) fn check(catalog: &Catalog) -> Result<(), CatalogError> {
    if catalog.models.is_empty() {
        return Err(CatalogError::Empty);
    }
    let mut seen = BTreeSet::new();
    for model in &catalog.models {
        let unique = seen.insert(model.id.as_str());
        if let Some(what) = (!unique)
            .then_some("is listed twice")
            .or_else(|| fault(model))
            .or_else(|| picture_fault(model))
        {
            return Err(CatalogError::Wrong {
                model: model.id.to_string(),
                what,
            });
        }
    }
    Ok(())
}

fn fault(model: &Model) -> Option<&'static str> {
    let params = &model.params;
    let id = model.id.as_str();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    let faults = [
        (
            id.is_empty() || !id.chars().all(plain),
            "needs an id of a-z, 0-9, '-' and '.'",
        ),
        (model.routes.is_empty(), "has no route"),
        (
            model.price.credits.amount() <= 0,
            "must cost at least one credit",
        ),
        (params.aspect_ratios.is_empty(), "names no aspect ratio"),
        (
            !(1..=COUNT_MAX).contains(&params.count_max),
            "must make 1 to 4 outputs",
        ),
        (
            !(1..=PROMPT_CHARS_MAX).contains(&params.prompt_chars_max),
            "must read prompts of 1 to 32000 characters",
        ),
        (
            model.kind == MediaKind::Image && !params.seconds.is_empty(),
            "lists seconds, but makes pictures",
        ),
        (
            model.price.per_seconds.is_some() && params.seconds.is_empty(),
            "is priced by the second, but lists no seconds",
        ),
        (params.seconds.contains(&0), "lists a clip of no length"),
        (
            model.wait_seconds.0 > model.wait_seconds.1,
            "has its waiting times the wrong way round",
        ),
        (
            model.price.per_seconds == Some(0),
            "is priced per zero seconds",
        ),
        (
            model
                .price
                .resolution_percent
                .iter()
                .any(|(name, percent)| *percent == 0 || !params.resolutions.contains(name)),
            "prices a resolution it does not have, or at nothing",
        ),
    ];
    faults
        .into_iter()
        .find_map(|(wrong, what)| wrong.then_some(what))
}

/// What is wrong with what it says about pictures.
fn picture_fault(model: &Model) -> Option<&'static str> {
    let params = &model.params;
    let references = params.references.as_ref();
    let faults = [
        (
            params.frames.is_some() && model.kind != MediaKind::Video,
            "takes frames but makes no clips",
        ),
        (
            frames_add_a_size(params),
            "makes a size from a picture that it does not list",
        ),
        (
            references.is_some_and(|it| !(1..=REFERENCES_MAX).contains(&it.count_max)),
            "must go by 1 to 16 pictures, or leave references out",
        ),
        (
            has_idle_endpoint(model),
            "has a door for pictures that it does not take",
        ),
    ];
    faults
        .into_iter()
        .find_map(|(wrong, what)| wrong.then_some(what))
}

/// A size that is made from pictures alone would have no price.
fn frames_add_a_size(params: &Params) -> bool {
    let sizes = params.frames.iter().flat_map(|frames| &frames.resolutions);
    sizes
        .into_iter()
        .any(|name| !params.resolutions.contains(name))
}

fn has_idle_endpoint(model: &Model) -> bool {
    let params = &model.params;
    model.routes.iter().any(|route| {
        (route.frames.is_some() && params.frames.is_none())
            || (route.references.is_some() && params.references.is_none())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: &str = r#"
        [[model]]
        id = "m"
        title = "M"
        maker = "A maker"
        kind = "image"
        tier = "standard"
        summary = "Paints."
        licence = "Yours."
        wait_seconds = [1, 3]
        price = { credits = 5 }
        params = { prompt_chars_max = 100, aspect_ratios = ["1:1"], count_max = 1 }
        routes = [{ provider = "fal", upstream = "x/y", shape = "flux" }]
    "#;

    fn fault_after(from: &str, to: &str) -> CatalogError {
        assert!(FINE.contains(from));
        Catalog::from_toml(&FINE.replace(from, to)).unwrap_err()
    }

    #[test]
    fn a_plain_catalog_is_taken() {
        Catalog::from_toml(FINE).unwrap();
    }

    #[test]
    fn what_cannot_be_is_named() {
        let said = |from: &str, to: &str| fault_after(from, to).to_string();
        assert!(said("credits = 5", "credits = 0").contains("at least one credit"));
        let priced = "credits = 5, per_seconds = 5";
        assert!(said("credits = 5", priced).contains("lists no seconds"));
        let timed = "count_max = 1, seconds = [5]";
        assert!(said("count_max = 1", timed).contains("makes pictures"));
        assert!(said("count_max = 1", "count_max = 9").contains("1 to 4"));
        assert!(said("title = \"M\"", "").contains("title"));
        assert!(said("id = \"m\"", "id = \"m\"\nflavour = 1").contains("flavour"));
        assert!(said("provider = \"fal\"", "provider = \"acme\"").contains("acme"));
        let with = |more: &str| said("count_max = 1", &format!("count_max = 1, {more}"));
        assert!(with("frames = {}").contains("makes no clips"));
        assert!(with("references = { count_max = 17 }").contains("1 to 16"));
        let door = "shape = \"flux\", references = { upstream = \"x/edit\" }";
        assert!(said("shape = \"flux\"", door).contains("a door"));
    }

    #[test]
    fn the_same_id_twice_is_refused() {
        let twice = format!("{FINE}{FINE}");
        assert!(
            Catalog::from_toml(&twice)
                .unwrap_err()
                .to_string()
                .contains("twice")
        );
    }
}
