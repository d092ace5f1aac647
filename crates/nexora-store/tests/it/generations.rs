//! Generations: stored as they are, changed by one at a time, listed and searched.

use futures_util::future::join_all;
use nexora_core::generation::{Progress, RunBy};
use nexora_core::{
    Credits, Failure, Generation, GenerationId, MediaKind, MemberId, ModelId, Provider, Refusal,
};
use nexora_store::{Lane, Listing, Store, StoreError, generations};

use crate::engines::{NOW, both, generation, member_with, minutes, order_of, read, run_id, write};

#[tokio::test]
async fn every_state_is_read_as_it_was_written() {
    both(|store| async move {
        let member = member_with(&store, 0).await.id;
        for written in a_life(member) {
            insert(
                &store,
                &Generation {
                    version: 0,
                    ..queued_twin(&written)
                },
            )
            .await;
            let saved = save(&store, &written).await.unwrap();
            let id = written.id;
            let found = read!(store, |tx| generations::by_id(tx, id).await);
            assert_eq!(found, Some(saved));
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_who_change_the_same_version_one_is_told() {
    both(|store| async move {
        let member = member_with(&store, 0).await.id;
        let queued = generation(member, "a lake");
        insert(&store, &queued).await;
        let begun = queued.begin(by_fal(), NOW).unwrap();
        let racing = (0..8).map(|_| save(&store, &begun));
        let outcomes = join_all(racing).await;
        assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1);
        assert!(outcomes.contains(&Err(StoreError::Conflict)));
        let id = begun.id;
        let found = read!(store, |tx| generations::by_id(tx, id).await).unwrap();
        assert_eq!(found.version, 1);
    })
    .await;
}

#[tokio::test]
async fn what_its_owner_marked_survives_a_change() {
    both(|store| async move {
        let member = member_with(&store, 0).await.id;
        let queued = generation(member, "a lake");
        insert(&store, &queued).await;
        let id = queued.id;
        assert!(mark(&store, member, id).await);
        assert!(!mark(&store, member_with(&store, 0).await.id, id).await);
        save(&store, &queued.cancel(NOW).unwrap()).await.unwrap();
        let found = read!(store, |tx| generations::of_member(tx, member, id).await);
        assert!(found.unwrap().favourite);
    })
    .await;
}

#[tokio::test]
async fn only_what_has_ended_can_be_deleted() {
    both(|store| async move {
        let member = member_with(&store, 0).await.id;
        let queued = generation(member, "a lake");
        insert(&store, &queued).await;
        let id = queued.id;
        let delete = async || -> Result<bool, StoreError> {
            write!(store, Lane::Member(member), |tx| {
                generations::delete(tx, member, id, NOW).await
            })
        };
        assert_eq!(delete().await, Ok(false));
        assert_eq!(
            read!(store, |tx| generations::counts(tx, member).await),
            (1, 1)
        );
        save(&store, &queued.cancel(NOW).unwrap()).await.unwrap();
        assert_eq!(
            read!(store, |tx| generations::counts(tx, member).await),
            (1, 0)
        );
        assert_eq!(delete().await, Ok(true));
        assert_eq!(delete().await, Ok(false));
        let gone = read!(store, |tx| generations::of_member(tx, member, id).await);
        assert_eq!(gone, None);
        let kept = read!(store, |tx| generations::by_id(tx, id).await);
        assert!(kept.is_some(), "the books still need it");
        assert_eq!(list(&store, all_of(member)).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_history_is_read_a_page_at_a_time() {
    both(|store| async move {
        let member = member_with(&store, 0).await.id;
        let mut ids = Vec::new();
        for turn in 0..5 {
            let run = generation(member, &format!("picture {turn}"));
            insert(&store, &run).await;
            ids.push(run.id);
        }
        insert(
            &store,
            &generation(member_with(&store, 0).await.id, "not theirs"),
        )
        .await;
        let first = Listing {
            limit: 2,
            ..all_of(member)
        };
        assert_eq!(
            list(&store, first.clone()).await,
            ["picture 4", "picture 3"]
        );
        let next = Listing {
            before: Some(ids[3]),
            ..first
        };
        assert_eq!(list(&store, next).await, ["picture 2", "picture 1"]);
    })
    .await;
}

#[tokio::test]
async fn a_history_is_searched_in_every_script() {
    both(|store| async move {
        let member = member_with(&store, 0).await.id;
        for prompt in [
            "Море на РАССВЕТЕ",
            "İstanbul, 50% fog",
            "قمر فوق الصحراء",
            "a 🐪 at sea",
        ] {
            insert(&store, &generation(member, prompt)).await;
        }
        let find = async |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            list(
                &store,
                Listing {
                    words,
                    ..all_of(member)
                },
            )
            .await
        };
        assert_eq!(find(&["рассвете", "МОРЕ"]).await, ["Море на РАССВЕТЕ"]);
        assert_eq!(find(&["50%"]).await, ["İstanbul, 50% fog"]);
        assert_eq!(find(&["5_%"]).await, Vec::<String>::new());
        assert_eq!(find(&["الصحراء"]).await, ["قمر فوق الصحراء"]);
        assert_eq!(find(&["🐪"]).await, ["a 🐪 at sea"]);
        assert_eq!(find(&["wan-2.1"]).await.len(), 4, "the model counts too");
        assert_eq!(find(&["sea", "fog"]).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_history_is_filtered() {
    both(|store| async move {
        let member = member_with(&store, 0).await.id;
        let clip = generation(member, "clip");
        let (order, quote) = order_of("flux-schnell", "picture");
        let picture = Generation::new(run_id(), member, order, quote, NOW);
        insert(&store, &clip).await;
        insert(&store, &picture).await;
        mark(&store, member, clip.id).await;
        save(&store, &picture.cancel(NOW).unwrap()).await.unwrap();
        let find = async |listing| list(&store, listing).await;
        let all = all_of(member);
        let kind = Some(MediaKind::Image);
        assert_eq!(
            find(Listing {
                kind,
                ..all.clone()
            })
            .await,
            ["picture"]
        );
        let model = Some(ModelId::new("wan-2.1-turbo"));
        assert_eq!(
            find(Listing {
                model,
                ..all.clone()
            })
            .await,
            ["clip"]
        );
        assert_eq!(
            find(Listing {
                favourite: true,
                ..all.clone()
            })
            .await,
            ["clip"]
        );
        let states = vec!["running", "cancelled"];
        assert_eq!(
            find(Listing {
                states,
                ..all.clone()
            })
            .await,
            ["picture"]
        );
        let states = vec!["cancelled", "queued"];
        assert_eq!(find(Listing { states, ..all }).await, ["picture", "clip"]);
    })
    .await;
}

#[tokio::test]
async fn what_changed_meanwhile_is_told_in_order() {
    both(|store| async move {
        let member = member_with(&store, 0).await.id;
        let (early, late) = (generation(member, "early"), generation(member, "late"));
        insert(&store, &early).await;
        insert(&store, &late).await;
        save(&store, &late.cancel(minutes(1)).unwrap())
            .await
            .unwrap();
        save(&store, &early.cancel(minutes(2)).unwrap())
            .await
            .unwrap();
        let changed = read!(store, |tx| {
            generations::changed_since(tx, member, NOW, 10).await
        });
        assert_eq!(prompts(&changed), ["late", "early"]);
        let changed = read!(store, |tx| {
            generations::changed_since(tx, member, minutes(1), 10).await
        });
        assert_eq!(prompts(&changed), ["early"]);
    })
    .await;
}

#[tokio::test]
async fn what_runs_and_what_waits_is_counted() {
    both(|store| async move {
        let member = member_with(&store, 0).await.id;
        let (first, second) = (generation(member, "1"), generation(member, "2"));
        insert(&store, &first).await;
        insert(&store, &second).await;
        let running = async || read!(store, |tx| generations::running_of(tx, member).await);
        let at_fal = async || read!(store, |tx| generations::running_at(tx, Provider::Fal).await);
        assert_eq!((running().await, at_fal().await), (0, 0));
        let queue = async |most| read!(store, |tx| generations::queue_of(tx, member, most).await);
        assert_eq!(queue(100).await, [first.id, second.id]);
        assert_eq!(queue(1).await, [first.id]);
        let begun = save(&store, &first.begin(by_fal(), NOW).unwrap())
            .await
            .unwrap();
        let accepted = save(&store, &begun.accept("ticket".into(), NOW).unwrap())
            .await
            .unwrap();
        assert_eq!((running().await, at_fal().await), (1, 1));
        assert!(read!(store, |tx| generations::has_ticket(
            tx,
            nexora_core::Provider::Fal,
            "ticket"
        )
        .await));
        assert!(!read!(store, |tx| generations::has_ticket(
            tx,
            nexora_core::Provider::Fal,
            "other"
        )
        .await));
        assert_eq!(
            read!(store, |tx| generations::active_of(tx, member, 9).await),
            2
        );
        assert_eq!(
            read!(store, |tx| generations::active_of(tx, member, 1).await),
            1
        );
        let ids = [accepted.id, second.id];
        assert_eq!(read!(store, |tx| generations::active(tx, 9).await), ids);
        let ended = accepted.fail(Failure::TimedOut, NOW).unwrap();
        save(&store, &ended).await.unwrap();
        assert_eq!((running().await, at_fal().await), (0, 0));
        assert_eq!(
            read!(store, |tx| generations::active(tx, 9).await),
            [second.id]
        );
    })
    .await;
}

#[tokio::test]
async fn a_key_stands_for_what_it_was_first_used_for() {
    both(|store| async move {
        let (ada, bob) = (
            member_with(&store, 0).await.id,
            member_with(&store, 0).await.id,
        );
        let (first, second) = (run_id(), run_id());
        let remember = async |who, run| -> Result<bool, StoreError> {
            write!(store, Lane::Member(who), |tx| {
                generations::insert_key(tx, who, "key", "print", run, NOW).await
            })
        };
        assert_eq!(remember(ada, first).await, Ok(true));
        assert_eq!(remember(ada, second).await, Ok(false));
        assert_eq!(remember(bob, second).await, Ok(true), "keys are one's own");
        let found = read!(store, |tx| generations::by_key(tx, ada, "key").await);
        assert_eq!(found, Some((first, "print".to_owned())));
    })
    .await;
}

/// One generation in each state.
fn a_life(member: MemberId) -> Vec<Generation> {
    let queued = || generation(member, "a lake at dawn");
    let begun = || queued().begin(by_fal(), NOW).unwrap();
    let running = || {
        let begun = begun();
        let ticket = format!("ticket of {}", begun.id);
        begun.accept(ticket, NOW).unwrap()
    };
    let progress = Progress {
        percent: Some(40),
        queue_position: Some(2),
        line: Some("denoising…".to_owned()),
    };
    let refusal = Refusal {
        provider: "fal".to_owned(),
        detail: "policy".to_owned(),
    };
    let detail = "out of memory".to_owned();
    [
        Ok(queued()),
        Ok(begun()),
        running().advance(progress, minutes(1)),
        running().ask_to_cancel(minutes(1)),
        running().save("[\"https://…\"]".to_owned(), minutes(1)),
        running().finish(Credits::new(8), minutes(2)),
        running().fail(Failure::ProviderFailed { detail }, minutes(2)),
        running().refuse(refusal, minutes(2)),
        queued().cancel(minutes(2)),
        begun().lose_sight(minutes(60), minutes(2)),
    ]
    .map(Result::unwrap)
    .into()
}

/// The same generation as it was when it was ordered.
fn queued_twin(written: &Generation) -> Generation {
    let (order, quote) = (written.order.clone(), written.quote);
    Generation::new(written.id, written.member, order, quote, NOW)
}

fn by_fal() -> RunBy {
    RunBy {
        provider: Provider::Fal,
        upstream: "fal-ai/wan".to_owned(),
    }
}

fn all_of(member: MemberId) -> Listing {
    Listing {
        member,
        before: None,
        limit: 50,
        words: Vec::new(),
        kind: None,
        model: None,
        states: Vec::new(),
        favourite: false,
    }
}

async fn list(store: &Store, listing: Listing) -> Vec<String> {
    prompts(&read!(store, |tx| generations::list(tx, &listing).await))
}

fn prompts(generations: &[Generation]) -> Vec<String> {
    let prompts = generations.iter().map(|it| it.order.prompt.to_string());
    prompts.collect()
}

async fn insert(store: &Store, generation: &Generation) {
    let added = generation.clone();
    let inserted: Result<(), StoreError> = write!(store, Lane::Member(added.member), |tx| {
        generations::insert(tx, &added).await
    });
    inserted.unwrap();
}

async fn save(store: &Store, generation: &Generation) -> Result<Generation, StoreError> {
    let changed = generation.clone();
    write!(store, Lane::Member(changed.member), |tx| {
        generations::save(tx, &changed).await
    })
}

async fn mark(store: &Store, member: MemberId, id: GenerationId) -> bool {
    let marked: Result<bool, StoreError> = write!(store, Lane::Member(member), |tx| {
        generations::set_favourite(tx, member, id, true).await
    });
    marked.unwrap()
}
