//! One sample run in every state of its life.
#![expect(
    clippy::expect_used,
    reason = "fixed texts and steps, taken on every run of the tests"
)]

use nexora_core::generation::{Progress, RunBy};
use nexora_core::{
    Asset, Catalog, Failure, Generation, MediaKind, Order, Provider, Refusal, Timestamp,
};

use super::{NOW, ago, id};

/// A `ThumbHash` of a sunset over water.
const PLACEHOLDER: [u8; 25] = [
    0xd5, 0x07, 0x12, 0x1d, 0x04, 0x67, 0x87, 0x8f, 0x77, 0x57, 0x87, 0x48, 0x87, 0x77, 0x87, 0x98,
    0x77, 0x58, 0x09, 0x85, 0x7f, 0x36, 0x48, 0x88, 0x87,
];

/// One run and what its card needs besides.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) name: &'static str,
    pub(super) generation: Generation,
    pub(super) assets: Vec<Asset>,
    pub(super) place: Option<u32>,
}

pub(super) fn works(catalog: &Catalog) -> Vec<Work> {
    let mut works = pending(catalog);
    works.extend(ready(catalog));
    works.extend(without_result(catalog));
    works
}

fn ordered(catalog: &Catalog, number: u64, minutes: i64, pairs: &[(&str, &str)]) -> Generation {
    let order = Order::parse(None, pairs.iter().copied(), catalog).expect("a sample order");
    let quote = order.quote(catalog).expect("a model of the catalog");
    Generation::new(id(number), id(1), order, quote, ago(minutes))
}

fn submitted(generation: Generation, provider: Provider, upstream: &str) -> Generation {
    let run_by = RunBy {
        provider,
        upstream: upstream.to_owned(),
    };
    let at = generation.created_at;
    generation.begin(run_by, at).expect("it was queued")
}

fn running(generation: Generation, progress: Progress) -> Generation {
    let at = generation.created_at;
    submitted(generation, Provider::Fal, "fal-ai/wan-t2v")
        .accept("ticket".to_owned(), at)
        .and_then(|it| it.advance(progress, at))
        .expect("it was submitted")
}

fn pending(catalog: &Catalog) -> Vec<Work> {
    let glass = [
        ("model", "flux-schnell"),
        ("prompt", "A lighthouse made of glass"),
    ];
    let starting = submitted(
        ordered(catalog, 12, 0, &glass),
        Provider::Replicate,
        "black-forest-labs/flux-schnell",
    );
    let saving = rendering(clip(catalog, 16, 1, "Fog rolling over a black sand beach"));
    let lost = submitted(
        clip(catalog, 17, 4, "Ink blooming in water, top light"),
        Provider::Fal,
        "fal-ai/wan-t2v",
    );
    let in_line = clip(catalog, 11, 0, "A paper boat in a storm drain, macro, rain");
    let mut works = vec![
        Work {
            place: Some(2),
            ..waiting("queued", in_line)
        },
        waiting("submitting", starting),
    ];
    works.extend(running_works(catalog));
    works.push(waiting(
        "saving",
        saving.save("urls".to_owned(), NOW).expect("it was running"),
    ));
    let until = Timestamp::from_ms(NOW.as_ms() + 3_600_000);
    works.push(waiting(
        "unknown",
        lost.lose_sight(until, NOW).expect("it was submitted"),
    ));
    works
}

/// What a provider may tell about its progress: how far, how many are before it, or nothing.
fn running_works(catalog: &Catalog) -> Vec<Work> {
    let percent = Progress {
        percent: Some(62),
        queue_position: None,
        line: Some("Denoising, step 31 of 50".to_owned()),
    };
    let third = Progress {
        percent: None,
        queue_position: Some(3),
        line: None,
    };
    let far = clip(
        catalog,
        13,
        1,
        "Golden hour over a mountain lake, slow dolly",
    );
    let near = clip(catalog, 15, 0, "A train crossing a viaduct in snow, aerial");
    let mut stopping = rendering(clip(catalog, 14, 1, "A kite over a salt flat, wide"));
    stopping.cancel_requested = true;
    vec![
        waiting("running, with a percentage", running(far, percent)),
        waiting("running, in the provider's line", running(near, third)),
        waiting("running, asked to stop", stopping),
    ]
}

fn clip(catalog: &Catalog, number: u64, minutes: i64, words: &str) -> Generation {
    let pairs = [("model", "wan-2.1-turbo"), ("prompt", words)];
    ordered(catalog, number, minutes, &pairs)
}

fn rendering(generation: Generation) -> Generation {
    running(generation, Progress::default())
}

fn waiting(name: &'static str, generation: Generation) -> Work {
    Work {
        name,
        generation,
        assets: Vec::new(),
        place: None,
    }
}

fn ready(catalog: &Catalog) -> Vec<Work> {
    let finished = |generation: Generation, provider, upstream: &str| {
        let quote = generation.quote;
        let at = Timestamp::from_ms(generation.created_at.as_ms() + 42_000);
        submitted(generation, provider, upstream)
            .finish(quote.credits, at)
            .expect("it was submitted")
    };
    let clip = finished(
        ordered(
            catalog,
            21,
            9,
            &[
                ("model", "wan-2.1-turbo"),
                (
                    "prompt",
                    "Aurora mirrored in a frozen lake, slow push-in, stars overhead",
                ),
                ("negative_prompt", "people, text"),
                ("seed", "27"),
            ],
        ),
        Provider::Fal,
        "fal-ai/wan-t2v",
    );
    let mut picture = finished(
        ordered(
            catalog,
            22,
            31,
            &[
                ("model", "flux-schnell"),
                (
                    "prompt",
                    "A perfume bottle on a rose plinth, soft studio light, fine drops",
                ),
                ("count", "3"),
            ],
        ),
        Provider::Replicate,
        "black-forest-labs/flux-schnell",
    );
    picture.favourite = true;
    let clip_assets = vec![asset(&clip, 31, (1280, 720))];
    let picture_assets = (0..3)
        .map(|n| asset(&picture, 41 + n, (1024, 1024)))
        .collect();
    let work = |name, generation, assets| Work {
        name,
        generation,
        assets,
        place: None,
    };
    vec![
        work("ready, a clip", clip, clip_assets),
        work(
            "ready, three pictures, a favourite",
            picture,
            picture_assets,
        ),
    ]
}

fn without_result(catalog: &Catalog) -> Vec<Work> {
    let picture = |number, minutes, words| {
        let pairs = [("model", "flux-schnell"), ("prompt", words)];
        submitted(
            ordered(catalog, number, minutes, &pairs),
            Provider::Replicate,
            "black-forest-labs/flux-schnell",
        )
    };
    let ended = |name, generation: Result<Generation, _>| Work {
        name,
        generation: generation.expect("it was submitted"),
        assets: Vec::new(),
        place: None,
    };
    let down = Failure::ProviderDown {
        provider: "Replicate".to_owned(),
    };
    let declined = Refusal {
        provider: "Replicate".to_owned(),
        detail: "the prompt may show a real person".to_owned(),
    };
    vec![
        ended(
            "failed",
            picture(51, 62, "A heron over reeds at dawn").fail(down, ago(61)),
        ),
        ended(
            "refused",
            picture(52, 130, "A famous singer at a press conference").refuse(declined, ago(130)),
        ),
        ended(
            "cancelled",
            picture(53, 1_500, "A city of paper lanterns").cancel(ago(1_499)),
        ),
    ]
}

fn asset(generation: &Generation, number: u64, (width, height): (u32, u32)) -> Asset {
    let kind = generation.order.kind;
    let content_type = match kind {
        MediaKind::Image => "image/webp",
        MediaKind::Video => "video/mp4",
    };
    Asset {
        id: id(number),
        generation: generation.id,
        member: generation.member,
        position: 0,
        kind,
        content_type: content_type.to_owned(),
        key: format!("sample/{number}"),
        size_bytes: 1_840_000,
        width,
        height,
        duration_ms: (kind == MediaKind::Video).then_some(5_000),
        poster_key: Some(format!("sample/{number}-poster")),
        thumbnail_key: Some(format!("sample/{number}-thumb")),
        placeholder: PLACEHOLDER.to_vec(),
        created_at: generation.created_at,
    }
}
