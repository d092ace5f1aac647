//! A route in trouble: what the creator pays, how many providers end up paid, and whom the receipt
//! names.

use std::time::Duration;

use nexora_core::{Credits, GenerationState, Plan, Provider};

use crate::scene::both;

/// What the first route does, and what comes of it.
struct Trouble {
    model: &'static str,
    word: &'static str,
    /// Who made it; `None` if the credits came back.
    made_by: Option<Provider>,
    /// How many providers took the order, and may be paid.
    taken: usize,
}

const fn trouble(
    model: &'static str,
    word: &'static str,
    made_by: Option<Provider>,
    taken: usize,
) -> Trouble {
    Trouble {
        model,
        word,
        made_by,
        taken,
    }
}

const FLUX: &str = "flux-schnell";
const GEN_4_5: &str = "runway-gen-4.5";
const FAL: Option<Provider> = Some(Provider::Fal);
const REPLICATE: Option<Provider> = Some(Provider::Replicate);

/// Longer than any route is given a rest: one trouble is not to be told by the one before.
const RESTED: Duration = Duration::from_secs(901);

const TROUBLES: &[Trouble] = &[
    // Down, out of funds, or with a key that is not taken: the next route, at the same price.
    trouble(FLUX, "[sandbox:down@replicate]", FAL, 1),
    trouble(FLUX, "[sandbox:broke@replicate]", FAL, 1),
    trouble(FLUX, "[sandbox:auth@replicate]", FAL, 1),
    trouble(GEN_4_5, "[sandbox:down@runway]", REPLICATE, 1),
    trouble(GEN_4_5, "[sandbox:broke@runway]", REPLICATE, 1),
    // No room: the same route, a little later.
    trouble(FLUX, "[sandbox:busy*2@replicate]", REPLICATE, 1),
    // It took the order and is slow. Nobody else is asked: two would be paid.
    trouble(FLUX, "[sandbox:stuck@replicate]", None, 1),
    trouble(GEN_4_5, "[sandbox:stuck@runway]", None, 1),
    // It took the order and did not say so. Where it can be asked, it is found.
    trouble(FLUX, "[sandbox:ambiguous@replicate]", REPLICATE, 1),
    // It may have taken the order and cannot be asked: the one case in which a provider may be
    // paid for what nobody gets. The creator is not.
    trouble(GEN_4_5, "[sandbox:ambiguous@runway]", None, 1),
    trouble(FLUX, "[sandbox:lost@replicate]", None, 0),
    // Both are in trouble.
    trouble(FLUX, "[sandbox:down]", None, 0),
    trouble(
        FLUX,
        "[sandbox:down@replicate] [sandbox:ambiguous@fal]",
        None,
        1,
    ),
];

#[tokio::test]
async fn nobody_pays_more_than_the_quote_and_one_provider_is_paid() {
    both(|scene| async move {
        for Trouble {
            model,
            word,
            made_by,
            taken,
        } in TROUBLES
        {
            let told = format!("{model} {word}");
            scene.clock.advance(RESTED);
            let ada = scene.patron(Plan::Pro).await;
            let before = scene.available(&ada).await;
            let prompt = format!("a quiet harbour {word}");
            let wish = [("model", *model), ("prompt", &prompt), ("seed", "7")];
            let taken_before = scene.sandbox.submits().len();
            let id = scene.start(&ada, &wish).await.id;
            scene.play().await;
            let receipt = scene.engine.receipt(ada.id, id).await.unwrap().unwrap();
            let run = receipt.run.generation;
            let quote = run.quote.credits.amount();
            let charged = made_by.map_or(0, |_| quote);
            assert_eq!(
                run.state == GenerationState::Ready,
                made_by.is_some(),
                "{told}"
            );
            assert_eq!(run.charged.map(Credits::amount), Some(charged), "{told}");
            assert_eq!(before - scene.available(&ada).await, charged, "{told}");
            assert_eq!(
                scene.sandbox.submits().len() - taken_before,
                *taken,
                "{told}"
            );
            if let Some(maker) = made_by {
                let named = run.run_by.map(|it| it.provider);
                assert_eq!(named, Some(*maker), "{told}");
            }
        }
        scene
    })
    .await;
}
