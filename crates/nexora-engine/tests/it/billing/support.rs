//! Somebody asks for help, and a person puts it right.

use std::sync::atomic::Ordering;

use nexora_core::{Clock, Member, Plan};
use nexora_engine::support::{self, SupportError};
use nexora_engine::{Merchant, PurchaseError};
use nexora_store::StoreError;
use nexora_store::credits::GrantKind;
use nexora_store::deeds::{self, Deed};

use super::stage::{Stage, both};
use super::till::{GROWTH, PRO};

const REASON: &str = "they wrote to us and it was a mistake of the bank's";

#[tokio::test]
async fn a_thawed_member_stays_thawed_until_another_payment_is_stolen() {
    both(|stage| async move {
        let member = stage.newcomer().await;
        let begun = stage.buys(&member, GROWTH).await;
        stage.hear().await;
        assert!(matches!(
            unfreeze(&stage, &member, REASON).await,
            Err(SupportError::NotFrozen)
        ));
        stage.till.stolen(&begun.order);
        stage.reconcile().await;
        assert!(is_frozen(&stage, &member).await);
        assert!(matches!(
            unfreeze(&stage, &member, "  ").await,
            Err(SupportError::NoReason)
        ));
        unfreeze(&stage, &member, REASON).await.unwrap();
        stage.reconcile().await;
        assert!(
            !is_frozen(&stage, &member).await,
            "the merchant says it every night"
        );
        let deeds = deeds(&stage, &member).await;
        assert_eq!(deeds.len(), 1);
        assert_eq!(
            (deeds[0].kind.slug(), deeds[0].reason.as_str()),
            ("unfreeze", REASON)
        );
        let another = stage.buys(&member, "pack").await;
        stage.hear().await;
        stage.till.stolen(&another.order);
        stage.reconcile().await;
        assert!(is_frozen(&stage, &member).await);
        stage
    })
    .await;
}

#[tokio::test]
async fn a_subscription_of_nobody_is_given_to_whoever_proves_it() {
    both(|stage| async move {
        let (member, other) = (stage.newcomer().await, stage.newcomer().await);
        let id = stage.till.sell(PRO, None).subscription.unwrap();
        stage.hear().await;
        let unclaimed = support::unclaimed(&stage.store).await.unwrap();
        assert_eq!(unclaimed.len(), 1);
        assert_eq!(unclaimed[0].facts.id, id);
        assign(&stage, &id, &member).await.unwrap();
        stage.work().await;
        let expected = (Plan::Pro, vec![(GrantKind::Monthly, 1_000)]);
        assert_eq!(stage.standing(member.id).await, expected);
        assert!(matches!(
            assign(&stage, &id, &other).await,
            Err(SupportError::Claimed(owner)) if owner == member.id
        ));
        assert!(matches!(
            assign(&stage, "9999", &other).await,
            Err(SupportError::NoSubscription)
        ));
        assert!(support::unclaimed(&stage.store).await.unwrap().is_empty());
        let deeds = deeds(&stage, &member).await;
        assert_eq!(deeds[0].subject.as_ref(), Some(&id));
        stage
    })
    .await;
}

#[tokio::test]
async fn a_parked_delivery_is_worked_off_when_a_person_says_so() {
    both(|stage| async move {
        let member = stage.newcomer().await;
        stage.buys(&member, PRO).await;
        let payment = stage.till.outbox().pop().unwrap();
        stage.till.is_down.store(true, Ordering::SeqCst);
        stage.deliver(&payment).await;
        stage.wait_days(3).await;
        stage.till.is_down.store(false, Ordering::SeqCst);
        let parked = support::parked(&stage.store).await.unwrap();
        assert_eq!(parked.len(), 1);
        assert!(parked[0].error.as_deref().unwrap().contains("down"));
        let id = parked[0].id;
        retry(&stage, id).await.unwrap();
        stage.work().await;
        assert_eq!(stage.standing(member.id).await.0, Plan::Pro);
        assert!(support::parked(&stage.store).await.unwrap().is_empty());
        assert!(matches!(
            retry(&stage, id).await,
            Err(SupportError::NotParked)
        ));
        stage
    })
    .await;
}

async fn unfreeze(stage: &Stage, member: &Member, reason: &str) -> Result<(), SupportError> {
    let now = stage.clock.now();
    support::unfreeze(&stage.store, member.id, reason.to_owned(), now).await
}

async fn assign(stage: &Stage, id: &str, member: &Member) -> Result<(), SupportError> {
    let whose = (stage.till.slug(), id.to_owned());
    let now = stage.clock.now();
    support::assign_subscription(&stage.store, whose, member.id, REASON.to_owned(), now).await
}

async fn retry(stage: &Stage, id: uuid::Uuid) -> Result<(), SupportError> {
    support::retry_parked(&stage.store, id, stage.clock.now()).await
}

async fn is_frozen(stage: &Stage, member: &Member) -> bool {
    let refused = stage.engine.cancel_subscription(member).await;
    matches!(refused, Err(PurchaseError::Frozen))
}

async fn deeds(stage: &Stage, member: &Member) -> Vec<Deed> {
    let id = member.id;
    let deeds: Result<_, StoreError> = stage
        .store
        .read(move |tx| Box::pin(async move { deeds::of_member(tx, id).await }))
        .await;
    deeds.unwrap()
}
