//! The audit finds what was done behind the product's back.

use nexora_core::generation::RunBy;
use nexora_core::{Credits, Generation, Provider};
use nexora_store::{Lane, StoreError, StoreKind, assets, audit, credits, generations};

use crate::engines::{
    Fresh, NOW, both_places, check_books, generation, hours, member_with, output, start, write,
};

#[tokio::test]
async fn books_of_a_whole_story_balance() {
    both_places(|fresh| async move {
        a_story(&fresh).await;
        check_books(&fresh.store).await;
        let report = audit::verify(&fresh.store, hours(1)).await.unwrap();
        assert_eq!((report.members, report.entries), (1, 5));
    })
    .await;
}

#[tokio::test]
async fn the_journal_cannot_be_changed() {
    both_places(|fresh| async move {
        a_story(&fresh).await;
        for sql in [
            "UPDATE credit_entries SET amount = 1",
            "DELETE FROM credit_entries",
        ] {
            let refused = fresh.tamper(sql).await.unwrap_err();
            assert!(refused.contains("append-only"), "{refused}");
        }
        check_books(&fresh.store).await;
    })
    .await;
}

#[tokio::test]
async fn the_database_refuses_a_balance_below_what_is_held() {
    both_places(|fresh| async move {
        a_story(&fresh).await;
        for sql in [
            "UPDATE user_credits SET held = balance + 1",
            "UPDATE user_credits SET held = -1",
            "UPDATE credit_grants SET remaining = -1",
            "UPDATE credit_grants SET remaining = amount + 1",
            "UPDATE credit_holds SET charged = amount + 1",
        ] {
            assert!(fresh.tamper(sql).await.is_err(), "{sql}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_tampered_balance_is_found() {
    check_finds(
        "UPDATE user_credits SET balance = balance + 100",
        "available: stored 107, counted 7",
    )
    .await;
}

#[tokio::test]
async fn a_tampered_bucket_is_found() {
    check_finds(
        "UPDATE credit_grants SET remaining = remaining + 1",
        "left in buckets: stored 8, counted 7",
    )
    .await;
}

#[tokio::test]
async fn a_tampered_line_is_found() {
    check_finds(
        "UPDATE credit_entries SET amount = 1000 WHERE number = 1",
        "line 1: was changed after it was sealed",
    )
    .await;
}

#[tokio::test]
async fn a_removed_line_is_found() {
    check_finds(
        "DELETE FROM credit_entries WHERE number = 4",
        "line 5: is out of sequence",
    )
    .await;
}

#[tokio::test]
async fn a_removed_last_line_is_found() {
    check_finds(
        "DELETE FROM credit_entries WHERE number = 5",
        "lines: stored 5, counted 4",
    )
    .await;
}

#[tokio::test]
async fn a_missing_charge_is_found() {
    check_finds(
        "UPDATE credit_holds SET charged = 0, released = amount WHERE charged > 0",
        "the generation and its hold differ about the charge",
    )
    .await;
}

#[tokio::test]
async fn a_charge_without_an_output_is_found() {
    check_finds("DELETE FROM assets", "it was charged and has no output").await;
}

#[tokio::test]
async fn a_hold_that_outlives_its_generation_is_found() {
    check_finds(
        "UPDATE credit_holds SET state = 'held', ended_at = NULL",
        "the generation and its hold did not end together",
    )
    .await;
}

#[tokio::test]
async fn a_generation_that_nobody_pays_for_is_found() {
    check_finds("DELETE FROM credit_holds", "the generation has no hold").await;
}

#[tokio::test]
async fn an_account_that_vanished_is_found() {
    check_finds(
        "DELETE FROM credit_grants; DELETE FROM user_credits",
        "there is a journal but no account",
    )
    .await;
}

/// After a story, `sql` is run by somebody with the keys to the database; the audit must say
/// `fault`.
async fn check_finds(sql: &'static str, fault: &'static str) {
    both_places(|fresh| async move {
        a_story(&fresh).await;
        unlock_journal(&fresh).await;
        fresh.tamper(sql).await.unwrap();
        let report = audit::verify(&fresh.store, hours(1)).await.unwrap();
        let found: Vec<_> = report.faults.iter().map(|it| it.what.as_str()).collect();
        assert!(found.iter().any(|what| what.contains(fault)), "{found:?}");
    })
    .await;
}

async fn unlock_journal(fresh: &Fresh) {
    let sql = match fresh.store.kind() {
        StoreKind::Sqlite => {
            "DROP TRIGGER credit_entries_not_changed; DROP TRIGGER credit_entries_not_deleted;
             PRAGMA foreign_keys = OFF"
        }
        StoreKind::Postgres => "DROP TRIGGER credit_entries_append_only ON credit_entries",
    };
    fresh.tamper(sql).await.unwrap();
}

/// 15 credits; one clip for 8 that is charged, and one that fails.
async fn a_story(fresh: &Fresh) {
    let member = member_with(&fresh.store, 15).await.id;
    let good = generation(member, "a lake at dawn");
    start(&fresh.store, &good).await;
    let ready = run(good).finish(Credits::new(8), NOW).unwrap();
    end(fresh, ready).await;
    let (order, quote) = crate::engines::order_of("flux-schnell", "a lake at dusk");
    let bad = Generation::new(crate::engines::run_id(), member, order, quote, NOW);
    start(&fresh.store, &bad).await;
    end(fresh, bad.cancel(NOW).unwrap()).await;
}

fn run(generation: Generation) -> Generation {
    let by = RunBy {
        provider: Provider::Fal,
        upstream: "fal-ai/wan".to_owned(),
    };
    generation.begin(by, NOW).unwrap()
}

async fn end(fresh: &Fresh, ended: Generation) {
    let settled: Result<_, StoreError> = write!(fresh.store, Lane::Member(ended.member), |tx| {
        generations::save(tx, &ended).await?;
        let charge = ended.charged.unwrap();
        if charge > Credits::ZERO {
            assets::insert(tx, &output(&ended)).await?;
        }
        credits::settle(tx, ended.member, ended.id, charge, "Wan", "Stopped", NOW).await
    });
    settled.unwrap();
}
