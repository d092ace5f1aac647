//! What a person puts right by hand, and what moves along when the clock is moved.

use std::time::Duration;

use nexora_core::billing::OrderStatus;
use nexora_core::{MemberId, SessionId};
use nexora_store::billing::inbox::{self, Delivery};
use nexora_store::billing::{orders, subscriptions};
use nexora_store::deeds::{self, Deed, DeedKind};
use nexora_store::moved;
use nexora_store::sessions::{self, SessionRow};
use nexora_store::{Lane, Store, StoreError};
use uuid::Uuid;

use crate::billing::{LEMON, order, save, subscription};
use crate::engines::{NOW, both, both_places, hours, member_with, minutes, read, write};

#[tokio::test]
async fn what_was_done_to_a_member_stays_written_down() {
    both_places(|fresh| async move {
        let store = &fresh.store;
        let ada = member_with(store, 0).await.id;
        for (kind, minute) in [(DeedKind::AssignSubscription, 1), (DeedKind::Unfreeze, 2)] {
            let deed = deed(kind, minute);
            done(write!(store, Lane::Member(ada), |tx| deeds::insert(
                tx, ada, &deed
            )
            .await));
        }
        let found = read!(store, |tx| deeds::of_member(tx, ada).await);
        let expected = [
            deed(DeedKind::Unfreeze, 2),
            deed(DeedKind::AssignSubscription, 1),
        ];
        assert_eq!(found, expected);
        for sql in ["UPDATE deeds SET reason = 'x'", "DELETE FROM deeds"] {
            let refused = fresh.tamper(sql).await.unwrap_err();
            assert!(refused.contains("stays written down"), "{refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_parked_delivery_waits_again_when_it_is_asked_for() {
    both(|store| async move {
        let id = Uuid::new_v4();
        let delivery = delivery(id);
        let kept = write!(store, Lane::Any, |tx| inbox::insert(tx, &delivery).await);
        kept.map_err(|error: StoreError| error).unwrap();
        assert!(parked(&store).await.is_empty());
        assert!(!unpark(&store, id).await, "it waits already");
        done(write!(store, Lane::Any, |tx| {
            inbox::failed(tx, id, "down", Some(minutes(5))).await
        }));
        let listed = parked(&store).await;
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].id, listed[0].attempts), (id, 1));
        assert_eq!(listed[0].error.as_deref(), Some("down"));
        assert!(unpark(&store, id).await);
        assert!(!unpark(&store, id).await);
        let waiting = read!(store, |tx| inbox::waiting(tx, minutes(9), 9).await);
        assert_eq!(waiting, [id]);
    })
    .await;
}

#[tokio::test]
async fn subscriptions_of_nobody_are_listed() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        save(&store, &subscription(NOW), None).await;
        let listed = async || read!(store, |tx| subscriptions::list_unclaimed(tx, 9).await);
        assert_eq!(listed().await[0].facts.id, "s1");
        let open = read!(store, |tx| subscriptions::list_open(tx).await);
        assert_eq!(open, [listed().await[0].id]);
        let claimed = write!(store, Lane::Any, |tx| {
            subscriptions::claim(tx, LEMON, "s1", ada).await
        });
        assert_eq!(claimed, Ok::<bool, StoreError>(true));
        assert!(listed().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_stolen_payment_is_looked_into_once() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let stolen = order(OrderStatus::Fraudulent, 0, NOW);
        done(write!(store, Lane::Any, |tx| orders::save(
            tx, LEMON, &stolen
        )
        .await));
        let is_cleared = async || read!(store, |tx| orders::is_cleared(tx, LEMON, "o1").await);
        let clear = async || -> Result<u64, StoreError> {
            write!(store, Lane::Any, |tx| orders::clear(tx, ada, NOW).await)
        };
        assert_eq!(clear().await, Ok(0), "it is not hers");
        let claimed = write!(store, Lane::Any, |tx| orders::claim(tx, LEMON, "o1", ada)
            .await);
        assert_eq!(claimed, Ok::<bool, StoreError>(true));
        assert!(!is_cleared().await);
        assert_eq!(clear().await, Ok(1));
        assert!(is_cleared().await);
        assert_eq!(clear().await, Ok(0));
    })
    .await;
}

#[tokio::test]
async fn sessions_move_along_with_the_clock() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let row = session(ada);
        let added = row.clone();
        done(write!(store, Lane::Any, |tx| sessions::insert(tx, &added).await));
        let by_ms = 5 * 3_600_000;
        let carried = write!(store, Lane::Any, |tx| moved::carry_sessions(tx, by_ms)
            .await);
        assert_eq!(carried, Ok::<u64, StoreError>(1));
        let found = read!(store, |tx| sessions::find(tx, "hash", hours(5)).await);
        let found = found.expect("it lives on").0;
        assert_eq!(found.last_seen_at, hours(5));
        assert_eq!(found.expires_at, hours(6));
        assert_eq!(found.absolute_expires_at, hours(15));
        assert_eq!(
            found.last_verified_at, row.last_verified_at,
            "nobody vouched"
        );
    })
    .await;
}

fn deed(kind: DeedKind, minute: u64) -> Deed {
    Deed {
        kind,
        subject: Some("s1".to_owned()),
        reason: "they wrote to us".to_owned(),
        at: minutes(minute),
    }
}

fn delivery(id: Uuid) -> Delivery {
    Delivery {
        id,
        provider: LEMON.to_owned(),
        event_name: "order_created".to_owned(),
        resource_type: "orders".to_owned(),
        resource_id: "o1".to_owned(),
        updated_at: Some(NOW),
        webhook_id: None,
        body_sha256: "hash".to_owned(),
        raw: "{}".to_owned(),
        received_at: NOW,
    }
}

fn session(member: MemberId) -> SessionRow {
    SessionRow {
        id: SessionId::new(NOW),
        token_hash: "hash".to_owned(),
        member,
        provider: "local".to_owned(),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW.plus(Duration::from_secs(3_600)),
        absolute_expires_at: hours(10),
        user_agent: "Firefox on Linux".to_owned(),
        ip: "192.0.2.7".to_owned(),
        provider_sid: None,
        last_verified_at: None,
        actor: None,
    }
}

async fn parked(store: &Store) -> Vec<inbox::Parked> {
    read!(store, |tx| inbox::list_parked(tx, 9).await)
}

async fn unpark(store: &Store, id: Uuid) -> bool {
    let unparked: Result<bool, StoreError> =
        write!(store, Lane::Any, |tx| inbox::unpark(tx, id).await);
    unparked.unwrap()
}

fn done(written: Result<(), StoreError>) {
    written.unwrap();
}
