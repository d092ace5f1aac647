//! A browser in front of a studio whose people Clerk signs in: it follows redirects from one to the
//! other, with each site's own cookies.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nexora_core::ManualClock;
use nexora_core::{Clock, SystemClock};
use nexora_sandbox::{Forgery, Sandbox};
use reqwest::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Browser, client, email, text};
use crate::studio::{Studio, on_both_with, plans};

/// Redirects in a row after which it goes round.
const REDIRECTS_MAX: u32 = 12;
/// Names of Clerk's cookies, plain and with the suffix of the sandbox's instance.
pub(crate) const TOKEN: [&str; 2] = ["__session", "__session_uosMEFaG"];
pub(crate) const UAT: [&str; 2] = ["__client_uat", "__client_uat_uosMEFaG"];
/// The name of the browser at Clerk's, in development.
pub(crate) const BROWSER: [&str; 2] = ["__clerk_db_jwt", "__clerk_db_jwt_uosMEFaG"];

/// Tells a story on every database, in a studio that believes Clerk.
pub(crate) async fn on_clerk(story: impl AsyncFn(&Studio)) {
    let with_clerk = |mut plan: crate::studio::Plan| {
        plan.has_clerk = true;
        plan
    };
    on_both_with(with_clerk, story).await;
}

/// Likewise, with a clock of the story's own.
pub(crate) async fn on_clerk_in_time(story: impl AsyncFn(&Studio, &ManualClock)) {
    // Ahead of Clerk's, which does not move: what it says of a browser is not news.
    let ahead = SystemClock.now().plus(Duration::from_secs(3_600));
    for mut plan in plans() {
        let clock = Arc::new(ManualClock::at(ahead));
        plan.clock = clock.clone();
        plan.has_clerk = true;
        plan.has_worker = false;
        let studio = Studio::open(plan).await;
        story(&studio, &clock).await;
        studio.close().await;
    }
}

pub(crate) struct Surfer<'a> {
    pub(crate) browser: Browser,
    studio: &'a Studio,
    client: Client,
    clerks: Mutex<String>,
}

impl<'a> Surfer<'a> {
    pub(crate) fn new(studio: &'a Studio) -> Self {
        Self {
            browser: Browser::new(studio),
            studio,
            client: client(),
            clerks: Mutex::new(String::new()),
        }
    }

    /// Somebody who has just signed up at Clerk's and arrived in the studio.
    pub(crate) async fn signed_up(studio: &'a Studio, name: &str) -> Self {
        let surfer = Self::new(studio);
        let arrived = surfer.sign_up(name).await;
        assert_eq!(arrived.status(), StatusCode::OK);
        assert_eq!(arrived.url().path(), "/studio");
        surfer
    }

    /// Signs up through the page's link to Clerk's.
    pub(crate) async fn sign_up(&self, name: &str) -> Response {
        self.through("/sign-up", name).await
    }

    pub(crate) async fn sign_in(&self, name: &str) -> Response {
        self.through("/sign-in", name).await
    }

    /// Signs up at Clerk's and loads nothing of ours: the cookies a browser would come with.
    pub(crate) async fn sign_up_only(&self, name: &str) -> Vec<(String, String)> {
        let answer = self.sent("/sign-up", name).await;
        // Ours ask Clerk for the cookies; what is set then is what the browser comes with.
        let place = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        let own = place.strip_prefix(&self.studio.url("")).unwrap();
        let asks = self.browser.get(own).await;
        let place = asks.headers()[LOCATION].to_str().unwrap().to_owned();
        let back = self.at_clerk(self.client.get(place)).await;
        let place = back.headers()[LOCATION].to_str().unwrap().to_owned();
        let own = place.strip_prefix(&self.studio.url("")).unwrap();
        let set = self.browser.get(own).await;
        assert_eq!(set.status(), StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(self.browser.cookie("nexora"), None);
        self.browser.cookies()
    }

    async fn through(&self, door: &str, name: &str) -> Response {
        let answer = self.sent(door, name).await;
        self.follow(answer).await
    }

    /// Fills in the form behind the link on one of our doors.
    async fn sent(&self, door: &str, name: &str) -> Response {
        let page = self.load(door).await;
        assert_eq!(page.status(), StatusCode::OK, "{door}");
        let portal = portal(&text(page).await);
        let back = self.studio.url("/studio");
        let address = email(name);
        let form = [
            ("redirect_url", back.as_str()),
            ("first_name", name),
            ("last_name", ""),
            ("email_address", address.as_str()),
        ];
        self.at_clerk(self.client.post(portal).form(&form)).await
    }

    /// Loads a page, wherever the way leads.
    pub(crate) async fn load(&self, path: &str) -> Response {
        let answer = self.browser.get(path).await;
        self.follow(answer).await
    }

    /// The text of the page one arrives at.
    pub(crate) async fn page(&self, path: &str) -> String {
        text(self.load(path).await).await
    }

    /// Follows redirects to the page they lead to.
    pub(crate) async fn follow(&self, mut answer: Response) -> Response {
        for _ in 0..REDIRECTS_MAX {
            let Some(place) = answer.headers().get(LOCATION) else {
                return answer;
            };
            let place = place.to_str().unwrap().to_owned();
            let home = self.studio.url("");
            let own = place.strip_prefix(&home).unwrap_or(&place);
            answer = if own.starts_with('/') {
                self.browser.get(own).await
            } else {
                self.at_clerk(self.client.get(&place)).await
            };
        }
        panic!("it goes round: {}", answer.url());
    }

    async fn at_clerk(&self, request: reqwest::RequestBuilder) -> Response {
        let cookie = self.clerks.lock().unwrap().clone();
        let request = request.header(COOKIE, cookie).header(ACCEPT, "text/html");
        let answer = request.send().await.unwrap();
        if let Some(cookie) = answer.headers().get(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            cookie.clone_into(&mut self.clerks.lock().unwrap());
        }
        answer
    }

    /// What the token in the browser claims.
    pub(crate) fn claims(&self) -> Value {
        let token = self.browser.cookie(TOKEN[0]).unwrap();
        let payload = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
    }

    /// The name of the browser's session at Clerk's.
    pub(crate) fn sid(&self) -> String {
        self.claims()["sid"].as_str().unwrap().to_owned()
    }

    /// The name of the session at Clerk's that our own stands on, whatever the token says.
    pub(crate) async fn sid_of_own(&self, studio: &Studio) -> String {
        let token = self.browser.cookie("nexora").unwrap();
        let token = nexora_engine::SessionToken::parse(&token).unwrap();
        let (row, _) = studio.engine.authenticate(&token).await.unwrap().unwrap();
        row.provider_sid.unwrap()
    }

    /// A token of this browser's session, with other claims; null leaves one out.
    pub(crate) fn token(&self, claims: &Value) -> String {
        forged(self.studio, &self.sid(), claims)
    }

    /// The token in the browser is another one.
    pub(crate) fn bring(&self, token: &str) {
        self.browser.put_all(TOKEN, token);
    }

    /// The token in the browser is one whose minute is over.
    pub(crate) fn let_token_expire(&self) {
        self.bring(&self.token(&expired()));
    }

    /// What `GET /api/credits` answers.
    pub(crate) async fn asks(&self) -> StatusCode {
        let request = self.browser.request(Method::GET, "/api/credits");
        self.browser.send(request).await.status()
    }
}

/// A token of a session, with other claims.
pub(crate) fn forged(studio: &Studio, sid: &str, claims: &Value) -> String {
    let forgery = Forgery {
        claims: claims.as_object().unwrap().clone(),
        ..Forgery::default()
    };
    let played = studio.sandbox.clerk();
    played.forge(sid, Some(&studio.url("")), &forgery).unwrap()
}

/// Claims of a token whose minute is over.
pub(crate) fn expired() -> Value {
    let now = SystemClock.now().as_ms() / 1_000;
    json!({ "iat": now - 120, "nbf": now - 130, "exp": now - 60 })
}

/// The address of Clerk's own page on a sign-in page.
pub(crate) fn portal(page: &str) -> String {
    let link = page.split("id=\"portal\" href=\"").nth(1);
    let link = link.unwrap_or_else(|| panic!("no link to Clerk's page on {page}"));
    link.split('"').next().unwrap().replace("&amp;", "&")
}

/// Tells the played Backend API something.
pub(crate) async fn tell_backend(studio: &Studio, path: &str, body: &Value) -> Value {
    let url = format!("{}/v1/{path}", studio.sandbox.clerk().url());
    let request = client().post(url).json(body);
    let request = request.bearer_auth(Sandbox::clerk_secret_key());
    request.send().await.unwrap().json().await.unwrap()
}

/// Asks the played Backend API.
pub(crate) async fn backend(studio: &Studio, method: Method, path: &str) -> Value {
    let url = format!("{}/v1/{path}", studio.sandbox.clerk().url());
    let request = client()
        .request(method, url)
        .bearer_auth(Sandbox::clerk_secret_key());
    request.send().await.unwrap().json().await.unwrap()
}
