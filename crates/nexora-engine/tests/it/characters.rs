//! Characters: made from pictures of somebody who agreed, trained once, deleted everywhere.

use nexora_core::character::{ATTEMPTS_MAX, Setback};
use nexora_core::{
    Character, CharacterName, CharacterState, Generation, GenerationState, Member, Order, Plan,
};
use nexora_engine::{CHARACTERS_MAX, Casting, CharacterError, StartError};
use nexora_sandbox::{Cue, Fault, Provider};
use std::time::Duration;

use crate::scene::{Scene, both};
use crate::uploads::{is_stored, upload};

/// Somebody made of pictures of these colours, which their maker brings.
async fn casting(scene: &Scene, member: &Member, name: &str, colours: &[u8]) -> Casting {
    let mut pictures = Vec::new();
    for colour in colours {
        pictures.push(upload(scene, member, [*colour, 90, 70]).await.id);
    }
    Casting {
        name: CharacterName::parse(name).unwrap(),
        pictures,
        has_consent: true,
    }
}

async fn try_cast(
    scene: &Scene,
    member: &Member,
    name: &str,
    colours: &[u8],
) -> Result<Character, CharacterError> {
    let casting = casting(scene, member, name, colours).await;
    scene.engine.cast(member, casting).await
}

async fn cast(scene: &Scene, member: &Member) -> Character {
    try_cast(scene, member, "Ada", &[1, 2, 3]).await.unwrap()
}

async fn now(scene: &Scene, one: &Character) -> Character {
    let found = scene.engine.character(one.member, one.id).await.unwrap();
    found.unwrap()
}

/// How often a training was handed over, and what was said.
fn trainings(scene: &Scene) -> Vec<serde_json::Value> {
    let submits = scene.sandbox.submits().into_iter();
    let trainings = submits.filter(|submit| submit.path == "v1/custom-references");
    trainings.map(|submit| submit.body).collect()
}

async fn order_still(
    scene: &Scene,
    member: &Member,
    one: &Character,
) -> Result<Generation, StartError> {
    let id = one.id.to_string();
    let wish = [
        ("model", "soul-2"),
        ("prompt", "Ada on a pier"),
        ("character", id.as_str()),
    ];
    let started = scene.try_start(member, &wish).await;
    started.map(|started| started.generation)
}

/// Everybody the provider knows.
async fn known_there(scene: &Scene) -> usize {
    let provider = scene.engine.providers().caster().unwrap();
    provider.caster().unwrap().trainees().await.unwrap().len()
}

fn strike(scene: &Scene, fault: Fault, times: u32) {
    let cue = Cue::new(fault).at(Provider::Higgsfield).times(times);
    scene.sandbox.script().push(cue);
}

#[tokio::test]
async fn a_character_is_trained_and_is_in_a_still() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        let ada = cast(&scene, &eve).await;
        let early = order_still(&scene, &eve, &ada).await.unwrap_err();
        assert!(
            early
                .to_string()
                .contains("Ada is not trained yet. Nothing was charged")
        );
        scene.play().await;
        let ada = now(&scene, &ada).await;
        assert_eq!((&ada.state, ada.attempt), (&CharacterState::Ready, 1));
        let handed_over = trainings(&scene);
        assert_eq!(handed_over.len(), 1);
        assert_eq!(handed_over[0]["input_images"].as_array().unwrap().len(), 3);
        assert_eq!(handed_over[0]["name"], ada.label());
        let still = order_still(&scene, &eve, &ada).await.unwrap();
        scene.play().await;
        let run = scene.run(&eve, still.id).await;
        assert_eq!(run.generation.state, GenerationState::Ready);
        let submits = scene.sandbox.submits();
        let said = &submits.last().unwrap().body;
        assert_eq!(said["custom_reference_id"], *ada.upstream.as_ref().unwrap());
        assert_eq!(said["custom_reference_strength"], 1.0);
        let again = Order::clone(&run.generation.order);
        assert_eq!(again.character, Some(ada.id), "a remix is with her, too");
        assert_eq!(scene.available(&eve).await, 10_015 - 10);
        scene
    })
    .await;
}

#[tokio::test]
async fn nobody_is_made_without_right_and_consent() {
    both(|scene| async move {
        let growth = scene.patron(Plan::Growth).await;
        let refused = try_cast(&scene, &growth, "Ada", &[1]).await.unwrap_err();
        assert!(
            matches!(refused, CharacterError::Locked(Plan::Pro)),
            "{refused}"
        );
        assert!(refused.to_string().contains("Nothing was charged"));
        let pro = scene.patron(Plan::Pro).await;
        let without = Casting {
            has_consent: false,
            ..casting(&scene, &pro, "Ada", &[1]).await
        };
        let refused = scene.engine.cast(&pro, without).await.unwrap_err();
        assert!(matches!(refused, CharacterError::NoConsent));
        for colours in [&[][..], &[1; 21]] {
            let refused = try_cast(&scene, &pro, "Ada", colours).await;
            assert!(matches!(refused, Err(CharacterError::PictureCount)));
        }
        let stolen = casting(&scene, &growth, "Ada", &[1]).await;
        let refused = scene.engine.cast(&pro, stolen).await;
        assert!(matches!(refused, Err(CharacterError::PictureGone)));
        assert_eq!(scene.engine.characters(pro.id).await.unwrap(), []);
        let kept = scene.engine.upload_room().kept;
        scene.play_for(kept + Duration::from_secs(60)).await;
        assert_eq!(scene.engine.uploads(pro.id, 10).await.unwrap(), []);
        assert_eq!(trainings(&scene).len(), 0);
        scene
    })
    .await;
}

#[tokio::test]
async fn a_character_is_its_makers_alone() {
    both(|scene| async move {
        let (eve, bob) = (scene.patron(Plan::Pro).await, scene.patron(Plan::Pro).await);
        let ada = cast(&scene, &eve).await;
        scene.play().await;
        assert_eq!(scene.engine.character(bob.id, ada.id).await.unwrap(), None);
        assert_eq!(scene.engine.faces(bob.id, ada.id).await.unwrap(), []);
        assert!(!scene.engine.delete_character(bob.id, ada.id).await.unwrap());
        let refused = order_still(&scene, &bob, &ada).await.unwrap_err();
        assert!(matches!(refused, StartError::NoCharacter), "{refused}");
        // Whoever steps down keeps her, and cannot use her.
        let stepped_down = "stepped down".to_owned();
        let given = scene.engine.set_plan(eve.id, Plan::Growth, stepped_down);
        given.await.unwrap();
        let refused = order_still(&scene, &eve, &ada).await.unwrap_err();
        assert!(matches!(refused, StartError::Locked { .. }), "{refused}");
        scene
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_never_sent_again() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        strike(&scene, Fault::Ambiguous, 1);
        let ada = cast(&scene, &eve).await;
        scene.play().await;
        let ada = now(&scene, &ada).await;
        assert_eq!((&ada.state, ada.attempt), (&CharacterState::Ready, 1));
        assert_eq!(trainings(&scene).len(), 1);
        scene
    })
    .await;
}

#[tokio::test]
async fn a_training_nobody_knows_of_fails_in_a_sentence_and_can_be_tried_again() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        strike(&scene, Fault::Lost, 1);
        let ada = cast(&scene, &eve).await;
        scene.play_for(Duration::from_secs(300)).await;
        assert_eq!(now(&scene, &ada).await.state, CharacterState::Submitting);
        scene.play().await;
        let failed = now(&scene, &ada).await;
        assert_eq!(failed.state, CharacterState::Failed(Setback::Unresolved));
        let again = scene.engine.train_again(&eve, ada.id).await.unwrap();
        assert_eq!(again.state, CharacterState::Queued);
        scene.play().await;
        assert_eq!(now(&scene, &ada).await.state, CharacterState::Ready);
        let refused = scene.engine.train_again(&eve, ada.id).await;
        assert!(matches!(refused, Err(CharacterError::NoRetry)));
        scene
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_is_down_for_a_moment_is_asked_again() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        strike(&scene, Fault::Busy, 1);
        let ada = cast(&scene, &eve).await;
        scene.play().await;
        let ada = now(&scene, &ada).await;
        assert_eq!((&ada.state, ada.attempt), (&CharacterState::Ready, 2));
        strike(&scene, Fault::Broke, 1);
        let bea = try_cast(&scene, &eve, "Bea", &[9]).await.unwrap();
        scene.play().await;
        let failed = now(&scene, &bea).await.state;
        assert_eq!(failed, CharacterState::Failed(Setback::Account));
        scene
    })
    .await;
}

#[tokio::test]
async fn a_face_that_cannot_be_learnt_is_tried_so_often() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        strike(&scene, Fault::Fail, ATTEMPTS_MAX);
        let ada = cast(&scene, &eve).await;
        for attempt in 1..=ATTEMPTS_MAX {
            scene.play().await;
            let failed = now(&scene, &ada).await;
            assert_eq!(failed.attempt, attempt);
            let CharacterState::Failed(why) = &failed.state else {
                panic!("{failed:?}");
            };
            assert!(why.sentence().contains("No face was found"), "{why:?}");
            let again = scene.engine.train_again(&eve, ada.id).await;
            assert_eq!(again.is_ok(), attempt < ATTEMPTS_MAX);
        }
        scene
    })
    .await;
}

#[tokio::test]
async fn a_crash_between_writing_down_and_hearing_back_is_survived() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        strike(&scene, Fault::Ambiguous, 1);
        let ada = cast(&scene, &eve).await;
        scene.worker.step().await.unwrap();
        // The node that handed her over is gone; what is written down is all there is.
        assert_eq!(now(&scene, &ada).await.state, CharacterState::Submitting);
        let other = nexora_engine::Worker::new(scene.engine.clone(), nexora_engine::Tasks::new());
        other.step().await.unwrap();
        scene.play().await;
        assert_eq!(now(&scene, &ada).await.state, CharacterState::Ready);
        assert_eq!(trainings(&scene).len(), 1);
        scene
    })
    .await;
}

#[tokio::test]
async fn whoever_is_deleted_is_deleted_everywhere() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        let ada = cast(&scene, &eve).await;
        scene.play().await;
        let faces = scene.engine.faces(eve.id, ada.id).await.unwrap();
        assert_eq!(faces.len(), 3);
        assert_eq!(known_there(&scene).await, 1);
        let waiting = order_still(&scene, &eve, &ada).await.unwrap();
        assert!(scene.engine.delete_character(eve.id, ada.id).await.unwrap());
        assert!(!scene.engine.delete_character(eve.id, ada.id).await.unwrap());
        scene.play().await;
        assert_eq!(known_there(&scene).await, 0);
        for face in faces {
            assert!(!is_stored(&scene, &face.key).await);
            assert!(!is_stored(&scene, &face.thumbnail_key).await);
        }
        assert_eq!(scene.engine.uploads(eve.id, 9).await.unwrap(), []);
        let run = scene.run(&eve, waiting.id).await;
        let GenerationState::Failed(why) = run.generation.state else {
            panic!("{:?}", run.generation.state);
        };
        assert!(
            why.sentence().contains("character was deleted"),
            "{}",
            why.sentence()
        );
        assert_eq!(scene.available(&eve).await, 10_015);
        scene
    })
    .await;
}

#[tokio::test]
async fn who_is_deleted_in_training_is_deleted_there_as_soon_as_it_lets_us() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        strike(&scene, Fault::Ambiguous, 1);
        let ada = cast(&scene, &eve).await;
        scene.worker.step().await.unwrap();
        scene.engine.farewell(&eve).await.unwrap();
        assert_eq!(scene.engine.character(eve.id, ada.id).await.unwrap(), None);
        scene.play().await;
        assert_eq!(known_there(&scene).await, 0);
        scene
    })
    .await;
}

#[tokio::test]
async fn there_are_so_many_in_thirty_days() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        for number in 0..CHARACTERS_MAX {
            // The same picture: uploads are limited, too.
            let name = format!("Ada {number}");
            let one = try_cast(&scene, &eve, &name, &[1]).await.unwrap();
            if number % 2 == 0 {
                scene.engine.delete_character(eve.id, one.id).await.unwrap();
            }
        }
        let one_more = try_cast(&scene, &eve, "Bea", &[1]).await;
        assert!(matches!(one_more, Err(CharacterError::TooMany)));
        scene.play().await;
        scene.play_for(Duration::from_secs(31 * 86_400)).await;
        let one_more = try_cast(&scene, &eve, "Bea", &[1]).await;
        assert!(one_more.is_ok());
        scene.play().await;
        scene
    })
    .await;
}

#[tokio::test]
async fn a_directed_shot_is_filmed_as_it_was_told() {
    both(|scene| async move {
        let eve = scene.patron(Plan::Pro).await;
        let ada = cast(&scene, &eve).await;
        scene.play().await;
        let id = ada.id.to_string();
        let wish = [
            ("model", "director"),
            ("prompt", "Ada turns around"),
            ("character", id.as_str()),
            ("move", "crash-zoom-in"),
            ("move_strength", "60"),
            ("light", "contre-jour"),
            ("pace", "calm"),
        ];
        let shot = scene.start(&eve, &wish).await;
        assert_eq!(shot.quote.credits.amount(), 120);
        scene.play().await;
        let run = scene.run(&eve, shot.id).await;
        assert_eq!(run.generation.state, GenerationState::Ready);
        assert_eq!(run.generation.order.prompt.as_str(), "Ada turns around");
        let submits = scene.sandbox.submits();
        let said = &submits.last().unwrap().body;
        assert_eq!(said["camera_movement"], "crush-zoom");
        assert_eq!(said["light"], "contre-jour");
        assert_eq!(said["pacing"], "calm");
        let prompt = "Ada turns around The crash zoom in of the camera is gentle.";
        assert_eq!(said["prompt"], prompt);
        assert_eq!(said["image_urls"].as_array().unwrap().len(), 3);
        assert_eq!(scene.available(&eve).await, 10_015 - 120);
        let growth = scene.patron(Plan::Growth).await;
        let refused = scene.try_start(&growth, &wish[..2]).await.unwrap_err();
        assert!(matches!(refused, StartError::Locked { .. }), "{refused}");
        scene
    })
    .await;
}
