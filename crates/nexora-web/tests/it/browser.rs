//! Somebody who uses the studio: a browser with its cookies, or a program.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use nexora_core::Plan;
use reqwest::header::{ACCEPT, COOKIE, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, redirect};
use serde_json::{Value, json};

use crate::studio::Studio;

/// The longest a story waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(60);
/// The password of everybody in these stories.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// One browser. It follows no redirects: where they lead is part of the story.
#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
    base: String,
    cookies: Arc<Mutex<Vec<(String, String)>>>,
}

impl Browser {
    pub(crate) fn new(studio: &Studio) -> Self {
        Self {
            client: client(),
            base: studio.url(""),
            cookies: Arc::new(Mutex::new(Vec::new())),
        }
    }

    /// A browser whose owner has just signed up as `name`.
    pub(crate) async fn signed_up(studio: &Studio, name: &str) -> Self {
        let browser = Self::new(studio);
        let answer = browser.sign_up(name).await;
        assert_eq!(
            answer.status(),
            StatusCode::SEE_OTHER,
            "{}",
            text(answer).await
        );
        browser
    }

    /// Somebody whose plan and credits allow everything.
    pub(crate) async fn patron(studio: &Studio, name: &str) -> Self {
        let browser = Self::signed_up(studio, name).await;
        studio.put_on_plan(name, Plan::Pro).await;
        let found = studio.engine.members(email(name), 1).await.unwrap();
        let id = found.first().unwrap().id;
        let given = studio.engine.correct(id, 1_000, "to spend".to_owned());
        given.await.unwrap();
        browser
    }

    pub(crate) async fn sign_up(&self, name: &str) -> Response {
        let email = email(name);
        let form = [
            ("email", email.as_str()),
            ("password", PASSWORD),
            ("display_name", name),
        ];
        self.post("/sign-up", &form).await
    }

    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> Response {
        let email = email(name);
        self.post(
            "/sign-in",
            &[("email", email.as_str()), ("password", password)],
        )
        .await
    }

    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Response {
        self.send(self.request(Method::GET, path).header(ACCEPT, "text/html"))
            .await
    }

    /// The text of a page that must be there.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        text(answer).await
    }

    /// Sends a form as a browser without scripts does.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = self
            .request(Method::POST, path)
            .header(ACCEPT, "text/html")
            .form(form);
        self.send(request.header("sec-fetch-site", "same-origin"))
            .await
    }

    /// Sends a form as htmx does.
    pub(crate) async fn htmx(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = self
            .request(Method::POST, path)
            .header(ACCEPT, "text/html")
            .header("hx-request", "true")
            .header("hx-current-url", format!("{}/studio?x=1", self.base))
            .form(form);
        self.send(request).await
    }

    /// Sends JSON as a program does.
    pub(crate) async fn call(&self, path: &str, body: &Value) -> Response {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Reads JSON that must be there.
    pub(crate) async fn read(&self, path: &str) -> Value {
        let answer = self.send(self.request(Method::GET, path)).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.unwrap()
    }

    /// A request to be dressed by the story.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match self.cookie_line() {
            line if line.is_empty() => request,
            line => request.header(COOKIE, line),
        }
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Response {
        let answer = tokio::time::timeout(PATIENCE, request.send()).await;
        let answer = answer.expect("the studio answers").unwrap();
        self.keep(&answer);
        answer
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.cookies.lock().unwrap();
        let found = cookies.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    }

    /// Puts a cookie into the browser; an empty value takes it out.
    pub(crate) fn put(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        cookies.retain(|(known, _)| known != name);
        if !value.is_empty() {
            cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Puts several cookies of one value into the browser.
    pub(crate) fn put_all(&self, names: [&str; 2], value: &str) {
        for name in names {
            self.put(name, value);
        }
    }

    /// Every cookie the browser has.
    pub(crate) fn cookies(&self) -> Vec<(String, String)> {
        self.cookies.lock().unwrap().clone()
    }

    pub(crate) async fn available(&self) -> i64 {
        self.read("/api/credits").await["available"]
            .as_i64()
            .unwrap()
    }

    /// Orders a FLUX picture; answers its id.
    pub(crate) async fn order_picture(&self, prompt: &str) -> String {
        let wish = json!({ "model": "flux-schnell", "prompt": prompt });
        let answer = self.call("/api/image/generate", &wish).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let body: Value = answer.json().await.unwrap();
        body["id"].as_str().unwrap().to_owned()
    }

    /// Asks until a generation has ended; answers it.
    pub(crate) async fn ended(&self, id: &str) -> Value {
        let asking = async {
            loop {
                let body = self.read(&format!("/api/generations/{id}")).await;
                if body["has_ended"].as_bool().unwrap() {
                    return body;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, asking)
            .await
            .expect("it ends")
    }

    fn cookie_line(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        let pairs: Vec<_> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn keep(&self, answer: &Response) {
        let mut cookies = self.cookies.lock().unwrap();
        for set in answer.headers().get_all(SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            cookies.retain(|(known, _)| known != name);
            if !set.contains("Max-Age=0") {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

/// The body as text.
pub(crate) async fn text(answer: Response) -> String {
    answer.text().await.unwrap()
}

/// A header of an answer; empty if it is not there.
pub(crate) fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

/// The code of a problem in JSON, with its status.
pub(crate) async fn code(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    assert_eq!(header(&answer, "content-type"), "application/problem+json");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["status"], status);
    assert!(!body["detail"].as_str().unwrap().is_empty());
    (status, body["code"].as_str().unwrap().to_owned())
}

/// A program that has nothing of a browser's.
pub(crate) fn client() -> Client {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

pub(crate) fn email(name: &str) -> String {
    format!("{}@example.org", name.to_lowercase())
}
