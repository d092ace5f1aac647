//! The stage a story about money from outside plays on.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use nexora_core::billing::{Offers, PlanOffer, Purchase, TopUp};
use nexora_core::{
    Catalog, Clock, Credits, DisplayName, Email, ManualClock, Member, MemberId, Plan, Timestamp,
};
use nexora_engine::{Billing, Engine, Parts, Profile, Settings, Tasks, Vouched, Worker};
use nexora_providers::{Downloader, Providers};
use nexora_store::credits::GrantKind;
use nexora_store::{
    Blobs, DatabaseUrl, Durability, MediaUrl, Store, StoreConfig, StoreError, audit, jobs,
};
use url::Url;

use super::till::{Begun, Delivery, GROWTH, PACK, PRO, SIGNATURE, STORE, Till};
use crate::scene::{BEGINNING, device, fresh_database, fresh_folder};

pub(super) struct Stage {
    pub(super) engine: Engine,
    pub(super) worker: Worker,
    pub(super) clock: Arc<ManualClock>,
    pub(super) till: Arc<Till>,
    pub(super) store: Store,
    folder: PathBuf,
}

/// What a member has: the plan, and what is left of the buckets that were paid for.
pub(super) type Standing = (Plan, Vec<(GrantKind, i64)>);

/// Plays a story on SQLite, then on PostgreSQL.
pub(super) async fn both<F: Future<Output = Stage>>(story: impl Fn(Stage) -> F) {
    story(Stage::on_sqlite().await).await.close().await;
    if let Some(stage) = Stage::on_postgres().await {
        story(stage).await.close().await;
    }
}

impl Stage {
    pub(super) async fn on_sqlite() -> Self {
        let folder = fresh_folder();
        let url = DatabaseUrl::Sqlite(folder.join("nexora.db"));
        Self::on(url, folder).await
    }

    /// `None` if the suite was told to leave PostgreSQL out.
    pub(super) async fn on_postgres() -> Option<Self> {
        if std::env::var("NEXORA_TEST_SQLITE_ONLY").is_ok() {
            return None;
        }
        let url = fresh_database().parse().unwrap();
        Some(Self::on(url, fresh_folder()).await)
    }

    async fn on(url: DatabaseUrl, folder: PathBuf) -> Self {
        let config = StoreConfig {
            url,
            connections_max: 8,
            durability: Durability::Normal,
        };
        let store = Store::open(&config).await.unwrap();
        store.migrate().await.unwrap();
        let clock = Arc::new(ManualClock::at(BEGINNING));
        let till = Arc::new(Till::new(Arc::clone(&clock)));
        let engine = Engine::new(Parts {
            store: store.clone(),
            blobs: Blobs::open(&MediaUrl::Folder(folder.join("media"))).unwrap(),
            providers: Providers::new(),
            webhooks_at: BTreeMap::new(),
            downloader: Downloader::new(&[]).unwrap(),
            catalog: Catalog::built_in().unwrap(),
            billing: Some(Billing {
                merchant: Arc::clone(&till) as _,
                offers: Arc::new(offers()),
                return_url: "https://nexora.example/profile".parse().unwrap(),
            }),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            settings: Settings::standard(),
            node: "story".to_owned(),
        });
        let worker = Worker::new(engine.clone(), Tasks::new());
        Self {
            engine,
            worker,
            clock,
            till,
            store,
            folder,
        }
    }

    pub(super) async fn newcomer(&self) -> Member {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let email = Email::parse(&format!("payer{number}@example.com")).unwrap();
        let vouched = Vouched {
            subject: format!("user_{number}"),
            sid: format!("sess_{number}"),
            actor: None,
        };
        let profile = Profile {
            name: Some(DisplayName::from_email(&email)),
            email: Some(email),
            updated_at: self.clock.now(),
        };
        let signed_in = self.engine.exchange(vouched, Some(profile), device()).await;
        signed_in.unwrap().member
    }

    /// Somebody opens a checkout and pays; the merchant has not told about it yet.
    pub(super) async fn buys(&self, member: &Member, variant: &str) -> Begun {
        let url = self.checkout(member, variant).await;
        self.till.pay(&url)
    }

    pub(super) async fn checkout(&self, member: &Member, variant: &str) -> Url {
        self.engine
            .checkout(member, &wanted(variant))
            .await
            .unwrap()
    }

    /// Somebody has paid for a plan and we know of it; says which subscription it is.
    pub(super) async fn subscriber(&self, variant: &str) -> (Member, String) {
        let member = self.newcomer().await;
        let begun = self.buys(&member, variant).await;
        self.hear().await;
        (member, begun.subscription.unwrap())
    }

    pub(super) async fn deliver(&self, delivery: &Delivery) {
        let raw = delivery.body.as_bytes();
        self.engine.receive(raw, Some(SIGNATURE)).await.unwrap();
    }

    /// Everything the merchant has told by now arrives and is worked off.
    pub(super) async fn hear(&self) {
        for delivery in self.till.outbox() {
            self.deliver(&delivery).await;
        }
        self.work().await;
    }

    /// Whoever runs the studio gives somebody a plan.
    pub(super) async fn give(&self, member: &Member, plan: Plan) {
        let given = self
            .engine
            .set_plan(member.id, plan, "a present".to_owned());
        given.await.unwrap();
        self.work().await;
    }

    /// Does everything that is due now.
    pub(super) async fn work(&self) {
        while self.worker.step().await.unwrap() > 0 {}
    }

    /// Lets time pass, work being done as it falls due.
    pub(super) async fn wait(&self, span: Duration) {
        let until = self.clock.now().plus(span);
        loop {
            self.work().await;
            match self.next_due().await {
                Some(due) if due <= until => self.clock.advance(due.since(self.clock.now())),
                _ => break,
            }
        }
        self.clock.advance(until.since(self.clock.now()));
        self.work().await;
    }

    pub(super) async fn wait_days(&self, days: u64) {
        self.wait(Duration::from_secs(days * 86_400)).await;
    }

    /// Compares everything with the merchant's books, as every night.
    pub(super) async fn reconcile(&self) {
        self.engine.plan_reviews().await.unwrap();
        self.wait_days(2).await;
    }

    pub(super) async fn standing(&self, member: MemberId) -> Standing {
        let found = self.engine.member(member).await.unwrap().unwrap();
        let buckets = self.engine.buckets(member).await.unwrap();
        let bought = buckets
            .iter()
            .filter(|bucket| bucket.kind != GrantKind::Starter)
            .map(|bucket| (bucket.kind, bucket.remaining.amount()));
        let mut bought: Vec<_> = bought.collect();
        bought.sort_by_key(|(kind, remaining)| (kind.slug(), *remaining));
        (found.plan, bought)
    }

    pub(super) async fn spend(&self, member: &Member, amount: i64) {
        let spent = self.engine.correct(member.id, -amount, "spent".to_owned());
        spent.await.unwrap();
    }

    async fn next_due(&self) -> Option<Timestamp> {
        let due: Result<_, StoreError> = self
            .store
            .read(|tx| Box::pin(async move { jobs::next_due(tx).await }))
            .await;
        due.unwrap()
    }

    pub(super) async fn close(self) {
        let report = audit::verify(&self.store, self.clock.now()).await.unwrap();
        assert!(
            report.faults.is_empty(),
            "the books do not balance: {:?}",
            report.faults
        );
        self.store.close().await;
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

pub(super) fn wanted(variant: &str) -> Purchase {
    match variant {
        GROWTH => Purchase::Plan(Plan::Growth),
        PRO => Purchase::Plan(Plan::Pro),
        _ => Purchase::TopUp("pack-100".to_owned()),
    }
}

fn offers() -> Offers {
    let plan = |plan, variant_id: &str| PlanOffer {
        plan,
        variant_id: variant_id.to_owned(),
    };
    let pack = TopUp {
        slug: "pack-100".to_owned(),
        credits: Credits::new(100),
        price_cents: 1_500,
        variant_id: PACK.to_owned(),
    };
    let plans = vec![plan(Plan::Growth, GROWTH), plan(Plan::Pro, PRO)];
    Offers::new(STORE.to_owned(), true, plans, vec![pack]).unwrap()
}
