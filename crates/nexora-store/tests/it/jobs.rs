//! Work is taken under a lease: by one at a time, and again when a worker died.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use nexora_core::{MemberId, Timestamp};
use nexora_store::jobs::{self, Claimed};
use nexora_store::{Lane, Store, StoreError};
use uuid::Uuid;

use crate::engines::{NOW, both, generation, member_with, minutes, read, start, write};

#[tokio::test]
async fn no_job_is_taken_twice() {
    both(|store| async move {
        for _ in 0..40 {
            enqueue(&store, Uuid::new_v4(), NOW).await;
        }
        let owners = ["a", "b", "c", "d", "e", "f"];
        let racing = owners.map(|owner| claim(&store, owner, minutes(0), 10));
        let claimed = join_all(racing).await.concat();
        let different: BTreeSet<_> = claimed.iter().map(|job| job.subject).collect();
        assert_eq!(claimed.len(), different.len());
        let rest = claim(&store, "g", minutes(0), 100).await;
        assert_eq!(claimed.len() + rest.len(), 40);
    })
    .await;
}

#[tokio::test]
async fn a_dead_workers_job_is_taken_again_when_its_lease_ends() {
    both(|store| async move {
        let subject = Uuid::new_v4();
        enqueue(&store, subject, NOW).await;
        assert_eq!(claim(&store, "a", minutes(0), 9).await[0].attempts, 1);
        assert_eq!(claim(&store, "b", minutes(4), 9).await, []);
        assert_eq!(next_due(&store).await, Some(minutes(5)));
        let renewed: Result<u64, StoreError> =
            write!(store, Lane::Any, |tx| jobs::renew(tx, "a", minutes(8))
                .await);
        assert_eq!(renewed, Ok(1));
        assert_eq!(claim(&store, "b", minutes(5), 9).await, []);
        let again = claim(&store, "b", minutes(8), 9).await;
        assert_eq!((again[0].subject, again[0].attempts), (subject, 2));
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_stops_gives_its_jobs_back() {
    both(|store| async move {
        enqueue(&store, Uuid::new_v4(), NOW).await;
        claim(&store, "a", minutes(0), 9).await;
        let released: Result<u64, StoreError> =
            write!(store, Lane::Any, |tx| jobs::release_owned(tx, "a").await);
        assert_eq!(released, Ok(1));
        assert_eq!(claim(&store, "b", minutes(0), 9).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_work_is_asked_for_once_and_the_earlier_time_counts() {
    both(|store| async move {
        let subject = Uuid::new_v4();
        for at in [minutes(10), minutes(2), minutes(20)] {
            enqueue(&store, subject, at).await;
        }
        assert_eq!(next_due(&store).await, Some(minutes(2)));
        assert_eq!(claim(&store, "a", minutes(1), 9).await, []);
        let job = claim(&store, "a", minutes(2), 9).await.remove(0);
        assert_eq!((job.kind.as_str(), job.subject), ("drive", subject));
        done(write!(store, Lane::Any, |tx| jobs::reschedule(
            tx,
            job.id,
            minutes(9)
        )
        .await));
        assert_eq!(next_due(&store).await, Some(minutes(9)));
        done(write!(store, Lane::Any, |tx| jobs::finish(tx, job.id).await));
        assert_eq!(next_due(&store).await, None);
    })
    .await;
}

#[tokio::test]
async fn waiting_work_can_be_hurried() {
    both(|store| async move {
        let (one, other) = (Uuid::new_v4(), Uuid::new_v4());
        enqueue(&store, one, minutes(10)).await;
        enqueue(&store, other, minutes(20)).await;
        hurry(&store, one, minutes(1)).await;
        assert_eq!(claim(&store, "a", minutes(1), 9).await[0].subject, one);
        assert_eq!(claim(&store, "a", minutes(2), 9).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_ring_while_the_work_is_taken_is_not_lost() {
    both(|store| async move {
        let subject = Uuid::new_v4();
        enqueue(&store, subject, minutes(0)).await;
        let taken = claim(&store, "a", minutes(0), 9).await.remove(0);
        hurry(&store, subject, minutes(1)).await;
        done(write!(store, Lane::Any, |tx| jobs::reschedule(
            tx,
            taken.id,
            minutes(9)
        )
        .await));
        let again = claim(&store, "a", minutes(1), 9).await.remove(0);
        done(write!(store, Lane::Any, |tx| jobs::reschedule(
            tx,
            again.id,
            minutes(9)
        )
        .await));
        assert_eq!(
            claim(&store, "a", minutes(2), 9).await,
            [],
            "one ring is one look"
        );
    })
    .await;
}

#[tokio::test]
async fn a_free_place_goes_to_who_waits_longest() {
    both(|store| async move {
        let ada = member_with(&store, 100).await;
        let (first, second) = (generation(ada.id, "first"), generation(ada.id, "second"));
        for run in [&first, &second] {
            start(&store, run).await;
            enqueue(&store, run.id.as_uuid(), minutes(60)).await;
        }
        claim(&store, "a", minutes(0), 9).await;
        done(write!(store, Lane::Any, |tx| jobs::release_owned(tx, "a")
            .await
            .map(|_| ())));
        let waiting: Vec<_> = claim(&store, "b", minutes(0), 9).await;
        for job in waiting {
            done(write!(store, Lane::Any, |tx| jobs::reschedule(
                tx,
                job.id,
                minutes(60)
            )
            .await));
        }
        done(write!(store, Lane::Any, |tx| {
            jobs::hurry_waiting(tx, "drive", ada.id, minutes(2)).await
        }));
        let rung = claim(&store, "a", minutes(2), 9).await;
        let subjects: Vec<_> = rung.iter().map(|job| job.subject).collect();
        assert_eq!(subjects, [first.id.as_uuid()]);
    })
    .await;
}

async fn hurry(store: &Store, subject: Uuid, at: Timestamp) {
    done(write!(store, Lane::Any, |tx| jobs::hurry(
        tx, "drive", subject, at
    )
    .await));
}

fn owner() -> MemberId {
    MemberId::from_uuid(Uuid::nil())
}

async fn enqueue(store: &Store, subject: Uuid, run_at: Timestamp) {
    done(write!(store, Lane::Any, |tx| {
        jobs::enqueue(tx, "drive", subject, Some(owner()), run_at, NOW).await
    }));
}

/// Takes jobs for five minutes.
async fn claim(store: &Store, owner: &'static str, at: Timestamp, limit: u32) -> Vec<Claimed> {
    let until = at.plus(std::time::Duration::from_secs(300));
    let claimed: Result<_, StoreError> = write!(store, Lane::Any, |tx| {
        jobs::claim(tx, owner, at, until, limit).await
    });
    claimed.unwrap()
}

async fn next_due(store: &Store) -> Option<Timestamp> {
    read!(store, |tx| jobs::next_due(tx).await)
}

fn done(written: Result<(), StoreError>) {
    written.unwrap();
}
