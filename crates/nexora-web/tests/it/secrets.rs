//! A canary: what must stay secret never shows up in a page, an answer or the log.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};

use nexora_sandbox::Sandbox;
use reqwest::Method;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::browser::{Browser, text};
use crate::identity::surfer::{Surfer, on_clerk};
use crate::studio::on_both;

/// Everything that was logged at any level by anybody in this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

static LOG: OnceLock<Log> = OnceLock::new();

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Writes down whatever is logged from here on.
pub(crate) fn listen_to_the_log() {
    LOG.get_or_init(|| {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(log.clone());
        subscriber.try_init().unwrap();
        log
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_nowhere_to_be_found() {
    on_both(async |studio| {
        let name = "Canary";
        let password = "canary-password-7f3a9c";
        let next_password = "canary-password-next-51be";
        let prompt = "canary-prompt-e2d4 over the sea";
        let ada = Browser::new(studio);
        let email = crate::browser::email(name);
        let form = [
            ("email", email.as_str()),
            ("password", password),
            ("display_name", name),
        ];
        ada.post("/sign-up", &form).await;
        let first_token = ada.cookie("nexora").unwrap();
        let wrong = ada.sign_in(name, "canary-wrong-guess-0b").await;
        let mut seen = text(wrong).await;
        let change = [("current", password), ("new", next_password)];
        ada.post("/profile/password", &change).await;
        let token = ada.cookie("nexora").unwrap();
        assert_ne!(token, first_token);

        let id = ada.order_picture(prompt).await;
        ada.ended(&id).await;
        let detail = format!("/g/{id}");
        for path in [
            "/",
            "/studio",
            "/generate",
            "/history",
            "/profile",
            &detail,
            "/nope",
        ] {
            seen += &text(ada.get(path).await).await;
        }
        for path in [
            "/api/credits",
            "/api/generations",
            "/api/models",
            "/api/nope",
        ] {
            seen += &text(ada.send(ada.request(Method::GET, path)).await).await;
        }
        seen += &text(
            ada.call("/api/image/generate", &json!({ "prompt": 1 }))
                .await,
        )
        .await;

        let log = LOG.get().unwrap().0.lock().unwrap().clone();
        let log = String::from_utf8_lossy(&log);
        let secrets = [
            password,
            next_password,
            "canary-wrong-guess-0b",
            &token,
            &first_token,
        ];
        for secret in secrets {
            assert!(!seen.contains(secret), "a secret is on a page");
            assert!(!log.contains(secret), "a secret is in the log");
        }
        for private in [email.as_str(), prompt, "sandbox:key"] {
            assert!(!log.contains(private), "{private} is in the log");
        }
        assert!(log.contains("answered 202"), "the log was listened to");
        assert!(log.contains("route=\"/api/image/generate\""));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_clerks_is_in_the_log_either() {
    on_clerk(async |studio| {
        let ada = Surfer::signed_up(studio, "Canaria").await;
        let mut secrets = vec![
            Sandbox::clerk_secret_key().to_owned(),
            Sandbox::clerk_webhook_secret().to_owned(),
        ];
        for (_, value) in ada.browser.cookies() {
            // Times and counts are no secrets.
            secrets.extend(Some(value).filter(|value| value.len() > 20));
        }
        let token = ada.token(&json!({}));
        let call = ada.browser.request(Method::GET, "/api/credits");
        ada.browser.send(call.bearer_auth(&token)).await;
        secrets.push(token);
        let mut seen = String::new();
        for path in ["/", "/studio", "/profile", "/sign-in", "/nope"] {
            seen += &ada.page(path).await;
        }
        ada.browser.post("/sign-out", &[]).await;
        for path in ["/sign-in", "/sign-up"] {
            seen += &ada.page(path).await;
        }
        let log = LOG.get().unwrap().0.lock().unwrap().clone();
        let log = String::from_utf8_lossy(&log);
        for secret in &secrets {
            assert!(!log.contains(secret), "a secret is in the log: {secret}");
        }
        // The browser's own name at Clerk's goes along in development, as Clerk wants it.
        let own = secrets.iter().filter(|secret| !secret.starts_with("dvb_"));
        for secret in own {
            assert!(!seen.contains(secret), "a secret is on a page: {secret}");
        }
        assert!(
            !log.contains("canaria@example.org"),
            "an address is in the log"
        );
    })
    .await;
}
