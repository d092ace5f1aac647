//! The look of the hosted pages (Clerk's account portal, Lemon Squeezy's checkout): plain forms,
//! no script, dark like the studio.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, html};
use reqwest::Url;

use crate::post::loopback;
use crate::stage::Stage;

const STYLE: &str = include_str!("page.css");
/// Forms end in a redirect to the product, which browsers also hold against `form-action`.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; \
                      frame-ancestors 'none'; \
                      form-action 'self' http://127.0.0.1:* http://localhost:*";

/// `GET /_sandbox/page.css`.
pub(crate) fn routes() -> Router<Arc<Stage>> {
    let css = || async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) };
    Router::new().route("/_sandbox/page.css", get(css))
}

/// A page with one card in its middle. `house` says whose page is played.
pub(crate) fn page(status: StatusCode, house: &str, title: &str, card: Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " · " (house) " (sandbox)" }
                // Without an icon of its own, browsers ask for one that is not there.
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/_sandbox/page.css";
            }
            body {
                main {
                    p.house { (house) span { "sandbox" } }
                    h1 { (title) }
                    (card)
                }
                footer { "Played on this machine. No real account, no real card, no real money." }
            }
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, markup.into_string()).into_response()
}

/// A page that only says a sentence.
pub(crate) fn note(status: StatusCode, house: &str, title: &str, sentence: &str) -> Response {
    page(status, house, title, html! { p { (sentence) } })
}

/// Sends the browser on with a GET.
pub(crate) fn see_other(target: &str) -> Response {
    redirect(StatusCode::SEE_OTHER, target)
}

pub(crate) fn redirect(status: StatusCode, target: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(target) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers).into_response()
}

/// Where a page may send the browser afterwards: this machine, never elsewhere.
pub(crate) fn landing(stage: &Stage, target: &str) -> Option<Url> {
    let base = Url::parse(&stage.base_url).ok()?;
    let target = base.join(target).ok()?;
    loopback(target.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pace;

    #[test]
    fn nobody_is_sent_to_an_outside_address() {
        let stage = Stage::new("http://127.0.0.1:9".to_owned(), Pace::Instant);
        let lands = |target| landing(&stage, target).map(String::from);
        let studio = "http://localhost:8080/studio?x=1";
        assert_eq!(lands(studio).as_deref(), Some(studio));
        assert_eq!(lands("/user").as_deref(), Some("http://127.0.0.1:9/user"));
        assert_eq!(lands("https://example.com/"), None);
        assert_eq!(lands("//example.com/"), None);
        assert_eq!(lands("http://localhost@example.com/"), None);
        assert_eq!(lands("javascript:alert(1)"), None);
    }
}
