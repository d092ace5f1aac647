//! A member who uses the studio through its pages, and the played store behind its counter.

use std::time::Duration;

use serde_json::Value;

use crate::studio::Studio;
use crate::visitor::Visitor;

/// How often it is looked whether something has happened, and how often at most.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const LOOKS_MAX: usize = 1_000;

/// A member who uses the studio through its pages.
pub(crate) struct Member {
    pub(crate) browser: Visitor,
    pub(crate) backstage: String,
}

impl Member {
    pub(crate) async fn join(studio: &mut Studio) -> Self {
        let backstage = studio.says("/lemon/_backstage");
        let browser = Visitor::new();
        let fields = [
            ("email", "ada@example.com"),
            ("password", "correct horse"),
            ("display_name", "Ada"),
        ];
        let inside = browser
            .submit(&format!("{}/sign-up", studio.url), &fields)
            .await;
        assert_eq!(inside.url.path(), "/studio", "{}", inside.text);
        Self { browser, backstage }
    }

    /// Buys a plan with a card, and comes back.
    pub(crate) async fn buy(&self, studio: &Studio, plan: &str, card: &str) {
        let checkout = format!("{}/api/lemon/checkout", studio.url);
        let till = self.browser.submit(&checkout, &[("plan", plan)]).await;
        assert!(till.text.contains("test card"), "{}", till.text);
        let back = self
            .browser
            .submit(till.url.as_str(), &[("card", card)])
            .await;
        assert_eq!(back.url.path(), "/studio", "{}", back.text);
    }

    /// Presses a button behind the counter.
    pub(crate) async fn press(&self, fields: &[(&str, &str)]) {
        let page = self.browser.submit(&self.backstage, fields).await;
        assert!(page.text.contains("Backstage"), "{}", page.text);
    }

    /// Lets the next thing happen that happens by itself.
    pub(crate) async fn next(&self) {
        self.press(&[("step", "next")]).await;
    }

    /// Waits until the plan stands like this and so many credits are there to spend.
    pub(crate) async fn stands(&self, studio: &Studio, plan: &str, state: &str, credits: i64) {
        let mut seen = (Value::Null, Value::Null);
        for _ in 0..LOOKS_MAX {
            let billing = self.json(studio, "/api/billing").await;
            let balance = self.json(studio, "/api/credits").await;
            if billing["plan"] == plan
                && billing["state"] == state
                && balance["available"] == credits
            {
                return;
            }
            seen = (billing, balance);
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("not {plan}, {state}, {credits}: {} {}", seen.0, seen.1);
    }

    /// Waits until the account is on hold, or no longer.
    pub(crate) async fn is_frozen(&self, studio: &Studio, wanted: bool) {
        for _ in 0..LOOKS_MAX {
            if self.json(studio, "/api/billing").await["is_frozen"] == wanted {
                return;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("is_frozen is not {wanted}");
    }

    async fn json(&self, studio: &Studio, path: &str) -> Value {
        let page = self.browser.open(&format!("{}{path}", studio.url)).await;
        serde_json::from_str(&page.text).unwrap()
    }
}
