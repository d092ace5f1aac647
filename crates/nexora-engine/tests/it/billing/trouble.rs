//! The merchant is down, news is lost, everybody calls at once.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use nexora_core::Plan;
use nexora_engine::{FarewellError, PurchaseError};
use nexora_store::StoreError;
use nexora_store::billing::inbox;
use nexora_store::credits::GrantKind;

use super::stage::{Stage, both};
use super::till::{GROWTH, PRO};

#[tokio::test]
async fn a_payment_waits_while_the_merchant_cannot_be_asked() {
    both(|stage| async move {
        let member = stage.newcomer().await;
        stage.buys(&member, PRO).await;
        let payment = stage.till.outbox().pop().unwrap();
        stage.till.is_down.store(true, Ordering::SeqCst);
        stage.deliver(&payment).await;
        stage.wait(Duration::from_secs(3_600)).await;
        assert_eq!(stage.standing(member.id).await.0, Plan::Free);
        stage.till.is_down.store(false, Ordering::SeqCst);
        stage.wait(Duration::from_secs(2 * 3_600)).await;
        let expected = (Plan::Pro, vec![(GrantKind::Monthly, 1_000)]);
        assert_eq!(stage.standing(member.id).await, expected);
        stage
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_waits_too_long_is_parked_and_the_comparison_still_finds_it() {
    both(|stage| async move {
        let (member, id) = stage.subscriber(GROWTH).await;
        stage.wait_days(31).await;
        stage.till.renew(&id);
        let payment = stage.till.outbox().pop().unwrap();
        stage.till.is_down.store(true, Ordering::SeqCst);
        stage.deliver(&payment).await;
        stage.wait_days(3).await;
        assert_eq!(parked(&stage).await, 1);
        stage.till.is_down.store(false, Ordering::SeqCst);
        stage.spend(&member, 215).await;
        stage.reconcile().await;
        let expected = (Plan::Growth, vec![(GrantKind::Monthly, 200)]);
        assert_eq!(stage.standing(member.id).await, expected);
        // Sent again, it is worked off and changes nothing.
        stage.deliver(&payment).await;
        stage.work().await;
        assert_eq!(parked(&stage).await, 0);
        assert_eq!(stage.standing(member.id).await, expected);
        stage
    })
    .await;
}

#[tokio::test]
async fn a_year_of_silence_is_caught_up_in_a_night() {
    both(|stage| async move {
        let (member, id) = stage.subscriber(PRO).await;
        for _ in 0..11 {
            let due = stage.till.books().subscriptions[&id].renews_at.unwrap();
            stage
                .wait(due.since(nexora_core::Clock::now(&*stage.clock)))
                .await;
            stage.till.renew(&id);
        }
        assert_eq!(stage.till.outbox().len(), 22, "all of it is lost");
        assert_eq!(stage.standing(member.id).await, (Plan::Free, vec![]));
        stage.reconcile().await;
        let expected = (Plan::Pro, vec![(GrantKind::Monthly, 1_000)]);
        assert_eq!(stage.standing(member.id).await, expected);
        stage
    })
    .await;
}

#[tokio::test]
async fn a_delivery_that_arrives_a_hundred_times_at_once_counts_once() {
    both(|stage| async move {
        let member = stage.newcomer().await;
        stage.buys(&member, GROWTH).await;
        let told = stage.till.outbox();
        let arrivals = (0..100).map(|place| stage.deliver(&told[place % told.len()]));
        join_all(arrivals).await;
        let workers = (0..4).map(|_| stage.work());
        join_all(workers).await;
        stage.work().await;
        let expected = (Plan::Growth, vec![(GrantKind::Monthly, 200)]);
        assert_eq!(stage.standing(member.id).await, expected);
        let journal = stage.engine.journal(member.id, None, 10).await.unwrap();
        assert_eq!(journal.len(), 2, "the welcome and the month");
        stage
    })
    .await;
}

#[tokio::test]
async fn a_refund_and_spending_race_and_nothing_is_spent_twice() {
    both(|stage| async move {
        let (member, id) = stage.subscriber(GROWTH).await;
        stage.till.refund(&id, 2_900);
        for delivery in stage.till.outbox() {
            stage.deliver(&delivery).await;
        }
        let spending = async {
            for _ in 0..20 {
                // Refused once the refund was faster.
                let _ = stage
                    .engine
                    .correct(member.id, -10, "spent".to_owned())
                    .await;
            }
        };
        tokio::join!(spending, stage.work());
        stage.work().await;
        let (plan, left) = stage.standing(member.id).await;
        assert_eq!((plan, left), (Plan::Free, vec![]));
        stage
    })
    .await;
}

#[tokio::test]
async fn nobody_leaves_while_their_subscription_cannot_be_ended() {
    both(|stage| async move {
        let (member, id) = stage.subscriber(PRO).await;
        stage.till.is_down.store(true, Ordering::SeqCst);
        let refused = stage.engine.farewell(&member).await;
        assert!(matches!(refused, Err(FarewellError::Merchant(_))));
        assert!(stage.engine.member(member.id).await.unwrap().is_some());
        let refused = stage.engine.change_plan(&member, Plan::Growth).await;
        assert!(matches!(refused, Err(PurchaseError::Merchant(_))));
        stage.till.is_down.store(false, Ordering::SeqCst);
        let kept = stage.engine.export(&member).await.unwrap();
        assert_eq!(kept["payments"][0]["total_cents"], 5_900);
        assert_eq!(kept["journal"].as_array().unwrap().len(), 2);
        stage.engine.farewell(&member).await.unwrap();
        assert!(stage.till.books().subscriptions[&id].cancelled);
        assert!(stage.engine.member(member.id).await.unwrap().is_none());
        let journal = stage.engine.journal(member.id, None, 10).await.unwrap();
        assert_eq!(journal.len(), 2, "the books keep their lines");
        stage
    })
    .await;
}

async fn parked(stage: &Stage) -> i64 {
    let parked: Result<i64, StoreError> = stage
        .store
        .read(|tx| Box::pin(async move { inbox::parked(tx).await }))
        .await;
    parked.unwrap()
}
