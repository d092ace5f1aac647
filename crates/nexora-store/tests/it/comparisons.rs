//! Comparisons: kept in order, seen by their member alone, gone when that one leaves.

use nexora_core::comparison::{Comparison, Evidence, Judgement, Purpose};
use nexora_core::pixels::Verdict;
use nexora_core::{ComparisonId, GenerationId, MemberId};
use nexora_store::{Lane, Store, StoreError, comparisons, generations};

use crate::engines::{both, generation, member_with, minutes, read, write};

async fn run(store: &Store, member: MemberId) -> GenerationId {
    let run = generation(member, "a lake");
    let id = run.id;
    let kept: Result<(), StoreError> =
        write!(store, Lane::Any, |tx| generations::insert(tx, &run).await);
    kept.unwrap();
    id
}

async fn insert(store: &Store, member: MemberId, minute: u64, purpose: Purpose) -> Comparison {
    let comparison = Comparison {
        id: ComparisonId::new(minutes(minute)),
        member,
        purpose,
        runs: vec![run(store, member).await, run(store, member).await],
        created_at: minutes(minute),
    };
    let written = comparison.clone();
    let kept: Result<(), StoreError> =
        write!(store, Lane::Any, |tx| comparisons::insert(tx, &written)
            .await);
    kept.unwrap();
    comparison
}

#[tokio::test]
async fn what_was_ordered_together_is_found_together() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let models = insert(&store, ada, 1, Purpose::Models).await;
        let original = models.runs[1];
        let varied = insert(&store, ada, 2, Purpose::Variations(original)).await;
        let again = insert(&store, ada, 3, Purpose::Reproduction(original)).await;
        let (id, second) = (varied.id, varied.runs[1]);
        let found = read!(store, |tx| comparisons::of_member(tx, ada, id).await);
        assert_eq!(found.as_ref(), Some(&varied));
        let of_run = read!(store, |tx| comparisons::of_run(tx, second).await);
        assert_eq!(of_run, found);
        let alone = run(&store, ada).await;
        let of_none = read!(store, |tx| comparisons::of_run(tx, alone).await);
        assert_eq!(of_none, None);
        let run = again.runs[0];
        assert_eq!(
            read!(store, |tx| comparisons::judgement_of(tx, run).await),
            None
        );
        let judgement = Judgement {
            verdict: Verdict::Same,
            by: Evidence::Bytes,
            distance: None,
        };
        let judged: Result<(), StoreError> = write!(store, Lane::Any, |tx| comparisons::judge(
            tx, run, &judgement
        )
        .await);
        judged.unwrap();
        let known = read!(store, |tx| comparisons::judgement_of(tx, run).await);
        assert_eq!(known, Some(judgement));
        let listed = read!(store, |tx| comparisons::list(tx, ada, 9).await);
        assert_eq!(listed, [again, varied, models]);
    })
    .await;
}

#[tokio::test]
async fn a_comparison_is_its_members_alone_and_leaves_with_them() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let bob = member_with(&store, 0).await.id;
        let id = insert(&store, ada, 1, Purpose::Models).await.id;
        let kept = insert(&store, bob, 2, Purpose::Models).await;
        let found = read!(store, |tx| comparisons::of_member(tx, bob, id).await);
        assert_eq!(found, None);
        let gone: Result<(), StoreError> =
            write!(store, Lane::Any, |tx| comparisons::forget(tx, ada).await);
        gone.unwrap();
        let left = read!(store, |tx| comparisons::list(tx, ada, 9).await);
        assert_eq!(left, []);
        let others = read!(store, |tx| comparisons::list(tx, bob, 9).await);
        assert_eq!(others, [kept]);
    })
    .await;
}

#[tokio::test]
async fn a_run_is_in_one_comparison_at_most() {
    both(|store| async move {
        let ada = member_with(&store, 0).await.id;
        let first = insert(&store, ada, 1, Purpose::Models).await;
        let second = Comparison {
            id: ComparisonId::new(minutes(2)),
            ..first
        };
        let twice: Result<(), StoreError> =
            write!(store, Lane::Any, |tx| comparisons::insert(tx, &second)
                .await);
        assert!(twice.is_err());
    })
    .await;
}
