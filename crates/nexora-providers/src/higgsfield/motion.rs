//! The camera motions Higgsfield offers: its own list, asked for at start-up rather than copied.

use reqwest::Method;
use serde::Deserialize;

use super::{Higgsfield, error};
use crate::error::ProviderError;
use crate::place;
use crate::wire::lenient;

/// A motion that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct KnownMotion {
    /// What a shot names it by.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether it can lead to a given last frame.
    #[serde(default, rename = "start_end_frame", deserialize_with = "lenient")]
    pub to_last_frame: Option<bool>,
}

/// An entry of the list, or something we cannot use.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Known(KnownMotion),
    Odd(serde::de::IgnoredAny),
}

impl Higgsfield {
    /// Every motion on offer, in their order.
    pub async fn motions(&self) -> Result<Vec<KnownMotion>, ProviderError> {
        let url = self.place("v1/motions");
        let answer = self.line.ask("motions", Method::GET, url).await?;
        if !answer.status.is_success() {
            return Err(error::of_question(&answer));
        }
        let entries: Vec<Entry> = answer.read()?;
        let usable = entries.into_iter().filter_map(|entry| match entry {
            Entry::Known(motion) => place::is_plain_id(&motion.id).then_some(motion),
            Entry::Odd(_) => None,
        });
        Ok(usable.collect())
    }
}
