//! `/director`: the studio of directed shots, and what others see of it.

pub mod board;
pub mod boards;
pub mod characters;
pub mod film;
mod paywall;
pub mod plan;
pub mod shot;

use maud::{Markup, html};

use crate::components::icon;

pub use paywall::{PaywallView, paywall};

/// A room of the Director studio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// `/director`, and every board
    Boards,
    /// `/director/shot`
    Shot,
    /// `/director/characters`
    Characters,
}

impl Room {
    const fn title(self) -> &'static str {
        match self {
            Self::Boards => "Storyboards",
            Self::Shot => "Direct a shot",
            Self::Characters => "Characters",
        }
    }
}

/// The head of every room.
fn head(room: Room, lede: &str) -> Markup {
    html! {
        (rooms(room))
        header.director-head {
            p.kicker { span.kicker-dot aria-hidden="true" {} "Director studio" }
            h1 { (room.title()) }
            p.director-lede { (lede) }
        }
    }
}

/// The way from room to room.
fn rooms(room: Room) -> Markup {
    html! {
        nav.rooms aria-label="Director studio" {
            @for (place, href, word, icon) in [
                (Room::Boards, "/director", "Boards", icon::frame()),
                (Room::Shot, "/director/shot", "Shot", icon::clapper()),
                (Room::Characters, "/director/characters", "Characters", icon::person()),
            ] {
                a href=(href) aria-current=[(place == room).then_some("page")] { (icon) (word) }
            }
        }
    }
}
