//! One question about a session at a time: twenty pictures of one page need not ask Clerk twenty
//! times whether their reader is still signed in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Queue, OwnedMutexGuard};

/// The sessions about which somebody is asking.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<String, Arc<Queue<()>>>>);

/// The right to ask; given to the next one when dropped.
pub(super) type Turn = OwnedMutexGuard<()>;

impl Turns {
    /// Waits until nobody else asks about this session. Whoever waited looks first whether the
    /// answer is there by now.
    pub(super) async fn take(&self, sid: &str) -> Turn {
        let queue = {
            let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            open.retain(|_, queue| Arc::strong_count(queue) > 1);
            Arc::clone(open.entry(sid.to_owned()).or_default())
        };
        queue.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_asks_and_the_others_wait() {
        let turns = Turns::default();
        let turn = turns.take("sess_1").await;
        let mut second = Box::pin(turns.take("sess_1"));
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(turns.take("sess_2").await);
        drop(turn);
        drop(second.await);
        drop(turns.take("sess_3").await);
        let open = turns.0.lock().unwrap();
        assert_eq!(open.len(), 1, "what nobody asks about is forgotten");
    }
}
