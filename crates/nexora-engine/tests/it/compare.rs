//! Several runs at once: all or nothing, once, and each on its own from then on.

use futures_util::future::join_all;
use nexora_core::comparison::{Evidence, Judgement, Purpose, Wish};
use nexora_core::pixels::Verdict;
use nexora_core::{Credits, Generation, GenerationState, Member, Order, Plan, Provider};
use nexora_engine::{Compared, Irreproducible, StartError, StartKey};
use nexora_sandbox::{Cue, Fault, Provider as Played};

use crate::scene::{Scene, both};

/// 5, 8 and 15 credits.
const THREE: &str = "flux-schnell dall-e-2 nano-banana-2";

fn orders(scene: &Scene, models: &str, prompt: &str) -> Vec<Order> {
    let wish = Wish::read([("models", models), ("prompt", prompt)]);
    let entrants = wish.entrants(scene.engine.catalog()).unwrap();
    entrants.into_iter().map(|it| it.order).collect()
}

async fn compare(
    scene: &Scene,
    member: &Member,
    orders: Vec<Order>,
    key: Option<&str>,
) -> Result<Compared, StartError> {
    let key = key.map(|key| StartKey::parse(key).unwrap());
    let wanted = (Purpose::Models, orders);
    scene.engine.start_together(member, wanted, key).await
}

#[tokio::test]
async fn one_may_fail_and_comes_back_alone() {
    both(async |scene| {
        let ada = scene.patron(Plan::Pro).await;
        let before = scene.available(&ada).await;
        let wish = orders(&scene, THREE, "a pier [sandbox:refuse@replicate]");
        let compared = compare(&scene, &ada, wish, None).await.unwrap();
        assert_eq!(before - scene.available(&ada).await, 28, "all are held");
        scene.play().await;
        let id = compared.comparison.id;
        let shown = scene.engine.comparison(ada.id, id).await.unwrap().unwrap();
        let said: Vec<_> = shown
            .runs
            .iter()
            .map(|run| {
                let it = &run.generation;
                let charged = it.charged.map(Credits::amount);
                (it.order.model.as_str(), it.state.slug(), charged)
            })
            .collect();
        assert_eq!(
            said,
            [
                ("flux-schnell", "refused", Some(0)),
                ("dall-e-2", "ready", Some(8)),
                ("nano-banana-2", "ready", Some(15)),
            ]
        );
        assert_eq!(before - scene.available(&ada).await, 23);
        let receipt = scene.engine.receipt(ada.id, compared.comparison.runs[0]);
        let receipt = receipt.await.unwrap().unwrap();
        assert_eq!(receipt.hold.charged, Credits::ZERO);
        scene
    })
    .await;
}

#[tokio::test]
async fn if_one_cannot_start_none_does() {
    both(async |scene| {
        // A newcomer has 15 credits and the free plan.
        let ada = scene.newcomer().await;
        let locked = orders(&scene, "flux-schnell nano-banana-2", "a pier");
        let refused = compare(&scene, &ada, locked, None).await.unwrap_err();
        assert!(matches!(&refused, StartError::Locked { model, .. } if model == "Nano Banana 2"));
        let dear = orders(&scene, "wan-2.1-turbo kling-3.0", "a pier");
        let refused = compare(&scene, &ada, dear, None).await.unwrap_err();
        let said = refused.to_string();
        assert!(
            said.contains("Together these cost 23 credits (Wan 2.1 Turbo 8, Kling 3.0 15)"),
            "{said}"
        );
        assert_eq!(scene.available(&ada).await, 15);
        assert_eq!(scene.held(&ada).await, 0);
        assert_eq!(scene.engine.comparisons(ada.id, 9).await.unwrap().len(), 0);
        scene
    })
    .await;
}

#[tokio::test]
async fn of_many_presses_one_counts() {
    both(async |scene| {
        let ada = scene.patron(Plan::Pro).await;
        let before = scene.available(&ada).await;
        let presses = (0..8).map(|_| {
            let wish = orders(&scene, THREE, "a pier");
            compare(&scene, &ada, wish, Some("one-press"))
        });
        let answers: Vec<Compared> = join_all(presses)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let first = &answers[0].comparison.id;
        assert!(answers.iter().all(|it| it.comparison.id == *first));
        assert!(answers.iter().all(|it| it.runs.len() == 3));
        assert_eq!(answers.iter().filter(|it| !it.replayed).count(), 1);
        assert_eq!(before - scene.available(&ada).await, 28);
        let other = orders(&scene, "flux-schnell dall-e-2", "a pier");
        let reused = compare(&scene, &ada, other, Some("one-press")).await;
        assert!(matches!(reused, Err(StartError::KeyReused)));
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_is_left_out_and_whoever_leaves_takes_all_along() {
    both(async |scene| {
        let ada = scene.patron(Plan::Pro).await;
        let wish = orders(&scene, THREE, "a pier");
        let compared = compare(&scene, &ada, wish, None).await.unwrap();
        scene.play().await;
        let [first, second, _] = compared.comparison.runs[..] else {
            panic!("three runs");
        };
        assert!(scene.engine.delete_run(ada.id, first).await.unwrap());
        let id = compared.comparison.id;
        let shown = scene.engine.comparison(ada.id, id).await.unwrap().unwrap();
        assert_eq!(shown.runs.len(), 2);
        assert_eq!(shown.runs[0].generation.id, second);
        assert_eq!(shown.runs[0].generation.state, GenerationState::Ready);
        let bob = scene.newcomer().await;
        assert!(scene.engine.comparison(bob.id, id).await.unwrap().is_none());
        scene.engine.farewell(&ada).await.unwrap();
        assert!(scene.engine.comparison(ada.id, id).await.unwrap().is_none());
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn variations_are_the_same_wish_with_other_dice() {
    both(async |scene| {
        let ada = scene.patron(Plan::Pro).await;
        let wish = [
            ("model", "flux-schnell"),
            ("prompt", "a pier"),
            ("seed", "7"),
            ("count", "2"),
        ];
        let original = scene.start(&ada, &wish).await;
        scene.play().await;
        let before = scene.available(&ada).await;
        let orders = vec![original.order.varied(); 4];
        let wanted = (Purpose::Variations(original.id), orders);
        let compared = scene.engine.start_together(&ada, wanted, None).await;
        let compared = compared.unwrap();
        scene.play().await;
        assert_eq!(before - scene.available(&ada).await, 20);
        let id = compared.comparison.id;
        let shown = scene.engine.comparison(ada.id, id).await.unwrap().unwrap();
        assert_eq!(shown.original.unwrap().generation.id, original.id);
        let mut seeds = vec![7];
        for run in shown.runs {
            let order = run.generation.order;
            assert_eq!(
                (order.prompt, order.count),
                (original.order.prompt.clone(), 1)
            );
            seeds.push(order.seed.unwrap());
        }
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 5, "every one has dice of its own");
        scene
    })
    .await;
}

/// Makes a run again; who made it, and what was found.
async fn again(scene: &Scene, member: &Member, run: &Generation) -> (Provider, Judgement) {
    let order = scene.engine.once_more(run).unwrap();
    let wanted = (Purpose::Reproduction(run.id), vec![order]);
    let compared = scene.engine.start_together(member, wanted, None).await;
    let id = compared.unwrap().comparison.id;
    scene.play().await;
    let shown = scene.engine.comparison(member.id, id).await.unwrap();
    let shown = shown.unwrap();
    let made_by = shown.runs[0].generation.run_by.as_ref();
    (made_by.unwrap().provider, shown.judgement.unwrap())
}

#[tokio::test]
async fn the_same_seed_and_settings_make_the_same_again() {
    both(async |scene| {
        let ada = scene.patron(Plan::Pro).await;
        // FLUX is made by fal this once: making it again asks fal, not Replicate.
        let down = Cue::new(Fault::Down).at(Played::Replicate).times(1);
        scene.sandbox.script().push(down);
        let picture = [
            ("model", "flux-schnell"),
            ("prompt", "a pier"),
            ("seed", "7"),
        ];
        let picture = scene.start(&ada, &picture).await.id;
        let clip = [("model", "wan-2.1-turbo"), ("prompt", "a pier")];
        let clip = scene.start(&ada, &clip).await.id;
        scene.play().await;
        for id in [picture, clip] {
            let run = scene.run(&ada, id).await.generation;
            let (made_by, judged) = again(&scene, &ada, &run).await;
            assert_eq!(made_by, Provider::Fal);
            assert_eq!(judged.verdict, Verdict::Same, "{judged:?}");
        }
        scene
    })
    .await;
}

#[tokio::test]
async fn another_picture_is_called_different() {
    both(async |scene| {
        let ada = scene.patron(Plan::Pro).await;
        let wish = [
            ("model", "flux-schnell"),
            ("prompt", "a pier"),
            ("seed", "7"),
        ];
        let id = scene.start(&ada, &wish).await.id;
        scene.play().await;
        let mut run = scene.run(&ada, id).await.generation;
        // Somebody else's dice.
        run.order.seed = Some(8);
        let (_, judged) = again(&scene, &ada, &run).await;
        assert_eq!(judged.verdict, Verdict::Different);
        assert_eq!(judged.by, Evidence::Pixels);
        assert!(judged.distance.unwrap().equal_millionths < 500_000);
        scene
    })
    .await;
}

#[tokio::test]
async fn what_has_no_seed_or_no_result_cannot_be_made_again() {
    both(async |scene| {
        let ada = scene.patron(Plan::Pro).await;
        let dice = scene
            .start(&ada, &[("model", "dall-e-2"), ("prompt", "a pier")])
            .await
            .id;
        let refused = [
            ("model", "flux-schnell"),
            ("prompt", "a pier [sandbox:refuse]"),
        ];
        let refused = scene.start(&ada, &refused).await.id;
        scene.play().await;
        let why = async |id| {
            let run = scene.run(&ada, id).await.generation;
            scene.engine.once_more(&run).unwrap_err()
        };
        assert!(matches!(why(dice).await, Irreproducible::NoSeed { .. }));
        assert!(matches!(why(refused).await, Irreproducible::NoResult));
        scene
    })
    .await;
}
