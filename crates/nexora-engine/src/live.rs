//! Tells whoever is watching that something changed. Events carry ids, never state: the watcher
//! reads what is true now.

use nexora_core::{GenerationId, MemberId};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// Changes a watcher may lag behind before it is told to look at everything afresh.
const BACKLOG_MAX: usize = 1_024;

/// Something of a member's changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A generation.
    Generation(GenerationId),
    /// The balance alone.
    Credits,
    /// Some of their sessions ended; a watcher may have lost the right to watch.
    Sessions,
    /// Their characters.
    Cast,
    /// More than can be told one by one: look at everything.
    Everything,
}

/// Where changes are published and watched.
#[derive(Clone, Debug)]
pub struct Live {
    sender: broadcast::Sender<(MemberId, Change)>,
}

/// One watcher's view: the changes of one member.
#[derive(Debug)]
pub struct LiveStream {
    member: MemberId,
    receiver: broadcast::Receiver<(MemberId, Change)>,
}

impl Live {
    pub(crate) fn new() -> Self {
        Self {
            sender: broadcast::channel(BACKLOG_MAX).0,
        }
    }

    /// Says that something of `member`'s changed. Call it after the change is durable.
    pub(crate) fn publish(&self, member: MemberId, change: Change) {
        // Nobody watching is fine.
        let _ = self.sender.send((member, change));
    }

    /// Watches one member from now on.
    pub fn subscribe(&self, member: MemberId) -> LiveStream {
        LiveStream {
            member,
            receiver: self.sender.subscribe(),
        }
    }
}

impl LiveStream {
    /// The next change; `None` when the studio shuts down.
    pub async fn next(&mut self) -> Option<Change> {
        loop {
            match self.receiver.recv().await {
                Ok((member, change)) if member == self.member => return Some(change),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return Some(Change::Everything),
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nexora_core::Timestamp;

    #[tokio::test]
    async fn a_watcher_sees_one_members_changes_only() {
        let live = Live::new();
        let (ada, bob) = (
            MemberId::new(Timestamp::from_ms(1)),
            MemberId::new(Timestamp::from_ms(2)),
        );
        let mut adas = live.subscribe(ada);
        live.publish(bob, Change::Credits);
        live.publish(ada, Change::Everything);
        assert_eq!(adas.next().await, Some(Change::Everything));
    }

    #[tokio::test]
    async fn a_slow_watcher_is_told_to_look_at_everything() {
        let live = Live::new();
        let ada = MemberId::new(Timestamp::from_ms(1));
        let mut watcher = live.subscribe(ada);
        for _ in 0..=BACKLOG_MAX {
            live.publish(ada, Change::Credits);
        }
        assert_eq!(watcher.next().await, Some(Change::Everything));
    }
}
