//! The fields of each endpoint's input.
//!
//! Fields and limits are those of `@fal-ai/client` 1.10.1's endpoint types.

use crate::check::{Field, anything, choice, flag, frame, real, seed, text, whole};

pub(super) const WAN: &[Field] = &[
    text("prompt").required(),
    text("negative_prompt"),
    choice("aspect_ratio", &["16:9", "9:16"]),
    choice("resolution", &["480p", "580p", "720p"]),
    whole("num_frames", 81, 100),
    whole("frames_per_second", 5, 24),
    whole("num_inference_steps", 2, 40),
    seed(),
    flag("enable_safety_checker"),
    flag("enable_prompt_expansion"),
    flag("turbo_mode"),
];

pub(super) const KLING: &[Field] = &[
    text("prompt").nullable(),
    anything("multi_prompt").nullable(),
    choice(
        "duration",
        &[
            "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
        ],
    ),
    choice("aspect_ratio", &["16:9", "9:16", "1:1"]),
    text("negative_prompt"),
    real("cfg_scale", 0.0, 1.0),
    flag("generate_audio"),
    choice("shot_type", &["customize", "intelligent"]),
];

pub(super) const LUMA: &[Field] = &[
    text("prompt").required(),
    choice("duration", &["5s", "9s"]),
    choice(
        "aspect_ratio",
        &["16:9", "9:16", "4:3", "3:4", "21:9", "9:21"],
    ),
    choice("resolution", &["540p", "720p", "1080p"]),
    flag("loop"),
];

const SEEDANCE_DURATIONS: &[&str] = &[
    "auto", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
];
const SEEDANCE_RATIOS: &[&str] = &["auto", "21:9", "16:9", "4:3", "1:1", "3:4", "9:16"];
const NANO_BANANA_RATIOS: &[&str] = &[
    "auto", "21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16", "4:1", "1:4",
    "8:1", "1:8",
];

pub(super) const SEEDANCE: &[Field] = &[
    text("prompt").required(),
    choice("resolution", &["480p", "720p", "1080p", "4k"]),
    choice("duration", SEEDANCE_DURATIONS),
    choice("aspect_ratio", SEEDANCE_RATIOS),
    flag("generate_audio"),
    choice("bitrate_mode", &["standard", "high"]),
    text("end_user_id").nullable(),
];

pub(super) const NANO_BANANA: &[Field] = &[
    text("prompt").required(),
    whole("num_images", 1, 4),
    choice("aspect_ratio", NANO_BANANA_RATIOS),
    choice("output_format", &["jpeg", "png", "webp"]),
    choice("resolution", &["0.5K", "1K", "2K", "4K"]),
    choice("safety_tolerance", &["1", "2", "3", "4", "5", "6"]),
    seed(),
    flag("sync_mode"),
    flag("limit_generations"),
    flag("enable_web_search"),
    choice("thinking_level", &["minimal", "high"]).nullable(),
];

pub(super) const FLUX: &[Field] = &[
    text("prompt").required(),
    frame(
        "image_size",
        &[
            "square_hd",
            "square",
            "portrait_4_3",
            "portrait_16_9",
            "landscape_4_3",
            "landscape_16_9",
        ],
    ),
    whole("num_inference_steps", 1, 12),
    real("guidance_scale", 1.0, 20.0),
    whole("num_images", 1, 4),
    seed(),
    flag("enable_safety_checker"),
    choice("output_format", &["jpeg", "png"]),
    choice("acceleration", &["none", "regular", "high"]),
    flag("sync_mode"),
];

pub(super) const WAN_I2V: &[Field] = &[
    text("prompt").required(),
    text("image_url").required(),
    text("negative_prompt"),
    choice("aspect_ratio", &["auto", "16:9", "9:16", "1:1"]),
    choice("resolution", &["480p", "720p"]),
    whole("num_frames", 81, 100),
    whole("frames_per_second", 5, 24),
    whole("num_inference_steps", 2, 40),
    real("guide_scale", 1.0, 10.0),
    real("shift", 1.0, 10.0),
    seed(),
    flag("enable_safety_checker"),
    flag("enable_prompt_expansion"),
    choice("acceleration", &["none", "regular"]),
];

/// The shape comes from the picture; there is no field for it.
pub(super) const KLING_I2V: &[Field] = &[
    text("prompt").nullable(),
    anything("multi_prompt").nullable(),
    text("start_image_url").required(),
    text("end_image_url").nullable(),
    choice(
        "duration",
        &[
            "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
        ],
    ),
    text("negative_prompt"),
    real("cfg_scale", 0.0, 1.0),
    flag("generate_audio"),
    choice("shot_type", &["customize", "intelligent"]),
    anything("elements"),
];

pub(super) const LUMA_I2V: &[Field] = &[
    text("prompt").required(),
    text("image_url").nullable(),
    text("end_image_url").nullable(),
    choice("duration", &["5s", "9s"]),
    choice(
        "aspect_ratio",
        &["16:9", "9:16", "4:3", "3:4", "21:9", "9:21"],
    ),
    choice("resolution", &["540p", "720p", "1080p"]),
    flag("loop"),
];

pub(super) const SEEDANCE_I2V: &[Field] = &[
    text("prompt").required(),
    text("image_url").required(),
    text("end_image_url").nullable(),
    choice("resolution", &["480p", "720p", "1080p", "4k"]),
    choice("duration", SEEDANCE_DURATIONS),
    choice("aspect_ratio", SEEDANCE_RATIOS),
    flag("generate_audio"),
    choice("bitrate_mode", &["standard", "high"]),
    text("end_user_id").nullable(),
];

pub(super) const SEEDANCE_REFERENCE: &[Field] = &[
    text("prompt").required(),
    anything("image_urls").nullable(),
    anything("video_urls").nullable(),
    anything("audio_urls").nullable(),
    choice("resolution", &["480p", "720p", "1080p", "4k"]),
    choice("duration", SEEDANCE_DURATIONS),
    choice("aspect_ratio", SEEDANCE_RATIOS),
    flag("generate_audio"),
    choice("bitrate_mode", &["standard", "high"]),
    text("end_user_id").nullable(),
];

pub(super) const NANO_BANANA_EDIT: &[Field] = &[
    text("prompt").required(),
    anything("image_urls").required(),
    whole("num_images", 1, 4),
    choice("aspect_ratio", NANO_BANANA_RATIOS),
    choice("output_format", &["jpeg", "png", "webp"]),
    choice("resolution", &["0.5K", "1K", "2K", "4K"]),
    choice("safety_tolerance", &["1", "2", "3", "4", "5", "6"]),
    seed(),
    flag("sync_mode"),
    flag("limit_generations"),
    flag("enable_web_search"),
    choice("thinking_level", &["minimal", "high"]).nullable(),
];
