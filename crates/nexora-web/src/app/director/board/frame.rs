//! One frame of the contact sheet: its picture, what is written, and what can be done with it.

use maud::{Markup, html};
use nexora_core::board::{SHOTS_MAX, Shot};
use nexora_core::direction::{LENSES, MOVES, find};
use nexora_core::{Asset, Source, Timestamp};
use nexora_engine::Run as Made;

use super::{BoardView, form};
use crate::components::{Run, card, icon, media, moment};

/// Where a frame stands.
enum Stage<'a> {
    /// There is nothing to see yet.
    Blank,
    /// Its still is being made.
    Drawing(&'a Made),
    /// Its still could not be made.
    Missed(&'a Made),
    /// There is a still to look at.
    Still,
    /// Its clip is being made.
    Filming(&'a Made),
    /// Its clip could not be made.
    Cut(&'a Made),
    /// Its clip is there.
    Filmed(&'a Asset),
}

impl<'a> Stage<'a> {
    fn of(view: &BoardView<'a>, shot: &Shot) -> Self {
        let story = view.story;
        if let Some(clip) = story.clip(shot) {
            return match story.clip_asset(shot) {
                Some(asset) => Self::Filmed(asset),
                None if clip.generation.state.has_ended() => Self::Cut(clip),
                None => Self::Filming(clip),
            };
        }
        if story.picture(shot).is_some() {
            return Self::Still;
        }
        match story.still(shot) {
            None => Self::Blank,
            Some(still) if still.generation.state.has_ended() => Self::Missed(still),
            Some(still) => Self::Drawing(still),
        }
    }

    const fn slug(&self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Drawing(_) => "drawing",
            Self::Missed(_) => "missed",
            Self::Still => "still",
            Self::Filming(_) => "filming",
            Self::Cut(_) => "cut",
            Self::Filmed(_) => "filmed",
        }
    }

    /// The run whose state explains itself here.
    const fn run(&self) -> Option<&'a Made> {
        match self {
            Self::Drawing(run) | Self::Missed(run) | Self::Filming(run) | Self::Cut(run) => {
                Some(run)
            }
            Self::Blank | Self::Still | Self::Filmed(_) => None,
        }
    }

    const fn is_at_work(&self) -> bool {
        matches!(self, Self::Drawing(_) | Self::Filming(_))
    }
}

/// The frame of a shot; people count from 1.
pub(super) fn frame(view: &BoardView<'_>, shot: &Shot, number: usize) -> Markup {
    let stage = Stage::of(view, shot);
    let runs: Vec<String> = [shot.still, shot.clip]
        .into_iter()
        .flatten()
        .map(|id| id.to_string())
        .collect();
    let run = stage
        .run()
        .map(|made| Run::of(made, view.catalog, view.now));
    html! {
        article.frame id=(shot.id) data-stage=(stage.slug()) data-runs=(runs.join(" "))
            data-approved[shot.is_approved] data-place=(number) draggable="true"
            aria-label={ "Shot " (number) } {
            div.frame-picture.(view.shape()) {
                (picture(view, shot, &stage, number))
                @if let Some(run) = run.as_ref().filter(|_| stage.is_at_work()) {
                    div.frame-work {
                        div.aura aria-hidden="true" {}
                        (card::progress(run))
                        p { (run.state_title()) " " (moment::elapsed(since(run), view.now)) }
                    }
                }
                span.frame-number { (number) }
                @if view.story.picture(shot).is_some() { (approval(view, shot, number)) }
            }
            div.frame-body {
                (words(view, shot))
                @if let Some(run) = run.as_ref().filter(|_| !stage.is_at_work()) {
                    p.frame-line { (icon::alert()) span { (run.state_sentence().unwrap_or_default()) } }
                }
                (acts(view, shot, number, &stage))
            }
            (drop_form(view, shot))
        }
    }
}

/// When the present work on a run began.
fn since(run: &Run<'_>) -> Timestamp {
    let generation = run.generation;
    generation.submitted_at.unwrap_or(generation.created_at)
}

fn picture(view: &BoardView<'_>, shot: &Shot, stage: &Stage<'_>, number: usize) -> Markup {
    let alt = if shot.plan.is_written() {
        shot.plan.prompt.clone()
    } else {
        format!("Shot {number}")
    };
    if let (Stage::Filmed(asset), Some(clip)) = (stage, shot.clip) {
        return html! {
            nx-card.frame-shot { a href={ "/g/" (clip) } aria-label=(alt) { (media::tile(asset, &alt, false)) } }
        };
    }
    let (width, height) = media::size_in(view.story.board.brief.ratio);
    match (view.story.picture(shot), view.story.still_asset(shot)) {
        (Some(Source::Asset(_)), Some(asset)) if shot.plan.start.is_none() => html! {
            a.frame-shot href={ "/g/" (asset.generation) } aria-label=(alt) { (media::tile(asset, &alt, false)) }
        },
        (Some(source), _) => html! {
            div.frame-shot {
                img.shot src={ "/media/" (source) "/thumb" } alt=(alt) width=(width) height=(height)
                    loading="lazy" decoding="async";
            }
        },
        (None, _) => html! {
            @if !stage.is_at_work() {
                div.frame-blank { (icon::picture()) span { "No still yet" } }
            }
        },
    }
}

/// One press, and the still is liked or not any more.
fn approval(view: &BoardView<'_>, shot: &Shot, number: usize) -> Markup {
    let (next, word) = if shot.is_approved {
        ("off", "Approved")
    } else {
        ("on", "Approve")
    };
    let inner = html! {
        input type="hidden" name="approved" value=(next);
        button.frame-tick type="submit" id={ "approve-" (shot.id) } aria-pressed=(shot.is_approved) {
            (icon::check()) (word) span.sr { " shot " (number) }
        }
    };
    form(
        &view.api(&format!("/shots/{}/approve", shot.id)),
        "frame-approval",
        &inner,
    )
}

fn words(view: &BoardView<'_>, shot: &Shot) -> Markup {
    let plan = &shot.plan;
    let title = |words, slug: &Option<String>| {
        slug.as_deref()
            .and_then(|slug| find(words, slug))
            .map(|word| word.title)
    };
    let movement = title(MOVES, &plan.direction.movement);
    let lens = title(LENSES, &plan.direction.lens);
    html! {
        @if plan.is_written() {
            p.frame-words { (plan.prompt) }
        } @else {
            p.frame-words.is-missing { "No words yet. Write what it shows." }
        }
        p.frame-facts {
            @if let Some(name) = who(view, shot) { span.frame-who { (icon::person()) (name) } }
            @if let Some(movement) = movement { span { (movement) } }
            @if let Some(lens) = lens { span { (lens) } }
            span { (plan.seconds) " s" }
        }
    }
}

fn acts(view: &BoardView<'_>, shot: &Shot, number: usize, stage: &Stage<'_>) -> Markup {
    html! {
        div.frame-acts {
            (again(view, shot, stage))
            a.act href=(view.page(&format!("/shot/{}", shot.id)))
                aria-label={ "Edit shot " (number) } { (icon::pen()) }
            @for (to, icon, word, ends) in [
                ("up", icon::up(), "earlier", number == 1),
                ("down", icon::down(), "later", number == view.story.board.shots.len()),
            ] {
                (small(view, shot, "move", &html! {
                    input type="hidden" name="to" value=(to);
                    button.act type="submit" id={ (to) "-" (shot.id) } disabled[ends]
                        aria-label={ "Move shot " (number) " " (word) } { (icon) }
                }))
            }
            @if view.story.board.shots.len() < SHOTS_MAX {
                (small(view, shot, "duplicate", &html! {
                    button.act type="submit" aria-label={ "Duplicate shot " (number) } { (icon::copy()) }
                }))
            }
            (small(view, shot, "delete", &html! {
                button.act type="submit" aria-label={ "Delete shot " (number) } { (icon::bin()) }
            }))
        }
    }
}

fn who(view: &BoardView<'_>, shot: &Shot) -> Option<String> {
    let id = shot.plan.character?;
    let found = view.cast.iter().find(|one| one.id == id);
    found.map(|one| one.name.to_string())
}

fn small(view: &BoardView<'_>, shot: &Shot, verb: &str, inner: &Markup) -> Markup {
    form(
        &view.api(&format!("/shots/{}/{verb}", shot.id)),
        "frame-act",
        inner,
    )
}

/// A still or a clip once more, with its price: it replaces the one that is there.
fn again(view: &BoardView<'_>, shot: &Shot, stage: &Stage<'_>) -> Markup {
    let ratio = view.story.board.brief.ratio;
    let is_made_here = shot.plan.start.is_none() && shot.plan.is_written();
    let (verb, word, price) = if is_made_here && matches!(stage, Stage::Still) {
        let price = shot.plan.still_price(ratio, view.catalog);
        ("stills", "New still", price)
    } else if shot.is_approved && matches!(stage, Stage::Filmed(_)) {
        let price = shot.plan.clip_price(ratio, view.catalog);
        ("animate", "Film again", price)
    } else {
        return html! {};
    };
    let inner = html! {
        input type="hidden" name="shot" value=(shot.id);
        input type="hidden" name="key" value={ (view.key) "-" (shot.id) "-" (verb) };
        input type="hidden" name="quoted" value=(price.amount());
        button.act.act-words type="submit" { (icon::retry()) (word) " · " (price.amount()) }
    };
    form(&view.api(&format!("/{verb}")), "frame-act", &inner)
}

/// What `board.js` sends when the frame is dropped somewhere.
fn drop_form(view: &BoardView<'_>, shot: &Shot) -> Markup {
    let action = view.api(&format!("/shots/{}/move", shot.id));
    let inner = html! { input type="hidden" name="to" value=""; };
    html! { div hidden { (form(&action, "frame-drop", &inner)) } }
}
