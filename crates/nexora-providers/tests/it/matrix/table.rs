//! What each provider's documentation says about each of its models: where an order goes, the body
//! of a plain one, and the field that each parameter is written to.

use nexora_core::Provider;
use serde_json::{Value, json};

use super::Begins;

pub(super) const PROMPT: &str = "a lake at dawn";
/// Stands for a picture that was brought to the provider, or along with the request.
pub(super) const BROUGHT: &str = "(a picture)";

/// One way to order one model of one provider.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) model: &'static str,
    pub(super) provider: Provider,
    pub(super) begins: Begins,
    pub(super) path: &'static str,
    /// What is sent if nothing but a prompt and pictures was wished for.
    pub(super) body: Value,
    /// Parameter, place in the body, and how its value is written there.
    pub(super) writes: &'static [(&'static str, &'static str, Writes)],
}

/// How a value is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Writes {
    Text,
    Number,
    /// A number that begins elsewhere.
    Plus(u64),
    /// With a unit behind it.
    Followed(&'static str),
    /// Seconds as frames: so many a second, and so many more.
    Frames(u64, u64),
    /// By another name.
    Named(&'static [(&'static str, &'static str)]),
}

use Begins::{Frames, References, Words};
use Provider::{Fal, Higgsfield, OpenAi, Replicate, Runway};
use Writes::{Followed, Named, Number, Plus, Text};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = stills();
    rows.extend(gpt_images());
    rows.extend(wan_and_kling());
    rows.extend(luma_and_seedance());
    rows.extend(runway());
    rows.extend(higgsfield());
    rows
}

const FLUX_SIZES: &[(&str, &str)] = &[
    ("1:1", "square_hd"),
    ("4:3", "landscape_4_3"),
    ("3:4", "portrait_4_3"),
    ("16:9", "landscape_16_9"),
    ("9:16", "portrait_16_9"),
];

fn stills() -> Vec<Row> {
    const NANO_BANANA: &[(&str, &str, Writes)] = &[
        ("prompt", "/prompt", Text),
        ("aspect_ratio", "/aspect_ratio", Text),
        ("resolution", "/resolution", Text),
        ("seed", "/seed", Number),
        ("count", "/num_images", Number),
    ];
    vec![
        Row {
            model: "flux-schnell",
            provider: Replicate,
            begins: Words,
            path: "v1/models/black-forest-labs/flux-schnell/predictions",
            body: json!({ "input": {
                "prompt": PROMPT, "aspect_ratio": "1:1", "num_outputs": 1,
                "output_format": "webp", "output_quality": 95, "go_fast": false,
            }}),
            writes: &[
                ("prompt", "/input/prompt", Text),
                ("aspect_ratio", "/input/aspect_ratio", Text),
                ("seed", "/input/seed", Number),
                ("count", "/input/num_outputs", Number),
            ],
        },
        Row {
            model: "flux-schnell",
            provider: Fal,
            begins: Words,
            path: "fal-ai/flux/schnell",
            body: json!({
                "prompt": PROMPT, "image_size": "square_hd", "num_images": 1,
                "output_format": "png",
            }),
            writes: &[
                ("prompt", "/prompt", Text),
                ("aspect_ratio", "/image_size", Named(FLUX_SIZES)),
                ("seed", "/seed", Number),
                ("count", "/num_images", Number),
            ],
        },
        Row {
            model: "nano-banana-2",
            provider: Fal,
            begins: Words,
            path: "fal-ai/nano-banana-2",
            body: json!({
                "prompt": PROMPT, "num_images": 1, "aspect_ratio": "1:1", "resolution": "1K",
                "output_format": "png",
            }),
            writes: NANO_BANANA,
        },
        Row {
            model: "nano-banana-2",
            provider: Fal,
            begins: References,
            path: "fal-ai/nano-banana-2/edit",
            body: json!({
                "prompt": PROMPT, "num_images": 1, "aspect_ratio": "auto", "resolution": "1K",
                "output_format": "png", "image_urls": vec![BROUGHT; 14],
            }),
            writes: NANO_BANANA,
        },
    ]
}

fn gpt_images() -> Vec<Row> {
    const SIZES: &[(&str, &str)] = &[
        ("1:1", "1024x1024"),
        ("3:2", "1536x1024"),
        ("2:3", "1024x1536"),
    ];
    let models = [
        ("dall-e-2", "gpt-image-2.6-flare", "low"),
        ("dall-e-3", "gpt-image-2.6-sunburst", "high"),
    ];
    let rows = models.into_iter().flat_map(|(model, upstream, quality)| {
        let body = json!({
            "model": upstream, "prompt": PROMPT, "n": 1, "size": "1024x1024",
            "quality": quality, "output_format": "webp", "safety_identifier": "e5f0",
        });
        let mut edit = body.clone();
        edit["image"] = vec![BROUGHT; 16].into();
        let doors = [
            (Words, "v1/images/generations", body),
            (References, "v1/images/edits", edit),
        ];
        doors.map(|(begins, path, body)| Row {
            model,
            provider: OpenAi,
            begins,
            path,
            body,
            writes: &[
                ("prompt", "/prompt", Text),
                ("aspect_ratio", "/size", Named(SIZES)),
                ("count", "/n", Number),
            ],
        })
    });
    rows.collect()
}

fn wan_and_kling() -> Vec<Row> {
    const WAN: &[(&str, &str, Writes)] = &[
        ("prompt", "/prompt", Text),
        ("negative_prompt", "/negative_prompt", Text),
        ("aspect_ratio", "/aspect_ratio", Text),
        ("resolution", "/resolution", Text),
        ("duration", "/num_frames", Writes::Frames(16, 1)),
        ("seed", "/seed", Number),
    ];
    const KLING: &[(&str, &str, Writes)] = &[
        ("prompt", "/prompt", Text),
        ("negative_prompt", "/negative_prompt", Text),
        ("aspect_ratio", "/aspect_ratio", Text),
        ("duration", "/duration", Text),
    ];
    vec![
        Row {
            model: "wan-2.1-turbo",
            provider: Fal,
            begins: Words,
            path: "fal-ai/wan-t2v",
            body: json!({
                "prompt": PROMPT, "aspect_ratio": "16:9", "resolution": "720p",
                "num_frames": 81, "frames_per_second": 16, "turbo_mode": true,
            }),
            writes: WAN,
        },
        Row {
            model: "wan-2.1-turbo",
            provider: Fal,
            begins: Frames,
            path: "fal-ai/wan-i2v",
            body: json!({
                "prompt": PROMPT, "aspect_ratio": "auto", "resolution": "720p",
                "num_frames": 81, "frames_per_second": 16, "image_url": BROUGHT,
            }),
            writes: WAN,
        },
        Row {
            model: "kling-3.0",
            provider: Fal,
            begins: Words,
            path: "fal-ai/kling-video/v3/standard/text-to-video",
            body: json!({ "prompt": PROMPT, "aspect_ratio": "16:9", "duration": "5" }),
            writes: KLING,
        },
        Row {
            model: "kling-3.0",
            provider: Fal,
            begins: Frames,
            path: "fal-ai/kling-video/v3/standard/image-to-video",
            body: json!({
                "prompt": PROMPT, "duration": "5", "start_image_url": BROUGHT,
                "end_image_url": BROUGHT,
            }),
            writes: KLING,
        },
    ]
}

fn luma_and_seedance() -> Vec<Row> {
    const LUMA: &[(&str, &str, Writes)] = &[
        ("prompt", "/prompt", Text),
        ("aspect_ratio", "/aspect_ratio", Text),
        ("resolution", "/resolution", Text),
        ("duration", "/duration", Followed("s")),
    ];
    let luma = |begins, path, more| Row {
        model: "luma-ray-2",
        provider: Fal,
        begins,
        path,
        body: joined(
            json!({
                "prompt": PROMPT, "aspect_ratio": "16:9", "resolution": "540p", "duration": "5s",
            }),
            more,
        ),
        writes: LUMA,
    };
    let seedance = |begins, path, ratio, more| Row {
        model: "seedance-2.0",
        provider: Fal,
        begins,
        path,
        body: joined(
            json!({
                "prompt": PROMPT, "aspect_ratio": ratio, "resolution": "720p", "duration": "5",
                "end_user_id": "e5f0",
            }),
            more,
        ),
        writes: &[
            ("prompt", "/prompt", Text),
            ("aspect_ratio", "/aspect_ratio", Text),
            ("resolution", "/resolution", Text),
            ("duration", "/duration", Text),
        ],
    };
    let between = json!({ "image_url": BROUGHT, "end_image_url": BROUGHT });
    let by = json!({ "image_urls": vec![BROUGHT; 9] });
    let nothing = json!({});
    vec![
        luma(Words, "fal-ai/luma-dream-machine/ray-2", nothing.clone()),
        luma(
            Frames,
            "fal-ai/luma-dream-machine/ray-2/image-to-video",
            between.clone(),
        ),
        seedance(
            Words,
            "bytedance/seedance-2.0/text-to-video",
            "16:9",
            nothing,
        ),
        seedance(
            Frames,
            "bytedance/seedance-2.0/image-to-video",
            "auto",
            between,
        ),
        seedance(
            References,
            "bytedance/seedance-2.0/reference-to-video",
            "16:9",
            by,
        ),
    ]
}

fn runway() -> Vec<Row> {
    const PIXELS: &[(&str, &str)] = &[("16:9", "1280:720"), ("9:16", "720:1280")];
    let direct = |begins, path, more| Row {
        model: "runway-gen-4.5",
        provider: Runway,
        begins,
        path,
        body: joined(
            json!({
                "model": "gen4.5", "promptText": PROMPT, "ratio": "1280:720", "duration": 5,
            }),
            more,
        ),
        writes: &[
            ("prompt", "/promptText", Text),
            ("aspect_ratio", "/ratio", Named(PIXELS)),
            ("duration", "/duration", Number),
            ("seed", "/seed", Number),
        ],
    };
    let elsewhere = |begins, more| Row {
        model: "runway-gen-4.5",
        provider: Replicate,
        begins,
        path: "v1/models/runwayml/gen-4.5/predictions",
        body: json!({ "input": joined(
            json!({ "prompt": PROMPT, "aspect_ratio": "16:9", "duration": 5 }),
            more,
        )}),
        writes: &[
            ("prompt", "/input/prompt", Text),
            ("aspect_ratio", "/input/aspect_ratio", Text),
            ("duration", "/input/duration", Number),
            ("seed", "/input/seed", Number),
        ],
    };
    let first = json!({ "promptImage": [{ "uri": BROUGHT, "position": "first" }] });
    vec![
        direct(Words, "v1/text_to_video", json!({})),
        direct(Frames, "v1/image_to_video", first),
        elsewhere(Words, json!({})),
        elsewhere(Frames, json!({ "image": BROUGHT })),
        Row {
            model: "runway-gwm-1",
            provider: Runway,
            begins: Words,
            path: "v1/avatar_videos",
            body: json!({
                "model": "gwm1_avatars", "speech": { "type": "text", "text": PROMPT },
                "avatar": { "type": "runway-preset", "presetId": "influencer" },
            }),
            writes: &[("prompt", "/speech/text", Text)],
        },
    ]
}

fn higgsfield() -> Vec<Row> {
    let director = |begins, more| Row {
        model: "director",
        provider: Higgsfield,
        begins,
        path: "higgsfield/cinema-studio/4.0",
        body: joined(
            json!({
                "prompt": PROMPT, "aspect_ratio": "16:9", "resolution": "720p", "duration": 5,
            }),
            more,
        ),
        writes: &[
            ("prompt", "/prompt", Text),
            ("aspect_ratio", "/aspect_ratio", Text),
            ("resolution", "/resolution", Text),
            ("duration", "/duration", Number),
        ],
    };
    vec![
        Row {
            model: "soul-2",
            provider: Higgsfield,
            begins: Words,
            path: "higgsfield-ai/soul/v2/standard",
            body: json!({
                "prompt": PROMPT, "aspect_ratio": "4:3", "resolution": "1080p", "batch_size": 1,
            }),
            writes: &[
                ("prompt", "/prompt", Text),
                ("aspect_ratio", "/aspect_ratio", Text),
                ("resolution", "/resolution", Text),
                ("seed", "/seed", Plus(1)),
            ],
        },
        Row {
            model: "higgsfield-dop",
            provider: Higgsfield,
            begins: Frames,
            path: "higgsfield-ai/dop/standard",
            body: json!({ "prompt": PROMPT, "image_url": BROUGHT, "end_image_url": BROUGHT }),
            writes: &[("prompt", "/prompt", Text), ("seed", "/seed", Plus(1))],
        },
        director(Words, json!({})),
        director(References, json!({ "image_urls": vec![BROUGHT; 16] })),
    ]
}

fn joined(mut body: Value, more: Value) -> Value {
    let Value::Object(more) = more else {
        panic!("{more}");
    };
    body.as_object_mut().unwrap().extend(more);
    body
}
