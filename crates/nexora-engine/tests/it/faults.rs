//! Every way a provider can fail, how it ends, and where the credits are afterwards.

use nexora_core::{Credits, GenerationState, Plan, Provider};

use crate::scene::{Scene, both};

/// A wish, what becomes of it, and a piece of the sentence its owner reads.
struct Case {
    model: &'static str,
    word: &'static str,
    state: &'static str,
    sentence: &'static str,
}

const fn case(
    model: &'static str,
    word: &'static str,
    state: &'static str,
    sentence: &'static str,
) -> Case {
    Case {
        model,
        word,
        state,
        sentence,
    }
}

const CASES: &[Case] = &[
    // The provider says no.
    case(
        "wan-2.1-turbo",
        "[sandbox:refuse]",
        "refused",
        "fal declined",
    ),
    case(
        "flux-schnell",
        "[sandbox:refuse]",
        "refused",
        "Replicate declined",
    ),
    case(
        "flux-schnell",
        "[sandbox:nsfw]",
        "refused",
        "Replicate declined",
    ),
    case(
        "flux-schnell",
        "[sandbox:down@replicate] [sandbox:nsfw@fal]",
        "refused",
        "fal declined",
    ),
    case("dall-e-2", "[sandbox:nsfw]", "refused", "OpenAI declined"),
    case(
        "runway-gen-4.5",
        "[sandbox:refuse]",
        "refused",
        "Runway declined",
    ),
    case(
        "runway-gwm-1",
        "[sandbox:nsfw]",
        "refused",
        "Runway declined",
    ),
    case(
        "runway-gen-4.5",
        "[sandbox:down@runway] [sandbox:nsfw@replicate]",
        "refused",
        "Replicate declined",
    ),
    case("soul-2", "[sandbox:nsfw]", "refused", "Higgsfield declined"),
    case(
        "director",
        "[sandbox:refuse]",
        "refused",
        "Higgsfield declined",
    ),
    // It has trouble that passes.
    case("wan-2.1-turbo", "[sandbox:busy]", "ready", ""),
    case("flux-schnell", "[sandbox:busy@replicate]", "ready", ""),
    case("dall-e-2", "[sandbox:busy]", "ready", ""),
    case("wan-2.1-turbo", "[sandbox:poll-busy]", "ready", ""),
    case("wan-2.1-turbo", "[sandbox:poll-down]", "ready", ""),
    case("wan-2.1-turbo", "[sandbox:poll-lost]", "ready", ""),
    case("wan-2.1-turbo", "[sandbox:poll-garbage]", "ready", ""),
    case("flux-schnell", "[sandbox:download-down]", "ready", ""),
    case("flux-schnell", "[sandbox:download-lost]", "ready", ""),
    case("flux-schnell", "[sandbox:oddtype]", "ready", ""),
    case("runway-gen-4.5", "[sandbox:busy@runway]", "ready", ""),
    case("runway-gen-4.5", "[sandbox:poll-auth]", "ready", ""),
    case("runway-gen-4.5", "[sandbox:poll-busy]", "ready", ""),
    case("runway-gen-4.5", "[sandbox:poll-down]", "ready", ""),
    case("runway-gen-4.5", "[sandbox:poll-lost]", "ready", ""),
    case("runway-gen-4.5", "[sandbox:poll-garbage]", "ready", ""),
    case("runway-gen-4.5", "[sandbox:download-lost]", "ready", ""),
    case("soul-2", "[sandbox:busy]", "ready", ""),
    case("soul-2", "[sandbox:poll-auth]", "ready", ""),
    case("soul-2", "[sandbox:poll-busy]", "ready", ""),
    case("soul-2", "[sandbox:poll-down]", "ready", ""),
    case("soul-2", "[sandbox:poll-lost]", "ready", ""),
    case("soul-2", "[sandbox:poll-garbage]", "ready", ""),
    case("soul-2", "[sandbox:download-down]", "ready", ""),
    case("soul-2", "[sandbox:oddtype]", "ready", ""),
    // Another route takes over.
    case("flux-schnell", "[sandbox:broke@replicate]", "ready", ""),
    case("flux-schnell", "[sandbox:auth@replicate]", "ready", ""),
    case("runway-gen-4.5", "[sandbox:broke@runway]", "ready", ""),
    case("runway-gen-4.5", "[sandbox:auth@runway]", "ready", ""),
    case("runway-gen-4.5", "[sandbox:down@runway]", "ready", ""),
    // It does not pass.
    case(
        "wan-2.1-turbo",
        "[sandbox:busy*99]",
        "failed",
        "no free place",
    ),
    case(
        "wan-2.1-turbo",
        "[sandbox:broke]",
        "failed",
        "operator's attention",
    ),
    case(
        "flux-schnell",
        "[sandbox:broke]",
        "failed",
        "operator's attention",
    ),
    case(
        "dall-e-2",
        "[sandbox:broke]",
        "failed",
        "operator's attention",
    ),
    case(
        "wan-2.1-turbo",
        "[sandbox:auth]",
        "failed",
        "operator's attention",
    ),
    case(
        "wan-2.1-turbo",
        "[sandbox:fail]",
        "failed",
        "could not finish",
    ),
    case(
        "flux-schnell",
        "[sandbox:fail]",
        "failed",
        "could not finish",
    ),
    case(
        "wan-2.1-turbo",
        "[sandbox:stuck]",
        "failed",
        "longer than we wait",
    ),
    case(
        "flux-schnell",
        "[sandbox:wrongtype]",
        "failed",
        "not a picture",
    ),
    case(
        "flux-schnell",
        "[sandbox:huge]",
        "failed",
        "could not be kept",
    ),
    case(
        "flux-schnell",
        "[sandbox:expired]",
        "failed",
        "deleted the result",
    ),
    case(
        "runway-gwm-1",
        "[sandbox:busy*99]",
        "failed",
        "no free place",
    ),
    case("director", "[sandbox:busy*99]", "failed", "no free place"),
    case(
        "runway-gen-4.5",
        "[sandbox:broke]",
        "failed",
        "operator's attention",
    ),
    case(
        "runway-gwm-1",
        "[sandbox:auth]",
        "failed",
        "operator's attention",
    ),
    case(
        "director",
        "[sandbox:broke]",
        "failed",
        "operator's attention",
    ),
    case("soul-2", "[sandbox:auth]", "failed", "operator's attention"),
    case(
        "runway-gwm-1",
        "[sandbox:fail]",
        "failed",
        "could not finish",
    ),
    case(
        "runway-gen-4.5",
        "[sandbox:partial]",
        "failed",
        "could not finish",
    ),
    case("director", "[sandbox:fail]", "failed", "could not finish"),
    case(
        "runway-gen-4.5",
        "[sandbox:stuck]",
        "failed",
        "longer than we wait",
    ),
    case(
        "director",
        "[sandbox:stuck]",
        "failed",
        "longer than we wait",
    ),
    case("soul-2", "[sandbox:wrongtype]", "failed", "not a picture"),
    case("soul-2", "[sandbox:huge]", "failed", "could not be kept"),
    case(
        "runway-gwm-1",
        "[sandbox:expired]",
        "failed",
        "deleted the result",
    ),
    case(
        "soul-2",
        "[sandbox:expired]",
        "failed",
        "deleted the result",
    ),
    // Nobody knows.
    case(
        "wan-2.1-turbo",
        "[sandbox:ambiguous]",
        "failed",
        "never said",
    ),
    case("wan-2.1-turbo", "[sandbox:lost]", "failed", "never said"),
    case("wan-2.1-turbo", "[sandbox:garbage]", "failed", "never said"),
    case("dall-e-2", "[sandbox:ambiguous]", "failed", "never said"),
    case(
        "runway-gen-4.5",
        "[sandbox:ambiguous@runway]",
        "failed",
        "never said",
    ),
    case("runway-gwm-1", "[sandbox:lost]", "failed", "never said"),
    case(
        "runway-gen-4.5",
        "[sandbox:garbage@runway]",
        "failed",
        "never said",
    ),
    case("director", "[sandbox:ambiguous]", "failed", "never said"),
    case("soul-2", "[sandbox:lost]", "failed", "never said"),
    case("soul-2", "[sandbox:garbage]", "failed", "never said"),
    // Nobody knows, but the provider can be asked.
    case(
        "runway-gen-4.5",
        "[sandbox:down@runway] [sandbox:ambiguous@replicate]",
        "ready",
        "",
    ),
    case("flux-schnell", "[sandbox:ambiguous]", "ready", ""),
];

#[tokio::test]
async fn every_fault_ends_as_designed_with_the_credits_where_they_belong() {
    both(|scene| async move {
        for case in CASES {
            check(&scene, case).await;
        }
        scene
    })
    .await;
}

async fn check(scene: &Scene, case: &Case) {
    let told = format!("{} {}", case.model, case.word);
    let ada = scene.patron(Plan::Pro).await;
    let before = scene.available(&ada).await;
    let prompt = format!("a quiet harbour {}", case.word);
    let mut wish = vec![("model", case.model), ("prompt", prompt.as_str())];
    let model = scene.engine.catalog().find(case.model).unwrap();
    if model.params.seed_max.is_some() {
        // The same picture each time: it is painted once.
        wish.push(("seed", "7"));
    }
    let id = scene.start(&ada, &wish).await.id;
    scene.play().await;

    let run = scene.run(&ada, id).await;
    let generation = run.generation;
    assert_eq!(
        generation.state.slug(),
        case.state,
        "{told}: {:?}",
        generation.state
    );
    let charged = if case.state == "ready" {
        generation.quote.credits
    } else {
        Credits::ZERO
    };
    assert_eq!(generation.charged, Some(charged), "{told}");
    assert_eq!(run.assets.is_empty(), case.state != "ready", "{told}");
    assert_eq!(scene.held(&ada).await, 0, "{told}");
    assert_eq!(
        scene.available(&ada).await,
        before - charged.amount(),
        "{told}"
    );
    let sentence = match &generation.state {
        GenerationState::Failed(failure) => failure.sentence(),
        GenerationState::Refused(refusal) => refusal.sentence(),
        _ => String::new(),
    };
    assert!(sentence.contains(case.sentence), "{told}: {sentence}");
    if case.state != "ready" {
        assert!(
            sentence.contains("Nothing was charged."),
            "{told}: {sentence}"
        );
    }
}

#[tokio::test]
async fn the_receipt_names_the_route_that_took_over() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let wish = [
            ("model", "flux-schnell"),
            ("prompt", "a pier [sandbox:down@replicate]"),
        ];
        let pier = scene.start(&ada, &wish).await;
        scene.play().await;
        let pier = scene.run(&ada, pier.id).await.generation;
        assert_eq!(pier.run_by.unwrap().provider, Provider::Fal);
        assert_eq!(
            pier.charged,
            Some(pier.quote.credits),
            "the price stays the quote"
        );
        scene
    })
    .await;
}

#[tokio::test]
async fn a_clip_that_runway_cannot_pay_for_is_made_by_replicate_at_the_same_price() {
    both(|scene| async move {
        let ada = scene.patron(Plan::Pro).await;
        let wish = [
            ("model", "runway-gen-4.5"),
            ("prompt", "a pier [sandbox:broke@runway]"),
            ("duration", "10"),
            ("seed", "7"),
        ];
        let pier = scene.start(&ada, &wish).await;
        scene.play().await;
        let pier = scene.run(&ada, pier.id).await.generation;
        assert_eq!(pier.run_by.unwrap().provider, Provider::Replicate);
        assert_eq!(pier.charged, Some(Credits::new(70)));
        scene
    })
    .await;
}

#[tokio::test]
async fn an_outage_that_ends_delivers_late_and_one_that_does_not_gives_back() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let wish = [
            ("model", "wan-2.1-turbo"),
            ("prompt", "a pier [sandbox:down*2]"),
        ];
        let late = scene.start(&ada, &wish).await;
        scene.play().await;
        let late = scene.run(&ada, late.id).await.generation;
        assert_eq!(late.state, GenerationState::Ready);
        assert_eq!(late.attempt, 3);

        let bob = scene.newcomer().await;
        let wish = [
            ("model", "wan-2.1-turbo"),
            ("prompt", "a pier [sandbox:down]"),
        ];
        let never = scene.start(&bob, &wish).await;
        scene.play().await;
        assert_eq!(
            scene.run(&bob, never.id).await.generation.state.slug(),
            "failed"
        );
        assert_eq!(scene.available(&bob).await, 15);
        scene
    })
    .await;
}

#[tokio::test]
async fn two_lost_twins_are_both_found() {
    both(|scene| async move {
        let ada = scene.newcomer().await;
        let wish = [
            ("model", "flux-schnell"),
            ("prompt", "twins [sandbox:ambiguous]"),
            ("seed", "7"),
        ];
        let twins = [
            scene.start(&ada, &wish).await.id,
            scene.start(&ada, &wish).await.id,
        ];
        scene.play().await;
        for id in twins {
            let twin = scene.run(&ada, id).await.generation;
            assert_eq!(twin.state, GenerationState::Ready);
        }
        assert_eq!(scene.available(&ada).await, 5);
        scene
    })
    .await;
}
