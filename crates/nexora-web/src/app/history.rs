//! `/history`: everything that was ever ordered, found again.

use maud::{Markup, html};
use nexora_core::{GenerationState, MediaKind};

use crate::components::{Run, Shell, Shop, card, icon, run, shell};

/// What the history page shows.
#[derive(Clone, Debug)]
pub struct HistoryView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// The catalog, for the model filter.
    pub shop: Shop<'a>,
    /// What is looked for.
    pub search: Search<'a>,
    /// One page of what was found, newest first.
    pub runs: &'a [Run<'a>],
    /// How many were found in all, where that is known.
    pub total: Option<u64>,
    /// Cursor of the next, older page: the value of `before`.
    pub older: Option<&'a str>,
}

/// What is looked for. The default search, [`Search::EVERYTHING`], finds every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search<'a> {
    /// Words of the prompt.
    pub words: &'a str,
    /// Pictures or clips only.
    pub kind: Option<MediaKind>,
    /// One model only.
    pub model: &'a str,
    /// One state only, by its stored name.
    pub state: &'a str,
    /// Favourites only.
    pub favourite: bool,
    /// Where this page begins; empty for the newest.
    pub before: &'a str,
}

impl Search<'_> {
    /// Finds every run.
    pub const EVERYTHING: Self = Self {
        words: "",
        kind: None,
        model: "",
        state: "",
        favourite: false,
        before: "",
    };

    /// Whether anything was left out on purpose.
    pub fn is_narrowed(&self) -> bool {
        let everything = Search::EVERYTHING;
        Search {
            before: "",
            ..*self
        } != everything
    }

    /// The address of this search from `before` on.
    fn address(&self, before: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let kind = self.kind.map_or("", MediaKind::slug);
        let favourite = if self.favourite { "on" } else { "" };
        let pairs = [
            ("q", self.words),
            ("kind", kind),
            ("model", self.model),
            ("state", self.state),
            ("favourite", favourite),
            ("before", before),
        ];
        query.extend_pairs(pairs.into_iter().filter(|(_, text)| !text.is_empty()));
        format!("/history?{}", query.finish())
    }
}

/// The page.
pub fn page(view: &HistoryView<'_>) -> Markup {
    let pending = view.runs.iter().any(Run::is_pending);
    let main = html! {
        header.page-head {
            h1 { "History" }
            @if let Some(total) = view.total { p.page-count { (found(total)) } }
        }
        (filters(view))
        @if view.runs.is_empty() {
            (nothing(view.search))
        } @else {
            div #feed.feed { @for run in view.runs { (card::card(run)) } }
            (pages(view))
        }
    };
    shell::app(&view.shell, pending, &main)
}

fn filters(view: &HistoryView<'_>) -> Markup {
    let search = &view.search;
    html! {
        form.filters role="search" action="/history" method="get" data-live {
            label.chip.search-box {
                (icon::search())
                span.sr { "Words of the prompt" }
                input type="search" name="q" value=(search.words) placeholder="Search prompts"
                    maxlength="200";
            }
            button.button.is-quiet type="submit" { "Search" }
            div.filter-set {
                label.chip { span.sr { "Kind" }
                    select name="kind" {
                        option value="" { "Pictures and clips" }
                        @for (kind, word) in [(MediaKind::Image, "Pictures"), (MediaKind::Video, "Clips")] {
                            option value=(kind.slug()) selected[search.kind == Some(kind)] { (word) }
                        }
                    }
                }
                label.chip { span.sr { "Model" }
                    select name="model" {
                        option value="" { "All models" }
                        @for model in view.shop.catalog.models() {
                            option value=(model.id) selected[model.id.as_str() == search.model] { (model.title) }
                        }
                    }
                }
                label.chip { span.sr { "State" }
                    select name="state" {
                        option value="" { "Any state" }
                        @for slug in GenerationState::SLUGS {
                            option value=(slug) selected[slug == search.state] { (run::slug_title(slug)) }
                        }
                    }
                }
                label.chip.toggle {
                    input type="checkbox" name="favourite" value="on" checked[search.favourite];
                    (icon::heart()) span { "Favourites" }
                }
            }
            @if search.is_narrowed() { a.link href="/history" { "Clear" } }
        }
    }
}

fn nothing(search: Search<'_>) -> Markup {
    html! {
        div.empty {
            (icon::history())
            @if search.is_narrowed() {
                h2 { "Nothing fits this search." }
                p { "Everything you ever ordered is still here." }
                a.button.is-bright href="/history" { "Show everything" }
            } @else if !search.before.is_empty() {
                h2 { "That was all." }
                a.button.is-bright href="/history" { "Back to the newest" }
            } @else {
                h2 { "Your work will be kept here." }
                p { "Every run, with its settings, its cost and its files." }
                a.button.is-bright href="/studio" { "Make something" }
            }
        }
    }
}

fn pages(view: &HistoryView<'_>) -> Markup {
    html! {
        nav.pages aria-label="Pages" {
            @if !view.search.before.is_empty() {
                a.button.is-quiet href=(view.search.address("")) { "Newest" }
            }
            @if let Some(older) = view.older {
                a.button.is-quiet rel="next" href=(view.search.address(older)) { "Older " (icon::arrow()) }
            }
        }
    }
}

fn found(total: u64) -> String {
    match total {
        1 => "1 run".to_owned(),
        many => format!("{many} runs"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_search() {
        let search = Search {
            words: "blue & gold",
            favourite: true,
            ..Search::EVERYTHING
        };
        assert_eq!(
            search.address("gen_1"),
            "/history?q=blue+%26+gold&favourite=on&before=gen_1"
        );
        assert!(search.is_narrowed());
        let second = Search {
            before: "gen_1",
            ..Search::EVERYTHING
        };
        assert!(!second.is_narrowed());
    }
}
