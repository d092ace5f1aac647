//! A unit of work, packed so that writers need not know what it returns.

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::tx::Tx;
use crate::error::StoreError;

/// Work that waits for its turn in a transaction.
pub(super) type Unit = Box<dyn for<'a> FnOnce(&'a mut Tx<'_>) -> BoxFuture<'a, Done> + Send>;

/// What is left to do when a unit has run.
pub(super) struct Done {
    /// Whether its changes are to be kept.
    pub(super) kept: bool,
    /// Answers whoever waits, once it is known whether the transaction was committed.
    pub(super) answer: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

/// Packs `work`; what it returns goes to `answer`. An error stands whatever becomes of the
/// transaction; a success is only true once committed.
pub(super) fn pack<T, E, F>(work: F, answer: oneshot::Sender<Result<T, E>>) -> Unit
where
    F: for<'a> FnOnce(&'a mut Tx<'_>) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    Box::new(move |tx| {
        Box::pin(async move {
            let outcome = match work(tx).await {
                // Statements that were sent without waiting answer now.
                Ok(value) => tx.settled().await.map(|()| value).map_err(E::from),
                failed => failed,
            };
            Done {
                kept: outcome.is_ok(),
                answer: Box::new(move |committed| {
                    let said = outcome.and_then(|value| match committed {
                        Ok(()) => Ok(value),
                        Err(why) => Err(why.into()),
                    });
                    // Nobody may be waiting any more; the change stands all the same.
                    let _ = answer.send(said);
                }),
            }
        })
    })
}

/// The transaction went away with the unit in it.
pub(super) fn lost() -> StoreError {
    StoreError::Unavailable("the transaction was lost; nothing of it was kept".to_owned())
}
