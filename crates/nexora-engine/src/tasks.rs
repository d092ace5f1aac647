//! Every background task is spawned here, so that shutting down can wait for it.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The tasks of one process and the word that tells them to stop.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// No tasks yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a task. It should end soon after [`Tasks::stopping`] resolves.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(task);
    }

    /// Resolves when it is time to stop.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    /// Whether it is time to stop.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Tells every task to stop.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits until all tasks have ended, at most `wait_max`. Whether they all did.
    pub async fn finish(&self, wait_max: Duration) -> bool {
        self.tracker.close();
        tokio::time::timeout(wait_max, self.tracker.wait())
            .await
            .is_ok()
    }
}
