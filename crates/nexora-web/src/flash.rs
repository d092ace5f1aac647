//! A notice that waits for the next page. The cookie names one of a few sentences; it cannot carry
//! words of its own, so nobody can put words into our mouth.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use nexora_core::Credits;

use crate::components::{Notice, NoticeKind};
use crate::session;

const NAME: &str = "nexora-flash";
/// A notice that is not shown within this time has lost its meaning.
const LIFE: Duration = Duration::from_secs(30);

/// What the next page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flash {
    Started,
    AlreadyStarted,
    Cancelled,
    Deleted,
    NameSaved,
    PasswordChanged,
    SessionEnded,
    OthersEnded,
    Welcome,
    SignedOut,
    SignedOutHere,
    Paid,
    PlanChanged,
    PlanConfirming,
    PlanLater,
    PlanCancelled,
    PlanResumed,
    Left,
    PictureKept,
    PictureDeleted,
    Cast,
    CastAgain,
    CharacterDeleted,
    BoardSaved,
    BoardDeleted,
    ShotSaved,
}

impl Flash {
    const ALL: &'static [Self] = &[
        Self::Started,
        Self::AlreadyStarted,
        Self::Cancelled,
        Self::Deleted,
        Self::NameSaved,
        Self::PasswordChanged,
        Self::SessionEnded,
        Self::OthersEnded,
        Self::Welcome,
        Self::SignedOut,
        Self::SignedOutHere,
        Self::Paid,
        Self::PlanChanged,
        Self::PlanConfirming,
        Self::PlanLater,
        Self::PlanCancelled,
        Self::PlanResumed,
        Self::Left,
        Self::PictureKept,
        Self::PictureDeleted,
        Self::Cast,
        Self::CastAgain,
        Self::CharacterDeleted,
        Self::BoardSaved,
        Self::BoardDeleted,
        Self::ShotSaved,
    ];

    const fn slug(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::AlreadyStarted => "already-started",
            Self::Cancelled => "cancelled",
            Self::Deleted => "deleted",
            Self::NameSaved => "name-saved",
            Self::PasswordChanged => "password-changed",
            Self::SessionEnded => "session-ended",
            Self::OthersEnded => "others-ended",
            Self::Welcome => "welcome",
            Self::SignedOut => "signed-out",
            Self::SignedOutHere => "signed-out-here",
            Self::Paid => "paid",
            Self::PlanChanged => "plan-changed",
            Self::PlanConfirming => "plan-confirming",
            Self::PlanLater => "plan-later",
            Self::PlanCancelled => "plan-cancelled",
            Self::PlanResumed => "plan-resumed",
            Self::Left => "left",
            Self::PictureKept => "picture-kept",
            Self::PictureDeleted => "picture-deleted",
            Self::Cast => "cast",
            Self::CastAgain => "cast-again",
            Self::CharacterDeleted => "character-deleted",
            Self::BoardSaved => "board-saved",
            Self::BoardDeleted => "board-deleted",
            Self::ShotSaved => "shot-saved",
        }
    }

    /// The sentence.
    pub(crate) fn notice(self) -> Notice {
        let (kind, text) = match self {
            Self::Started => (
                NoticeKind::Ok,
                "On its way. The credits are held until it is done.",
            ),
            Self::AlreadyStarted => (NoticeKind::Info, "This was ordered already; it runs once."),
            Self::Cancelled => (
                NoticeKind::Info,
                "Asked to stop. What is not made is not charged.",
            ),
            Self::Deleted => (NoticeKind::Ok, "Deleted. Its lines in your ledger stay."),
            Self::NameSaved => (NoticeKind::Ok, "Your name was saved."),
            Self::PasswordChanged => (
                NoticeKind::Ok,
                "Your password was changed. All other browsers were signed out.",
            ),
            Self::SessionEnded => (NoticeKind::Ok, "That browser was signed out."),
            Self::OthersEnded => (NoticeKind::Ok, "All other browsers were signed out."),
            Self::Welcome => {
                let welcome = format!("Welcome. {} are yours to begin with.", Credits::STARTER);
                return Notice::new(NoticeKind::Ok, welcome);
            }
            Self::SignedOut => (NoticeKind::Info, "You are signed out."),
            Self::SignedOutHere => (
                NoticeKind::Err,
                "You are signed out of the studio. The sign-in service did not answer and may \
                 still know this browser; if others use it, sign out once more.",
            ),
            Self::Paid => (
                NoticeKind::Ok,
                "Thank you. What you bought is here as soon as the payment is confirmed, usually \
                 within seconds.",
            ),
            Self::PlanChanged => (NoticeKind::Ok, "Your new plan counts from now on."),
            Self::PlanConfirming => (
                NoticeKind::Info,
                "Your new plan counts as soon as its payment is confirmed.",
            ),
            Self::PlanLater => (
                NoticeKind::Ok,
                "Your plan changes with the next payment. Until then everything stays as it is.",
            ),
            Self::PlanCancelled => (
                NoticeKind::Info,
                "Your plan will not renew. What you have paid for stays yours until it ends.",
            ),
            Self::PlanResumed => (NoticeKind::Ok, "Your plan goes on and renews as before."),
            Self::Left => (NoticeKind::Info, "Your account was deleted."),
            Self::PictureKept => (
                NoticeKind::Ok,
                "Your picture is here. Any run can begin with it.",
            ),
            Self::PictureDeleted => (
                NoticeKind::Ok,
                "Deleted. Runs that began with this picture still show it.",
            ),
            Self::Cast => (
                NoticeKind::Ok,
                "The training begins. It takes about five minutes and costs you nothing.",
            ),
            Self::CastAgain => (NoticeKind::Ok, "The training begins once more."),
            Self::CharacterDeleted => (
                NoticeKind::Ok,
                "Deleted, with the pictures, here and at the provider.",
            ),
            Self::BoardSaved => (NoticeKind::Ok, "The board was saved."),
            Self::BoardDeleted => (NoticeKind::Ok, "Deleted. Its stills and clips stay."),
            Self::ShotSaved => (NoticeKind::Ok, "The shot is on the board."),
        };
        Notice::new(kind, text)
    }

    /// The notice that waits, if one does.
    pub(crate) fn waiting(headers: &HeaderMap) -> Option<Self> {
        let slug = session::read(headers, NAME)?;
        Self::ALL.iter().find(|flash| flash.slug() == slug).copied()
    }

    /// Leaves it for the next page.
    pub(crate) fn cookie(self, secure: bool) -> Option<HeaderValue> {
        session::written(NAME, self.slug(), LIFE, secure)
    }

    /// It was shown.
    pub(crate) fn shown(secure: bool) -> Option<HeaderValue> {
        session::cleared(NAME, secure)
    }
}
