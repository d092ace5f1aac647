//! Characters: written down with the consent, kept from being overwritten, deleted with their
//! pictures.

use nexora_core::character::{CONSENT, Setback};
use nexora_core::{Character, CharacterId, CharacterName, CharacterState, MemberId, UploadId};
use nexora_store::characters::{self, Face};
use nexora_store::{Lane, Store, StoreError, assets};

use crate::engines::{NOW, both, both_places, hours, member_with, minutes, read, write};

#[tokio::test]
async fn a_character_is_kept_with_their_pictures_in_order() {
    both(|store| async move {
        let eve = member_with(&store, 0).await.id;
        let ada = insert(&store, &character(eve, "Ada")).await;
        let found = read!(store, |tx| characters::by_id(tx, ada.id).await);
        assert_eq!(found.as_ref(), Some(&ada));
        let kept = read!(store, |tx| characters::faces(tx, ada.id).await);
        assert_eq!(kept, faces(&ada));
        let key = kept[1].thumbnail_key.clone();
        assert!(read!(store, |tx| assets::in_use(tx, &key).await));
        let bob = member_with(&store, 0).await.id;
        assert_eq!(read!(store, |tx| characters::list(tx, bob, 9).await), []);
        let listed = read!(store, |tx| characters::list(tx, eve, 9).await);
        assert_eq!(listed, [ada]);
    })
    .await;
}

#[tokio::test]
async fn two_changes_cannot_overwrite_each_other() {
    both(|store| async move {
        let eve = member_with(&store, 0).await.id;
        let ada = insert(&store, &character(eve, "Ada")).await;
        let training = Character {
            upstream: Some("ref-1".to_owned()),
            attempt: 1,
            ..ada.clone().turned(CharacterState::Training, minutes(1))
        };
        let saved = save(&store, &training).await.unwrap();
        assert_eq!(saved.version, ada.version + 1);
        assert_eq!(save(&store, &training).await, Err(StoreError::Conflict));
        let why = Setback::Declined {
            detail: "no face".to_owned(),
        };
        let failed = saved.turned(CharacterState::Failed(why), minutes(2));
        let saved = save(&store, &failed).await.unwrap();
        let found = read!(store, |tx| characters::by_id(tx, saved.id).await);
        assert_eq!(found, Some(saved));
    })
    .await;
}

#[tokio::test]
async fn whoever_is_deleted_leaves_the_consent_and_nothing_else() {
    both_places(|fresh| async move {
        let store = fresh.store.clone();
        let eve = member_with(&store, 0).await.id;
        let ada = insert(&store, &character(eve, "Ada")).await;
        let known = Character {
            upstream: Some("ref-1".to_owned()),
            ..ada.clone()
        };
        let known = save(&store, &known).await.unwrap();
        let bob = member_with(&store, 0).await.id;
        assert!(!delete(&store, bob, ada.id).await);
        assert!(delete(&store, eve, ada.id).await);
        assert!(!delete(&store, eve, ada.id).await);
        assert_eq!(save(&store, &known).await, Err(StoreError::Conflict));
        assert_eq!(read!(store, |tx| characters::by_id(tx, ada.id).await), None);
        assert_eq!(read!(store, |tx| characters::faces(tx, ada.id).await), []);
        let deleted = read!(store, |tx| characters::deleted(tx, ada.id).await).unwrap();
        assert_eq!(deleted.name.as_str(), "deleted");
        assert_eq!(deleted.upstream.as_deref(), Some("ref-1"));
        let counted = read!(store, |tx| characters::count(tx, eve, NOW).await);
        assert_eq!(counted, 0);
        let counted = read!(store, |tx| characters::count(tx, eve, before()).await);
        assert_eq!(counted, 1);
        let noted: Result<(), StoreError> = write!(store, Lane::Any, |tx| {
            characters::forgotten(tx, ada.id).await
        });
        noted.unwrap();
        let deleted = read!(store, |tx| characters::deleted(tx, ada.id).await).unwrap();
        assert_eq!(deleted.upstream, None);
    })
    .await;
}

fn before() -> nexora_core::Timestamp {
    NOW.minus(std::time::Duration::from_secs(1))
}

fn character(member: MemberId, name: &str) -> Character {
    Character {
        id: CharacterId::new(hours(0)),
        member,
        name: CharacterName::parse(name).unwrap(),
        state: CharacterState::Queued,
        attempt: 0,
        upstream: None,
        created_at: NOW,
        updated_at: NOW,
        version: 0,
    }
}

fn faces(one: &Character) -> Vec<Face> {
    let face = |side: &str, at: u128| Face {
        upload: UploadId::from_uuid(uuid::Uuid::from_u128(at)),
        key: format!("{}/{side}.jpg", one.id),
        thumbnail_key: format!("{}/{side}-small.jpg", one.id),
        content_type: "image/jpeg".to_owned(),
    };
    vec![face("left", 2), face("right", 1)]
}

async fn insert(store: &Store, one: &Character) -> Character {
    let (added, faces) = (one.clone(), faces(one));
    let inserted: Result<(), StoreError> = write!(store, Lane::Member(one.member), |tx| {
        characters::insert(tx, &added, CONSENT, &faces).await
    });
    inserted.unwrap();
    one.clone()
}

async fn save(store: &Store, one: &Character) -> Result<Character, StoreError> {
    let changed = one.clone();
    write!(store, Lane::Member(one.member), |tx| characters::save(
        tx, &changed
    )
    .await)
}

async fn delete(store: &Store, member: MemberId, id: CharacterId) -> bool {
    let deleted: Result<bool, StoreError> = write!(store, Lane::Member(member), |tx| {
        characters::delete(tx, member, id, minutes(5)).await
    });
    deleted.unwrap()
}
