//! Telling the other nodes that something changed. Notices carry ids, never what changed.

use nexora_core::{GenerationId, MemberId};

use crate::db::{Listener, Tx, args};
use crate::dialect::NOTIFY;
use crate::error::StoreError;

/// What another node said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveNotice {
    /// Which node; a node ignores what it said itself.
    pub node: String,
    /// Whose page is concerned.
    pub member: MemberId,
    /// Which generation; `None` if it is about the balance or the plan.
    pub generation: Option<GenerationId>,
}

/// Hears the notices of all nodes.
pub struct LiveListener(Listener);

/// Tells every node once this transaction is committed. The embedded engine has one node, which
/// knows already.
pub async fn notify(
    tx: &mut Tx<'_>,
    node: &str,
    member: MemberId,
    generation: Option<GenerationId>,
) -> Result<(), StoreError> {
    let payload = match generation {
        Some(generation) => format!("{node} {member} {generation}"),
        None => format!("{node} {member}"),
    };
    tx.send(&NOTIFY, args![payload]).await
}

impl LiveListener {
    pub(crate) const fn new(listener: Listener) -> Self {
        Self(listener)
    }

    /// The next notice. It connects again by itself; what was said meanwhile is not repeated, so
    /// pages also look for changes from time to time. `None` never comes while the store lives.
    pub async fn next(&mut self) -> Option<LiveNotice> {
        loop {
            let payload = self.0.next().await;
            if let Some(notice) = parse(&payload) {
                return Some(notice);
            }
            tracing::warn!(bytes = payload.len(), "a notice that cannot be read");
        }
    }
}

fn parse(payload: &str) -> Option<LiveNotice> {
    let mut words = payload.split(' ');
    Some(LiveNotice {
        node: words.next()?.to_owned(),
        member: words.next()?.parse().ok()?,
        generation: match words.next() {
            Some(id) => Some(id.parse().ok()?),
            None => None,
        },
    })
}
