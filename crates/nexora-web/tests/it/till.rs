//! The merchant of these stories, played by the sandbox, and somebody who pays there.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use nexora_core::billing::{Offers, PlanOffer, TopUp};
use nexora_core::{Clock, Credits, Plan, SystemClock, Timestamp};
use nexora_engine::{Billing, Engine};
use nexora_providers::{Lemon, LemonConfig, Wire};
use nexora_sandbox::{Ahead, Sandbox, catalogue};
use nexora_store::StoreError;
use nexora_store::billing::inbox;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Browser, client, header};
use crate::studio::Studio;

/// The longest a story waits for news of the merchant's.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the sandbox sells, for a studio at `address`.
pub(crate) fn billing(sandbox: &Sandbox, address: SocketAddr) -> Billing {
    let store_id = catalogue::STORE_ID.to_string();
    let config = LemonConfig {
        key: Sandbox::lemon_api_key().into(),
        base_url: format!("{}/v1", sandbox.lemon().url()).parse().unwrap(),
        store_id: store_id.clone(),
        signing_secret: Sandbox::lemon_signing_secret().into(),
        test_mode: true,
    };
    let lemon = Lemon::new(config, &Wire::new().unwrap()).unwrap();
    let plan = |plan, variant_id: u64| PlanOffer {
        plan,
        variant_id: variant_id.to_string(),
    };
    let pack = |credits, price_cents, variant_id: u64| TopUp {
        slug: format!("pack-{credits}"),
        credits: Credits::new(credits),
        price_cents,
        variant_id: variant_id.to_string(),
    };
    let plans = vec![plan(Plan::Growth, 101), plan(Plan::Pro, 102)];
    let topups = vec![pack(100, 1_500, 201), pack(500, 6_000, 202)];
    Billing {
        merchant: Arc::new(lemon),
        offers: Arc::new(Offers::new(store_id, true, plans, topups).unwrap()),
        return_url: format!("http://{address}/paid").parse().unwrap(),
    }
}

/// The merchant delivers to a studio that listens at `address`, and tells it before time moves.
pub(crate) fn attend(sandbox: &Sandbox, engine: &Engine, address: SocketAddr) {
    let deliveries = format!("http://{address}/api/webhooks/lemon");
    sandbox.lemon().deliver_to(&deliveries);
    let engine = engine.clone();
    sandbox.lemon().warn_before_moves(move |by| {
        let engine = engine.clone();
        Box::pin(async move { engine.carry_sessions(by).await.unwrap() })
    });
}

/// What a studio sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selling {
    /// Nothing.
    Nothing,
    /// Plans and packs.
    Everything,
    /// Plans and packs, and its time moves with the merchant's.
    InStoreTime,
}

/// The merchant's time, which a story can move.
#[derive(Debug)]
pub(crate) struct StoreTime(pub(crate) Ahead);

impl Clock for StoreTime {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(SystemClock.now().as_ms() + self.0.ms())
    }
}

/// Opens a checkout as a program; says where it is.
pub(crate) async fn checkout(browser: &Browser, wanted: &Value) -> String {
    let answer = browser.call("/api/lemon/checkout", wanted).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let body: Value = answer.json().await.unwrap();
    body["url"].as_str().unwrap().to_owned()
}

/// Pays on the merchant's page.
pub(crate) async fn pay(page: &str, card: &str) -> Response {
    let form = format!("card={card}&email=payer%40example.com&name=Ada");
    let paid = client().post(page).body(form);
    let paid = paid.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    paid.send().await.unwrap()
}

impl Studio {
    /// Somebody buys a plan with a card and has it.
    pub(crate) async fn subscribe(&self, browser: &Browser, plan: Plan, card: &str) {
        let page = checkout(browser, &json!({ "plan": plan.slug() })).await;
        let paid = pay(&page, card).await;
        assert_eq!(paid.status(), StatusCode::SEE_OTHER);
        assert_eq!(header(&paid, "location"), self.url("/paid"));
        self.until(browser, |standing| standing["plan"] == plan.slug())
            .await;
    }

    /// Waits until a member's billing is as it should become.
    pub(crate) async fn until(&self, browser: &Browser, is_so: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            loop {
                let standing = browser.read("/api/billing").await;
                if is_so(&standing) {
                    return standing;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, asking).await;
        waited.expect("the merchant's news arrive")
    }

    /// Waits until a member has exactly this left: what expires goes when its turn comes.
    pub(crate) async fn until_left(&self, browser: &Browser, credits: i64) {
        let asking = async {
            while browser.available().await != credits {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, asking).await;
        waited.expect("the rest expires");
    }

    /// Waits until a page says this: the journal is written when its turn comes.
    pub(crate) async fn until_told(&self, browser: &Browser, path: &str, words: &str) {
        let asking = async {
            while !browser.page(path).await.contains(words) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, asking).await;
        waited.expect("it is said");
    }

    /// Waits until everything the merchant has told by now is worked off.
    pub(crate) async fn settled(&self) {
        self.sandbox.lemon().advance(Duration::ZERO).await;
        let ahead = self.engine.now().plus(PATIENCE);
        let working = async {
            loop {
                let waiting: Result<_, StoreError> = self
                    .engine
                    .store()
                    .read(move |tx| Box::pin(async move { inbox::waiting(tx, ahead, 1).await }))
                    .await;
                if waiting.unwrap().is_empty() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, working).await;
        waited.expect("deliveries are worked off");
    }

    /// Lets time pass for the merchant and for a studio that lives in its time.
    pub(crate) async fn pass(&self, by: Duration) {
        self.sandbox.lemon().advance(by).await;
        self.engine.wake();
    }
}
