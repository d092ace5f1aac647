//! The card of one generation, in every state of its life.

use maud::{Markup, html};
use nexora_core::{Asset, GenerationState, MediaKind};

use crate::components::run::Run;
use crate::components::sample::Sample;
use crate::components::{icon, media, moment};
use crate::design::stock;

/// The card. Its `id` is the generation's, so that a newer one can take its place.
pub fn card(run: &Run<'_>) -> Markup {
    let generation = run.generation;
    html! {
        nx-card.card.(shape(run)) id=(generation.id) data-state=(generation.state.slug())
            data-ended[!run.is_pending()] {
            @match (&generation.state, run.assets.first()) {
                (GenerationState::Ready, Some(asset)) => (ready(run, asset)),
                (GenerationState::Queued
                    | GenerationState::Submitting
                    | GenerationState::Running
                    | GenerationState::Saving, _) => (in_the_works(run)),
                _ => (plain(run)),
            }
        }
    }
}

/// The card as the live line sends it: it takes the place of the one on the page. It goes out as
/// a message **without** an event name; the SSE extension hands named ones to scripts instead.
pub fn live_card(run: &Run<'_>) -> Markup {
    html! {
        hx-partial hx-target={ "#" (run.generation.id) } hx-swap="outerHTML" { (card(run)) }
    }
}

/// A finished run has the shape of its output, any other that of what was ordered.
fn shape(run: &Run<'_>) -> String {
    if let Some(asset) = run.assets.first() {
        return media::ratio_class(asset.width, asset.height);
    }
    let ratio = run.generation.order.aspect_ratio;
    media::ratio_class(u32::from(ratio.width()), u32::from(ratio.height()))
}

fn ready(run: &Run<'_>, asset: &Asset) -> Markup {
    let generation = run.generation;
    let prompt = generation.order.prompt.as_str();
    html! {
        a.card-media href={ "/g/" (generation.id) } { (media::tile(asset, prompt, false)) }
        div.card-marks {
            @if let Some(length) = clip_length(asset) { span.mark { (icon::play()) (length) } }
            @if run.assets.len() > 1 { span.mark { (icon::stack()) (run.assets.len()) } }
        }
        (favourite(run))
        div.card-over {
            div.card-words {
                p.card-prompt { (prompt) }
                p.card-meta { (run.model_title()) " · " (money(run)) }
            }
            div.card-actions {
                @if asset.kind == MediaKind::Image {
                    a.act.act-words href={ "/generate?first_frame=" (asset.id) } {
                        (icon::film()) "Animate"
                    }
                }
                (remix(run))
                a.act href={ "/media/" (asset.id) "/download" } download aria-label="Download" {
                    (icon::download())
                }
            }
        }
    }
}

fn in_the_works(run: &Run<'_>) -> Markup {
    let generation = run.generation;
    let since = generation.submitted_at.unwrap_or(generation.created_at);
    html! {
        div.aura aria-hidden="true" {}
        div.card-body {
            div.card-top {
                span.state { span.state-dot aria-hidden="true" {} (run.state_title()) }
                span.card-clock { (moment::elapsed(since, run.now)) }
            }
            (progress(run))
            div.card-foot {
                @if let Some(sentence) = run.state_sentence() { p.card-line { (sentence) } }
                p.card-prompt { (generation.order.prompt) }
                div.card-row {
                    p.card-meta { (run.model_title()) " · " (money(run)) }
                    @if !generation.cancel_requested && can_be_cancelled(&generation.state) {
                        (post_button(run, "cancel", &html! { "Cancel" }))
                    }
                }
            }
        }
    }
}

/// A card without a picture: it did not work, was declined or cancelled, or nobody knows yet.
fn plain(run: &Run<'_>) -> Markup {
    let generation = run.generation;
    html! {
        div.card-body {
            div.card-top {
                span.state { (state_icon(&generation.state)) (run.state_title()) }
                span.card-clock { (moment::ago(generation.updated_at, run.now)) }
            }
            div.card-foot {
                p.card-prompt { (generation.order.prompt) }
                @if let Some(sentence) = run.state_sentence() { p.card-line { (sentence) } }
                @if let GenerationState::Unknown { until } = &generation.state {
                    p.card-line { "Held until " (moment::full(*until)) ", then returned." }
                }
                p.card-meta { (run.model_title()) " · " (money(run)) }
                @if !run.is_pending() {
                    div.card-row {
                        (post_button(run, "retry", &html! { (icon::retry()) "Try again" }))
                        (remix(run))
                        (post_button(run, "delete", &html! { (icon::bin()) span.sr { "Delete" } }))
                    }
                }
            }
        }
    }
}

/// A ring with the percentage when the provider tells one, a plain one that turns otherwise.
pub fn progress(run: &Run<'_>) -> Markup {
    let label = format!("{}: {}", run.state_title(), run.generation.order.prompt);
    match run.generation.progress.percent {
        Some(percent) if run.generation.state == GenerationState::Running => html! {
            div.ring {
                progress value=(percent) max="100" aria-label=(label) { (percent) "%" }
                svg viewBox="0 0 100 100" aria-hidden="true" focusable="false" {
                    circle.ring-track cx="50" cy="50" r="44" pathLength="100" {}
                    circle.ring-fill cx="50" cy="50" r="44" pathLength="100"
                        stroke-dasharray={ (percent) " 100" } {}
                }
                span.ring-number aria-hidden="true" { (percent) small { "%" } }
            }
        },
        _ => html! {
            div.ring.is-open {
                progress max="100" aria-label=(label) {}
                svg viewBox="0 0 100 100" aria-hidden="true" focusable="false" {
                    circle.ring-track cx="50" cy="50" r="44" pathLength="100" {}
                    circle.ring-fill cx="50" cy="50" r="44" pathLength="100"
                        stroke-dasharray="22 100" {}
                }
                span.ring-number aria-hidden="true" { (kind_icon(run.generation.order.kind)) }
            }
        },
    }
}

fn money(run: &Run<'_>) -> Markup {
    let money = run.money();
    html! { span class=(money.class()) { (money.sentence()) } }
}

/// Fills the composer on the same page, or opens the full one with everything filled in.
pub fn remix(run: &Run<'_>) -> Markup {
    let order = &run.generation.order;
    // The quick composer is filled with words alone; pictures need the full one.
    let words = order.inputs.is_empty().then_some(&order.prompt);
    html! {
        a.act.act-words href={ "/generate?from=" (run.generation.id) }
            data-remix=[words] data-remix-model=(order.model)
            data-remix-ratio=(order.aspect_ratio) {
            (icon::remix()) "Remix"
        }
    }
}

fn favourite(run: &Run<'_>) -> Markup {
    let generation = run.generation;
    let action = format!("/api/generations/{}/favourite", generation.id);
    let (next, word) = if generation.favourite {
        ("off", "Remove from favourites")
    } else {
        ("on", "Add to favourites")
    };
    html! {
        form.card-heart method="post" action=(action) hx-post=(action)
            hx-target={ "#" (generation.id) } hx-swap="outerHTML" hx-status:4xx="swap:none"
            hx-status:5xx="swap:none" {
            input type="hidden" name="favourite" value=(next);
            // The id lets the focus survive the swap.
            button.act.is-on[generation.favourite] id={ "heart-" (generation.id) } type="submit"
                aria-label=(word) { (icon::heart()) }
        }
    }
}

fn post_button(run: &Run<'_>, verb: &str, label: &Markup) -> Markup {
    let id = run.generation.id;
    let action = format!("/api/generations/{id}/{verb}");
    // A retry is a new generation: it appears in front of the old card.
    let swap = if verb == "retry" {
        "beforebegin"
    } else {
        "outerHTML"
    };
    html! {
        form method="post" action=(action) hx-post=(action) hx-target={ "#" (id) } hx-swap=(swap)
            hx-status:4xx="swap:none" hx-status:5xx="swap:none" {
            @if verb == "retry" {
                input type="hidden" name="key" value=(retry_key(run));
            }
            button.act.act-words type="submit" { (label) }
        }
    }
}

/// Pressing twice what was drawn once is one retry.
fn retry_key(run: &Run<'_>) -> String {
    format!("again-{}-{}", run.generation.id, run.now.as_ms())
}

/// Once the outputs are being copied there is nothing left to stop.
fn can_be_cancelled(state: &GenerationState) -> bool {
    matches!(
        state,
        GenerationState::Queued | GenerationState::Submitting | GenerationState::Running
    )
}

fn state_icon(state: &GenerationState) -> Markup {
    match state {
        GenerationState::Refused(_) => icon::hand(),
        GenerationState::Cancelled => icon::stop(),
        GenerationState::Unknown { .. } => icon::question(),
        GenerationState::Failed(_)
        | GenerationState::Queued
        | GenerationState::Submitting
        | GenerationState::Running
        | GenerationState::Saving
        | GenerationState::Ready => icon::alert(),
    }
}

fn kind_icon(kind: MediaKind) -> Markup {
    match kind {
        MediaKind::Image => icon::picture(),
        MediaKind::Video => icon::film(),
    }
}

fn clip_length(asset: &Asset) -> Option<String> {
    let whole_seconds = asset.duration_ms?.saturating_add(500) / 1_000;
    Some(format!("{whole_seconds} s"))
}

/// Every state a generation can be in.
pub fn samples() -> Vec<Sample> {
    let stock = stock();
    let runs = stock.runs();
    runs.iter()
        .map(|(name, run)| Sample::new(name, card(run)))
        .collect()
}
