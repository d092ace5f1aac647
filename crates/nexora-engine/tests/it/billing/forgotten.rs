//! The merchant's test store was begun afresh: it knows nothing of what it sold before.

use nexora_core::Plan;
use nexora_engine::{PlanState, PurchaseError};
use nexora_providers::BillingError;
use nexora_store::credits::GrantKind;

use super::stage::{Stage, both, wanted};
use super::till::{GROWTH, PRO};

fn forget(stage: &Stage) {
    let mut books = stage.till.books();
    books.subscriptions.clear();
    books.invoices.clear();
    books.orders.clear();
}

#[tokio::test]
async fn what_was_paid_for_lasts_to_its_end_and_nothing_renews() {
    both(|stage| async move {
        let (member, _) = stage.subscriber(PRO).await;
        forget(&stage);
        stage.engine.look_at_subscriptions().await.unwrap();
        stage.work().await;
        let paying = stage.engine.paying(member.id).await.unwrap();
        assert!(
            matches!(paying.state, PlanState::Ends(Some(_))),
            "{paying:?}"
        );
        let has = (Plan::Pro, vec![(GrantKind::Monthly, 1_000)]);
        assert_eq!(stage.standing(member.id).await, has);
        let refused = stage.engine.resume_subscription(&member).await.unwrap_err();
        let sentence = refused.to_string();
        assert!(
            sentence.contains("knows nothing of this any more"),
            "{sentence}"
        );
        stage.wait_days(32).await;
        assert_eq!(stage.standing(member.id).await, (Plan::Free, vec![]));
        stage
    })
    .await;
}

#[tokio::test]
async fn another_plan_can_be_bought_at_once() {
    both(|stage| async move {
        let (member, _) = stage.subscriber(PRO).await;
        let refused = stage.engine.checkout(&member, &wanted(GROWTH)).await;
        assert!(matches!(
            refused,
            Err(PurchaseError::AlreadySubscribed {
                plan: Plan::Pro,
                ..
            })
        ));
        forget(&stage);
        let begun = stage.buys(&member, GROWTH).await;
        stage.hear().await;
        let both_months = vec![(GrantKind::Monthly, 200), (GrantKind::Monthly, 1_000)];
        assert_eq!(stage.standing(member.id).await, (Plan::Pro, both_months));
        // The one that is left to be done something to is the new one.
        stage.engine.cancel_subscription(&member).await.unwrap();
        let id = begun.subscription.unwrap();
        assert!(stage.till.books().subscriptions[&id].cancelled);
        stage
    })
    .await;
}

#[tokio::test]
async fn a_wish_the_merchant_does_not_understand_is_answered_in_words() {
    both(|stage| async move {
        let (member, _) = stage.subscriber(PRO).await;
        forget(&stage);
        let refused = stage.engine.cancel_subscription(&member).await;
        assert!(matches!(
            refused,
            Err(PurchaseError::Merchant(BillingError::NotFound))
        ));
        // It renews no more, which is what was wished.
        stage.engine.cancel_subscription(&member).await.unwrap();
        let paying = stage.engine.paying(member.id).await.unwrap();
        assert!(
            matches!(paying.state, PlanState::Ends(Some(_))),
            "{paying:?}"
        );
        stage
    })
    .await;
}
