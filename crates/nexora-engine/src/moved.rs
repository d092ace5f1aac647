//! A demonstration moves the clock; everything of ours moves with it. Browsers do not.

use std::time::Duration;

use nexora_store::{Lane, StoreError, moved};

use crate::{Engine, EngineError};

impl Engine {
    /// To be called before the clock jumps by this much: sessions live as long as the browsers'
    /// cookies, which count for themselves, so nobody is signed out by it.
    pub async fn carry_sessions(&self, by: Duration) -> Result<(), EngineError> {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let _carried: u64 = self
            .store()
            .write(Lane::Any, move |tx| {
                Box::pin(async move { moved::carry_sessions(tx, by_ms).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        Ok(())
    }

    /// To be called after the clock jumped: the worker looks at once for what fell due.
    pub fn wake(&self) {
        self.0.bell.notify_one();
    }
}
