//! Units of work: kept whole or not at all, many in one commit, each on its own.

use futures_util::future::join_all;
use nexora_core::{Email, Member};
use nexora_store::{
    DatabaseUrl, Durability, Lane, Store, StoreConfig, StoreError, StoreKind, users,
};

use crate::engines::{Fresh, NOW, both, both_places, kinds, open, person, read, write};

#[tokio::test]
async fn a_unit_that_fails_is_undone_alone() {
    both(|store| async move {
        let people: Vec<_> = (0..60)
            .map(|n| person(&format!("p{n}@example.org")))
            .collect();
        let units = people.iter().cloned().enumerate().map(|(turn, member)| {
            let store = store.clone();
            async move {
                write!(store, Lane::Any, |tx| {
                    users::insert(tx, &member).await?;
                    if turn % 3 == 0 {
                        return Err(StoreError::Contended);
                    }
                    Ok(())
                })
            }
        });
        let outcomes = join_all(units).await;
        for (turn, (outcome, member)) in outcomes.iter().zip(&people).enumerate() {
            assert_eq!(outcome.is_ok(), turn % 3 != 0);
            assert_eq!(exists(&store, member).await, outcome.is_ok());
        }
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_fails_takes_its_unit_with_it_and_no_other() {
    both(|store| async move {
        let units = (0..30).map(|turn| {
            let store = store.clone();
            async move {
                let (first, twin) = (person(&format!("p{turn}@example.org")), person("one@x.io"));
                write!(store, Lane::Any, |tx| {
                    users::insert(tx, &first).await?;
                    users::insert(tx, &twin).await
                })
            }
        });
        let outcomes = join_all(units).await;
        let kept = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(kept, 1);
        let conflicts = outcomes
            .iter()
            .filter(|it| **it == Err(StoreError::Conflict));
        assert_eq!(conflicts.count(), 29);
        let everybody = read!(store, |tx| users::list(tx, "", 100, NOW).await);
        assert_eq!(everybody.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_unit_that_panics_is_undone_alone() {
    both(|store| async move {
        let (good, bad) = (person("good@example.org"), person("bad@example.org"));
        let (first, second) = (good.clone(), bad.clone());
        let units: (Result<(), StoreError>, Result<(), StoreError>) = tokio::join!(
            async { write!(store, Lane::Any, |tx| users::insert(tx, &first).await) },
            async {
                write!(store, Lane::Any, |tx| {
                    users::insert(tx, &second).await?;
                    panic!("a mistake of ours")
                })
            }
        );
        assert_eq!(units.0, Ok(()));
        assert!(matches!(units.1, Err(StoreError::Unavailable(_))));
        assert!(exists(&store, &good).await);
        assert!(!exists(&store, &bad).await);
    })
    .await;
}

#[tokio::test]
async fn a_read_cannot_write() {
    both(|store| async move {
        let eve = person("eve@example.org");
        let added = eve.clone();
        let refused: Result<(), StoreError> = store
            .read(move |tx| Box::pin(async move { users::insert(tx, &added).await }))
            .await;
        assert!(refused.is_err(), "{refused:?}");
        assert!(!exists(&store, &eve).await);
    })
    .await;
}

#[tokio::test]
async fn a_unit_whose_caller_went_away_still_runs() {
    both(|store| async move {
        let ada = person("ada@example.org");
        let added = ada.clone();
        let mut unit = Box::pin(store.write(Lane::Any, move |tx| {
            Box::pin(async move { users::insert(tx, &added).await })
        }));
        // Polled once it is in line; then its caller goes away.
        let _ = futures_util::poll!(&mut unit);
        drop(unit);
        // One after the other: this one comes back when that one is done.
        let after: Result<(), StoreError> = write!(store, Lane::Any, |tx| {
            users::insert(tx, &person("bob@example.org")).await
        });
        after.unwrap();
        assert!(exists(&store, &ada).await);
    })
    .await;
}

#[tokio::test]
async fn what_waits_when_the_store_closes_is_finished() {
    both_places(|fresh| async move {
        let store = fresh.store.clone();
        let ada = person("ada@example.org");
        let added = ada.clone();
        let mut unit = Box::pin(store.write(Lane::Any, move |tx| {
            Box::pin(async move { users::insert(tx, &added).await })
        }));
        let early: std::task::Poll<Result<(), StoreError>> = futures_util::poll!(&mut unit);
        store.close().await;
        let outcome = match early {
            std::task::Poll::Ready(outcome) => outcome,
            std::task::Poll::Pending => unit.await,
        };
        assert_eq!(outcome, Ok(()));
        assert!(matches!(
            store.ping().await,
            Err(StoreError::Unavailable(_))
        ));
        let late: Result<(), StoreError> =
            write!(store, Lane::Any, |tx| users::insert(tx, &person("b@x.io"))
                .await);
        assert!(matches!(late, Err(StoreError::Unavailable(_))));
        let again = open(&fresh.url).await;
        assert!(exists(&again, &ada).await);
        again.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_cut_connection_is_told_and_the_next_unit_works() {
    if !kinds().contains(&StoreKind::Postgres) {
        return;
    }
    let fresh = Fresh::new(StoreKind::Postgres).await;
    fresh.store.ping().await.unwrap();
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for turn in 0..3 {
        let ada = person(&format!("ada{turn}@example.org"));
        let added = ada.clone();
        let written: Result<(), StoreError> =
            write!(fresh.store, Lane::Any, |tx| users::insert(tx, &added).await);
        match written {
            Ok(()) => assert!(exists(&fresh.store, &ada).await),
            Err(StoreError::Unavailable(_)) => {
                let again: Result<(), StoreError> =
                    write!(fresh.store, Lane::Any, |tx| users::insert(tx, &ada).await);
                again.unwrap();
            }
            other => panic!("{other:?}"),
        }
        fresh.tamper(cut).await.unwrap();
    }
    fresh.drop().await;
}

#[tokio::test]
async fn the_yardstick_measures_something() {
    both_places(|fresh| async move {
        let span = std::time::Duration::from_millis(100);
        let step = nexora_store::floor::Step::Transaction;
        let rate = nexora_store::floor::submits_per_second(&fresh.url, step, (4, 10), span).await;
        assert!(rate.unwrap() > 0);
    })
    .await;
}

#[tokio::test]
async fn a_database_for_a_test_needs_no_place() {
    let store = Store::open(&StoreConfig {
        url: DatabaseUrl::SqliteInMemory,
        connections_max: 1,
        durability: Durability::Full,
    })
    .await
    .unwrap();
    store.migrate().await.unwrap();
    assert_eq!(store.kind(), StoreKind::Sqlite);
    store.ping().await.unwrap();
    store.close().await;
}

async fn exists(store: &Store, member: &Member) -> bool {
    let email: Email = member.email.clone();
    read!(store, |tx| users::by_email(tx, &email, NOW).await).is_some()
}
