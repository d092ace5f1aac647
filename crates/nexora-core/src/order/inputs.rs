//! What a run begins with: pictures the member brought along, or made here before.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{AssetId, UploadId};

/// A picture of the member's own, by the id under which forms, addresses and the API know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Source {
    /// Brought along.
    Upload(UploadId),
    /// Made here. Of a clip it is the first picture.
    Asset(AssetId),
}

/// A text that names no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSource;

/// What a picture is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// A clip begins with it.
    FirstFrame,
    /// A clip ends with it.
    LastFrame,
    /// The model goes by it: a picture to change, a person, a style.
    Reference,
}

/// The pictures a run begins with. Most begin with none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// What a clip begins with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first_frame: Option<Source>,
    /// What a clip ends with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_frame: Option<Source>,
    /// What to go by, in the order in which the prompt may number them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub references: Vec<Source>,
}

impl Inputs {
    /// Whether it begins with nothing.
    pub fn is_empty(&self) -> bool {
        self.first_frame.is_none() && self.last_frame.is_none() && self.references.is_empty()
    }

    /// Whether it is a clip between given pictures.
    pub const fn has_frames(&self) -> bool {
        self.first_frame.is_some() || self.last_frame.is_some()
    }

    /// All of them, frames first, each with what it is for.
    pub fn all(&self) -> impl Iterator<Item = (Slot, Source)> {
        let first = self.first_frame.map(|source| (Slot::FirstFrame, source));
        let last = self.last_frame.map(|source| (Slot::LastFrame, source));
        let references = self.references.iter();
        let references = references.map(|source| (Slot::Reference, *source));
        first.into_iter().chain(last).chain(references)
    }

    /// The pictures in one slot, as a form or a query carries them.
    pub fn text_of(&self, slot: Slot) -> Option<String> {
        let texts: Vec<String> = self
            .all()
            .filter(|(its_slot, _)| *its_slot == slot)
            .map(|(_, source)| source.to_string())
            .collect();
        (!texts.is_empty()).then(|| texts.join(" "))
    }
}

impl Slot {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::FirstFrame, Self::LastFrame, Self::Reference];

    /// The field that names its pictures.
    pub const fn field(self) -> &'static str {
        match self {
            Self::FirstFrame => "first_frame",
            Self::LastFrame => "last_frame",
            Self::Reference => "references",
        }
    }

    /// The slot with this field.
    pub fn of_field(field: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|slot| slot.field() == field)
    }

    /// What people call a picture in it.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::FirstFrame => "first frame",
            Self::LastFrame => "last frame",
            Self::Reference => "reference picture",
        }
    }
}

/// The ids in a text: one, or several with spaces or commas between them.
pub(super) fn sources(text: &str) -> Result<Vec<Source>, InvalidSource> {
    let separated = |c: char| c == ',' || c.is_whitespace();
    let ids = text.split(separated).filter(|id| !id.is_empty());
    ids.map(str::parse).collect()
}

impl FromStr for Source {
    type Err = InvalidSource;
    fn from_str(text: &str) -> Result<Self, InvalidSource> {
        let upload = || text.parse().map(Self::Upload);
        let asset = text.parse().map(Self::Asset);
        asset.or_else(|_| upload()).map_err(|_| InvalidSource)
    }
}

impl TryFrom<String> for Source {
    type Error = InvalidSource;
    fn try_from(text: String) -> Result<Self, InvalidSource> {
        text.parse()
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.to_string()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upload(id) => id.fmt(f),
            Self::Asset(id) => id.fmt(f),
        }
    }
}

impl fmt::Display for InvalidSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "This is none of your pictures. Name one by its id, \
             which begins with upl_ or ast_.",
        )
    }
}

impl std::error::Error for InvalidSource {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn a_picture_survives_the_trip_through_text() {
        let at = Timestamp::from_ms(1_700_000_000_000);
        let upload = Source::Upload(UploadId::new(at));
        let asset = Source::Asset(AssetId::new(at));
        let text = format!("{upload},{asset}\n {upload}");
        assert_eq!(sources(&text), Ok(vec![upload, asset, upload]));
        assert_eq!(sources(" , "), Ok(Vec::new()));
        for wrong in ["gen_1", "upl_", "https://a.example/b.png", "../x"] {
            assert_eq!(sources(wrong), Err(InvalidSource), "{wrong}");
        }
    }

    #[test]
    fn inputs_are_told_slot_by_slot() {
        let at = Timestamp::from_ms(1);
        let (one, two) = (AssetId::new(at), UploadId::new(at));
        let inputs = Inputs {
            first_frame: Some(Source::Asset(one)),
            last_frame: None,
            references: vec![Source::Upload(two), Source::Asset(one)],
        };
        let slots: Vec<Slot> = inputs.all().map(|(slot, _)| slot).collect();
        assert_eq!(slots, [Slot::FirstFrame, Slot::Reference, Slot::Reference]);
        assert_eq!(inputs.text_of(Slot::LastFrame), None);
        let both = format!("{two} {one}");
        assert_eq!(inputs.text_of(Slot::Reference), Some(both));
        for slot in Slot::ALL {
            assert_eq!(Slot::of_field(slot.field()), Some(slot));
        }
    }
}
