//! `/profile/plan` and `/profile/cancel`: what will happen, said beforehand.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use nexora_core::{Credits, Plan};
use nexora_engine::PlanState;
use nexora_store::credits::{Bucket, GrantKind};

use super::Frame;
use crate::app::billing::cancel::{self, CancelView};
use crate::app::billing::change::{self, ChangeView};
use crate::asker::see_other;
use crate::body::Query;
use crate::components::Here;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// Where it is told how things stand.
const PLAN_PATH: &str = "/profile#plan";

pub(super) async fn change(
    State(app): State<App>,
    member: Member,
    Query(query): Query,
) -> Result<Response, Problem> {
    let named: Option<Plan> = query.text("to").parse().ok();
    let Some(to) = named.filter(|plan| *plan > Plan::Free) else {
        return Ok(see_other(&app, PLAN_PATH, None));
    };
    let frame = Frame::of_member(&app, member).await?;
    let paying = frame.paying().ok_or_else(Problem::no_such_page)?;
    let Some(subscription) = &paying.subscription else {
        return Ok(see_other(
            &app,
            &format!("/pricing?plan={}", to.slug()),
            None,
        ));
    };
    let can_change = match paying.state {
        PlanState::Renews(_) | PlanState::Becomes { .. } | PlanState::Trial(_) => true,
        PlanState::Free
        | PlanState::Given
        | PlanState::Confirming
        | PlanState::Ends(_)
        | PlanState::PastDue(_)
        | PlanState::Unpaid
        | PlanState::Paused { .. } => false,
    };
    if !can_change || subscription.plan == to {
        return Ok(see_other(&app, PLAN_PATH, None));
    }
    let markup = change::page(&ChangeView {
        shell: frame.live_shell("Change the plan", Here::Profile),
        now: paying.plan,
        to,
        renews_at: subscription.renews_at,
        card: subscription.card.as_ref(),
    });
    Ok(frame.answer(StatusCode::OK, markup))
}

pub(super) async fn cancel(State(app): State<App>, member: Member) -> Result<Response, Problem> {
    let buckets = app.engine().buckets(member.id()).await?;
    let frame = Frame::of_member(&app, member).await?;
    let paying = frame.paying().ok_or_else(Problem::no_such_page)?;
    let ends = matches!(paying.state, PlanState::Ends(_));
    let Some(subscription) = paying.subscription.as_ref().filter(|_| !ends) else {
        return Ok(see_other(&app, PLAN_PATH, None));
    };
    let is_paid = matches!(
        paying.state,
        PlanState::Renews(_) | PlanState::Becomes { .. }
    );
    let (expiring, staying) = split(&buckets);
    let markup = cancel::page(&CancelView {
        shell: frame.live_shell("End your plan", Here::Profile),
        plan: paying.plan,
        ends_at: subscription.renews_at.filter(|_| is_paid),
        expiring,
        staying,
    });
    Ok(frame.answer(StatusCode::OK, markup))
}

/// What is left of the month's credits, and everything else.
fn split(buckets: &[Bucket]) -> (Credits, Credits) {
    let sum = |is_monthly: bool| {
        let those = buckets
            .iter()
            .filter(|bucket| (bucket.kind == GrantKind::Monthly) == is_monthly);
        Credits::new(those.map(|bucket| bucket.remaining.amount()).sum())
    };
    (sum(true), sum(false))
}
