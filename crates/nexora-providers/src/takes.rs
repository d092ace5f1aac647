//! What an endpoint takes, held against what the catalog offers.

use nexora_core::{MediaKind, Model};

/// The limits of one endpoint's own schema.
#[derive(Debug)]
pub(crate) struct Takes {
    pub(crate) kind: MediaKind,
    pub(crate) aspect_ratios: &'static [&'static str],
    pub(crate) resolutions: &'static [&'static str],
    /// Lengths of a clip; empty for pictures.
    pub(crate) seconds: &'static [u32],
    pub(crate) negative_prompt: bool,
    pub(crate) seed: bool,
    pub(crate) count_max: u32,
}

impl Takes {
    /// Whether every order the catalog allows can be asked for; else what cannot.
    pub(crate) fn check(&self, model: &Model) -> Result<(), String> {
        let params = &model.params;
        let ratios = params.aspect_ratios.iter().map(ToString::to_string);
        if model.kind != self.kind {
            return Err(format!("it makes {}s", self.kind.noun()));
        }
        all_known("aspect ratio", ratios, self.aspect_ratios)?;
        let resolutions = params.resolutions.iter().cloned();
        all_known("resolution", resolutions, self.resolutions)?;
        if params.seconds.is_empty() && !self.seconds.is_empty() {
            return Err("it has to be told how long a clip is".to_owned());
        }
        if let Some(odd) = params.seconds.iter().find(|s| !self.seconds.contains(s)) {
            return Err(format!("it makes no clips of {odd} seconds"));
        }
        if params.negative_prompt && !self.negative_prompt {
            return Err("it takes no negative prompt".to_owned());
        }
        if params.seed_max.is_some() && !self.seed {
            return Err("it takes no seed".to_owned());
        }
        if params.count_max > self.count_max {
            return Err(format!("it makes at most {} at once", self.count_max));
        }
        Ok(())
    }
}

fn all_known(
    what: &str,
    mut offered: impl Iterator<Item = String>,
    taken: &[&str],
) -> Result<(), String> {
    match offered.find(|one| !taken.contains(&one.as_str())) {
        Some(odd) => Err(format!("it has no {what} {odd}")),
        None => Ok(()),
    }
}
