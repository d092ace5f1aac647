//! Where the credits go.

use std::sync::Arc;

use nexora_core::{GenerationState, Order, Plan};
use nexora_engine::{StartError, StartKey};

use crate::scene::both;

const PICTURE: [(&str, &str); 2] = [
    ("model", "flux-schnell"),
    ("prompt", "a lighthouse at dusk"),
];
const CLIP: [(&str, &str); 2] = [("model", "wan-2.1-turbo"), ("prompt", "waves at night")];

#[tokio::test]
async fn a_picture_and_a_clip_leave_two_of_fifteen_credits() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let picture = scene.start(&ada, &PICTURE).await;
        assert_eq!(
            (scene.available(&ada).await, scene.held(&ada).await),
            (10, 5)
        );
        let clip = scene.start(&ada, &CLIP).await;
        scene.play().await;

        let picture = scene.run(&ada, picture.id).await;
        assert_eq!(picture.generation.state, GenerationState::Ready);
        let image = &picture.assets[0];
        assert_eq!((image.width, image.height), (1_024, 1_024));
        assert!(image.thumbnail_key.is_some() && !image.placeholder.is_empty());

        let clip = scene.run(&ada, clip.id).await;
        let film = &clip.assets[0];
        assert_eq!(film.content_type, "video/mp4");
        assert!(
            (4_900..=5_200).contains(&film.duration_ms.unwrap()),
            "{film:?}"
        );
        assert!(film.poster_key.is_some());

        assert_eq!(
            (scene.available(&ada).await, scene.held(&ada).await),
            (2, 0)
        );
        let mut journal = scene.journal(&ada).await;
        journal.sort();
        assert_eq!(
            journal,
            ["charge 5", "charge 8", "grant 15", "hold 5", "hold 8"]
        );
        scene
    })
    .await;
}

#[tokio::test]
async fn the_receipt_says_where_the_credits_went() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let picture = scene.start(&ada, &PICTURE).await;
        scene.play().await;
        let receipt = scene
            .engine
            .receipt(ada.id, picture.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(receipt.hold.charged.amount(), 5);
        let lines: Vec<_> = receipt
            .entries
            .iter()
            .map(|line| line.kind.slug())
            .collect();
        assert_eq!(lines, ["hold", "charge"]);
        let bob = scene.newcomer().await;
        assert!(
            scene
                .engine
                .receipt(bob.id, picture.id)
                .await
                .unwrap()
                .is_none()
        );
        scene
    })
    .await;
}

#[tokio::test]
async fn of_two_hundred_starts_exactly_the_three_affordable_ones_begin() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let order = Order::parse(None, PICTURE, scene.engine.catalog()).unwrap();
        let ada = Arc::new(ada);
        let starts = (0..200).map(|_| {
            let (engine, ada, order) = (scene.engine.clone(), ada.clone(), order.clone());
            tokio::spawn(async move { engine.start(&ada, order, None).await })
        });
        let mut begun = 0;
        for start in starts.collect::<Vec<_>>() {
            match start.await.unwrap() {
                Ok(_) => begun += 1,
                Err(StartError::Insufficient { need, have }) => {
                    assert!(have < need);
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(begun, 3);
        assert_eq!(scene.available(&ada).await, 0);
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn the_same_key_starts_once_and_another_wish_under_it_is_refused() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let key = StartKey::parse("my-key-1").unwrap();
        let order = Order::parse(None, PICTURE, scene.engine.catalog()).unwrap();
        let first = scene
            .engine
            .start(&ada, order.clone(), Some(key.clone()))
            .await
            .unwrap();
        let again = scene
            .engine
            .start(&ada, order, Some(key.clone()))
            .await
            .unwrap();
        assert!(again.replayed);
        assert_eq!(again.generation.id, first.generation.id);
        assert_eq!(scene.available(&ada).await, 10);

        let other = Order::parse(None, CLIP, scene.engine.catalog()).unwrap();
        let refused = scene
            .engine
            .start(&ada, other.clone(), Some(key.clone()))
            .await;
        assert!(matches!(refused, Err(StartError::KeyReused)));

        let bob = scene.newcomer().await;
        let his = scene.engine.start(&bob, other, Some(key)).await.unwrap();
        assert!(!his.replayed, "a key is its owner's own");
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn the_plan_is_asked_before_the_balance() {
    both(|scene| async move {
        let seedance = [
            ("model", "seedance-2.0"),
            ("prompt", "a storm"),
            ("duration", "10"),
        ];
        let ada = scene.newcomer().await;
        let refused = scene.try_start(&ada, &seedance).await;
        let Err(StartError::Locked { needs, price, .. }) = refused else {
            panic!("a Free member started Seedance");
        };
        assert_eq!((needs, price.amount()), (Plan::Pro, 100));
        assert_eq!(scene.journal(&ada).await, ["grant 15"], "nothing moved");

        let grown = scene.patron(Plan::Growth).await;
        assert!(matches!(
            scene.try_start(&grown, &seedance).await,
            Err(StartError::Locked { .. })
        ));
        let pro = scene.patron(Plan::Pro).await;
        let storm = scene.start(&pro, &seedance).await;
        scene.play().await;
        let storm = scene.run(&pro, storm.id).await;
        assert!((9_900..=10_200).contains(&storm.assets[0].duration_ms.unwrap()));
        assert_eq!(storm.generation.charged.unwrap().amount(), 100);
        scene
    })
    .await;
}

#[tokio::test]
async fn a_plan_that_ended_meanwhile_does_not_count() {
    both(|scene| async move {
        let pro = scene.patron(Plan::Pro).await;
        scene
            .engine
            .set_plan(pro.id, Plan::Free, "for the story".to_owned())
            .await
            .unwrap();
        let wish = [("model", "seedance-2.0"), ("prompt", "a storm")];
        // The page was rendered for a Pro member; the transaction reads what is true now.
        assert!(matches!(
            scene.try_start(&pro, &wish).await,
            Err(StartError::Locked { .. })
        ));
        scene
    })
    .await;
}

#[tokio::test]
async fn pictures_that_were_not_delivered_are_not_charged() {
    both(|scene| async move {
        let ada = scene.patron(Plan::Free).await;
        let before = scene.available(&ada).await;
        let wish = [
            ("model", "flux-schnell"),
            ("prompt", "four birds [sandbox:partial]"),
            ("count", "4"),
        ];
        let birds = scene.start(&ada, &wish).await;
        assert_eq!(scene.held(&ada).await, 20);
        scene.play().await;
        let birds = scene.run(&ada, birds.id).await;
        let delivered = i64::try_from(birds.assets.len()).unwrap();
        assert!((1..4).contains(&delivered));
        assert_eq!(birds.generation.charged.unwrap().amount(), delivered * 5);
        assert_eq!(scene.available(&ada).await, before - delivered * 5);
        scene
    })
    .await;
}

#[tokio::test]
async fn the_seed_is_kept_and_zero_is_one() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let rolled = scene.start(&ada, &PICTURE).await;
        assert!(rolled.order.seed.is_some(), "a result can be made again");
        let wish = [
            ("model", "flux-schnell"),
            ("prompt", "a lighthouse"),
            ("seed", "0"),
        ];
        let zero = scene.start(&ada, &wish).await;
        assert_eq!(zero.order.seed, Some(0));
        scene.play().await;
        let sent: Vec<_> = scene
            .sandbox
            .submits()
            .into_iter()
            .map(|submit| submit.body["input"]["seed"].clone())
            .collect();
        assert!(sent.contains(&serde_json::json!(0)), "{sent:?}");
        scene
    })
    .await;
}

#[tokio::test]
async fn a_frozen_account_spends_nothing() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        scene.freeze(&ada).await;
        let refused = scene.try_start(&ada, &PICTURE).await;
        assert!(matches!(refused, Err(StartError::Frozen)));
        assert_eq!(scene.available(&ada).await, 15);
        scene
    })
    .await;
}
