//! Pictures that are brought along: listed, counted, used by runs, removed when nobody needs them.

use nexora_core::{Generation, MemberId, Slot, Source, Timestamp, Upload, UploadId};
use nexora_store::inputs::{self, Input};
use nexora_store::{Lane, Store, StoreError, assets, generations, uploads};

use crate::engines::{NOW, both, generation, hours, member_with, output, read, write};

#[tokio::test]
async fn the_same_picture_twice_is_one() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let first = insert(&store, &upload(ada, "lake", NOW)).await;
        let other = insert(&store, &upload(ada, "boat", hours(1))).await;
        let again = insert(&store, &upload(ada, "lake", hours(2))).await;
        assert_eq!(again.id, first.id);
        assert_eq!(again.expires_at, Some(hours(26)));
        let listed = read!(store, |tx| uploads::list(tx, ada, 10).await);
        assert_eq!(listed, [again, other.clone()]);
        assert_eq!(read!(store, |tx| uploads::list(tx, ada, 1).await).len(), 1);
        let found = read!(store, |tx| uploads::by_id(tx, other.id).await);
        assert_eq!(found, Some(other));
        let bob = member_with(&store, 0).await.id;
        let theirs = insert(&store, &upload(bob, "lake", NOW)).await;
        assert_ne!(theirs.id, first.id, "two members never share a row");
        let totals = read!(store, |tx| uploads::totals(tx, ada).await);
        assert_eq!(totals, (2, 2_000));
        let nothing = read!(store, |tx| uploads::totals(tx, MemberId::new(NOW)).await);
        assert_eq!(nothing, (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_picture_nobody_uses_is_removed_in_time() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let unused = insert(&store, &upload(ada, "lake", NOW)).await;
        let used = insert(&store, &upload(ada, "boat", NOW)).await;
        let later = insert(&store, &upload(ada, "moon", hours(5))).await;
        let kept = take_into_use(&store, ada, used.id).await.unwrap();
        assert_eq!(kept.expires_at, None);
        let next = read!(store, |tx| uploads::next_expiry(tx).await);
        assert_eq!(next, unused.expires_at);
        assert_eq!(expire(&store, hours(23)).await, []);
        assert_eq!(expire(&store, hours(24)).await, [unused.id]);
        assert_eq!(expire(&store, hours(24)).await, []);
        let next = read!(store, |tx| uploads::next_expiry(tx).await);
        assert_eq!(next, later.expires_at);
        let again = insert(&store, &upload(ada, "boat", hours(30))).await;
        assert_eq!(again.expires_at, None, "what was used stays");
        assert!(take_into_use(&store, ada, unused.id).await.is_none());
        let bob = member_with(&store, 0).await.id;
        assert!(take_into_use(&store, bob, used.id).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_deleted_picture_stays_with_the_runs_that_show_it() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let lake = insert(&store, &upload(ada, "lake", NOW)).await;
        let run = a_run(&store, ada, &[upload_input(&lake)]).await;
        assert!(delete(&store, ada, lake.id).await);
        assert!(!delete(&store, ada, lake.id).await);
        assert_eq!(read!(store, |tx| uploads::list(tx, ada, 10).await), []);
        assert_eq!(read!(store, |tx| uploads::totals(tx, ada).await), (0, 0));
        let id = lake.id;
        assert!(read!(store, |tx| uploads::by_id(tx, id).await).is_some());
        assert!(in_use(&store, &lake.key).await);
        assert!(in_use(&store, &lake.thumbnail_key).await);
        let written: Result<(), StoreError> = write!(store, Lane::Member(ada), |tx| {
            inputs::forget(tx, run.id).await?;
            uploads::forget_unused(tx, id).await
        });
        written.unwrap();
        assert!(read!(store, |tx| uploads::by_id(tx, id).await).is_none());
        assert!(!in_use(&store, &lake.key).await);

        let boat = insert(&store, &upload(ada, "boat", NOW)).await;
        assert!(in_use(&store, &boat.key).await, "a list is a use");
        let bob = member_with(&store, 0).await.id;
        assert!(!delete(&store, bob, boat.id).await);
        assert!(delete(&store, ada, boat.id).await);
        assert!(!in_use(&store, &boat.key).await);
    })
    .await;
}

#[tokio::test]
async fn a_run_keeps_what_it_began_with() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let made = a_run(&store, ada, &[]).await;
        let clip = output(&made);
        let added = clip.clone();
        let inserted: Result<(), StoreError> =
            write!(store, Lane::Any, |tx| assets::insert(tx, &added).await);
        inserted.unwrap();
        let lake = insert(&store, &upload(ada, "lake", NOW)).await;
        let poster = Input {
            slot: Slot::FirstFrame,
            source: Source::Asset(clip.id),
            key: clip.poster_key.clone().unwrap(),
            thumbnail_key: None,
            content_type: "image/jpeg".to_owned(),
        };
        let reference = upload_input(&lake);
        let given = [poster, reference.clone(), reference];
        let run = a_run(&store, ada, &given).await;
        let id = run.id;
        let found = read!(store, |tx| inputs::of_generation(tx, id).await);
        assert_eq!(found, given);

        let latest = read!(store, |tx| assets::latest(tx, ada, 10).await);
        assert_eq!(latest, vec![clip.clone()]);
        let deleted: Result<bool, StoreError> = write!(store, Lane::Any, |tx| {
            generations::delete(tx, made.member, made.id, NOW).await
        });
        assert_eq!(deleted, Ok(true));
        assert_eq!(read!(store, |tx| assets::latest(tx, ada, 10).await), []);
        assert!(in_use(&store, clip.poster_key.as_ref().unwrap()).await);
        assert!(!in_use(&store, &clip.key).await);
        let (asset, bob) = (clip.id, member_with(&store, 0).await.id);
        let usable = |member| {
            let store = store.clone();
            async move { read!(store, |tx| assets::to_begin_with(tx, member, asset).await) }
        };
        assert_eq!(usable(ada).await, Some(clip));
        assert_eq!(usable(bob).await, None);
        let forgotten: Result<(), StoreError> =
            write!(store, Lane::Any, |tx| inputs::forget(tx, id).await);
        forgotten.unwrap();
        assert_eq!(usable(ada).await, None);
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_leaves_no_picture() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let bob = member_with(&store, 0).await.id;
        let lake = insert(&store, &upload(ada, "lake", NOW)).await;
        let theirs = insert(&store, &upload(bob, "lake", NOW)).await;
        let gone: Result<Vec<Upload>, StoreError> = write!(store, Lane::Member(ada), |tx| {
            uploads::forget_all(tx, ada).await
        });
        assert_eq!(gone.unwrap(), [lake]);
        let listed = read!(store, |tx| uploads::list(tx, bob, 10).await);
        assert_eq!(listed, [theirs]);
    })
    .await;
}

fn upload(member: MemberId, name: &str, at: Timestamp) -> Upload {
    Upload {
        id: UploadId::new(at),
        member,
        content_type: "image/jpeg".to_owned(),
        key: format!("{member}/{name}.jpg"),
        thumbnail_key: format!("{member}/{name}-small.jpg"),
        size_bytes: 1_000,
        width: 1_600,
        height: 900,
        placeholder: vec![1, 2, 3],
        created_at: at,
        expires_at: Some(at.plus(std::time::Duration::from_secs(24 * 3_600))),
    }
}

fn upload_input(upload: &Upload) -> Input {
    Input {
        slot: Slot::Reference,
        source: Source::Upload(upload.id),
        key: upload.key.clone(),
        thumbnail_key: Some(upload.thumbnail_key.clone()),
        content_type: upload.content_type.clone(),
    }
}

/// A run that has ended and began with these pictures.
async fn a_run(store: &Store, member: MemberId, given: &[Input]) -> Generation {
    let queued = generation(member, "a lake");
    let (run, given) = (queued.clone(), given.to_vec());
    let inserted: Result<Generation, StoreError> = write!(store, Lane::Member(member), |tx| {
        generations::insert(tx, &queued).await?;
        inputs::insert(tx, queued.id, &given).await?;
        generations::save(tx, &queued.cancel(NOW).unwrap()).await
    });
    inserted.unwrap();
    run
}

async fn insert(store: &Store, upload: &Upload) -> Upload {
    let added = upload.clone();
    let kept: Result<Upload, StoreError> = write!(store, Lane::Member(added.member), |tx| {
        uploads::insert(tx, &added).await
    });
    kept.unwrap()
}

async fn take_into_use(store: &Store, member: MemberId, id: UploadId) -> Option<Upload> {
    let used: Result<Option<Upload>, StoreError> = write!(store, Lane::Member(member), |tx| {
        uploads::take_into_use(tx, member, id).await
    });
    used.unwrap()
}

async fn delete(store: &Store, member: MemberId, id: UploadId) -> bool {
    let deleted: Result<bool, StoreError> = write!(store, Lane::Member(member), |tx| {
        uploads::delete(tx, member, id, NOW).await
    });
    deleted.unwrap()
}

async fn expire(store: &Store, at: Timestamp) -> Vec<UploadId> {
    let gone: Result<Vec<Upload>, StoreError> =
        write!(store, Lane::Any, |tx| uploads::expire(tx, at, 10).await);
    gone.unwrap().iter().map(|upload| upload.id).collect()
}

async fn in_use(store: &Store, key: &str) -> bool {
    let key = key.to_owned();
    read!(store, |tx| assets::in_use(tx, &key).await)
}
