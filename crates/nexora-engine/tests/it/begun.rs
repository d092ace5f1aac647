//! Runs that begin with pictures: brought to whoever makes them, and what happens when they do not
//! arrive.

use nexora_core::{Generation, GenerationState, Member, Plan, Provider};
use nexora_engine::{Tasks, Worker};
use nexora_sandbox::{Cue, Fault, Moment, Provider as Played};
use serde_json::Value;

use crate::scene::{Scene, both};
use crate::uploads::upload;

const GEN_4_5: &str = "runway-gen-4.5";

/// A model, the slots that are filled, who makes it and at which endpoint, and where its request
/// names the first of them.
const RUNS: &[(&str, &[&str], Provider, &str, &str)] = &[
    (
        "wan-2.1-turbo",
        &["first_frame"],
        Provider::Fal,
        "fal-ai/wan-i2v",
        "/image_url",
    ),
    (
        "kling-3.0",
        &["first_frame", "last_frame"],
        Provider::Fal,
        "fal-ai/kling-video/v3/standard/image-to-video",
        "/start_image_url",
    ),
    (
        "nano-banana-2",
        &["references", "references"],
        Provider::Fal,
        "fal-ai/nano-banana-2/edit",
        "/image_urls/0",
    ),
    (
        "dall-e-2",
        &["references", "references"],
        Provider::OpenAi,
        "v1/images/edits",
        "/image/0/file_name",
    ),
    (
        GEN_4_5,
        &["first_frame"],
        Provider::Runway,
        "v1/image_to_video",
        "/promptImage/0/uri",
    ),
    (
        "higgsfield-dop",
        &["first_frame", "last_frame"],
        Provider::Higgsfield,
        "higgsfield-ai/dop/standard",
        "/image_url",
    ),
    (
        "director",
        &["references"],
        Provider::Higgsfield,
        "higgsfield/cinema-studio/4.0",
        "/image_urls/0",
    ),
];

/// Somebody orders a model with a picture of their own in each of these slots.
async fn begin(scene: &Scene, model: &str, slots: &[&str], prompt: &str) -> (Member, Generation) {
    let ada = scene.patron(Plan::Pro).await;
    let mut wish = vec![
        ("model".to_owned(), model.to_owned()),
        ("prompt".to_owned(), prompt.to_owned()),
    ];
    let params = &scene.engine.catalog().find(model).unwrap().params;
    // As small and as short as there is: what is made of it is painted and filmed.
    if let Some(shortest) = params.seconds.iter().min() {
        wish.push(("duration".to_owned(), shortest.to_string()));
    }
    for (slot, shade) in slots.iter().zip([40, 90]) {
        let picture = upload(scene, &ada, [shade, 120, 200]).await;
        wish.push(((*slot).to_owned(), picture.id.to_string()));
    }
    let wish: Vec<(&str, &str)> = wish.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let generation = scene.start(&ada, &wish).await;
    (ada, generation)
}

async fn end_of(scene: &Scene, member: &Member, begun: &Generation) -> Generation {
    scene.play().await;
    scene.run(member, begun.id).await.generation
}

/// It ended, everything is back where it was, and its owner is told why.
async fn assert_given_back(scene: &Scene, member: &Member, ended: &Generation, words: &str) {
    let sentence = match &ended.state {
        GenerationState::Failed(failure) => failure.sentence(),
        GenerationState::Refused(refusal) => refusal.sentence(),
        other => panic!("{other:?}"),
    };
    assert!(sentence.contains(words), "{sentence}");
    assert!(sentence.contains("Nothing was charged."), "{sentence}");
    assert_eq!(scene.held(member).await, 0);
    let price = ended.quote.credits.amount();
    assert!(price > 0 && ended.charged.unwrap().amount() == 0);
}

fn cue(fault: Fault, at: Played) -> Cue {
    Cue::new(fault).during(Moment::Upload).at(at)
}

#[tokio::test]
async fn a_run_that_begins_with_pictures_ends_ready_on_every_wire() {
    both(|scene| async move {
        for (model, slots, provider, path, place) in RUNS {
            let (ada, begun) = begin(&scene, model, slots, "it begins to move").await;
            let ended = end_of(&scene, &ada, &begun).await;
            assert_eq!(ended.state, GenerationState::Ready, "{model}");
            assert_eq!(ended.charged, Some(ended.quote.credits), "{model}");
            assert_eq!(ended.attempt, 1, "{model}");
            assert_eq!(ended.run_by.unwrap().provider, *provider, "{model}");
            let submit = scene.sandbox.submits().pop().unwrap();
            assert_eq!(submit.path, *path, "{model}");
            let named = submit.body.pointer(place).and_then(Value::as_str);
            assert!(named.is_some_and(|name| !name.is_empty()), "{model}");
        }
        scene
    })
    .await;
}

#[tokio::test]
async fn what_a_provider_does_not_want_to_make_of_a_picture_gives_the_credits_back() {
    both(|scene| async move {
        for (model, slots, who) in [
            ("kling-3.0", ["first_frame"], "fal declined"),
            ("dall-e-2", ["references"], "OpenAI declined"),
            ("higgsfield-dop", ["first_frame"], "Higgsfield declined"),
        ] {
            let (ada, begun) = begin(&scene, model, &slots, "a face [sandbox:refuse]").await;
            let ended = end_of(&scene, &ada, &begun).await;
            assert_given_back(&scene, &ada, &ended, who).await;
        }
        scene
    })
    .await;
}

/// Runway is down when the order comes: the picture is brought to Replicate, which makes the clip
/// of it at the same price.
#[tokio::test]
async fn the_picture_goes_along_to_the_route_that_takes_over() {
    both(|scene| async move {
        let prompt = "it moves [sandbox:down@runway]";
        let (ada, begun) = begin(&scene, GEN_4_5, &["first_frame"], prompt).await;
        let ended = end_of(&scene, &ada, &begun).await;
        assert_eq!(ended.state, GenerationState::Ready);
        assert_eq!(ended.charged, Some(begun.quote.credits));
        assert_eq!(ended.run_by.unwrap().provider, Provider::Replicate);
        let submits = scene.sandbox.submits();
        assert_eq!(submits.len(), 1, "nobody else was asked to make it");
        let image = submits[0].body["input"]["image"].as_str().unwrap();
        assert!(image.contains("/v1/files/"), "{image}");
        scene
    })
    .await;
}

#[tokio::test]
async fn a_picture_that_cannot_be_brought_goes_elsewhere_and_nobody_is_paid() {
    both(|scene| async move {
        let script = scene.sandbox.script();
        script.push(cue(Fault::Down, Played::Runway));
        let (ada, begun) = begin(&scene, GEN_4_5, &["first_frame"], "it moves").await;
        let ended = end_of(&scene, &ada, &begun).await;
        assert_eq!(ended.state, GenerationState::Ready);
        assert_eq!(ended.run_by.unwrap().provider, Provider::Replicate);
        assert_eq!(scene.sandbox.submits().len(), 1);

        // The connection breaks: it is brought again, and the order is sent once.
        script.push(cue(Fault::Lost, Played::Fal));
        let (bob, begun) = begin(&scene, "kling-3.0", &["first_frame"], "it moves").await;
        let ended = end_of(&scene, &bob, &begun).await;
        assert_eq!(ended.state, GenerationState::Ready);
        assert_eq!(ended.attempt, 2);
        assert_eq!(scene.sandbox.submits().len(), 2);
        scene
    })
    .await;
}

#[tokio::test]
async fn a_picture_that_arrives_nowhere_gives_the_credits_back() {
    both(|scene| async move {
        let script = scene.sandbox.script();
        for (model, fault, provider, words) in [
            ("kling-3.0", Fault::Down, Played::Fal, "not be reached"),
            (
                "wan-2.1-turbo",
                Fault::Auth,
                Played::Fal,
                "operator's attention",
            ),
            (
                "higgsfield-dop",
                Fault::Broke,
                Played::Higgsfield,
                "operator's attention",
            ),
        ] {
            script.push(cue(fault, provider).times(20));
            let (ada, begun) = begin(&scene, model, &["first_frame"], "it moves").await;
            let ended = end_of(&scene, &ada, &begun).await;
            assert_given_back(&scene, &ada, &ended, words).await;
            script.clear();
        }
        assert_eq!(scene.sandbox.submits().len(), 0);
        scene
    })
    .await;
}

/// Nothing has been handed over while a picture is on its way, and everybody can see that.
#[tokio::test]
async fn a_crash_while_a_picture_is_brought_is_no_riddle() {
    both(|mut scene| async move {
        scene.sandbox.script().push(cue(Fault::Stuck, Played::Fal));
        let (ada, begun) = begin(&scene, "kling-3.0", &["first_frame"], "it moves").await;
        let crash = async {
            while !scene.sandbox.script().is_played_out() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            worked = scene.worker.step() => panic!("{worked:?}"),
            () = crash => {}
        }
        let left = scene.run(&ada, begun.id).await.generation;
        assert_eq!((left.state, left.attempt), (GenerationState::Queued, 0));
        scene.worker = Worker::new(scene.engine.clone(), Tasks::new());
        let ended = end_of(&scene, &ada, &begun).await;
        assert_eq!(ended.state, GenerationState::Ready);
        assert_eq!(scene.sandbox.submits().len(), 1);
        scene
    })
    .await;
}

/// Replicate is asked for what it may have taken: by the words, and by whose picture it was.
#[tokio::test]
async fn a_lost_clip_of_a_picture_is_found() {
    both(|scene| async move {
        let prompt = "it moves [sandbox:down@runway] [sandbox:ambiguous@replicate]";
        let (ada, first) = begin(&scene, GEN_4_5, &["first_frame"], prompt).await;
        let (bob, second) = begin(&scene, GEN_4_5, &["first_frame"], prompt).await;
        let one = end_of(&scene, &ada, &first).await;
        let other = end_of(&scene, &bob, &second).await;
        assert_eq!(one.state, GenerationState::Ready);
        assert_eq!(other.state, GenerationState::Ready);
        assert_ne!(
            one.ticket, other.ticket,
            "each has the clip of their own picture"
        );
        assert_eq!(scene.sandbox.submits().len(), 2);
        scene
    })
    .await;
}
