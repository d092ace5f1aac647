//! One way to say what went wrong: JSON for programs, a page for people, a toast for htmx.
//!
//! A handler returns a [`Problem`]; it travels as an extension of an empty answer until
//! `answer::render`, which knows who asked, gives it a body.

mod answer;
mod boards;
mod causes;
mod characters;
mod identity;
mod purchase;
mod uploads;
mod webhooks;

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use nexora_core::{Credits, FieldError, Plan};
use serde_json::{Map, Value};

pub(crate) use answer::{percent, render};

/// Most faults named in one answer; whoever sends more has something else in mind.
const ERRORS_MAX: usize = 20;

/// What went wrong, what it means, and where to go.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    /// For programs: stable, in snake case.
    code: &'static str,
    /// In a few words.
    title: &'static str,
    /// In a sentence or two.
    detail: String,
    field: Option<&'static str>,
    errors: Vec<FieldError>,
    retry_after_s: Option<u64>,
    /// Numbers and names a program can act on: the price, what is missing.
    facts: Map<String, Value>,
    /// Ways out: what it is called for programs, words for people, address.
    ways: Vec<Way>,
    /// What could be bought to make it work.
    lack: Option<Lack>,
}

/// What somebody lacks that is for sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    Plan(Plan),
    Credits(Credits),
}

/// A way out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    rel: &'static str,
    words: &'static str,
    href: &'static str,
}

impl Way {
    pub(crate) const STUDIO: Self = Self::new("studio", "Back to the studio", "/studio");
    pub(crate) const DIRECTOR: Self =
        Self::new("characters", "Your characters", "/director/characters");
    pub(crate) const BOARDS: Self = Self::new("boards", "Your boards", "/director");
    pub(crate) const COMPARE: Self = Self::new("compare", "Compare models", "/compare");
    pub(crate) const HOME: Self = Self::new("home", "To the front page", "/");
    pub(crate) const SIGN_IN: Self = Self::new("sign_in", "Sign in", "/sign-in");
    pub(crate) const HISTORY: Self = Self::new("history", "Your history", "/history");
    pub(crate) const PICTURES: Self = Self::new("pictures", "Your pictures", "/pictures");
    pub(crate) const CREDITS: Self = Self::new("credits", "Your credits", "/profile#credits");
    pub(crate) const PLAN: Self = Self::new("plan", "Your plan", "/profile#plan");
    pub(crate) const PAYMENTS: Self = Self::new("payments", "Your payments", "/profile#payments");
    pub(crate) const PRICING: Self = Self::new("pricing", "Plans and prices", "/pricing");
    pub(crate) const PROFILE: Self = Self::new("profile", "Your profile", "/profile");
    pub(crate) const MODELS: Self = Self::new("models", "All models and prices", "/#models");

    /// To the prices, with the plan somebody needs in sight.
    pub(crate) const fn pricing_of(plan: Plan) -> Self {
        match plan {
            Plan::Free => Self::PRICING,
            Plan::Growth => Self::new("pricing", "Plans and prices", "/pricing?plan=growth"),
            Plan::Pro => Self::new("pricing", "Plans and prices", "/pricing?plan=pro"),
        }
    }

    const fn new(rel: &'static str, words: &'static str, href: &'static str) -> Self {
        Self { rel, words, href }
    }
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self(Box::new(Parts {
            status,
            code,
            title,
            detail: detail.into(),
            field: None,
            errors: Vec::new(),
            retry_after_s: None,
            facts: Map::new(),
            ways: Vec::new(),
            lack: None,
        }))
    }

    /// Names the field at fault.
    pub(crate) fn field(mut self, field: &'static str) -> Self {
        self.0.field = Some(field);
        self
    }

    /// Adds something a program can act on.
    pub(crate) fn fact(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.facts.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a way out.
    pub(crate) fn way(mut self, way: Way) -> Self {
        self.0.ways.push(way);
        self
    }

    /// Says what could be bought to make it work: a page offers it at once.
    pub(crate) fn lacks(mut self, lack: Lack) -> Self {
        self.0.lack = Some(lack);
        self
    }

    /// Says when it makes sense to try again.
    pub(crate) fn after(mut self, wait: Duration) -> Self {
        let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.0.retry_after_s = Some(whole.max(1));
        self
    }

    /// Every fault of a form or a JSON object, the first of them as the sentence.
    pub(crate) fn invalid(mut errors: Vec<FieldError>) -> Self {
        errors.truncate(ERRORS_MAX);
        let detail = match errors.as_slice() {
            [] => "The request does not say what to do.".to_owned(),
            [only] => only.message.clone(),
            [first, rest @ ..] => format!("{} ({} more to look at.)", first.message, rest.len()),
        };
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "Something does not fit",
            detail,
        );
        problem.0.errors = errors;
        problem
    }

    /// One fault.
    pub(crate) fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    /// The sentence for people.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    #[cfg(test)]
    pub(crate) fn status(&self) -> StatusCode {
        self.0.status
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
