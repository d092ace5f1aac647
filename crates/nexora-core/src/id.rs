//! Ids say what they name (`gen_…`, `mem_…`) and sort by the time they were made.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;

/// A text that is not an id of the kind asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an id of the form {}_…", self.prefix)
    }
}

impl std::error::Error for InvalidId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// The text every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id; ids made later sort later.
            pub fn new(now: Timestamp) -> Self {
                Self(time_ordered(now))
            }

            /// The id a database row holds.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The id as a database row holds it.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse($prefix, text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

id!(
    /// A person with an account.
    MemberId, "mem"
);
id!(
    /// One run of one model.
    GenerationId, "gen"
);
id!(
    /// One stored output of a generation.
    AssetId, "ast"
);
id!(
    /// One picture a member brought along.
    UploadId, "upl"
);
id!(
    /// Somebody who can be in stills and shots.
    CharacterId, "chr"
);
id!(
    /// A storyboard.
    BoardId, "brd"
);
id!(
    /// One shot of a storyboard.
    ShotId, "sht"
);
id!(
    /// Runs that are looked at side by side.
    ComparisonId, "cmp"
);
id!(
    /// A bucket of credits.
    GrantId, "grt"
);
id!(
    /// One piece of background work.
    JobId, "job"
);
id!(
    /// A signed-in browser, as its owner sees it in the list of sessions. It is not the secret
    /// in the cookie.
    SessionId, "ses"
);

fn time_ordered(now: Timestamp) -> Uuid {
    let ms = u64::try_from(now.as_ms()).unwrap_or(0);
    let seconds = ms / 1_000;
    let nanos = u32::try_from(ms % 1_000).unwrap_or(0) * 1_000_000;
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
}

fn parse(prefix: &'static str, text: &str) -> Result<Uuid, InvalidId> {
    let wrong = InvalidId { prefix };
    let hex = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or(wrong)?;
    // `Uuid::try_parse` takes braces and hyphens too; an id has one spelling only.
    if hex.len() != 32 || hex.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(wrong);
    }
    Uuid::try_parse(hex).map_err(|_| wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_the_trip_through_text() {
        let id = GenerationId::new(Timestamp::from_ms(1_700_000_000_123));
        assert!(id.to_string().starts_with("gen_"));
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn later_ids_sort_later() {
        let early = GenerationId::new(Timestamp::from_ms(1_000));
        let late = GenerationId::new(Timestamp::from_ms(2_000));
        assert!(early < late);
        assert!(early.to_string() < late.to_string());
    }

    #[test]
    fn another_kind_or_another_spelling_is_refused() {
        let member = MemberId::new(Timestamp::from_ms(0)).to_string();
        assert!(member.parse::<GenerationId>().is_err());
        assert!(member.to_uppercase().parse::<MemberId>().is_err());
        assert!("mem_".parse::<MemberId>().is_err());
        assert!("mem_{}".parse::<MemberId>().is_err());
    }
}
