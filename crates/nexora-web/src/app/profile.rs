//! `/profile`: what a member has, what happened to it, and who is signed in.

use maud::{Markup, html};
use nexora_core::member::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use nexora_core::{Credits, FieldError, Member, SessionId, Timestamp};

use crate::app::billing::{self, BillingView};
use crate::components::ledger::{Line, ledger};
use crate::components::{BalanceView, Shell, icon, moment, shell};

/// What the profile page shows.
#[derive(Clone, Debug)]
pub struct ProfileView<'a> {
    /// The frame.
    pub shell: Shell<'a>,
    /// Whose page it is.
    pub member: &'a Member,
    /// Their credits.
    pub balance: BalanceView,
    /// The buckets their credits are in, the one spent first at the top.
    pub buckets: &'a [BucketView<'a>],
    /// What they pay for, and what they paid.
    pub billing: BillingView<'a>,
    /// One page of their journal, newest first.
    pub lines: &'a [Line<'a>],
    /// Address of the next, older page of the journal.
    pub older: Option<&'a str>,
    /// The browsers that are signed in, this one first.
    pub sessions: &'a [SessionView<'a>],
    /// Whether Clerk keeps name, address and password; then there are no forms for them here.
    pub is_kept_at_clerk: bool,
    /// What was wrong with a form that was sent.
    pub errors: &'a [FieldError],
    /// When the page is drawn.
    pub now: Timestamp,
}

/// One bucket of credits.
#[derive(Clone, Copy, Debug)]
pub struct BucketView<'a> {
    /// Where it came from, for example "Starter credits".
    pub title: &'a str,
    /// What is left in it.
    pub remaining: Credits,
    /// What was granted.
    pub amount: Credits,
    /// When the rest expires; `None` for credits that stay.
    pub expires_at: Option<Timestamp>,
    /// When a renewal is to put the next month's in its place; earlier than it expires, because a
    /// payment may be late.
    pub resets_at: Option<Timestamp>,
}

/// One signed-in browser.
#[derive(Clone, Copy, Debug)]
pub struct SessionView<'a> {
    /// Its id.
    pub id: SessionId,
    /// What it calls itself, shortened; empty when it says nothing.
    pub browser: &'a str,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it was last seen.
    pub seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// The page.
pub fn page(view: &ProfileView<'_>) -> Markup {
    let main = html! {
        header.page-head {
            h1 { (view.member.display_name) }
            p.page-count { "Member since " (moment::day(view.member.created_at)) }
        }
        div.profile {
            div.profile-main {
                (credits(view))
                (billing::payments(&view.billing))
                (journal(view))
            }
            div.profile-side {
                (billing::plan(&view.billing))
                (sessions(view))
                @if view.is_kept_at_clerk {
                    (account_at_clerk())
                } @else {
                    (name_form(view))
                    (password_form(view))
                }
                (belongings())
            }
        }
    };
    shell::app(&view.shell, false, &main)
}

fn credits(view: &ProfileView<'_>) -> Markup {
    html! {
        // What was bought meanwhile appears by itself.
        section.panel #credits aria-labelledby="credits-title" hx-get="/profile"
            hx-trigger="billing from:#live" hx-select="#credits" hx-swap="outerHTML"
            hx-select-oob="#plan,#payments" {
            div.row {
                h2 #credits-title { "Credits" }
                p.balance-words {
                    b.balance-big { (view.balance.available.amount()) } " free to spend"
                    @if !view.balance.held.is_zero() { ", " (view.balance.held.amount()) " held" }
                }
            }
            ul.buckets {
                @for bucket in view.buckets { (bucket_row(bucket)) }
            }
            @if view.buckets.is_empty() { p.muted { "No credits at the moment." } }
            (billing::packs(&view.billing.sale))
        }
    }
}

fn bucket_row(bucket: &BucketView<'_>) -> Markup {
    let (left, of) = (bucket.remaining.amount(), bucket.amount.amount());
    html! {
        li.bucket {
            p.bucket-title { (bucket.title) }
            p.bucket-left { b { (left) } " of " (of) " left" }
            progress.bucket-bar value=(left) max=(of) aria-label={ (bucket.title) " left" } {
                (left) " of " (of)
            }
            p.bucket-end {
                @match (bucket.resets_at, bucket.expires_at) {
                    (Some(at), _) => { "resets with the renewal on " (moment::day(at)) },
                    (None, Some(at)) => { "expires " (moment::day(at)) },
                    (None, None) => { "does not expire" },
                }
            }
        }
    }
}

fn journal(view: &ProfileView<'_>) -> Markup {
    html! {
        section.panel #ledger aria-labelledby="ledger-title" {
            div.row {
                h2 #ledger-title { "Where they went" }
                p.muted { "free to spend after" }
            }
            @if view.lines.is_empty() {
                p.muted { "Nothing has happened yet." }
            } @else {
                (ledger(view.lines))
            }
            @if let Some(older) = view.older {
                nav.pages aria-label="Ledger pages" {
                    a.button.is-quiet rel="next" href=(older) { "Older " (icon::arrow()) }
                }
            }
        }
    }
}

fn sessions(view: &ProfileView<'_>) -> Markup {
    html! {
        section.panel #sessions aria-labelledby="sessions-title" {
            h2 #sessions-title { "Signed in" }
            ul.sessions {
                @for session in view.sessions {
                    li {
                        div {
                            p.session-name { (browser_words(session.browser)) }
                            p.muted {
                                @if session.is_this { "this browser · " }
                                "seen " (moment::ago(session.seen_at, view.now))
                            }
                        }
                        @if !session.is_this {
                            form method="post" action={ "/profile/sessions/" (session.id) "/revoke" } {
                                button.act.act-words type="submit" {
                                    "Sign out" span.sr { " " (browser_words(session.browser)) }
                                }
                            }
                        }
                    }
                }
            }
            div.panel-row {
                form method="post" action="/sign-out" {
                    button.button.is-quiet type="submit" { "Sign out here" }
                }
                @if view.sessions.len() > 1 {
                    form method="post" action="/profile/sessions/revoke-others" {
                        button.button.is-quiet type="submit" { "Sign out all others" }
                    }
                }
            }
        }
    }
}

const fn browser_words(browser: &str) -> &str {
    if browser.is_empty() {
        "A browser"
    } else {
        browser
    }
}

fn account_at_clerk() -> Markup {
    html! {
        section.panel aria-labelledby="account-title" {
            h2 #account-title { "Name, address, password" }
            p.muted { "Clerk signs you in here and keeps them for you." }
            div.panel-row {
                a.button.is-quiet href="/profile/account" {
                    "Change them at Clerk " (icon::arrow())
                }
            }
        }
    }
}

fn name_form(view: &ProfileView<'_>) -> Markup {
    html! {
        section.panel aria-labelledby="name-title" {
            h2 #name-title { "Name" }
            form.stack method="post" action="/profile/name" {
                div.field {
                    label for="display_name" { "What the studio calls you" }
                    input #display_name name="display_name" value=(view.member.display_name)
                        required maxlength="60" autocomplete="name"
                        aria-describedby=[fault(view.errors, "display_name").map(|_| "display_name-error")];
                    (sentence(view.errors, "display_name"))
                }
                button.button.is-quiet type="submit" { "Save" }
            }
        }
    }
}

fn password_form(view: &ProfileView<'_>) -> Markup {
    html! {
        section.panel #password aria-labelledby="password-title" {
            h2 #password-title { "Password" }
            form.stack method="post" action="/profile/password" {
                // Tells password managers whose password this is.
                input type="hidden" name="username" value=(view.member.email) autocomplete="username";
                div.field {
                    label for="current" { "Present password" }
                    input #current type="password" name="current" required
                        maxlength=(PASSWORD_CHARS_MAX) autocomplete="current-password";
                    (sentence(view.errors, "current"))
                }
                div.field {
                    label for="new" { "New password" }
                    input #new type="password" name="new" required minlength=(PASSWORD_CHARS_MIN)
                        maxlength=(PASSWORD_CHARS_MAX) autocomplete="new-password"
                        aria-describedby="new-note";
                    p.field-note #new-note { "At least " (PASSWORD_CHARS_MIN) " characters." }
                    (sentence(view.errors, "new"))
                }
                button.button.is-quiet type="submit" { "Change password" }
            }
        }
    }
}

/// What somebody may take along, and how they leave.
fn belongings() -> Markup {
    html! {
        section.panel #belongings aria-labelledby="belongings-title" {
            h2 #belongings-title { "Your data" }
            div.panel-row {
                a.button.is-quiet href="/api/export" download { (icon::download()) "Download" }
                a.button.is-quiet href="/profile/delete" { "Delete account" }
            }
        }
    }
}

fn fault<'a>(errors: &'a [FieldError], field: &str) -> Option<&'a str> {
    let error = errors.iter().find(|error| error.field == field)?;
    Some(&error.message)
}

fn sentence(errors: &[FieldError], field: &str) -> Markup {
    html! {
        @if let Some(message) = fault(errors, field) {
            p.field-error id={ (field) "-error" } { (message) }
        }
    }
}
