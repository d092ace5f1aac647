//! A whole sign-up at the played Clerk, through its hosted pages and the handshake.

use std::sync::Arc;

use nexora_core::SystemClock;
use nexora_providers::clerk::{
    ClerkCookies, Decision, Flaw, HandshakeRequest, PortalPage, SessionStatus, SignedOut,
    TokenError, Transport, Verified, Visit,
};
use nexora_providers::{Clerk, ClerkConfig, Wire};
use nexora_sandbox::{Forgery, Sandbox};
use secrecy::SecretString;
use tokio::task::spawn_blocking;
use url::Url;

use crate::browser;
use crate::stage::Stage;

const HOME: &str = "http://localhost:3000";

fn at(stage: &Stage) -> Clerk {
    let url: Url = stage.sandbox.clerk().url().parse().unwrap();
    let config = ClerkConfig {
        publishable_key: Sandbox::clerk_publishable_key().to_owned(),
        secret_key: SecretString::from(Sandbox::clerk_secret_key()),
        jwt_key: None,
        webhook_secret: Some(SecretString::from(Sandbox::clerk_webhook_secret())),
        frontend_api_url: Some(url.clone()),
        api_url: url,
        public_origins: vec![HOME.to_owned()],
    };
    Clerk::new(config, &Wire::new().unwrap(), Arc::new(SystemClock)).unwrap()
}

/// A browser: what our own site has set, and what Clerk's host has.
#[derive(Default)]
struct Browser {
    ours: Vec<(String, String)>,
    clerks: String,
}

impl Browser {
    fn keep(&mut self, set_cookies: &[String]) {
        for cookie in set_cookies {
            let first = cookie.split(';').next().unwrap();
            let (name, value) = first.split_once('=').unwrap();
            self.ours.retain(|(own, _)| own != name);
            if !value.is_empty() {
                self.ours.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    fn cookies(&self, clerk: &Clerk) -> ClerkCookies {
        let pairs = self.ours.iter();
        let pairs: Vec<(&str, &str)> = pairs
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        clerk.cookies(&pairs)
    }

    /// Loads our page and follows every redirect until we decide.
    async fn load(&mut self, clerk: &Clerk, page: &Url) -> Visit {
        let mut url = page.clone();
        for _ in 0..8 {
            if !url.as_str().starts_with(HOME) {
                url = self.visit(url).await;
                continue;
            }
            let cookies = self.cookies(clerk);
            let request = HandshakeRequest {
                method: "GET",
                sec_fetch_dest: Some("document"),
                accept: None,
                path_and_query: &url[url::Position::BeforePath..],
                cookies: &cookies,
            };
            let visit = clerk.authenticate(&request).await;
            let Decision::Redirect {
                url: next,
                set_cookies,
            } = &visit.decision
            else {
                return visit;
            };
            self.keep(set_cookies);
            url = next.clone();
        }
        panic!("it goes round: {url}");
    }

    /// One step through Clerk's host.
    async fn visit(&mut self, url: Url) -> Url {
        let cookie = self.clerks.clone();
        let head = spawn_blocking(move || browser::get(&url, &cookie));
        let head = head.await.unwrap();
        head.cookie().clone_into(&mut self.clerks);
        head.location()
    }

    async fn sign_up(&mut self, clerk: &Clerk) -> Url {
        let page = clerk.account_portal_url(PortalPage::SignUp, "/studio", None);
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("redirect_url", &format!("{HOME}/studio"))
            .append_pair("first_name", "Ada")
            .append_pair("last_name", "Example")
            .append_pair("email_address", "ada@example.com");
        let (form, cookie) = (form.finish(), self.clerks.clone());
        let head = spawn_blocking(move || browser::post(&page, &cookie, &form));
        let head = head.await.unwrap();
        head.cookie().clone_into(&mut self.clerks);
        head.location()
    }
}

fn home() -> Url {
    HOME.parse().unwrap()
}

async fn signed_up(clerk: &Clerk, browser: &mut Browser) -> Verified {
    let back = browser.sign_up(clerk).await;
    let visit = browser.load(clerk, &back).await;
    let Decision::SignedIn(verified) = visit.decision else {
        panic!("{visit:?}");
    };
    verified
}

#[tokio::test]
async fn somebody_signs_up_and_is_signed_in_here() {
    let stage = Stage::open().await;
    let clerk = at(&stage);
    let mut browser = Browser::default();
    let visit = browser.load(&clerk, &home()).await;
    assert_eq!(visit.decision, Decision::SignedOut(SignedOut::Nobody));
    let verified = signed_up(&clerk, &mut browser).await;
    let user = clerk.user(&verified.subject).await.unwrap();
    assert_eq!(user.name.unwrap().as_str(), "Ada Example");
    assert_eq!(user.email.unwrap().address.as_str(), "ada@example.com");
    let subject = verified.subject.clone();
    let status = clerk.session_status(&verified.sid).await;
    assert_eq!(status, Ok(SessionStatus::Active { subject }));
}

#[tokio::test]
async fn somebody_signs_out_and_is_deleted() {
    let stage = Stage::open().await;
    let clerk = at(&stage);
    let mut browser = Browser::default();
    let verified = signed_up(&clerk, &mut browser).await;
    clerk.revoke_session(&verified.sid).await.unwrap();
    let status = clerk.session_status(&verified.sid).await;
    assert_eq!(status, Ok(SessionStatus::Over));
    for _ in 0..2 {
        clerk.delete_user(&verified.subject).await.unwrap();
    }
    let user = clerk.user(&verified.subject).await;
    assert_eq!(user, Err(nexora_providers::RemoteError::NotFound));
}

#[tokio::test]
async fn a_template_token_of_the_same_key_signs_nobody_in() {
    let stage = Stage::open().await;
    let clerk = at(&stage);
    let sid = signed_up(&clerk, &mut Browser::default()).await.sid;
    let forge = |forgery: &Forgery| {
        stage
            .sandbox
            .clerk()
            .forge(&sid, Some(HOME), forgery)
            .unwrap()
    };
    let honest = forge(&Forgery::default());
    let verified = clerk.verify_session(&honest, Transport::Bearer).await;
    assert_eq!(verified.unwrap().sid, sid);
    let mut template = Forgery::default();
    let category = "cl_B7d4PD222AAA".into();
    template.header.insert("cat".to_owned(), category);
    let outcome = clerk
        .verify_session(&forge(&template), Transport::Bearer)
        .await;
    assert_eq!(outcome, Err(TokenError::Invalid(Flaw::Category)));
}
