//! The whole way: our adapter, the played Lemon Squeezy, its shuffled and doubled webhooks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use nexora_core::billing::{Offers, PlanOffer, Purchase, TopUp};
use nexora_core::{
    Catalog, Clock, Credits, DisplayName, Email, ManualClock, Member, Password, Plan, Timestamp,
};
use nexora_engine::{
    Billing, ClientDevice, Engine, NewAccount, Parts, PurchaseError, Settings, Tasks, Worker,
};
use nexora_providers::{Downloader, Lemon, LemonConfig, Providers, Wire};
use nexora_sandbox::{Pace, Sandbox, SandboxConfig};
use nexora_store::{Blobs, DatabaseUrl, Durability, MediaUrl, Store, StoreConfig, audit};

use crate::scene::fresh_folder;

/// A studio that sells through the played Lemon Squeezy.
struct Shop {
    sandbox: Sandbox,
    engine: Engine,
    worker: Worker,
    clock: Arc<ManualClock>,
    store: Store,
    member: Member,
}

#[tokio::test]
async fn buying_changing_renewing_and_leaving_go_over_the_wire() {
    let shop = Shop::open().await;
    shop.buy(Purchase::Plan(Plan::Growth), "good").await;
    assert_eq!(shop.standing().await, (Plan::Growth, 215));
    let engine = &shop.engine;
    engine.change_plan(&shop.member, Plan::Pro).await.unwrap();
    shop.pass(Duration::from_secs(3_600)).await;
    assert_eq!(shop.standing().await, (Plan::Pro, 1_015));
    shop.buy(Purchase::TopUp("pack-100".to_owned()), "good")
        .await;
    assert_eq!(shop.standing().await, (Plan::Pro, 1_115));
    shop.pass_days(32).await;
    assert_eq!(shop.standing().await, (Plan::Pro, 1_115), "a new month");
    engine.cancel_subscription(&shop.member).await.unwrap();
    shop.pass_days(20).await;
    assert_eq!(shop.standing().await, (Plan::Pro, 1_115), "it is paid for");
    engine.resume_subscription(&shop.member).await.unwrap();
    engine.cancel_subscription(&shop.member).await.unwrap();
    let links = engine.portal(&shop.member).await.unwrap();
    assert!(links.customer_portal.is_some());
    shop.pass_days(15).await;
    assert_eq!(shop.standing().await, (Plan::Free, 115));
    shop.close().await;
}

#[tokio::test]
async fn a_card_that_fails_and_a_way_of_paying_that_cannot_change_go_over_the_wire() {
    let shop = Shop::open().await;
    shop.buy(Purchase::Plan(Plan::Pro), "fails_later").await;
    assert_eq!(shop.standing().await, (Plan::Pro, 1_015));
    shop.pass_days(33).await;
    assert_eq!(
        shop.standing().await,
        (Plan::Pro, 1_015),
        "it is tried again"
    );
    shop.pass_days(20).await;
    assert_eq!(shop.standing().await, (Plan::Free, 15));
    shop.buy(Purchase::Plan(Plan::Growth), "paypal").await;
    assert_eq!(shop.standing().await, (Plan::Growth, 215));
    let elsewhere = shop.engine.change_plan(&shop.member, Plan::Pro).await;
    assert!(matches!(elsewhere, Err(PurchaseError::AtMerchant(_))));
    shop.close().await;
}

impl Shop {
    async fn open() -> Self {
        let folder = fresh_folder();
        let config = StoreConfig {
            url: DatabaseUrl::Sqlite(folder.join("nexora.db")),
            connections_max: 8,
            durability: Durability::Normal,
        };
        let store = Store::open(&config).await.unwrap();
        store.migrate().await.unwrap();
        let listen = ([127, 0, 0, 1], 0).into();
        let config = SandboxConfig {
            listen,
            pace: Pace::Instant,
        };
        let sandbox = Sandbox::start(config).await.unwrap();
        let begins = sandbox.lemon().now().as_millisecond();
        let clock = Arc::new(ManualClock::at(Timestamp::from_ms(begins)));
        let engine = Engine::new(Parts {
            store: store.clone(),
            blobs: Blobs::open(&MediaUrl::Folder(folder.join("media"))).unwrap(),
            providers: Providers::new(),
            webhooks_at: BTreeMap::new(),
            downloader: Downloader::new(&[]).unwrap(),
            catalog: Catalog::built_in().unwrap(),
            billing: Some(billing(&sandbox)),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            settings: Settings::standard(),
            node: "story".to_owned(),
        });
        sandbox.lemon().deliver_to(&door(engine.clone()).await);
        let member = newcomer(&engine).await;
        Self {
            worker: Worker::new(engine.clone(), Tasks::new()),
            sandbox,
            engine,
            clock,
            store,
            member,
        }
    }

    async fn buy(&self, wanted: Purchase, card: &str) {
        let url = self.engine.checkout(&self.member, &wanted).await.unwrap();
        // A client wants cryptography, even for a page on this machine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let buyer = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let paid = buyer
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("card={card}&email=ada%40example.com&name=Ada"));
        let paid = paid.send().await.unwrap();
        assert!(paid.status().as_u16() < 400, "{}", paid.status());
        self.pass(Duration::from_secs(300)).await;
    }

    async fn pass_days(&self, days: u64) {
        for _ in 0..days {
            self.pass(Duration::from_secs(86_400)).await;
        }
    }

    /// Lets time pass on both sides; what is told arrives and is worked off.
    async fn pass(&self, span: Duration) {
        self.sandbox.lemon().advance(span).await;
        let there = Timestamp::from_ms(self.sandbox.lemon().now().as_millisecond());
        self.clock.advance(there.since(self.clock.now()));
        while self.worker.step().await.unwrap() > 0 {}
    }

    async fn standing(&self) -> (Plan, i64) {
        let found = self.engine.member(self.member.id).await.unwrap().unwrap();
        let balance = self.engine.balance(self.member.id).await.unwrap();
        (found.plan, balance.available().amount())
    }

    async fn close(self) {
        let report = audit::verify(&self.store, self.clock.now()).await.unwrap();
        assert!(report.faults.is_empty(), "{:?}", report.faults);
        self.sandbox.stop().await;
        self.store.close().await;
    }
}

fn billing(sandbox: &Sandbox) -> Billing {
    let config = LemonConfig {
        key: Sandbox::lemon_api_key().into(),
        base_url: format!("{}/v1", sandbox.lemon().url()).parse().unwrap(),
        store_id: "1".to_owned(),
        signing_secret: Sandbox::lemon_signing_secret().into(),
        test_mode: true,
    };
    let lemon = Lemon::new(config, &Wire::new().unwrap()).unwrap();
    let plan = |plan, variant_id: &str| PlanOffer {
        plan,
        variant_id: variant_id.to_owned(),
    };
    let pack = TopUp {
        slug: "pack-100".to_owned(),
        credits: Credits::new(100),
        price_cents: 1_500,
        variant_id: "201".to_owned(),
    };
    let plans = vec![plan(Plan::Growth, "101"), plan(Plan::Pro, "102")];
    let offers = Offers::new("1".to_owned(), true, plans, vec![pack]).unwrap();
    Billing {
        merchant: Arc::new(lemon),
        offers: Arc::new(offers),
        return_url: "https://nexora.example/profile".parse().unwrap(),
    }
}

/// Where the webhooks arrive.
async fn door(engine: Engine) -> String {
    let take_in = async |State(engine): State<Engine>, headers: HeaderMap, body: Bytes| {
        let signature = headers.get("x-signature");
        let signature = signature.and_then(|value| value.to_str().ok());
        match engine.receive(&body, signature).await {
            Ok(()) => StatusCode::OK,
            Err(_) => StatusCode::UNAUTHORIZED,
        }
    };
    let router = Router::new().route("/", post(take_in)).with_state(engine);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn newcomer(engine: &Engine) -> Member {
    let email = Email::parse("ada@example.com").unwrap();
    let new = NewAccount {
        display_name: DisplayName::from_email(&email),
        email,
        password: Password::choose("correct horse").unwrap(),
    };
    let device = ClientDevice {
        ip: "127.0.0.1".to_owned(),
        user_agent: "a browser".to_owned(),
    };
    engine.sign_up(new, device).await.unwrap().member
}
