//! Background work, as it is written down.

use nexora_core::GenerationId;
use nexora_store::jobs::Claimed;

/// One kind of background work and what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Take a generation one step further.
    Drive(GenerationId),
}

impl Job {
    /// The name under which [`Job::Drive`] is stored.
    pub(crate) const DRIVE: &'static str = "drive";

    /// Reads a stored row; `None` for a kind this version does not know (written by a newer one).
    pub(crate) fn read(row: &Claimed) -> Option<Self> {
        (row.kind == Self::DRIVE).then(|| Self::Drive(GenerationId::from_uuid(row.subject)))
    }
}
