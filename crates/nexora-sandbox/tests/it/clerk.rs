//! Clerk over HTTP: hosted pages, the handshake, the Backend API, webhooks, forged tokens.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use nexora_sandbox::{Cue, Fault, Forgery, Provider, Sandbox};
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Method, StatusCode, Url};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::inbox::{Inbox, Letter};
use crate::{Answer, Bench, answer, browser, text};

/// Nobody listens there; the tests only look at where they are sent.
const STUDIO: &str = "http://127.0.0.1:9/studio?tab=1";

/// A browser's visit to the hosted pages, with the one cookie they set.
struct Visit {
    http: reqwest::Client,
    cookie: Option<String>,
}

/// What a page answered.
struct Seen {
    status: StatusCode,
    headers: HeaderMap,
    html: String,
}

impl Visit {
    fn new() -> Self {
        let http = browser();
        Self { http, cookie: None }
    }

    async fn get(&mut self, bench: &Bench, path: &str, query: &[(&str, &str)]) -> Seen {
        let request = self.http.get(bench.url(path)).query(query);
        self.send(request).await
    }

    async fn post(&mut self, bench: &Bench, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body = Url::parse_with_params("http://localhost", fields).unwrap();
        let body = body.query().unwrap_or_default().to_owned();
        let request = self.http.post(bench.url(path)).body(body);
        let form = "application/x-www-form-urlencoded";
        self.send(request.header("content-type", form)).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Seen {
        let request = match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        };
        let response = request.send().await.unwrap();
        if let Some(cookie) = response.headers().get(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        }
        Seen {
            status: response.status(),
            headers: response.headers().clone(),
            html: response.text().await.unwrap(),
        }
    }

    async fn sign_up(&mut self, bench: &Bench, email: &str) -> Seen {
        let fields = [
            ("email_address", email),
            ("first_name", "Ada"),
            ("last_name", "Lovelace"),
            ("redirect_url", STUDIO),
        ];
        self.post(bench, "/clerk/sign-up", &fields).await
    }

    /// The cookies a handshake hands to the application.
    async fn handshake(&mut self, bench: &Bench) -> Vec<String> {
        let query = [("redirect_url", STUDIO), ("suffixed_cookies", "false")];
        let seen = self.get(bench, "/clerk/v1/client/handshake", &query).await;
        assert_eq!(seen.status, StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(seen.headers["cache-control"], "no-store");
        let back = seen.location();
        assert_eq!(back.path(), "/studio");
        let token = parameter(&back, "__clerk_handshake").unwrap();
        let payload = verified(bench, &token).await;
        let directives = payload["handshake"].as_array().unwrap();
        let lines = directives.iter().map(|line| line.as_str().unwrap());
        lines.map(str::to_owned).collect()
    }
}

impl Seen {
    fn location(&self) -> Url {
        Url::parse(self.headers[LOCATION].to_str().unwrap()).unwrap()
    }
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// The value of the cookie among `Set-Cookie` directives.
fn cookie(directives: &[String], name: &str) -> String {
    let start = format!("{name}=");
    let value = directives.iter().find_map(|line| line.strip_prefix(&start));
    value.unwrap().split(';').next().unwrap().to_owned()
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

async fn verifies(bench: &Bench, token: &str) -> bool {
    let jwks = bench.http.get(bench.url("/clerk/.well-known/jwks.json"));
    let jwks = answer(jwks).await.body;
    let keys = jwks["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kty"] == "RSA").unwrap();
    let number = |name| URL_SAFE_NO_PAD.decode(text(key, name)).unwrap();
    let (n, e) = (number("n"), number("e"));
    let key = RsaPublicKeyComponents { n: &n, e: &e };
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    key.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature)
        .is_ok()
}

/// The claims of a token of the instance.
async fn verified(bench: &Bench, token: &str) -> Value {
    assert!(verifies(bench, token).await);
    part(token, 1)
}

/// A call of the Backend API.
async fn backend(bench: &Bench, method: Method, path: &str, body: Value) -> Answer {
    let request = bench.http.request(method, bench.url(path)).json(&body);
    answer(request.bearer_auth(Sandbox::clerk_secret_key())).await
}

async fn new_session(bench: &Bench, email: &str) -> (String, String) {
    let user = json!({"email_address": [email], "first_name": "Ada"});
    let user = backend(bench, Method::POST, "/clerk/v1/users", user).await;
    let user = text(&user.body, "id");
    let session = json!({ "user_id": user });
    let session = backend(bench, Method::POST, "/clerk/v1/sessions", session).await;
    (user, text(&session.body, "id"))
}

#[tokio::test]
async fn somebody_signs_up_and_the_application_learns_it_by_handshake() {
    let bench = Bench::instant().await;
    let mut visit = Visit::new();
    let stranger = visit.handshake(&bench).await;
    assert_eq!(cookie(&stranger, "__client_uat"), "0");
    assert_eq!(cookie(&stranger, "__session"), "");
    assert!(cookie(&stranger, "__clerk_db_jwt").starts_with("dvb_"));

    let page = visit
        .get(&bench, "/clerk/sign-up", &[("redirect_url", STUDIO)])
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.html.contains("Create account"));
    assert!(!page.html.contains("<script"));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"));
    let done = visit.sign_up(&bench, "Ada@Example.com").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let back = done.location();
    assert_eq!(parameter(&back, "tab").as_deref(), Some("1"));
    assert!(parameter(&back, "__clerk_db_jwt").is_some());

    let cookies = visit.handshake(&bench).await;
    let token = cookie(&cookies, "__session");
    let twice = cookies.iter().filter(|line| line.contains(&token)).count();
    assert_eq!(twice, 2, "plain and suffixed");
    let claims = verified(&bench, &token).await;
    assert_eq!(claims["iss"], bench.sandbox.clerk().url());
    assert_eq!(claims["azp"], "http://127.0.0.1:9");
    assert_eq!(claims["sts"], "active");
    let second = |name: &str| claims[name].as_i64().unwrap();
    assert_eq!(second("exp") - second("iat"), 60);
    assert!(text(&claims, "sub").starts_with("user_"));
    assert!(text(&claims, "sid").starts_with("sess_"));
    assert!(text(&part(&token, 0), "kid").starts_with("ins_"));
    let uat: i64 = cookie(&cookies, "__client_uat").parse().unwrap();
    assert!((1..=second("iat")).contains(&uat));
}

#[tokio::test]
async fn signing_in_again_is_the_same_person() {
    let bench = Bench::instant().await;
    let mut visit = Visit::new();
    visit.sign_up(&bench, "ada@example.com").await;
    let first = part(&cookie(&visit.handshake(&bench).await, "__session"), 1);

    let out = visit
        .post(&bench, "/clerk/sign-out", &[("redirect_url", STUDIO)])
        .await;
    assert_eq!(out.location().path(), "/studio");
    let cookies = visit.handshake(&bench).await;
    assert_eq!(cookie(&cookies, "__client_uat"), "0");
    let session = format!("/clerk/v1/sessions/{}", text(&first, "sid"));
    let ended = backend(&bench, Method::GET, &session, Value::Null).await;
    assert_eq!(ended.body["status"], "ended");

    let fields = [
        ("email_address", "ADA@example.com"),
        ("redirect_url", STUDIO),
    ];
    visit.post(&bench, "/clerk/sign-in", &fields).await;
    let again = part(&cookie(&visit.handshake(&bench).await, "__session"), 1);
    assert_eq!(again["sub"], first["sub"]);
    assert_ne!(again["sid"], first["sid"]);
}

#[tokio::test]
async fn forms_complain_and_keep_what_was_typed() {
    let bench = Bench::instant().await;
    let mut visit = Visit::new();
    let unknown = [
        ("email_address", "no@example.com"),
        ("redirect_url", STUDIO),
    ];
    let seen = visit.post(&bench, "/clerk/sign-in", &unknown).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(seen.html.contains("no@example.com"));
    let bad = [("email_address", "\"><b>")];
    let seen = visit.post(&bench, "/clerk/sign-up", &bad).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!seen.html.contains("<b>"));
    visit.sign_up(&bench, "ada@example.com").await;
    let taken = Visit::new().sign_up(&bench, "ada@example.com").await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn nobody_is_sent_to_an_outside_address() {
    let bench = Bench::instant().await;
    let mut visit = Visit::new();
    let fields = [
        ("email_address", "ada@example.com"),
        ("redirect_url", "https://example.com/"),
    ];
    let seen = visit.post(&bench, "/clerk/sign-up", &fields).await;
    assert_eq!(seen.location().path(), "/clerk/user");
    let query = [("redirect_url", "https://example.com/")];
    let path = "/clerk/v1/client/handshake";
    let seen = visit.get(&bench, path, &query).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    let posted = visit.post(&bench, path, &query).await;
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn the_account_page_renames_and_deletes() {
    let bench = Bench::instant().await;
    let mut inbox = Inbox::open().await;
    let mut visit = Visit::new();
    let stranger = visit.get(&bench, "/clerk/user", &[]).await;
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
    visit.sign_up(&bench, "ada@example.com").await;
    bench.sandbox.clerk().deliver_to(&inbox.url);
    let names = [("first_name", "Augusta"), ("last_name", "King")];
    visit.post(&bench, "/clerk/user", &names).await;
    let page = visit.get(&bench, "/clerk/user", &[]).await;
    assert!(page.html.contains("Augusta"));
    visit.post(&bench, "/clerk/user/delete", &[]).await;
    let cookies = visit.handshake(&bench).await;
    assert_eq!(cookie(&cookies, "__client_uat"), "0");
    let (updated, deleted) = (inbox.next().await.body, inbox.next().await.body);
    assert_eq!(updated["type"], "user.updated");
    assert_eq!(updated["data"]["last_name"], "King");
    assert_eq!(deleted["type"], "user.deleted");
    assert_eq!(deleted["data"]["id"], updated["data"]["id"]);
}

#[tokio::test]
async fn a_nonce_can_be_exchanged_once() {
    let bench = Bench::instant().await;
    let query = [("redirect_url", STUDIO), ("format", "nonce")];
    let path = "/clerk/v1/client/handshake";
    let seen = Visit::new().get(&bench, path, &query).await;
    let nonce = parameter(&seen.location(), "__clerk_handshake_nonce").unwrap();
    let path = format!("/clerk/v1/clients/handshake_payload?nonce={nonce}");
    let payload = backend(&bench, Method::GET, &path, Value::Null).await;
    assert_eq!(payload.body["directives"].as_array().unwrap().len(), 6);
    let again = backend(&bench, Method::GET, &path, Value::Null).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_backend_api_asks_for_a_secret_key() {
    let bench = Bench::instant().await;
    let url = bench.url("/clerk/v1/users/user_x");
    let without = answer(bench.http.get(&url)).await;
    assert_eq!(without.status, StatusCode::UNAUTHORIZED);
    let wrong = answer(bench.http.get(&url).bearer_auth("sk_live_x")).await;
    assert_eq!(wrong.body["errors"][0]["code"], "clerk_key_invalid");
    let unknown = backend(&bench, Method::GET, "/clerk/v1/users/user_x", Value::Null).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(unknown.body["errors"][0]["code"], "resource_not_found");
}

#[tokio::test]
async fn users_and_sessions_live_and_end() {
    let bench = Bench::instant().await;
    let (user, session) = new_session(&bench, "ada@example.com").await;
    let user_path = format!("/clerk/v1/users/{user}");
    let shown = backend(&bench, Method::GET, &user_path, Value::Null)
        .await
        .body;
    let address = &shown["email_addresses"][0];
    assert_eq!(address["email_address"], "ada@example.com");
    assert_eq!(address["verification"]["status"], "verified");
    assert_eq!(shown["primary_email_address_id"], address["id"]);

    let path = format!("/clerk/v1/sessions/{session}");
    let revoke = format!("{path}/revoke");
    let revoked = backend(&bench, Method::POST, &revoke, Value::Null).await;
    assert_eq!(revoked.body["status"], "revoked");
    let tokens = format!("{path}/tokens");
    let refused = backend(&bench, Method::POST, &tokens, Value::Null).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);

    let gone = backend(&bench, Method::DELETE, &user_path, Value::Null).await;
    assert_eq!(gone.body["deleted"], true);
    let again = backend(&bench, Method::DELETE, &user_path, Value::Null).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    let (other, _) = new_session(&bench, "ada@example.com").await;
    assert_ne!(other, user);
}

#[tokio::test]
async fn token_classes_share_one_key() {
    let bench = Bench::instant().await;
    let (user, session) = new_session(&bench, "ada@example.com").await;
    let path = format!("/clerk/v1/sessions/{session}/tokens");
    let token = backend(&bench, Method::POST, &path, Value::Null).await;
    let claims = verified(&bench, &text(&token.body, "jwt")).await;
    assert_eq!(claims["sid"], session.as_str());
    assert!(claims.get("azp").is_none());
    let path = format!("{path}/supabase");
    let template = backend(&bench, Method::POST, &path, Value::Null).await;
    let template = text(&template.body, "jwt");
    let claims = verified(&bench, &template).await;
    assert_eq!(claims["sub"], user.as_str());
    assert!(claims.get("sid").is_none());
    assert_eq!(part(&template, 0)["cat"], "cl_B7d4PD222AAA");
}

#[tokio::test]
async fn tokens_are_forged_to_order() {
    let bench = Bench::instant().await;
    let (_, session) = new_session(&bench, "ada@example.com").await;
    let clerk = bench.sandbox.clerk();
    let forge = |forgery: &Forgery| clerk.forge(&session, Some("http://a"), forgery).unwrap();
    let entry = |name: &str, value: Value| Map::from_iter([(name.to_owned(), value)]);
    let foreign = Forgery {
        foreign_key: true,
        ..Forgery::default()
    };
    assert!(!verifies(&bench, &forge(&foreign)).await);
    let pending = Forgery {
        claims: entry("sts", "pending".into()),
        header: entry("cat", Value::Null),
        ..Forgery::default()
    };
    let pending = forge(&pending);
    assert_eq!(verified(&bench, &pending).await["sts"], "pending");
    assert!(part(&pending, 0).get("cat").is_none());
    let honest = forge(&Forgery::default());
    let pem = clerk.jwt_key();
    clerk.rotate_key();
    assert!(!verifies(&bench, &honest).await);
    assert_ne!(clerk.jwt_key(), pem);
    assert!(verifies(&bench, &forge(&Forgery::default())).await);
    assert!(clerk.forge("sess_x", None, &Forgery::default()).is_none());
}

fn check_signature(letter: &Letter) {
    let header = |name: &str| letter.headers[name].to_str().unwrap();
    let secret = Sandbox::clerk_webhook_secret();
    let secret = STANDARD.decode(secret.strip_prefix("whsec_").unwrap());
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret.unwrap()).unwrap();
    mac.update(format!("{}.{}.", header("svix-id"), header("svix-timestamp")).as_bytes());
    mac.update(&letter.raw);
    let ours = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let mut listed = header("svix-signature").split(' ');
    assert!(listed.any(|one| one == ours));
}

#[tokio::test]
async fn webhooks_come_in_order_and_are_tried_again() {
    let bench = Bench::instant().await;
    let mut inbox = Inbox::refusing(2).await;
    bench.sandbox.clerk().deliver_to(&inbox.url);
    new_session(&bench, "ada@example.com").await;
    let (first, second) = (inbox.next().await, inbox.next().await);
    check_signature(&first);
    check_signature(&second);
    assert_eq!(first.body["type"], "user.created");
    assert!(text(&first.body, "instance_id").starts_with("ins_"));
    assert_eq!(second.body["type"], "session.created");
}

#[tokio::test]
async fn held_webhooks_come_youngest_first_and_twice() {
    let bench = Bench::instant().await;
    let mut inbox = Inbox::open().await;
    let clerk = bench.sandbox.clerk();
    clerk.deliver_to(&inbox.url);
    clerk.hold_webhooks();
    let (user, _) = new_session(&bench, "ada@example.com").await;
    let path = format!("/clerk/v1/users/{user}");
    backend(&bench, Method::DELETE, &path, Value::Null).await;
    assert_eq!(inbox.waiting(), 0);
    clerk.release_webhooks();
    let mut kinds = Vec::new();
    let mut ids = Vec::new();
    for _ in 0..6 {
        let letter = inbox.next().await;
        check_signature(&letter);
        kinds.push(text(&letter.body, "type"));
        ids.push(letter.headers["svix-id"].clone());
    }
    let expected = ["user.deleted", "session.created", "user.created"];
    assert_eq!(kinds, expected.map(|kind| [kind; 2]).concat());
    assert!(ids.chunks(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn the_script_takes_the_keys_away() {
    let bench = Bench::instant().await;
    let cue = Cue::new(Fault::Down).at(Provider::Clerk).about("jwks");
    bench.sandbox.script().push(cue);
    let url = bench.url("/clerk/.well-known/jwks.json");
    let down = answer(bench.http.get(&url)).await;
    assert_eq!(down.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer(bench.http.get(&url)).await.status, StatusCode::OK);
}
