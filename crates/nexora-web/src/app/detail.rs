//! `/g/{id}`: one run, large, with everything there is to know about it.

use maud::{Markup, html};
use nexora_core::comparison::RUNS_MAX;
use nexora_core::direction::{LENSES, LIGHTS, MOVES, PACES, find};
use nexora_core::{Asset, Credits, Direction, GenerationState, MediaKind, Slot};
use nexora_engine::Irreproducible;

use crate::components::begun::begun;
use crate::components::{Run, Shell, card, icon, media, moment, shell, slots};

/// What the page of one run shows.
#[derive(Clone, Debug)]
pub struct DetailView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The run.
    pub run: Run<'a>,
    /// Where the runs are shown that were ordered together with it.
    pub comparison: Option<String>,
    /// What one variation of its result costs; `None` if none can be made.
    pub variation: Option<Credits>,
    /// What the same once more costs, or why it cannot be made.
    pub again: Result<Credits, Irreproducible>,
}

/// The page.
pub fn page(view: &DetailView<'_>) -> Markup {
    let run = &view.run;
    let main = html! {
        a.back href="/history" { (icon::arrow()) "History" }
        article.detail {
            (subject(run))
            div.detail-side {
                header.detail-head {
                    p.kicker { (run.model_title()) " · " (run.what()) }
                    h1.detail-prompt { (run.generation.order.prompt) }
                    @if let Some(words) = &run.generation.order.negative_prompt {
                        p.detail-without { "Without: " (words) }
                    }
                }
                (actions(view))
                @if let Some(each) = view.variation { (variations(run, each)) }
                (reproduction(view))
                (begun(run))
                (facts(run))
                (removal(run))
            }
        }
    };
    shell::app(&view.shell, run.is_pending(), &main)
}

/// The outputs, or the card that will become them: `app.js` reloads the page when it does.
fn subject(run: &Run<'_>) -> Markup {
    html! {
        div.detail-media {
            @if run.generation.state == GenerationState::Ready && !run.assets.is_empty() {
                @for asset in run.assets {
                    figure.piece {
                        (media::stage(asset, run.generation.order.prompt.as_str()))
                        figcaption.piece-foot {
                            span {
                                (asset.width) " × " (asset.height) " px · " (size(asset.size_bytes))
                            }
                            div.piece-acts {
                                (uses(asset))
                                a.act.act-words href={ "/media/" (asset.id) "/download" } download {
                                    (icon::download()) "Download"
                                }
                            }
                        }
                    }
                }
            } @else {
                div.detail-card data-awaits[run.is_pending()] { (card::card(run)) }
            }
        }
    }
}

/// What an output can become: a clip, with one click, or a picture in any slot.
fn uses(asset: &Asset) -> Markup {
    let word = match asset.kind {
        MediaKind::Image => "Use as",
        MediaKind::Video => "Use its first picture as",
    };
    html! {
        @if asset.kind == MediaKind::Image {
            a.act.act-words.is-glow href={ "/generate?first_frame=" (asset.id) } {
                (icon::film()) "Animate"
            }
        }
        details.uses {
            summary.act.act-words { (word) (icon::chevron()) }
            ul.uses-list.glass {
                @for slot in Slot::ALL {
                    li { a href={ "/generate?" (slot.field()) "=" (asset.id) } {
                        (slots::title_of_one(slot))
                    } }
                }
            }
        }
    }
}

fn actions(view: &DetailView<'_>) -> Markup {
    let generation = view.run.generation;
    let base = format!("/api/generations/{}", generation.id);
    html! {
        div.detail-actions {
            a.button.is-bright href={ "/generate?from=" (generation.id) } { (icon::remix()) "Remix" }
            form method="post" action={ (base) "/favourite" } {
                input type="hidden" name="favourite" value=(if generation.favourite { "off" } else { "on" });
                button.button.is-quiet.is-on[generation.favourite] type="submit" {
                    (icon::heart()) (if generation.favourite { "Favourite" } else { "Add to favourites" })
                }
            }
            a.button.is-quiet href={ "/g/" (generation.id) "/receipt" } { (icon::receipt()) "Receipt" }
            @if let Some(href) = &view.comparison {
                a.button.is-quiet href=(href) { (icon::stack()) "Side by side" }
            }
        }
    }
}

/// More of it with other dice; each number says what it costs.
fn variations(run: &Run<'_>, each: Credits) -> Markup {
    let id = run.generation.id;
    let most = i64::try_from(RUNS_MAX).unwrap_or(1);
    let price = |count| Credits::new(each.amount().saturating_mul(count));
    html! {
        form.vary method="post" action={ "/api/generations/" (id) "/vary" } {
            // Pressing twice what was drawn once is one press.
            input type="hidden" name="key" value={ "vary-" (id) "-" (run.now.as_ms()) };
            fieldset.field {
                legend { "Variations " span.optional { "the same wish, other dice" } }
                div.choices {
                    @for count in 1..=most {
                        label.choice {
                            input type="radio" name="count" value=(count) checked[count == most];
                            span { (count) } " "
                            small { (price(count)) }
                        }
                    }
                }
            }
            button.button.is-quiet type="submit" { (icon::stack()) "Make variations" }
        }
    }
}

/// The same seed and settings once more, or why not. Nothing of it for a run without a result.
fn reproduction(view: &DetailView<'_>) -> Markup {
    let (id, now) = (view.run.generation.id, view.run.now.as_ms());
    html! {
        @match &view.again {
            Ok(price) => {
                form.vary method="post" action={ "/api/generations/" (id) "/reproduce" } {
                    input type="hidden" name="key" value={ "again-" (id) "-" (now) };
                    button.button.is-quiet type="submit" {
                        (icon::retry()) "Make it again, and compare · " (price)
                    }
                }
            },
            Err(Irreproducible::NoResult) => {},
            Err(why) => { p.field-note { (why) } },
        }
    }
}

fn facts(run: &Run<'_>) -> Markup {
    let generation = run.generation;
    let money = run.money();
    html! {
        dl.facts {
            (fact("State", &html! { (run.state_title()) }))
            (fact("Cost", &html! { span class=(money.class()) { (money.sentence()) } }))
            @if let Some(by) = &generation.run_by {
                (fact("Ran on", &html! { (by.provider) " · " code { (by.upstream) } }))
            }
            (settings(run))
            (times(run))
            @if let Some(model) = run.model { (fact("Licence", &html! { (model.licence) })) }
            (fact("Run", &html! { code { (generation.id) } }))
        }
    }
}

fn settings(run: &Run<'_>) -> Markup {
    let order = &run.generation.order;
    html! {
        (fact("Shape", &html! { (order.aspect_ratio) }))
        @if let Some(resolution) = &order.resolution { (fact("Size", &html! { (resolution) })) }
        @if let Some(seconds) = order.seconds { (fact("Length", &html! { (seconds) " s" })) }
        @if let Some(id) = order.character {
            (fact("Character", &html! {
                a.inline href={ "/director/characters#" (id) } { "who is in it" }
            }))
        }
        (direction(&order.direction))
        @if order.count > 1 { (fact("How many", &html! { (order.count) })) }
        @if let Some(seed) = order.seed { (fact("Seed", &html! { (seed) })) }
    }
}

/// How it was filmed, in the words of the form.
fn direction(direction: &Direction) -> Markup {
    let said = [
        ("Camera", MOVES, &direction.movement),
        ("Lens", LENSES, &direction.lens),
        ("Light", LIGHTS, &direction.light),
        ("Pace", PACES, &direction.pace),
    ];
    html! {
        @for (name, words, slug) in said {
            @if let Some(word) = slug.as_ref().and_then(|slug| find(words, slug)) {
                (fact(name, &html! { (word.title) }))
            }
        }
    }
}

fn times(run: &Run<'_>) -> Markup {
    let generation = run.generation;
    html! {
        (fact("Ordered", &moment::full(generation.created_at)))
        @if let Some(ended) = generation.ended_at {
            (fact("Took", &html! {
                (moment::span(ended.as_ms().saturating_sub(generation.created_at.as_ms())))
            }))
        }
    }
}

fn fact(name: &str, words: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (words) } } }
}

/// Deleting asks once, in place, without a script.
fn removal(run: &Run<'_>) -> Markup {
    if run.is_pending() {
        return html! {};
    }
    html! {
        details.removal {
            summary { (icon::bin()) "Delete this run" }
            div.removal-ask {
                p { "Its files are deleted for good. The lines in your ledger stay." }
                form method="post" action={ "/api/generations/" (run.generation.id) "/delete" } {
                    button.button.is-danger type="submit" { "Delete for good" }
                }
            }
        }
    }
}

/// "468 kB", "2.1 MB": decimal units, as file managers count.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(468_200), "468 kB");
        assert_eq!(size(2_140_000), "2.1 MB");
    }
}
