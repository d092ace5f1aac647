//! Words for the member: a flash on the next page, or a toast on this one.

use maud::{Markup, html};

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// Something worked.
    Ok,
    /// Something did not.
    Err,
    /// Something is worth knowing.
    Info,
}

/// One sentence for the member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How it is meant.
    pub kind: NoticeKind,
    /// What happened, and what to do.
    pub text: String,
}

impl NoticeKind {
    /// The name used in class names and in live events.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Err => "err",
            Self::Info => "info",
        }
    }
}

impl Notice {
    /// A notice of `kind`.
    pub fn new(kind: NoticeKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }
}

/// The notice as a line at the top of a page.
pub fn flash(notice: &Notice) -> Markup {
    let role = match notice.kind {
        NoticeKind::Err => "alert",
        NoticeKind::Ok | NoticeKind::Info => "status",
    };
    html! {
        p.flash data-kind=(notice.kind.slug()) role=(role) { (notice.text) }
    }
}

/// The notice as a toast, for a fragment answer.
pub fn toast(notice: &Notice) -> Markup {
    html! {
        div.toast.glass data-kind=(notice.kind.slug()) { (notice.text) }
    }
}
