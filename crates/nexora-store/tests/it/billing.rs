//! What the merchant of record told us is kept as it was said, in whatever order it arrives.

use std::time::Duration;

use nexora_core::billing::{
    Card, InvoiceFacts, InvoiceReason, InvoiceStatus, OrderFacts, OrderStatus, Origin, PauseMode,
    SubscriptionFacts, SubscriptionStatus,
};
use nexora_core::{Credits, GrantId, MemberId, Plan, Timestamp};
use nexora_store::billing::checkouts::{self, Checkout};
use nexora_store::billing::grants::{self, NewGrant, Payment};
use nexora_store::billing::inbox::{self, Delivery, Kept};
use nexora_store::billing::{invoices, orders, subscriptions};
use nexora_store::credits::{self, GrantKind, Replenishment};
use nexora_store::users::{self, PlanView};
use nexora_store::{Lane, Store, StoreError};
use uuid::Uuid;

use crate::engines::{
    NOW, both, check_books, check_holds_only, generation, hours, member_with, minutes, read, write,
};

pub(crate) const LEMON: &str = "lemonsqueezy";

fn origin() -> Origin {
    Origin {
        store_id: "1".to_owned(),
        test_mode: true,
        checkout_ref: None,
        claimed_member: None,
    }
}

pub(crate) fn subscription(updated_at: Timestamp) -> SubscriptionFacts {
    SubscriptionFacts {
        id: "s1".to_owned(),
        customer_id: "c1".to_owned(),
        order_id: Some("o1".to_owned()),
        variant_id: "11".to_owned(),
        status: SubscriptionStatus::Active,
        cancelled: false,
        pause: Some(PauseMode::Free),
        renews_at: Some(hours(24)),
        ends_at: None,
        trial_ends_at: None,
        created_at: NOW,
        updated_at,
        card: Some(Card {
            brand: "visa".to_owned(),
            last_four: "4242".to_owned(),
        }),
        processor: Some("stripe".to_owned()),
        origin: origin(),
    }
}

fn invoice(status: InvoiceStatus, refunded_cents: i64, updated_at: Timestamp) -> InvoiceFacts {
    InvoiceFacts {
        id: "i1".to_owned(),
        subscription_id: "s1".to_owned(),
        reason: InvoiceReason::Initial,
        status,
        total_cents: 2_900,
        refunded_cents,
        currency: "USD".to_owned(),
        created_at: NOW,
        updated_at,
        origin: origin(),
    }
}

pub(crate) fn order(status: OrderStatus, refunded_cents: i64, updated_at: Timestamp) -> OrderFacts {
    OrderFacts {
        id: "o1".to_owned(),
        customer_id: "c1".to_owned(),
        variant_id: Some("31".to_owned()),
        status,
        total_cents: 900,
        refunded_cents,
        created_at: NOW,
        updated_at,
        origin: origin(),
    }
}

#[tokio::test]
async fn the_later_news_of_a_subscription_counts() {
    both(|store| async move {
        let later = subscription(minutes(5));
        save(&store, &later, None).await;
        let mut earlier = subscription(minutes(1));
        earlier.status = SubscriptionStatus::Expired;
        earlier.variant_id = "12".to_owned();
        save(&store, &earlier, None).await;
        let found = find(&store).await.unwrap();
        assert_eq!(found.facts, later);
        let mut same_moment = subscription(minutes(5));
        same_moment.card = None;
        same_moment.pause = None;
        save(&store, &same_moment, Some(minutes(6))).await;
        let found = find(&store).await.unwrap();
        assert_eq!(found.facts, same_moment);
        assert_eq!(found.looked_at, Some(minutes(6)));
        let seen = read!(store, |tx| subscriptions::variants(tx, LEMON, "s1").await);
        let seen: Vec<_> = seen.iter().map(|seen| seen.variant_id.as_str()).collect();
        assert_eq!(seen, ["12", "11"], "old news still tells what it was for");
    })
    .await;
}

#[tokio::test]
async fn a_subscription_is_claimed_once_and_found_in_every_way() {
    both(|store| async move {
        let (ada, eve) = (
            member_with(&store, 0).await.id,
            member_with(&store, 0).await.id,
        );
        save(&store, &subscription(NOW), None).await;
        let unclaimed = read!(store, |tx| subscriptions::unclaimed(tx).await);
        assert_eq!(unclaimed, 1);
        let claim = async |member| -> Result<bool, StoreError> {
            write!(store, Lane::Any, |tx| {
                subscriptions::claim(tx, LEMON, "s1", member).await
            })
        };
        assert_eq!(claim(ada).await, Ok(true));
        assert_eq!(claim(eve).await, Ok(false));
        let found = find(&store).await.unwrap();
        assert_eq!(found.member, Some(ada));
        let id = found.id;
        let same = Some(found.clone());
        assert_eq!(read!(store, |tx| subscriptions::by_id(tx, id).await), same);
        let by_order = read!(store, |tx| subscriptions::by_order(tx, LEMON, "o1").await);
        assert_eq!(by_order, same);
        let of_member = read!(store, |tx| subscriptions::of_member(tx, ada).await);
        assert_eq!(of_member, [found]);
        let due = async |at| read!(store, |tx| subscriptions::due(tx, (NOW, at), at, 10).await);
        assert!(due(hours(23)).await.is_empty());
        assert_eq!(due(hours(24)).await, [id]);
    })
    .await;
}

#[tokio::test]
async fn what_was_paid_back_never_falls_and_payment_never_moves_on() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        save(&store, &subscription(NOW), None).await;
        for facts in [
            invoice(InvoiceStatus::PartialRefund, 1_000, minutes(9)),
            invoice(InvoiceStatus::Paid, 0, minutes(2)),
            invoice(InvoiceStatus::Pending, 0, minutes(1)),
        ] {
            done(write!(store, Lane::Any, |tx| {
                invoices::save(tx, LEMON, &facts).await
            }));
        }
        let kept = read!(store, |tx| invoices::of_subscription(tx, LEMON, "s1").await);
        let expected = invoice(InvoiceStatus::PartialRefund, 1_000, minutes(9));
        assert_eq!(kept[0].facts, expected);
        assert_eq!((kept[0].paid_at, kept[0].granted), (Some(NOW), None));
        assert_eq!(read!(store, |tx| invoices::of_member(tx, ada).await), []);
        let claimed: Result<bool, StoreError> = write!(store, Lane::Any, |tx| {
            subscriptions::claim(tx, LEMON, "s1", ada).await
        });
        assert_eq!(claimed, Ok(true));
        assert_eq!(read!(store, |tx| invoices::of_member(tx, ada).await), kept);
    })
    .await;
}

#[tokio::test]
async fn an_order_is_kept_and_claimed_once() {
    both(|store| async move {
        let (ada, eve) = (
            member_with(&store, 0).await.id,
            member_with(&store, 0).await.id,
        );
        for facts in [
            order(OrderStatus::PartialRefund, 300, minutes(9)),
            order(OrderStatus::Paid, 0, minutes(2)),
        ] {
            done(write!(store, Lane::Any, |tx| {
                orders::save(tx, LEMON, &facts).await
            }));
        }
        let claim = async |member| -> Result<bool, StoreError> {
            write!(store, Lane::Any, |tx| {
                orders::claim(tx, LEMON, "o1", member).await
            })
        };
        assert_eq!(claim(ada).await, Ok(true));
        assert_eq!(claim(eve).await, Ok(false));
        let found = read!(store, |tx| orders::find(tx, LEMON, "o1").await).unwrap();
        assert_eq!(
            found.facts,
            order(OrderStatus::PartialRefund, 300, minutes(9))
        );
        assert_eq!((found.member, found.granted), (Some(ada), None));
        assert_eq!(read!(store, |tx| orders::of_member(tx, ada).await), [found]);
    })
    .await;
}

#[tokio::test]
async fn a_reference_counts_for_one_order() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let checkout = |checkout_ref: &str| Checkout {
            checkout_ref: checkout_ref.to_owned(),
            member: ada,
            variant_id: "11".to_owned(),
            created_at: NOW,
            expires_at: hours(1),
        };
        for checkout in [checkout("used"), checkout("left")] {
            done(write!(store, Lane::Any, |tx| {
                checkouts::insert(tx, &checkout).await
            }));
        }
        let redeem = async |name: &'static str, by: &'static str| {
            let redeemed: Result<Option<MemberId>, StoreError> = write!(store, Lane::Any, |tx| {
                checkouts::redeem(tx, name, by, NOW).await
            });
            redeemed.unwrap()
        };
        assert_eq!(redeem("used", "order 1").await, Some(ada));
        assert_eq!(redeem("used", "order 1").await, Some(ada), "the same again");
        assert_eq!(redeem("used", "order 2").await, None);
        assert_eq!(redeem("made up", "order 1").await, None);
        let of_ref = async |name| read!(store, |tx| checkouts::member_of(tx, name).await);
        assert_eq!(of_ref("used").await, Some(ada));
        assert_eq!(of_ref("made up").await, None);
        let swept: Result<u64, StoreError> =
            write!(store, Lane::Any, |tx| checkouts::sweep(tx, hours(2)).await);
        assert_eq!(swept, Ok(1));
        assert_eq!(redeem("left", "order 3").await, None);
    })
    .await;
}

#[tokio::test]
async fn a_delivery_is_kept_once_and_a_parked_one_waits_again() {
    both(|store| async move {
        let delivery = |body: &str| Delivery {
            id: Uuid::new_v4(),
            provider: LEMON.to_owned(),
            event_name: "order_created".to_owned(),
            resource_type: "orders".to_owned(),
            resource_id: "1".to_owned(),
            updated_at: Some(NOW),
            webhook_id: None,
            body_sha256: body.to_owned(),
            raw: body.to_owned(),
            received_at: NOW,
        };
        let insert = async |body: &str| {
            let new = delivery(body);
            let kept: Result<Kept, StoreError> =
                write!(store, Lane::Any, |tx| inbox::insert(tx, &new).await);
            kept.unwrap()
        };
        let Kept::Waiting(id) = insert("{}").await else {
            panic!("it is new");
        };
        assert_eq!(insert("{}").await, Kept::Waiting(id), "not worked off yet");
        done(write!(store, Lane::Any, |tx| {
            inbox::failed(tx, id, "no idea", Some(minutes(1))).await
        }));
        assert_eq!(read!(store, |tx| inbox::parked(tx).await), 1);
        let waiting = async || read!(store, |tx| inbox::waiting(tx, minutes(1), 10).await);
        assert!(waiting().await.is_empty());
        assert_eq!(insert("{}").await, Kept::Waiting(id));
        assert_eq!(waiting().await, [id]);
        done(write!(store, Lane::Any, |tx| {
            inbox::processed(tx, id, minutes(2)).await
        }));
        assert_eq!(insert("{}").await, Kept::Known);
        let kept = read!(store, |tx| inbox::by_id(tx, id).await).unwrap();
        assert!(kept.is_processed);
        let swept: Result<u64, StoreError> =
            write!(store, Lane::Any, |tx| inbox::sweep(tx, minutes(3)).await);
        assert_eq!(swept, Ok(1));
    })
    .await;
}

#[tokio::test]
async fn a_new_month_opens_and_the_old_one_closes_in_one_change() {
    both(|store| async move {
        let ada = member_with(&store, 15).await.id;
        let first = replenish(&store, ada, "invoice:1", vec![]).await.unwrap();
        assert_eq!(available(&store, ada).await, 215);
        assert_eq!(replenish(&store, ada, "invoice:1", vec![]).await, None);
        let second = replenish(&store, ada, "invoice:2", vec![first]).await;
        assert_eq!(available(&store, ada).await, 215, "no rollover");
        let second = second.unwrap();
        done(write!(store, Lane::Member(ada), |tx| {
            credits::set_expiry(tx, second, hours(1)).await
        }));
        let due = read!(store, |tx| credits::expiring(tx, hours(1), 10).await);
        assert_eq!(due, [ada]);
        done(write!(store, Lane::Member(ada), |tx| {
            credits::close_buckets(tx, ada, &[second], minutes(1)).await
        }));
        assert_eq!(available(&store, ada).await, 15);
        check_books(&store).await;
    })
    .await;
}

#[tokio::test]
async fn what_was_held_of_a_closed_month_comes_back_for_a_day() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let first = replenish(&store, ada, "invoice:1", vec![]).await.unwrap();
        let run = generation(ada, "a lighthouse");
        let held: Result<_, credits::HoldError> = write!(store, Lane::Member(ada), |tx| {
            credits::hold(tx, ada, run.id, Credits::new(8), "Wan", NOW).await
        });
        held.unwrap();
        replenish(&store, ada, "invoice:2", vec![first]).await;
        let settled: Result<_, StoreError> = write!(store, Lane::Member(ada), |tx| {
            credits::settle(tx, ada, run.id, Credits::ZERO, "", "not made", minutes(1)).await
        });
        settled.unwrap();
        let buckets = read!(store, |tx| credits::buckets(tx, ada, minutes(1)).await);
        let kinds: Vec<_> = buckets
            .iter()
            .map(|bucket| (bucket.kind, bucket.remaining.amount()))
            .collect();
        assert_eq!(kinds, [(GrantKind::Returned, 8), (GrantKind::Monthly, 200)]);
        check_holds_only(&store).await;
    })
    .await;
}

#[tokio::test]
async fn only_what_is_left_is_taken_back_and_the_rest_is_noted() {
    both(|store| async move {
        let ada = member_with(&store, 15).await.id;
        let bucket = replenish(&store, ada, "invoice:1", vec![]).await.unwrap();
        done(write!(store, Lane::Member(ada), |tx| {
            subscriptions::save(tx, LEMON, &subscription(NOW), None).await?;
            let new = NewGrant {
                provider: LEMON,
                payment: Payment::Invoice,
                payment_id: "i1",
                subscription_id: Some("s1"),
                member: ada,
                grant: bucket,
                granted: Credits::new(200),
            };
            grants::insert(tx, new, NOW).await
        }));
        let spent: Result<_, credits::HoldError> = write!(store, Lane::Member(ada), |tx| {
            credits::correct(tx, ada, -150, "spent", NOW).await
        });
        spent.unwrap();
        let take = async |amount| -> i64 {
            let taken: Result<Credits, StoreError> = write!(store, Lane::Member(ada), |tx| {
                let wanted = Credits::new(amount);
                let taken = credits::claw_back(tx, ada, bucket, wanted, "Refunded", NOW).await?;
                let missing = wanted.checked_sub(taken).unwrap_or(Credits::ZERO);
                grants::note_take_back(tx, LEMON, bucket, taken, missing).await?;
                Ok(taken)
            });
            taken.unwrap().amount()
        };
        assert_eq!(take(30).await, 30);
        assert_eq!(take(100).await, 20, "the starter credits are theirs");
        assert_eq!(take(5).await, 0);
        assert_eq!(available(&store, ada).await, 15);
        let noted = read!(store, |tx| grants::of_subscription(tx, LEMON, "s1").await);
        assert_eq!(noted[0].clawed_back.amount(), 50);
        assert_eq!(noted[0].shortfall.amount(), 85);
        assert_eq!(noted[0].settled().amount(), 135);
        assert_eq!(
            read!(store, |tx| grants::of_order(tx, LEMON, "i1").await),
            None
        );
        check_books(&store).await;
    })
    .await;
}

#[tokio::test]
async fn a_plan_ends_by_our_own_clock() {
    both(|store| async move {
        let id = member_with(&store, 0).await.id;
        let view = PlanView {
            plan: Plan::Pro,
            status: "cancelled".to_owned(),
            renews_at: None,
            ends_at: Some(hours(5)),
            then: Plan::Growth,
        };
        let written = view.clone();
        done(write!(store, Lane::Member(id), |tx| {
            users::set_plan_view(tx, id, &written, NOW).await
        }));
        assert_eq!(
            read!(store, |tx| users::plan_view_of(tx, id).await),
            Some(view)
        );
        let plan_at = async |at| read!(store, |tx| users::plan_of(tx, id, at).await);
        assert_eq!(plan_at(hours(4)).await, Plan::Pro);
        assert_eq!(plan_at(hours(5)).await, Plan::Growth);
        let member_at = async |at| read!(store, |tx| users::by_id(tx, id, at).await).unwrap();
        assert_eq!(member_at(hours(4)).await.plan, Plan::Pro);
        assert_eq!(member_at(hours(5)).await.plan, Plan::Growth);
    })
    .await;
}

#[tokio::test]
async fn an_account_is_frozen_and_thawed() {
    both(|store| async move {
        let id = member_with(&store, 0).await.id;
        let freeze = async || -> Result<bool, StoreError> {
            write!(store, Lane::Member(id), |tx| users::freeze(tx, id, NOW)
                .await)
        };
        assert_eq!(freeze().await, Ok(true));
        assert_eq!(freeze().await, Ok(false));
        let is_frozen = async || read!(store, |tx| users::rights_of(tx, id, NOW).await).is_frozen;
        assert!(is_frozen().await);
        done(write!(store, Lane::Member(id), |tx| users::unfreeze(
            tx, id
        )
        .await));
        assert!(!is_frozen().await);
    })
    .await;
}

pub(crate) async fn save(store: &Store, facts: &SubscriptionFacts, looked_at: Option<Timestamp>) {
    let facts = facts.clone();
    done(write!(store, Lane::Any, |tx| {
        subscriptions::save(tx, LEMON, &facts, looked_at).await
    }));
}

async fn find(store: &Store) -> Option<subscriptions::SubscriptionRow> {
    read!(store, |tx| subscriptions::find(tx, LEMON, "s1").await)
}

async fn replenish(
    store: &Store,
    member: MemberId,
    source: &'static str,
    closes: Vec<GrantId>,
) -> Option<GrantId> {
    let opened: Result<Option<GrantId>, StoreError> = write!(store, Lane::Member(member), |tx| {
        let new = Replenishment {
            closes: &closes,
            amount: Credits::new(200),
            expires_at: NOW.plus(Duration::from_secs(45 * 86_400)),
            source,
            note: "Growth",
        };
        credits::replenish(tx, member, new, NOW).await
    });
    opened.unwrap()
}

async fn available(store: &Store, member: MemberId) -> i64 {
    let balance = read!(store, |tx| credits::balance(tx, member, NOW).await);
    balance.available().amount()
}

fn done(written: Result<(), StoreError>) {
    written.unwrap();
}
