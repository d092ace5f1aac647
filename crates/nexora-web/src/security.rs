//! What browsers are told about every answer, and which requests from elsewhere are refused.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Method, Response as HttpResponse};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::client;
use crate::problem::Problem;
use crate::state::App;

/// Everything a page may load comes from here, and nothing on it is inline. What follows is where
/// forms may lead.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      img-src 'self' data:; media-src 'self' blob:; font-src 'self'; \
                      connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      manifest-src 'self'; form-action 'self'";
/// Two years. Neighbouring hosts are their operators' business.
const STRICT_TRANSPORT: &str = "max-age=63072000";
/// Sensors and payment are nothing a studio page needs.
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), \
                           browsing-topics=()";

const FIXED: [(HeaderName, &str); 4] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Full addresses stay between our own pages; others learn nothing.
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
];

/// The policy of every page. A browser follows a form to a checkout only if the checkout's origin
/// is among `leads_to`; an origin that fits into no header is left out.
pub(crate) fn policy(leads_to: &[String]) -> HeaderValue {
    let places = leads_to.iter().filter(|place| is_source(place));
    let whole = places.fold(POLICY.to_owned(), |policy, place| policy + " " + place);
    HeaderValue::try_from(whole).unwrap_or(HeaderValue::from_static(POLICY))
}

/// One word, so that it cannot become another rule of the policy.
fn is_source(place: &str) -> bool {
    !place.is_empty()
        && place
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b";,'".contains(&byte))
}

/// The layer that puts the headers on every answer. A handler's own policy stands.
pub(crate) async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert_with(|| app.policy().clone());
    if app.config().is_https() {
        let value = HeaderValue::from_static(STRICT_TRANSPORT);
        headers.insert(STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

type Refuse = fn(ProtectionError) -> HttpResponse<Body>;

/// Refuses changes that another site asks a browser to make (`Sec-Fetch-Site`, else `Origin`
/// against `Host`). No tokens in forms; programs without either header pass.
pub(crate) fn csrf(app: &App) -> CsrfLayer<Refuse> {
    let layer = CsrfLayer::new().with_rejection_response(foreign as Refuse);
    // Behind a proxy that rewrites Host, the public origin is still ours.
    let origin = app
        .config()
        .public_url
        .as_ref()
        .map(|url| url.origin().ascii_serialization());
    match origin.map(|origin| layer.clone().add_trusted_origin(origin)) {
        Some(Ok(trusting)) => trusting,
        Some(Err(_)) | None => layer,
    }
}

fn foreign(_: ProtectionError) -> HttpResponse<Body> {
    Problem::foreign_origin().into_response()
}

/// The layer that counts changes per address.
pub(crate) async fn limit_changes(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    if !is_safe(request.method()) {
        let trusted = &app.config().trusted_proxies;
        let ip = client::address(request.extensions(), request.headers(), trusted);
        if let Err(problem) = app.limits().change(ip) {
            return problem.into_response();
        }
    }
    next.run(request).await
}

/// Whether a method changes nothing.
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_lead_to_the_named_places_and_no_rule_is_smuggled_in() {
        let places = [
            "https://*.lemonsqueezy.com",
            "https://a.example; script-src *",
            "'unsafe-inline'",
            "",
        ];
        let policy = policy(&places.map(str::to_owned));
        let policy = policy.to_str().unwrap();
        assert!(
            policy.ends_with("form-action 'self' https://*.lemonsqueezy.com"),
            "{policy}"
        );
        assert_eq!(policy.matches("script-src").count(), 1);
    }
}
