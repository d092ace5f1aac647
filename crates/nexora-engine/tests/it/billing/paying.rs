//! What a member's page says about their plan follows the merchant's news and our own clock.

use nexora_core::Plan::{Free, Growth, Pro};
use nexora_core::billing::{PauseMode, SubscriptionStatus};
use nexora_core::{Clock, Member, Plan};
use nexora_engine::{PlanState, PurchaseError};

use super::stage::{Stage, both};
use super::till::{GROWTH, PRO};

async fn says(stage: &Stage, member: &Member) -> (Plan, PlanState) {
    let paying = stage.engine.paying(member.id).await.unwrap();
    (paying.plan, paying.state)
}

#[tokio::test]
async fn every_state_of_a_plan_is_told_apart() {
    both(|stage| async move {
        let member = stage.newcomer().await;
        assert_eq!(says(&stage, &member).await, (Free, PlanState::Free));
        let id = stage.buys(&member, PRO).await.subscription.unwrap();
        let told = stage.till.outbox();
        let begun = told.iter().find(|it| it.name == "subscription_created");
        stage.deliver(begun.unwrap()).await;
        stage.work().await;
        assert_eq!(says(&stage, &member).await, (Free, PlanState::Confirming));
        for delivery in &told {
            stage.deliver(delivery).await;
        }
        stage.work().await;
        let renews_at = stage.till.books().subscriptions[&id].renews_at;
        let renews = (Pro, PlanState::Renews(renews_at));
        assert_eq!(says(&stage, &member).await, renews);

        stage.engine.change_plan(&member, Growth).await.unwrap();
        let becomes = PlanState::Becomes {
            plan: Growth,
            at: renews_at,
        };
        assert_eq!(says(&stage, &member).await, (Pro, becomes));
        stage.engine.change_plan(&member, Pro).await.unwrap();
        assert_eq!(says(&stage, &member).await, renews);

        stage.engine.cancel_subscription(&member).await.unwrap();
        let ends = (Pro, PlanState::Ends(renews_at));
        assert_eq!(says(&stage, &member).await, ends);
        stage.engine.resume_subscription(&member).await.unwrap();
        stage.till.change(&id, "subscription_paused", |facts| {
            facts.status = SubscriptionStatus::Paused;
            facts.pause = Some(PauseMode::Void);
        });
        stage.hear().await;
        let paused = PlanState::Paused { is_kept: false };
        assert_eq!(says(&stage, &member).await, (Free, paused));
        stage
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_fails_is_told_until_it_is_over() {
    both(|stage| async move {
        let (member, id) = stage.subscriber(GROWTH).await;
        stage.wait_days(31).await;
        stage.till.fail_to_renew(&id);
        stage.hear().await;
        let (plan, state) = says(&stage, &member).await;
        let PlanState::PastDue(Some(until)) = state else {
            panic!("{state:?}");
        };
        assert_eq!(plan, Growth);
        assert!(until > stage.clock.now());
        let refused = stage.engine.change_plan(&member, Pro).await;
        assert!(matches!(refused, Err(PurchaseError::NotRunning)));
        stage.till.change(&id, "subscription_updated", |facts| {
            facts.status = SubscriptionStatus::Unpaid;
        });
        stage.hear().await;
        assert_eq!(says(&stage, &member).await, (Free, PlanState::Unpaid));
        stage.give(&member, Pro).await;
        assert_eq!(says(&stage, &member).await, (Pro, PlanState::Given));
        stage
    })
    .await;
}

/// What was given by hand outlasts whatever the merchant tells, and can be taken back.
#[tokio::test]
async fn a_given_plan_counts_beside_a_subscription() {
    both(|stage| async move {
        let (member, id) = stage.subscriber(GROWTH).await;
        stage.give(&member, Pro).await;
        let renews = says(&stage, &member).await.1;
        assert!(matches!(renews, PlanState::Renews(Some(_))), "{renews:?}");
        stage.wait_days(2).await;
        stage.till.change(&id, "subscription_updated", |_| {});
        stage.hear().await;
        assert_eq!(says(&stage, &member).await, (Pro, renews));

        stage.engine.cancel_subscription(&member).await.unwrap();
        stage.hear().await;
        stage.wait_days(40).await;
        stage.hear().await;
        assert_eq!(says(&stage, &member).await, (Pro, PlanState::Given));

        stage.give(&member, Free).await;
        assert_eq!(says(&stage, &member).await, (Free, PlanState::Free));
        stage
    })
    .await;
}

/// Whoever takes a step down and thinks better of it has paid for the month already.
#[tokio::test]
async fn a_step_back_up_within_a_paid_month_costs_nothing() {
    both(|stage| async move {
        let (member, id) = stage.subscriber(GROWTH).await;
        stage.engine.change_plan(&member, Pro).await.unwrap();
        stage.hear().await;
        let bills = || async { stage.engine.bills(member.id).await.unwrap().len() };
        assert_eq!(bills().await, 2, "the month and the difference");
        stage.wait_days(3).await;
        for plan in [Growth, Pro] {
            stage.engine.change_plan(&member, plan).await.unwrap();
            stage.hear().await;
            assert_eq!(bills().await, 2);
            assert_eq!(says(&stage, &member).await.0, Pro);
        }
        assert_eq!(stage.till.books().subscriptions[&id].variant_id, PRO);
        stage.engine.cancel_subscription(&member).await.unwrap();
        let refused = stage.engine.change_plan(&member, Growth).await;
        let cancelled = PurchaseError::AlreadySubscribed {
            plan: Pro,
            is_cancelled: true,
        };
        assert_eq!(refused.unwrap_err().to_string(), cancelled.to_string());
        stage
    })
    .await;
}

/// Whose payment went back whole has nothing that ends, and may buy anew.
#[tokio::test]
async fn a_plan_that_was_paid_back_is_over() {
    both(|stage| async move {
        let (member, id) = stage.subscriber(PRO).await;
        stage.till.refund(&id, 5_900);
        stage.hear().await;
        let status = stage.till.books().subscriptions[&id].status;
        assert_eq!(status, SubscriptionStatus::Cancelled, "by us");
        stage.hear().await;
        assert_eq!(says(&stage, &member).await, (Free, PlanState::Free));
        stage.buys(&member, GROWTH).await;
        stage.hear().await;
        assert_eq!(says(&stage, &member).await.0, Growth);
        stage
    })
    .await;
}
