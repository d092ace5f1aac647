//! What this node is doing at this moment.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nexora_core::JobId;

/// What this node is doing. A clock that jumps (a machine that slept, a demonstration) lets our
/// own leases run out; what is in progress here must not be begun a second time.
#[derive(Clone, Debug, Default)]
pub(super) struct InHand(Arc<Mutex<HashSet<JobId>>>);

/// One piece of work in hand. Letting go of it, in whatever way, puts it down.
#[derive(Debug)]
pub(super) struct Grip {
    in_hand: InHand,
    id: JobId,
}

impl InHand {
    /// Takes a piece of work in hand; `None` if it is already.
    pub(super) fn take(&self, id: JobId) -> Option<Grip> {
        let in_hand = self.clone();
        self.ids().insert(id).then(|| Grip { in_hand, id })
    }

    fn ids(&self) -> MutexGuard<'_, HashSet<JobId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Grip {
    fn drop(&mut self) {
        self.in_hand.ids().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use nexora_core::Timestamp;

    use super::*;

    #[test]
    fn work_is_in_hand_once_and_until_it_is_let_go() {
        let in_hand = InHand::default();
        let id = JobId::new(Timestamp::from_ms(1));
        let grip = in_hand.take(id).unwrap();
        assert!(in_hand.take(id).is_none());
        drop(grip);
        assert!(in_hand.take(id).is_some());
    }
}
