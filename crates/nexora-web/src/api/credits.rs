//! `GET /api/credits`: what is there to spend, and where it came from.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::shapes::moment;
use crate::asker::{Asker, json as answer, with_credits};
use crate::client::Wants;
use crate::components::balance::{BalanceView, balance};
use crate::components::moment::rfc3339;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

pub(super) async fn credits(
    State(app): State<App>,
    member: Member,
    asker: Asker,
) -> Result<Response, Problem> {
    let engine = app.engine();
    let now = engine.balance(member.id()).await?;
    if asker.wants == Wants::Fragment {
        let view = BalanceView {
            available: now.available(),
            held: now.held,
        };
        return Ok(with_credits(balance(&view).into_response(), now));
    }
    let buckets = engine.buckets(member.id()).await?;
    let buckets = buckets.iter().map(|bucket| {
        json!({
            "id": bucket.id,
            "kind": bucket.kind.slug(),
            "amount": bucket.amount,
            "remaining": bucket.remaining,
            "expires_at": moment(bucket.expires_at),
            "created_at": rfc3339(bucket.created_at),
        })
    });
    let body = json!({
        "available": now.available(),
        "held": now.held,
        "plan": member.account.plan.slug(),
        "buckets": buckets.collect::<Vec<_>>(),
    });
    Ok(answer(StatusCode::OK, &body))
}
