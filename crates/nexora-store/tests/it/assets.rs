//! Outputs: stored as they are, listed for a whole page, known to be in use.

use nexora_core::{Asset, Generation};
use nexora_store::{Lane, Store, StoreError, assets, generations};

use crate::engines::{NOW, both, generation, member_with, output, read, write};

#[tokio::test]
async fn outputs_are_read_as_they_were_written() {
    both(|store| async move {
        let (run, clip) = a_run(&store).await;
        let second = Asset {
            id: nexora_core::AssetId::new(NOW),
            position: 1,
            duration_ms: None,
            poster_key: None,
            placeholder: Vec::new(),
            ..clip.clone()
        };
        insert(&store, &second).await.unwrap();
        let id = run.id;
        let found = read!(store, |tx| assets::of_generation(tx, id).await);
        assert_eq!(found, [clip.clone(), second]);
        let id = clip.id;
        let found = read!(store, |tx| assets::by_id(tx, id).await);
        assert_eq!(found, Some(clip.clone()));
        let same_place = Asset {
            id: nexora_core::AssetId::new(NOW),
            ..clip
        };
        let refused = insert(&store, &same_place).await;
        assert_eq!(refused, Err(StoreError::Conflict));
    })
    .await;
}

#[tokio::test]
async fn a_page_of_generations_has_its_outputs_at_once() {
    both(|store| async move {
        let (first, clip) = a_run(&store).await;
        let (second, other) = a_run(&store).await;
        a_run(&store).await;
        let ids = [first.id, second.id];
        let found = read!(store, |tx| assets::of_generations(tx, &ids).await);
        assert_eq!(found, [clip, other]);
        let none = read!(store, |tx| assets::of_generations(tx, &[]).await);
        assert_eq!(none, []);
    })
    .await;
}

#[tokio::test]
async fn bytes_are_in_use_until_the_last_generation_with_them_is_deleted() {
    both(|store| async move {
        let (run, clip) = a_run(&store).await;
        let poster = clip.poster_key.clone().unwrap();
        let in_use = async |key: &str| {
            let key = key.to_owned();
            read!(store, |tx| assets::in_use(tx, &key).await)
        };
        assert!(in_use(&clip.key).await);
        assert!(in_use(&poster).await);
        assert!(!in_use("other").await);
        let deleted: Result<bool, StoreError> = write!(store, Lane::Any, |tx| {
            generations::delete(tx, run.member, run.id, NOW).await
        });
        assert_eq!(deleted, Ok(true));
        assert!(!in_use(&clip.key).await);
    })
    .await;
}

/// A generation that ended, and its clip.
async fn a_run(store: &Store) -> (Generation, Asset) {
    let member = member_with(store, 0).await.id;
    let queued = generation(member, "a lake");
    let clip = output(&queued);
    let run = queued.clone();
    let inserted: Result<_, StoreError> = write!(store, Lane::Any, |tx| {
        generations::insert(tx, &queued).await?;
        generations::save(tx, &queued.cancel(NOW).unwrap()).await
    });
    inserted.unwrap();
    insert(store, &clip).await.unwrap();
    (run, clip)
}

async fn insert(store: &Store, asset: &Asset) -> Result<(), StoreError> {
    let added = asset.clone();
    write!(store, Lane::Any, |tx| assets::insert(tx, &added).await)
}
