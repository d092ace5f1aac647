//! Buying: `POST /api/lemon/checkout`, and what a subscriber does to what they pay for. The
//! money moves on the merchant's own pages; these calls say where they are.

use std::cmp::Ordering;

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use nexora_core::Plan;
use nexora_core::billing::Purchase;
use nexora_engine::{Paying, PurchaseError};
use serde_json::json;
use url::Url;

use super::billing;
use crate::asker::{self, Asker};
use crate::body::Texts;
use crate::client::Wants;
use crate::flash::Flash;
use crate::problem::Problem;
use crate::session::{Member, Themselves};
use crate::state::App;

/// Where a plan is looked after.
const PLAN_PATH: &str = "/profile#plan";

/// Opens a fresh page to pay on and leads there.
pub(super) async fn checkout(
    State(app): State<App>,
    Themselves(member): Themselves,
    asker: Asker,
    texts: Texts,
) -> Result<Response, Problem> {
    let wanted = wanted(&texts)?;
    app.limits().errand(member.id())?;
    let page = app.engine().checkout(&member.account, &wanted).await?;
    Ok(onward(asker.wants, &page))
}

/// Changes the plan of a subscription.
pub(super) async fn change(
    State(app): State<App>,
    Themselves(member): Themselves,
    asker: Asker,
    texts: Texts,
) -> Result<Response, Problem> {
    let plan = plan_named(texts.text("plan"))?;
    app.limits().errand(member.id())?;
    match app.engine().change_plan(&member.account, plan).await {
        Ok(()) => {}
        Err(PurchaseError::AtMerchant(page)) => return Ok(onward(asker.wants, &page)),
        Err(error) => return Err(error.into()),
    }
    let paying = app.engine().paying(member.id()).await?;
    changed(&app, &member, &asker, change_notice(&paying, plan)).await
}

/// Ends a subscription with the period that is paid for.
pub(super) async fn cancel(
    State(app): State<App>,
    Themselves(member): Themselves,
    asker: Asker,
) -> Result<Response, Problem> {
    app.limits().errand(member.id())?;
    app.engine().cancel_subscription(&member.account).await?;
    changed(&app, &member, &asker, Flash::PlanCancelled).await
}

/// Takes a cancellation back.
pub(super) async fn resume(
    State(app): State<App>,
    Themselves(member): Themselves,
    asker: Asker,
) -> Result<Response, Problem> {
    app.limits().errand(member.id())?;
    app.engine().resume_subscription(&member.account).await?;
    changed(&app, &member, &asker, Flash::PlanResumed).await
}

/// On to the merchant's page about everything a member pays.
pub(super) async fn portal(
    State(app): State<App>,
    Themselves(member): Themselves,
    asker: Asker,
) -> Result<Response, Problem> {
    app.limits().errand(member.id())?;
    let links = app.engine().portal(&member.account).await?;
    let page = links.customer_portal.ok_or_else(Problem::no_such_link)?;
    Ok(onward(asker.wants, &page))
}

/// On to the merchant's page for another card.
pub(super) async fn payment_method(
    State(app): State<App>,
    Themselves(member): Themselves,
    asker: Asker,
) -> Result<Response, Problem> {
    app.limits().errand(member.id())?;
    let links = app.engine().portal(&member.account).await?;
    let page = links.update_payment_method.or(links.customer_portal);
    Ok(onward(
        asker.wants,
        &page.ok_or_else(Problem::no_such_link)?,
    ))
}

/// On to the printable invoice, if it is one of the member's own.
pub(super) async fn invoice(
    State(app): State<App>,
    Themselves(member): Themselves,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    app.limits().errand(member.id())?;
    let page = app.engine().invoice_link(&member.account, &id).await?;
    Ok(onward(
        asker.wants,
        &page.ok_or_else(Problem::no_such_invoice)?,
    ))
}

fn wanted(texts: &Texts) -> Result<Purchase, Problem> {
    match (texts.text("plan"), texts.text("topup")) {
        ("", "") => Err(Problem::invalid_field(
            "plan",
            "Say which plan, or as `topup` which pack of credits. Nothing was charged.",
        )),
        (plan, "") => Ok(Purchase::Plan(plan_named(plan)?)),
        ("", slug) => Ok(Purchase::TopUp(slug.to_owned())),
        _ => Err(Problem::invalid_field(
            "topup",
            "One thing is bought at a time: a plan or a pack. Nothing was charged.",
        )),
    }
}

fn plan_named(text: &str) -> Result<Plan, Problem> {
    let named = text.parse().ok().filter(|plan| *plan > Plan::Free);
    named.ok_or_else(|| {
        let sentence = "The plans for sale are growth and pro. Nothing was charged.";
        Problem::invalid_field("plan", sentence)
    })
}

fn change_notice(paying: &Paying, wanted: Plan) -> Flash {
    match wanted.cmp(&paying.plan) {
        Ordering::Less => Flash::PlanLater,
        Ordering::Equal => Flash::PlanChanged,
        Ordering::Greater => Flash::PlanConfirming,
    }
}

/// How the member stands after a change.
async fn changed(
    app: &App,
    member: &Member,
    asker: &Asker,
    flash: Flash,
) -> Result<Response, Problem> {
    match asker.wants {
        Wants::Json => billing::shown(app, member).await,
        Wants::Page | Wants::Fragment => Ok(asker::see_other(app, PLAN_PATH, Some(flash))),
    }
}

/// On to a page of the merchant's. It is signed and lives for hours: nobody keeps the answer.
fn onward(wants: Wants, page: &Url) -> Response {
    let (status, name) = match wants {
        Wants::Json => {
            return asker::json(StatusCode::OK, &json!({ "url": page.as_str() }));
        }
        Wants::Page => (StatusCode::SEE_OTHER, LOCATION),
        Wants::Fragment => (
            StatusCode::NO_CONTENT,
            HeaderName::from_static("hx-redirect"),
        ),
    };
    let Ok(place) = HeaderValue::try_from(page.as_str()) else {
        return Problem::no_such_link().into_response();
    };
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert(name, place);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
