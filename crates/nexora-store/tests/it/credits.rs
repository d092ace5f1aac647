//! Credits come in, are set aside, spent, given back, and lost to time.

use futures_util::future::join_all;
use nexora_core::ledger::EntryKind;
use nexora_core::{Credits, GenerationId, MemberId, Timestamp};
use nexora_store::credits::{self, Balance, GrantKind, HoldError};
use nexora_store::{Lane, Store, StoreError};

use crate::engines::{
    NOW, both, check_holds_only, hours, member_with, minutes, read, run_id, write,
};

#[tokio::test]
async fn credits_are_granted_once_however_often_it_is_asked() {
    both(|store| async move {
        let member = member_with(&store, 0).await.id;
        let racing = (0..20).map(|_| grant(&store, member, (40, None), "invoice:1"));
        let granted = join_all(racing).await;
        assert_eq!(granted.iter().filter(|granted| **granted).count(), 1);
        assert_eq!(balance(&store, member).await.available(), Credits::new(40));
        check_holds_only(&store).await;
    })
    .await;
}

#[tokio::test]
async fn nothing_is_granted_for_nothing() {
    both(|store| async move {
        let member = member_with(&store, 15).await.id;
        assert!(!grant(&store, member, (0, None), "gift:0").await);
        assert_eq!(entry_kinds(&store, member).await, [EntryKind::Grant]);
    })
    .await;
}

#[tokio::test]
async fn of_200_who_race_for_3_exactly_3_get_it() {
    both(|store| async move {
        let member = member_with(&store, 26).await.id;
        let racing = (0..200).map(|_| hold(&store, member, run_id(), 8));
        let outcomes = join_all(racing).await;
        let held = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(held, 3);
        let refused = HoldError::Insufficient {
            available: Credits::new(2),
        };
        let others = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        assert!(others.clone().all(|why| *why == refused), "{others:?}");
        let after = balance(&store, member).await;
        assert_eq!(
            (after.balance, after.held),
            (Credits::new(26), Credits::new(24))
        );
        check_holds_only(&store).await;
    })
    .await;
}

#[tokio::test]
async fn one_generation_cannot_hold_twice() {
    both(|store| async move {
        let member = member_with(&store, 30).await.id;
        let run = run_id();
        hold(&store, member, run, 8).await.unwrap();
        let again = hold(&store, member, run, 8).await;
        assert_eq!(again, Err(HoldError::Store(StoreError::Conflict)));
        assert_eq!(balance(&store, member).await.held, Credits::new(8));
    })
    .await;
}

#[tokio::test]
async fn the_credits_that_expire_soonest_are_spent_first() {
    both(|store| async move {
        let member = member_with(&store, 10).await.id;
        grant(&store, member, (10, Some(hours(48))), "late").await;
        grant(&store, member, (10, Some(hours(24))), "soon").await;
        hold(&store, member, run_id(), 15).await.unwrap();
        assert_eq!(
            buckets(&store, member, NOW).await,
            [(GrantKind::Monthly, 5), (GrantKind::Starter, 10),]
        );
    })
    .await;
}

#[tokio::test]
async fn released_credits_go_back_where_they_came_from() {
    both(|store| async move {
        let member = member_with(&store, 10).await.id;
        grant(&store, member, (10, Some(hours(24))), "soon").await;
        let run = run_id();
        hold(&store, member, run, 15).await.unwrap();
        let after = settle(&store, member, run, (0, minutes(5))).await.unwrap();
        assert_eq!(after.available(), Credits::new(20));
        assert_eq!(
            buckets(&store, member, NOW).await,
            [(GrantKind::Monthly, 10), (GrantKind::Starter, 10),]
        );
    })
    .await;
}

#[tokio::test]
async fn a_part_that_is_not_charged_goes_back_to_the_bucket_that_lasts() {
    both(|store| async move {
        let member = member_with(&store, 10).await.id;
        grant(&store, member, (10, Some(hours(24))), "soon").await;
        let run = run_id();
        hold(&store, member, run, 20).await.unwrap();
        let after = settle(&store, member, run, (15, minutes(5))).await.unwrap();
        assert_eq!(after.balance, Credits::new(5));
        assert_eq!(
            buckets(&store, member, NOW).await,
            [(GrantKind::Starter, 5)]
        );
        let kept = read!(store, |tx| credits::hold_of(tx, run).await).unwrap();
        assert_eq!(kept.charged, Credits::new(15));
        assert_eq!(kept.released, Credits::new(5));
        assert_eq!(kept.ended_at, Some(minutes(5)));
    })
    .await;
}

#[tokio::test]
async fn what_comes_back_after_its_bucket_expired_lives_one_more_day() {
    both(|store| async move {
        let member = member_with(&store, 0).await.id;
        grant(&store, member, (10, Some(hours(1))), "soon").await;
        let run = run_id();
        hold(&store, member, run, 8).await.unwrap();
        settle(&store, member, run, (0, hours(2))).await.unwrap();
        assert_eq!(
            buckets(&store, member, hours(2)).await,
            [(GrantKind::Returned, 8)]
        );
        assert_eq!(
            buckets(&store, member, hours(25)).await,
            [(GrantKind::Returned, 8)]
        );
        assert_eq!(buckets(&store, member, hours(26)).await, []);
        let due = read!(store, |tx| credits::expiring(tx, hours(26), 10).await);
        assert_eq!(due, [member]);
        expire(&store, member, hours(26)).await;
        assert_eq!(balance(&store, member).await, Balance::ZERO);
        let due = read!(store, |tx| credits::expiring(tx, hours(26), 10).await);
        assert_eq!(due, []);
        check_holds_only(&store).await;
    })
    .await;
}

#[tokio::test]
async fn expired_credits_cannot_be_held_and_are_not_shown() {
    both(|store| async move {
        let member = member_with(&store, 5).await.id;
        grant(&store, member, (10, Some(hours(1))), "soon").await;
        for (at, shown) in [(NOW, 15), (hours(1), 5)] {
            let balance = balance_at(&store, member, at).await;
            assert_eq!(balance.available(), Credits::new(shown));
        }
        let late = hold_at(&store, member, run_id(), (8, hours(1))).await;
        let available = Credits::new(5);
        assert_eq!(late, Err(HoldError::Insufficient { available }));
        hold_at(&store, member, run_id(), (5, hours(1)))
            .await
            .unwrap();
        assert_eq!(
            entry_kinds(&store, member).await,
            [
                EntryKind::Grant,
                EntryKind::Grant,
                EntryKind::Expire,
                EntryKind::Hold,
            ]
        );
        check_holds_only(&store).await;
    })
    .await;
}

#[tokio::test]
async fn a_hold_ends_once() {
    both(|store| async move {
        let member = member_with(&store, 15).await.id;
        let run = run_id();
        hold(&store, member, run, 8).await.unwrap();
        let racing = (0..10).map(|turn| settle(&store, member, run, (8 * (turn % 2), NOW)));
        let outcomes = join_all(racing).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let others = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        assert!(
            others.clone().all(|why| *why == StoreError::Conflict),
            "{others:?}"
        );
        let lines = read!(store, |tx| credits::entries_of(tx, run).await);
        assert_eq!(lines.len(), 2);
        check_holds_only(&store).await;
    })
    .await;
}

#[tokio::test]
async fn more_than_was_held_cannot_be_charged() {
    both(|store| async move {
        let member = member_with(&store, 15).await.id;
        let run = run_id();
        hold(&store, member, run, 8).await.unwrap();
        let too_much = settle(&store, member, run, (9, NOW)).await;
        assert_eq!(too_much, Err(StoreError::Conflict));
        let somebody = member_with(&store, 15).await.id;
        let not_theirs = settle(&store, somebody, run, (8, NOW)).await;
        assert_eq!(not_theirs, Err(StoreError::Conflict));
        assert_eq!(balance(&store, member).await.held, Credits::new(8));
    })
    .await;
}

#[tokio::test]
async fn an_operator_gives_and_takes() {
    both(|store| async move {
        let member = member_with(&store, 15).await.id;
        let more = correct(&store, member, 5).await.unwrap();
        assert_eq!(more.available(), Credits::new(20));
        let less = correct(&store, member, -18).await.unwrap();
        assert_eq!(less.available(), Credits::new(2));
        let too_much = correct(&store, member, -3).await;
        let available = Credits::new(2);
        assert_eq!(too_much, Err(HoldError::Insufficient { available }));
        check_holds_only(&store).await;
    })
    .await;
}

#[tokio::test]
async fn a_journal_is_read_a_page_at_a_time_the_newest_line_first() {
    both(|store| async move {
        let member = member_with(&store, 15).await.id;
        for _ in 0..4 {
            correct(&store, member, 1).await.unwrap();
        }
        let newest = read!(store, |tx| credits::entries(tx, member, None, 2).await);
        assert_eq!(numbers(&newest), [5, 4]);
        let older = read!(store, |tx| credits::entries(tx, member, Some(4), 10).await);
        assert_eq!(numbers(&older), [3, 2, 1]);
    })
    .await;
}

fn numbers(entries: &[nexora_core::ledger::Entry]) -> Vec<i64> {
    entries.iter().map(|entry| entry.number).collect()
}

async fn balance(store: &Store, member: MemberId) -> Balance {
    balance_at(store, member, NOW).await
}

async fn balance_at(store: &Store, member: MemberId, at: Timestamp) -> Balance {
    read!(store, |tx| credits::balance(tx, member, at).await)
}

async fn buckets(store: &Store, member: MemberId, at: Timestamp) -> Vec<(GrantKind, i64)> {
    let buckets = read!(store, |tx| credits::buckets(tx, member, at).await);
    let shown = buckets.iter().map(|it| (it.kind, it.remaining.amount()));
    shown.collect()
}

async fn entry_kinds(store: &Store, member: MemberId) -> Vec<EntryKind> {
    let entries = read!(store, |tx| credits::entries(tx, member, None, 100).await);
    entries.iter().rev().map(|entry| entry.kind).collect()
}

async fn grant(
    store: &Store,
    member: MemberId,
    (amount, expires_at): (i64, Option<Timestamp>),
    source: &'static str,
) -> bool {
    let granted: Result<_, StoreError> = write!(store, Lane::Member(member), |tx| {
        let (kind, amount) = (GrantKind::Monthly, Credits::new(amount));
        credits::grant(tx, member, kind, amount, expires_at, source, "A month", NOW).await
    });
    granted.unwrap().is_some()
}

async fn hold(
    store: &Store,
    member: MemberId,
    run: GenerationId,
    amount: i64,
) -> Result<Balance, HoldError> {
    hold_at(store, member, run, (amount, NOW)).await
}

async fn hold_at(
    store: &Store,
    member: MemberId,
    run: GenerationId,
    (amount, at): (i64, Timestamp),
) -> Result<Balance, HoldError> {
    write!(store, Lane::Member(member), |tx| {
        credits::hold(tx, member, run, Credits::new(amount), "Wan", at).await
    })
}

async fn settle(
    store: &Store,
    member: MemberId,
    run: GenerationId,
    (charge, at): (i64, Timestamp),
) -> Result<Balance, StoreError> {
    write!(store, Lane::Member(member), |tx| {
        credits::settle(tx, member, run, Credits::new(charge), "Wan", "Wan", at).await
    })
}

async fn correct(store: &Store, member: MemberId, delta: i64) -> Result<Balance, HoldError> {
    write!(store, Lane::Member(member), |tx| {
        credits::correct(tx, member, delta, "An apology", NOW).await
    })
}

async fn expire(store: &Store, member: MemberId, at: Timestamp) {
    let expired: Result<_, StoreError> = write!(store, Lane::Member(member), |tx| {
        credits::expire(tx, member, at).await
    });
    expired.unwrap();
}
