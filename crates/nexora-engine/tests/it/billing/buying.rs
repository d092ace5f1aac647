//! Who buys, for whom, and what is refused.

use nexora_core::Plan;
use nexora_core::billing::Purchase;
use nexora_engine::{PlanState, PurchaseError, ReceiveError};
use nexora_store::credits::GrantKind;

use super::stage::{both, wanted};
use super::till::{GROWTH, PACK, PRO, SIGNATURE};

#[tokio::test]
async fn a_second_plan_is_not_sold_and_one_bought_anyway_counts_as_the_larger() {
    both(|stage| async move {
        let member = stage.newcomer().await;
        let (first, second) = (
            stage.checkout(&member, GROWTH).await,
            stage.checkout(&member, PRO).await,
        );
        stage.till.pay(&first);
        stage.hear().await;
        let refused = stage.engine.checkout(&member, &wanted(PRO)).await;
        assert!(matches!(
            refused,
            Err(PurchaseError::AlreadySubscribed {
                plan: Plan::Growth,
                is_cancelled: false
            })
        ));
        stage.checkout(&member, PACK).await;
        let begun = stage.till.pay(&second);
        stage.hear().await;
        let both = vec![(GrantKind::Monthly, 200), (GrantKind::Monthly, 1_000)];
        assert_eq!(stage.standing(member.id).await, (Plan::Pro, both));
        let pro = begun.subscription.unwrap();
        let over = nexora_core::billing::SubscriptionStatus::Expired;
        stage
            .till
            .change(&pro, "subscription_expired", |facts| facts.status = over);
        stage.hear().await;
        let left = vec![(GrantKind::Monthly, 200)];
        assert_eq!(stage.standing(member.id).await, (Plan::Growth, left));
        stage
    })
    .await;
}

#[tokio::test]
async fn what_a_link_claims_is_not_believed() {
    both(|stage| async move {
        let (ada, eve) = (stage.newcomer().await, stage.newcomer().await);
        let made_up = Some(("made up".to_owned(), ada.id.to_string()));
        stage.till.sell(PRO, made_up);
        stage.till.sell(PRO, None);
        stage.hear().await;
        assert_eq!(stage.standing(ada.id).await, (Plan::Free, vec![]));

        let url = stage.checkout(&eve, GROWTH).await;
        let own_ref = url.path_segments().unwrap().next_back().unwrap().to_owned();
        stage.till.pay(&url);
        stage.hear().await;
        // The reference is used: a second order with it is nobody's.
        stage.till.sell(PRO, Some((own_ref, ada.id.to_string())));
        stage.hear().await;
        assert_eq!(stage.standing(ada.id).await, (Plan::Free, vec![]));
        assert_eq!(stage.standing(eve.id).await.0, Plan::Growth);
        stage
    })
    .await;
}

#[tokio::test]
async fn a_subscription_nobody_claimed_becomes_its_payers_when_the_checkout_is_told() {
    both(|stage| async move {
        let member = stage.newcomer().await;
        stage.buys(&member, PRO).await;
        let told = stage.till.outbox();
        // Everything but the order is lost; the comparison finds the subscription.
        stage.reconcile().await;
        assert_eq!(stage.standing(member.id).await.0, Plan::Free);
        stage.deliver(&told[0]).await;
        stage.work().await;
        stage.reconcile().await;
        let expected = (Plan::Pro, vec![(GrantKind::Monthly, 1_000)]);
        assert_eq!(stage.standing(member.id).await, expected);
        stage
    })
    .await;
}

#[tokio::test]
async fn only_what_the_merchant_signed_is_kept_and_what_makes_no_sense_is_left_to_a_person() {
    both(|stage| async move {
        let engine = &stage.engine;
        let forged = engine.receive(b"{}", Some("forged")).await;
        assert!(matches!(forged, Err(ReceiveError::NotSigned)));
        assert!(engine.receive(b"{}", None).await.is_err());
        engine
            .receive(b"\xff nonsense", Some(SIGNATURE))
            .await
            .unwrap();
        let unknown = br#"{"meta":{"event_name":"affiliate_activated"},
                           "data":{"type":"affiliates","id":"1","attributes":{}}}"#;
        engine.receive(unknown, Some(SIGNATURE)).await.unwrap();
        stage.work().await;
        let parked: Result<i64, nexora_store::StoreError> = stage
            .store
            .read(|tx| Box::pin(async move { nexora_store::billing::inbox::parked(tx).await }))
            .await;
        assert_eq!(parked, Ok(1));
        stage
    })
    .await;
}

#[tokio::test]
async fn another_store_or_mode_grants_nothing() {
    both(|stage| async move {
        let member = stage.newcomer().await;
        stage.buys(&member, PRO).await;
        for delivery in stage.till.outbox() {
            let live = delivery
                .body
                .replace("\"test_mode\":true", "\"test_mode\":false");
            let other = delivery.body.replace("\"store_id\":1", "\"store_id\":2");
            for body in [live, other] {
                let kept = stage.engine.receive(body.as_bytes(), Some(SIGNATURE)).await;
                kept.unwrap();
            }
        }
        stage.work().await;
        assert_eq!(stage.standing(member.id).await, (Plan::Free, vec![]));
        stage
    })
    .await;
}

#[tokio::test]
async fn a_stolen_payment_stops_the_account() {
    both(|stage| async move {
        let member = stage.newcomer().await;
        let begun = stage.buys(&member, PRO).await;
        stage.hear().await;
        stage.till.stolen(&begun.order);
        stage.reconcile().await;
        for purchase in [wanted(PACK), Purchase::Plan(Plan::Growth)] {
            let refused = stage.engine.checkout(&member, &purchase).await;
            assert!(matches!(refused, Err(PurchaseError::Frozen)));
        }
        let status = stage
            .till
            .books()
            .subscriptions
            .values()
            .next()
            .unwrap()
            .status;
        let cancelled = nexora_core::billing::SubscriptionStatus::Cancelled;
        assert_eq!(status, cancelled, "nobody goes on paying");
        stage
    })
    .await;
}

#[tokio::test]
async fn some_ways_of_paying_change_the_plan_elsewhere() {
    both(|stage| async move {
        let (member, id) = stage.subscriber(GROWTH).await;
        stage.till.books().changes_by_hand = true;
        let Err(PurchaseError::AtMerchant(page)) =
            stage.engine.change_plan(&member, Plan::Pro).await
        else {
            panic!("it was changed here");
        };
        assert!(page.path().starts_with("/plan/"));
        assert_eq!(stage.till.books().subscriptions[&id].variant_id, GROWTH);
        let free = stage.engine.change_plan(&member, Plan::Free).await;
        assert!(matches!(free, Err(PurchaseError::NotForSale)));
        let stranger = stage.newcomer().await;
        let none = stage.engine.cancel_subscription(&stranger).await;
        assert!(matches!(none, Err(PurchaseError::NotSubscribed)));
        stage
    })
    .await;
}

#[tokio::test]
async fn bills_and_links_are_the_members_own() {
    both(|stage| async move {
        let (member, _) = stage.subscriber(GROWTH).await;
        stage.buys(&member, PACK).await;
        stage.hear().await;
        let bills = stage.engine.bills(member.id).await.unwrap();
        let listed: Vec<_> = bills
            .iter()
            .map(|bill| (bill.what, bill.total_cents, bill.granted.unwrap().amount()))
            .collect();
        assert_eq!(
            listed,
            [("Credits", 1_500, 100), ("First month", 2_900, 200)]
        );
        let invoice = bills.iter().find(|bill| bill.is_invoice).unwrap();
        let stranger = stage.newcomer().await;
        let engine = &stage.engine;
        assert!(
            engine
                .invoice_link(&member, &invoice.id)
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            engine
                .invoice_link(&stranger, &invoice.id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            engine
                .portal(&member)
                .await
                .unwrap()
                .customer_portal
                .is_some()
        );
        assert!(engine.portal(&stranger).await.is_err());
        let paying = engine.paying(member.id).await.unwrap();
        let renews_at = paying.subscription.unwrap().renews_at;
        assert!(renews_at.is_some());
        let expected = (Plan::Growth, PlanState::Renews(renews_at));
        assert_eq!((paying.plan, paying.state), expected);
        let paying = engine.paying(stranger.id).await.unwrap();
        assert_eq!((paying.plan, paying.state), (Plan::Free, PlanState::Free));
        stage
    })
    .await;
}
