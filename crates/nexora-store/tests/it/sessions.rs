//! Signed-in browsers, and attempts that are counted.

use nexora_core::{MemberId, Plan, SessionId, Timestamp};
use nexora_store::sessions::{self, SessionRow};
use nexora_store::{Lane, Store, StoreError, throttle, users};

use crate::engines::{NOW, both, hours, member_with, minutes, read, write};

#[tokio::test]
async fn a_session_is_found_with_whoever_it_belongs_to() {
    both(|store| async move {
        let mut ada = member_with(&store, 0).await;
        let row = add(&store, ada.id, "hash").await;
        let found = read!(store, |tx| sessions::find(tx, "hash", NOW).await);
        assert_eq!(found, Some((row.clone(), ada.clone())));
        let id = ada.id;
        done(write!(store, Lane::Any, |tx| users::set_plan(
            tx,
            id,
            Plan::Pro,
            NOW
        )
        .await));
        ada.plan = Plan::Pro;
        let found = read!(store, |tx| sessions::find(tx, "hash", NOW).await);
        assert_eq!(
            found,
            Some((row, ada)),
            "the plan is the one of this moment"
        );
        let other = read!(store, |tx| sessions::find(tx, "other", NOW).await);
        assert_eq!(other, None);
    })
    .await;
}

#[tokio::test]
async fn a_session_slides_on_but_not_for_ever() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let row = add(&store, ada, "hash").await;
        let lives =
            async |at: Timestamp| read!(store, |tx| sessions::find(tx, "hash", at).await).is_some();
        assert!(!lives(hours(1)).await);
        done(write!(store, Lane::Any, |tx| {
            sessions::touch(tx, row.id, minutes(30), hours(100)).await
        }));
        assert!(lives(hours(9)).await);
        assert!(!lives(hours(10)).await, "its last hour");
    })
    .await;
}

#[tokio::test]
async fn a_person_ends_their_own_sessions_only() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let eve = member_with(&store, 0).await.id;
        let (first, second) = (add(&store, ada, "1").await, add(&store, ada, "2").await);
        add(&store, ada, "3").await;
        let revoke = async |who, id| -> Result<bool, StoreError> {
            write!(store, Lane::Any, |tx| sessions::revoke(tx, who, id).await)
        };
        assert_eq!(revoke(eve, first.id).await, Ok(false));
        assert_eq!(revoke(ada, first.id).await, Ok(true));
        let keep = Some(second.id);
        let ended: Result<u64, StoreError> = write!(store, Lane::Any, |tx| {
            sessions::revoke_others(tx, ada, keep).await
        });
        assert_eq!(ended, Ok(1));
        let left = read!(store, |tx| sessions::of_member(tx, ada, NOW).await);
        assert_eq!(left, [second]);
        let ended: Result<u64, StoreError> = write!(store, Lane::Any, |tx| {
            sessions::revoke_others(tx, ada, None).await
        });
        assert_eq!(ended, Ok(1));
    })
    .await;
}

#[tokio::test]
async fn a_session_elsewhere_ends_all_that_stand_on_it() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let row = SessionRow {
            provider: "clerk".to_owned(),
            provider_sid: Some("sess_1".to_owned()),
            last_verified_at: Some(NOW),
            actor: Some("user_support".to_owned()),
            ..add(&store, ada, "local").await
        };
        let row = SessionRow {
            id: SessionId::new(minutes(1)),
            token_hash: "clerk".to_owned(),
            ..row
        };
        let added = row.clone();
        done(write!(store, Lane::Any, |tx| sessions::insert(tx, &added).await));
        let id = row.id;
        done(write!(store, Lane::Any, |tx| {
            sessions::verified(tx, id, minutes(3)).await
        }));
        let found = read!(store, |tx| sessions::find(tx, "clerk", NOW).await);
        let expected = SessionRow {
            last_verified_at: Some(minutes(3)),
            ..row
        };
        assert_eq!(found.unwrap().0, expected);
        let of_sid = async |sid, at| {
            let found = read!(store, |tx| sessions::of_sid(tx, "clerk", sid, at).await);
            found.map(|(row, member)| (row.id, member.id))
        };
        assert_eq!(of_sid("sess_1", NOW).await, Some((id, ada)));
        assert_eq!(of_sid("sess_2", NOW).await, None);
        assert_eq!(of_sid("sess_1", hours(100)).await, None, "it is over");
        let ended: Result<u64, StoreError> = write!(store, Lane::Any, |tx| {
            sessions::revoke_sid(tx, "clerk", "sess_1").await
        });
        assert_eq!(ended, Ok(1));
        let left = read!(store, |tx| sessions::of_member(tx, ada, NOW).await);
        assert_eq!(left.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn ended_sessions_are_forgotten() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        add(&store, ada, "1").await;
        let sweep = async |at| -> Result<u64, StoreError> {
            write!(store, Lane::Any, |tx| sessions::sweep(tx, at).await)
        };
        assert_eq!(sweep(minutes(59)).await, Ok(0));
        assert_eq!(sweep(hours(1)).await, Ok(1));
    })
    .await;
}

#[tokio::test]
async fn attempts_are_counted_in_windows() {
    both(|store| async move {
        let record = async |at| {
            done(write!(store, Lane::Any, |tx| {
                throttle::record(tx, "ada", at, 10 * 60_000).await
            }));
        };
        let tries = async |since| read!(store, |tx| throttle::tries(tx, "ada", since).await);
        record(minutes(0)).await;
        record(minutes(9)).await;
        let counted = tries(NOW.minus(std::time::Duration::from_secs(1)))
            .await
            .unwrap();
        assert_eq!((counted.count, counted.last_at), (2, minutes(9)));
        assert_eq!(tries(minutes(1)).await, None, "the window is over by then");
        record(minutes(10)).await;
        assert_eq!(tries(minutes(1)).await.unwrap().count, 1, "a new window");
        done(write!(store, Lane::Any, |tx| throttle::clear(tx, "ada").await));
        assert_eq!(tries(minutes(1)).await, None);
        record(minutes(11)).await;
        let swept: Result<u64, StoreError> =
            write!(store, Lane::Any, |tx| throttle::sweep(tx, minutes(12))
                .await);
        assert_eq!(swept, Ok(1));
    })
    .await;
}

async fn add(store: &Store, member: MemberId, token_hash: &str) -> SessionRow {
    let row = SessionRow {
        id: SessionId::new(NOW),
        token_hash: token_hash.to_owned(),
        member,
        provider: "local".to_owned(),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: hours(1),
        absolute_expires_at: hours(10),
        user_agent: "Firefox on Linux".to_owned(),
        ip: "192.0.2.7".to_owned(),
        provider_sid: None,
        last_verified_at: None,
        actor: None,
    };
    let added = row.clone();
    done(write!(store, Lane::Any, |tx| sessions::insert(tx, &added).await));
    row
}

fn done(written: Result<(), StoreError>) {
    written.unwrap();
}
