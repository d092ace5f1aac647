//! `/compare/{id}`: the runs side by side, while they are made and after.

use maud::{Markup, html};
use nexora_core::comparison::{Evidence, Judgement, Purpose};
use nexora_core::pixels::Verdict;
use nexora_core::{Credits, MediaKind};

use crate::assets;
use crate::components::{Run, Shell, card, icon, moment, picker, shell};

/// What the page of a comparison shows.
#[derive(Clone, Debug)]
pub struct ResultView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// What is compared.
    pub purpose: Purpose,
    /// The run that was there before, if it is there still.
    pub original: Option<Run<'a>>,
    /// The runs, in order.
    pub runs: &'a [Run<'a>],
    /// How far the run is from the one it makes again, as soon as it is known.
    pub judgement: Option<Judgement>,
    /// The way to the form, filled with the same wish.
    pub again: String,
}

/// The page.
pub fn page(view: &ResultView<'_>) -> Markup {
    let pending = view.runs.iter().any(Run::is_pending);
    let is_again = matches!(view.purpose, Purpose::Reproduction(_));
    let shown = view.original.iter().chain(view.runs);
    let main = html! {
        script type="module" src=(assets::url("compare.js")) {}
        a.back href="/compare" { (icon::arrow()) "Compare" }
        (head(view))
        (verdict(view))
        // The verdict comes with the last card: `app.js` reloads the page then.
        div.versus data-awaits[pending && is_again] data-count=(shown.clone().count()) {
            @for run in shown { (column(view, run)) }
        }
    };
    shell::app(&view.shell, pending, &main)
}

fn head(view: &ResultView<'_>) -> Markup {
    let Some(first) = view.runs.first() else {
        return html! {};
    };
    let quoted = view
        .runs
        .iter()
        .map(|run| run.generation.quote.credits.amount());
    let total = Credits::new(quoted.fold(0, i64::saturating_add));
    let has_clips = view.runs.len() > 1 && first.generation.order.kind == MediaKind::Video;
    html! {
        header.versus-head {
            p.kicker {
                (words(view)) " · " (total) " · " (moment::ago(first.generation.created_at, first.now))
            }
            h1.detail-prompt { (first.generation.order.prompt) }
            div.versus-acts {
                a.button.is-quiet href=(view.again) { (icon::remix()) "Change and compare again" }
                @if has_clips {
                    // Shown by the script that makes it work.
                    button.button.is-quiet.is-waiting type="button" data-play-all {
                        (icon::play()) "Play all"
                    }
                }
            }
        }
    }
}

/// Whether it came out the same, and by what that is told.
fn verdict(view: &ResultView<'_>) -> Markup {
    let Some(judgement) = view.judgement else {
        return html! {};
    };
    let word = match judgement.verdict {
        Verdict::Same => "The same",
        Verdict::Nearly => "Nearly the same",
        Verdict::Different => "Different",
    };
    html! {
        div.versus-verdict data-verdict=(word) {
            b { (word) }
            p { (evidence(judgement)) }
        }
    }
}

fn evidence(judgement: Judgement) -> String {
    let what = match judgement.by {
        Evidence::Bytes => return "The two files are equal to the last byte.".to_owned(),
        Evidence::Pixels => "Compared pixel by pixel",
        Evidence::Posters => "Compared pixel by pixel by the clips' posters",
    };
    match judgement.distance {
        None => format!("{what}: they are not of one size."),
        Some(distance) => format!(
            "{what}: {} of the pixels are equal, the mean difference is {}.",
            percent(distance.equal_millionths),
            percent(distance.mean_millionths)
        ),
    }
}

/// Millionths as "99.98 %".
fn percent(millionths: u32) -> String {
    format!("{}.{:02} %", millionths / 10_000, millionths / 100 % 100)
}

fn words(view: &ResultView<'_>) -> String {
    let count = view.runs.len();
    match view.purpose {
        Purpose::Models => format!("{count} models"),
        Purpose::Variations(_) if count == 1 => "1 variation".to_owned(),
        Purpose::Variations(_) => format!("{count} variations"),
        Purpose::Reproduction(_) => "Made again".to_owned(),
    }
}

fn column(view: &ResultView<'_>, run: &Run<'_>) -> Markup {
    let is_original = view.purpose.original() == Some(run.generation.id);
    html! {
        section.versus-one aria-label=(run.model_title()) {
            header.versus-title {
                h2 {
                    @if is_original { "The original" } @else { (run.model_title()) }
                    @if let Some(model) = run.model.filter(|_| !is_original) { (picker::tier_mark(model.tier)) }
                }
                span { (run.generation.quote.credits) }
            }
            (card::card(run))
            p.versus-facts { (settings(run)) }
        }
    }
}

/// What it was told, in a few words: "16:9 · 5 s · 720p · seed 7".
fn settings(run: &Run<'_>) -> String {
    let order = &run.generation.order;
    let mut said = vec![order.aspect_ratio.to_string()];
    said.extend(order.seconds.map(|seconds| format!("{seconds} s")));
    said.extend(order.resolution.clone());
    said.push(match order.seed {
        Some(seed) => format!("seed {seed}"),
        None => "no seed".to_owned(),
    });
    said.join(" · ")
}
