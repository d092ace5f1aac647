//! Deliveries come in any order, late and twice; what follows is the same.

use nexora_core::Plan;
use nexora_store::credits::GrantKind;

use super::stage::{Stage, both};
use super::till::{Delivery, GROWTH, PRO};

/// Every order of so many things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in orders(count - 1) {
        for place in 0..count {
            let mut order = shorter.clone();
            order.insert(place, count - 1);
            all.push(order);
        }
    }
    all
}

async fn deliver(stage: &Stage, deliveries: &[Delivery], order: &[usize]) {
    for place in order {
        stage.deliver(&deliveries[*place]).await;
        stage.work().await;
    }
}

#[tokio::test]
async fn a_purchase_is_heard_in_any_order() {
    both(|stage| async move {
        for order in orders(4) {
            let member = stage.newcomer().await;
            stage.buys(&member, PRO).await;
            let told = stage.till.outbox();
            assert_eq!(told.len(), 4);
            deliver(&stage, &told, &order).await;
            deliver(&stage, &told, &order).await;
            let found = stage.standing(member.id).await;
            let expected = (Plan::Pro, vec![(GrantKind::Monthly, 1_000)]);
            assert_eq!(found, expected, "{order:?}");
        }
        stage
    })
    .await;
}

#[tokio::test]
async fn a_step_up_and_a_refund_are_heard_in_any_order() {
    both(|stage| async move {
        for order in orders(4) {
            let (member, id) = stage.subscriber(GROWTH).await;
            stage.wait_days(1).await;
            stage.till.switch(&id, PRO, Some(3_000));
            stage.wait_days(1).await;
            stage.till.refund(&id, 1_500);
            stage.till.change(&id, "subscription_updated", |_| {});
            let told = stage.till.outbox();
            assert_eq!(told.len(), 4);
            deliver(&stage, &told, &order).await;
            let found = stage.standing(member.id).await;
            let expected = vec![(GrantKind::Monthly, 200), (GrantKind::Monthly, 400)];
            assert_eq!(found, (Plan::Pro, expected), "{order:?}");
        }
        stage
    })
    .await;
}

#[tokio::test]
async fn failure_recovery_and_renewal_are_heard_in_any_order() {
    both(|stage| async move {
        for order in orders(5) {
            let (member, id) = stage.subscriber(GROWTH).await;
            stage.wait_days(31).await;
            stage.till.fail_to_renew(&id);
            stage.wait_days(2).await;
            stage.till.recover(&id);
            let told = stage.till.outbox();
            assert_eq!(told.len(), 5);
            deliver(&stage, &told, &order).await;
            let found = stage.standing(member.id).await;
            let expected = (Plan::Growth, vec![(GrantKind::Monthly, 200)]);
            assert_eq!(found, expected, "{order:?}");
        }
        stage
    })
    .await;
}

#[tokio::test]
async fn two_months_in_the_wrong_order_are_one_month_of_credits() {
    both(|stage| async move {
        for order in orders(4) {
            let (member, id) = stage.subscriber(GROWTH).await;
            for _ in 0..2 {
                let due = stage.till.books().subscriptions[&id].renews_at.unwrap();
                stage
                    .wait(due.since(nexora_core::Clock::now(&*stage.clock)))
                    .await;
                stage.till.renew(&id);
            }
            let told = stage.till.outbox();
            deliver(&stage, &told, &order).await;
            let found = stage.standing(member.id).await;
            let expected = (Plan::Growth, vec![(GrantKind::Monthly, 200)]);
            assert_eq!(found, expected, "{order:?}");
        }
        stage
    })
    .await;
}
