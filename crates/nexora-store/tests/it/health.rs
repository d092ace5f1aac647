//! How routes have ended lately: the newest of each, and each attempt once.

use std::time::Duration;

use nexora_core::health::{Ending, Outcome, RUNS_MAX};
use nexora_core::{GenerationId, ModelId, Provider, Timestamp};
use nexora_store::health::{self, RouteName};
use nexora_store::{Lane, Store, StoreError};

use crate::engines::{NOW, both, read};

fn route(provider: Provider) -> RouteName {
    RouteName {
        model: ModelId::new("flux-schnell"),
        provider,
        upstream: "flux/schnell".to_owned(),
    }
}

fn ending(outcome: Outcome, second: u64) -> Ending {
    let at = NOW.plus(Duration::from_secs(second));
    Ending { outcome, at }
}

async fn note(store: &Store, id: GenerationId, route: &RouteName, ending: Ending) {
    let route = route.clone();
    let noted: Result<(), StoreError> = store
        .write(Lane::Any, move |tx| {
            Box::pin(async move { health::note(tx, (id, 1), &route, ending).await })
        })
        .await;
    noted.unwrap();
}

async fn forget(store: &Store) -> u64 {
    let forgotten: Result<u64, StoreError> = store
        .write(Lane::Any, |tx| {
            Box::pin(async move { health::forget_old(tx).await })
        })
        .await;
    forgotten.unwrap()
}

fn id() -> GenerationId {
    GenerationId::new(Timestamp::from_ms(1))
}

#[tokio::test]
async fn an_attempt_ends_once_and_what_was_learnt_last_counts() {
    both(|store| async move {
        let (one, other) = (id(), id());
        let (fal, replicate) = (route(Provider::Fal), route(Provider::Replicate));
        note(&store, one, &fal, ending(Outcome::Failed, 1)).await;
        note(&store, other, &replicate, ending(Outcome::Refused, 2)).await;
        let wait = Duration::from_millis(1_234);
        let found = ending(Outcome::Made { wait }, 3);
        note(&store, one, &fal, found).await;
        let all = read!(store, |tx| health::endings(tx).await);
        let refused = ending(Outcome::Refused, 2);
        assert_eq!(all, [(fal, found), (replicate, refused)]);
    })
    .await;
}

#[tokio::test]
async fn only_the_newest_of_each_route_are_kept() {
    both(|store| async move {
        let (fal, replicate) = (route(Provider::Fal), route(Provider::Replicate));
        let most = u64::try_from(RUNS_MAX).unwrap();
        for second in 0..most + 7 {
            note(&store, id(), &fal, ending(Outcome::Failed, second)).await;
        }
        note(&store, id(), &replicate, ending(Outcome::Failed, 0)).await;
        assert_eq!(forget(&store).await, 7);
        assert_eq!(forget(&store).await, 0);
        let left = read!(store, |tx| health::endings(tx).await);
        assert_eq!(left.len(), RUNS_MAX + 1);
        let of_fal = left.iter().filter(|(route, _)| *route == fal);
        let oldest = of_fal.map(|(_, ending)| ending.at).min();
        assert_eq!(oldest, Some(NOW.plus(Duration::from_secs(7))));
    })
    .await;
}
