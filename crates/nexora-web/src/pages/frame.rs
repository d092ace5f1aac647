//! What every page shows around its own matter, loaded once.

use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use nexora_core::{Credits, Member as Account, Plan};
use nexora_engine::Paying;

use crate::components::{BalanceView, Here, Notice, Sale, Shell};
use crate::flash::Flash;
use crate::live;
use crate::problem::Problem;
use crate::session::{Member, Visitor};
use crate::state::App;

/// A page's surroundings.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    account: Option<Account>,
    balance: Option<BalanceView>,
    paying: Option<Paying>,
    can_buy: bool,
    drawn: String,
    flash: Option<Notice>,
    sandbox: bool,
    is_acted_for: bool,
    cookies: Vec<HeaderValue>,
}

impl Frame {
    /// The frame for a stranger, without asking anybody.
    pub(crate) fn bare(app: &App) -> Self {
        Self {
            account: None,
            balance: None,
            paying: None,
            can_buy: false,
            drawn: String::new(),
            flash: None,
            sandbox: !app.config().sandboxed.is_empty(),
            is_acted_for: false,
            cookies: Vec::new(),
        }
    }

    /// The frame for whoever is looking.
    pub(crate) async fn load(app: &App, visitor: Visitor) -> Result<Self, Problem> {
        match visitor.0 {
            Some(member) => Self::of_member(app, member).await,
            None => Ok(Self::bare(app)),
        }
    }

    /// The frame for a member.
    pub(crate) async fn of_member(app: &App, member: Member) -> Result<Self, Problem> {
        let glance = app.engine().glance(member.id()).await?;
        let is_acted_for = member.actor().is_some();
        let view = BalanceView {
            available: glance.balance.available(),
            held: glance.balance.held,
        };
        let cookie = member.renewed_cookie(app, app.engine().now());
        Ok(Self {
            is_acted_for,
            account: Some(member.account),
            balance: Some(view),
            can_buy: app.sale(&glance.paying, is_acted_for).offers.is_some(),
            drawn: live::stamp(&glance),
            paying: Some(glance.paying),
            cookies: cookie.into_iter().collect(),
            ..Self::bare(app)
        })
    }

    /// Shows the notice that the page before left, once.
    pub(crate) fn flashing(mut self, app: &App, headers: &HeaderMap) -> Self {
        if let Some(flash) = Flash::waiting(headers) {
            self.flash = Some(flash.notice());
            self.cookies.extend(Flash::shown(app.config().is_https()));
        }
        self
    }

    /// The shell of a public page.
    pub(crate) fn shell<'a>(&'a self, title: &'a str, here: Here) -> Shell<'a> {
        Shell {
            title,
            member: self.account.as_ref(),
            balance: self.balance,
            paying: self.paying.as_ref(),
            can_buy: self.can_buy,
            here,
            sandbox: self.sandbox,
            flash: self.flash.clone(),
            live: None,
            is_acted_for: self.is_acted_for,
        }
    }

    /// The shell of a member's page: it listens to what happens.
    pub(crate) fn live_shell<'a>(&'a self, title: &'a str, here: Here) -> Shell<'a> {
        Shell {
            live: Some(&self.drawn),
            ..self.shell(title, here)
        }
    }

    pub(crate) fn balance(&self) -> BalanceView {
        self.balance.unwrap_or(BalanceView {
            available: Credits::ZERO,
            held: Credits::ZERO,
        })
    }

    /// How the member stands with the merchant; `None` for a stranger.
    pub(crate) fn paying(&self) -> Option<&Paying> {
        self.paying.as_ref()
    }

    /// What whoever is looking could buy as a member.
    pub(crate) fn sale<'a>(&self, app: &'a App) -> Sale<'a> {
        match &self.paying {
            Some(paying) => app.sale(paying, self.is_acted_for),
            None => Sale::nothing(Plan::Free),
        }
    }

    /// The page as an answer. A member's page is theirs alone and asked for anew each time, but
    /// may be kept for the back button.
    pub(crate) fn answer(self, status: StatusCode, markup: Markup) -> Response {
        let kept = if self.account.is_some() {
            "private, no-cache"
        } else {
            "no-cache"
        };
        let mut response = (status, markup).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
        for cookie in self.cookies {
            headers.append(SET_COOKIE, cookie);
        }
        response
    }
}
