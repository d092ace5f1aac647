//! Gives a problem its body, in the form the asker wants.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::Markup;
use serde_json::{Map, Value, json};

use super::{Lack, Parts, Problem};
use crate::client::Wants;
use crate::components::Here;
use crate::components::sale::{WayOn, way_on};
use crate::identity::{Asking, Stranger, Who};
use crate::pages::Frame;
use crate::return_to::LocalPath;
use crate::session::Visitor;
use crate::site::problem::{ProblemView, page};
use crate::state::App;
use crate::trace::RequestId;

/// The layer that finds problems in answers and gives them a body.
pub(crate) async fn render(State(app): State<App>, request: Request, next: Next) -> Response {
    let wants = Wants::of(request.uri().path(), request.headers());
    let id = request.extensions().get::<RequestId>().cloned();
    let asking = request.extensions().get::<Asking>().cloned();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let parts = &*problem.0;
    let id = id.as_ref().map(RequestId::as_str);
    let mut answer = match wants {
        Wants::Json => as_json(parts, id),
        Wants::Fragment => as_toast(parts, asking.as_ref().map(Asking::headers)),
        Wants::Page => as_page(&app, parts, id, asking.as_ref()).await,
    };
    let kept = answer.headers_mut();
    for (name, value) in response.headers() {
        if name != CONTENT_TYPE && !kept.contains_key(name) {
            kept.append(name, value.clone());
        }
    }
    if let Some(seconds) = parts.retry_after_s {
        kept.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    kept.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// RFC 9457.
fn as_json(parts: &Parts, id: Option<&str>) -> Response {
    let mut body = Map::new();
    let kind = format!("urn:nexora:problem:{}", parts.code);
    body.insert("type".to_owned(), kind.into());
    body.insert("title".to_owned(), parts.title.into());
    body.insert("status".to_owned(), parts.status.as_u16().into());
    body.insert("code".to_owned(), parts.code.into());
    body.insert("detail".to_owned(), parts.detail.clone().into());
    let only = parts.errors.first().filter(|_| parts.errors.len() == 1);
    let field = parts.field.or(only.map(|error| error.field.as_str()));
    if let Some(field) = field {
        body.insert("field".to_owned(), field.into());
    }
    if !parts.errors.is_empty() {
        body.insert("errors".to_owned(), json!(parts.errors));
    }
    body.extend(parts.facts.clone());
    if !parts.ways.is_empty() {
        let links = parts
            .ways
            .iter()
            .map(|way| (way.rel.to_owned(), way.href.into()));
        body.insert("links".to_owned(), Value::Object(links.collect()));
    }
    if let Some(id) = id {
        body.insert("request_id".to_owned(), id.into());
    }
    let mut response = (parts.status, Json(Value::Object(body))).into_response();
    let media_type = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

fn as_toast(parts: &Parts, asked: Option<&HeaderMap>) -> Response {
    let mut response = parts.status.into_response();
    let headers = response.headers_mut();
    if let Ok(sentence) = HeaderValue::try_from(percent(&parts.detail)) {
        headers.insert("x-toast", sentence);
    }
    if parts.status == StatusCode::UNAUTHORIZED {
        let back = asked.and_then(LocalPath::current);
        let back = back.unwrap_or_else(LocalPath::studio);
        if let Ok(url) = HeaderValue::try_from(back.sign_in_url()) {
            headers.insert("hx-redirect", url);
        }
    }
    response
}

async fn as_page(app: &App, parts: &Parts, id: Option<&str>, asking: Option<&Asking>) -> Response {
    // Whoever it is, the page must come: what is away shows it as to a stranger.
    let who = match asking {
        Some(asking) => asking.who(app).await,
        None => Ok(Who::Stranger(Stranger::Nobody)),
    };
    let visitor = match who {
        Ok(Who::Member(member)) => Visitor(Some(*member)),
        Ok(Who::Stranger(_) | Who::Away(_)) | Err(_) => Visitor(None),
    };
    let frame = Frame::load(app, visitor)
        .await
        .unwrap_or_else(|_| Frame::bare(app));
    let ways: Vec<_> = parts.ways.iter().map(|way| (way.words, way.href)).collect();
    let markup = page(&ProblemView {
        shell: frame.shell(parts.title, Here::Elsewhere),
        status: parts.status.as_u16(),
        title: parts.title,
        sentence: &parts.detail,
        ways: &ways,
        onward: onward(app, parts, &frame),
        request_id: id.filter(|_| parts.status.is_server_error()),
    });
    (parts.status, markup).into_response()
}

/// One click to what is missing, if it is for sale to whoever asks.
fn onward(app: &App, parts: &Parts, frame: &Frame) -> Markup {
    let sale = frame.sale(app);
    let way = match parts.lack {
        Some(Lack::Plan(plan)) => sale.to_plan(plan),
        Some(Lack::Credits(missing)) => sale.to_credits(missing),
        None => WayOn::None,
    };
    way_on(way, "primary")
}

/// A text as a header or an address can carry it: everything but letters, digits and `-._~` as
/// `%XX` (RFC 3986 §2.3).
pub(crate) fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex::encode_upper([byte]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_sentence_fits_into_a_header() {
        assert_eq!(percent("a b"), "a%20b");
        assert_eq!(percent("“é”\r\n"), "%E2%80%9C%C3%A9%E2%80%9D%0D%0A");
    }
}
