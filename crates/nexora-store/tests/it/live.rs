//! Nodes tell each other what changed; the embedded engine has no other nodes.

use std::time::Duration;

use nexora_core::MemberId;
use nexora_store::{Lane, LiveNotice, StoreError, StoreKind, live};

use crate::engines::{Fresh, NOW, kinds, open, run_id, write};

/// Far longer than a notice takes; a test that waits for ever says nothing.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_notice_is_heard_when_its_change_is_committed() {
    if !kinds().contains(&StoreKind::Postgres) {
        return;
    }
    let fresh = Fresh::new(StoreKind::Postgres).await;
    let other_node = open(&fresh.url).await;
    let mut listener = other_node.listen().await.unwrap();
    let (member, run) = (MemberId::new(NOW), run_id());
    let undone: Result<(), StoreError> = write!(fresh.store, Lane::Any, |tx| {
        live::notify(tx, "undone", member, None).await?;
        Err(StoreError::Contended)
    });
    assert_eq!(undone, Err(StoreError::Contended));
    let told: Result<(), StoreError> = write!(fresh.store, Lane::Any, |tx| {
        live::notify(tx, "node-1", member, Some(run)).await?;
        live::notify(tx, "node-1", member, None).await
    });
    told.unwrap();
    let notice = |generation| LiveNotice {
        node: "node-1".to_owned(),
        member,
        generation,
    };
    for expected in [Some(run), None] {
        let heard = tokio::time::timeout(PATIENCE, listener.next()).await;
        assert_eq!(heard.unwrap(), Some(notice(expected)));
    }
    cut_connections(&fresh).await;
    // The listener connects again by itself; until it has, notices pass it by.
    let heard = async {
        let mut hearing = Box::pin(listener.next());
        loop {
            let told: Result<(), StoreError> = write!(fresh.store, Lane::Any, |tx| {
                live::notify(tx, "node-1", member, None).await
            });
            told.ok();
            let soon = Duration::from_millis(200);
            if let Ok(heard) = tokio::time::timeout(soon, &mut hearing).await {
                return heard;
            }
        }
    };
    let heard = tokio::time::timeout(PATIENCE, heard).await;
    assert_eq!(heard.unwrap(), Some(notice(None)));
    other_node.close().await;
    fresh.drop().await;
}

async fn cut_connections(fresh: &Fresh) {
    fresh
        .tamper(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn the_embedded_engine_hears_nobody() {
    let fresh = Fresh::new(StoreKind::Sqlite).await;
    assert!(fresh.store.listen().await.is_none());
    let member = MemberId::new(NOW);
    let told: Result<(), StoreError> = write!(fresh.store, Lane::Any, |tx| live::notify(
        tx, "n", member, None
    )
    .await);
    told.unwrap();
    fresh.drop().await;
}
