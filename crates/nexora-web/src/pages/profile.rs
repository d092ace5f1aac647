//! `/profile`: credits and where they went, sessions, name and password.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Redirect, Response};
use nexora_core::ledger::{Account as Place, Entry};
use nexora_core::{Credits, FieldError, Timestamp};
use nexora_engine::{Bill, PlanState};
use nexora_providers::clerk::PortalPage;
use nexora_store::credits::GrantKind;

use super::{Frame, browser};
use crate::app::billing::BillingView;
use crate::app::profile::{self, BucketView, ProfileView, SessionView};
use crate::body::Query;
use crate::components::Here;
use crate::components::ledger::Line;
use crate::config::Identity;
use crate::identity;
use crate::problem::Problem;
use crate::return_to::LocalPath;
use crate::session::Member;
use crate::state::App;

/// Lines of the journal on one page.
const LINES_MAX: u32 = 30;

pub(super) async fn profile(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, Problem> {
    let before = query.text("before").parse().ok();
    let page = Page::load(&app, member, before).await?;
    let page = Page {
        frame: page.frame.flashing(&app, &headers),
        ..page
    };
    page.answer(&app, &[], StatusCode::OK)
}

/// On to Clerk's own page about somebody.
pub(super) async fn account(
    State(app): State<App>,
    _member: Member,
    headers: HeaderMap,
) -> Result<Redirect, Problem> {
    let Identity::Clerk(clerk) = &app.config().identity else {
        return Err(Problem::no_such_page());
    };
    let place = identity::portal_url(clerk, PortalPage::User, &LocalPath::profile(), &headers);
    Ok(Redirect::to(place.as_str()))
}

/// The page with what was wrong with a form.
pub(crate) async fn profile_page(
    app: &App,
    member: Member,
    errors: &[FieldError],
    status: StatusCode,
) -> Result<Response, Problem> {
    let page = Page::load(app, member, None).await?;
    page.answer(app, errors, status)
}

struct Page {
    frame: Frame,
    member: Member,
    buckets: Vec<nexora_store::credits::Bucket>,
    bills: Vec<Bill>,
    entries: Vec<Entry>,
    before: Option<i64>,
    older: Option<String>,
    sessions: Vec<(nexora_store::sessions::SessionRow, String)>,
}

impl Page {
    async fn load(app: &App, member: Member, before: Option<i64>) -> Result<Self, Problem> {
        let (engine, id) = (app.engine(), member.id());
        let mut entries = engine.journal(id, before, LINES_MAX + 1).await?;
        let shown = usize::try_from(LINES_MAX).unwrap_or(usize::MAX);
        let is_more = entries.len() > shown;
        entries.truncate(shown);
        let last = entries.last().filter(|_| is_more);
        let older = last.map(|entry| format!("/profile?before={}#ledger", entry.number));
        let this = member.session_id();
        let mut sessions = engine.sessions(id).await?;
        sessions.sort_by_key(|session| session.id != this);
        let named = sessions.into_iter().map(|session| {
            let name = browser::short(&session.user_agent);
            (session, name)
        });
        Ok(Self {
            buckets: engine.buckets(id).await?,
            bills: engine.bills(id).await?,
            sessions: named.collect(),
            frame: Frame::of_member(app, member.clone()).await?,
            member,
            entries,
            before,
            older,
        })
    }

    fn answer(
        self,
        app: &App,
        errors: &[FieldError],
        status: StatusCode,
    ) -> Result<Response, Problem> {
        let paying = self.frame.paying().ok_or_else(Problem::no_such_page)?;
        let buckets: Vec<_> = self
            .buckets
            .iter()
            .map(|bucket| BucketView {
                title: title(bucket.kind),
                remaining: bucket.remaining,
                amount: bucket.amount,
                expires_at: bucket.expires_at,
                resets_at: renews_at(paying.state).filter(|_| bucket.kind == GrantKind::Monthly),
            })
            .collect();
        let this = self.member.session_id();
        let sessions: Vec<_> = self
            .sessions
            .iter()
            .map(|(row, name)| SessionView {
                id: row.id,
                browser: name,
                created_at: row.created_at,
                seen_at: row.last_seen_at,
                is_this: row.id == this,
            })
            .collect();
        let balance = self.frame.balance();
        let newest = self.before.is_none().then_some(balance.available);
        let markup = profile::page(&ProfileView {
            shell: self.frame.live_shell("Profile", Here::Profile),
            member: &self.member.account,
            balance,
            buckets: &buckets,
            billing: BillingView {
                paying,
                sale: self.frame.sale(app),
                bills: &self.bills,
            },
            lines: &with_balances(&self.entries, newest),
            older: self.older.as_deref(),
            sessions: &sessions,
            is_kept_at_clerk: matches!(app.config().identity, Identity::Clerk(_)),
            errors,
            now: app.engine().now(),
        });
        Ok(self.frame.answer(status, markup))
    }
}

/// Lines, the newest first, each with what was free to spend after it: counted back from what is
/// free now. On older pages nobody knows where to begin.
fn with_balances(entries: &[Entry], newest: Option<Credits>) -> Vec<Line<'_>> {
    let mut after = newest.map(Credits::amount);
    let mut lines = Vec::with_capacity(entries.len());
    for entry in entries {
        lines.push(Line {
            entry,
            available_after: after.map(Credits::new),
        });
        let moved = match (entry.from, entry.to) {
            (_, Place::Available) => entry.amount.amount(),
            (Place::Available, _) => -entry.amount.amount(),
            _ => 0,
        };
        after = after.map(|free| free - moved);
    }
    lines
}

/// When the next month's credits come, if they are to come.
const fn renews_at(state: PlanState) -> Option<Timestamp> {
    match state {
        PlanState::Renews(at) | PlanState::Becomes { at, .. } => at,
        PlanState::Free
        | PlanState::Given
        | PlanState::Confirming
        | PlanState::Trial(_)
        | PlanState::Ends(_)
        | PlanState::PastDue(_)
        | PlanState::Unpaid
        | PlanState::Paused { .. } => None,
    }
}

const fn title(kind: GrantKind) -> &'static str {
    match kind {
        GrantKind::Starter => "Starter credits",
        GrantKind::Monthly => "Monthly credits",
        GrantKind::Topup => "Bought credits",
        GrantKind::Correction => "Correction",
        GrantKind::Returned => "Returned credits",
    }
}
