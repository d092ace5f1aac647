//! The stage a story plays on.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use nexora_core::ledger::Entry;
use nexora_core::{
    Catalog, Clock, DisplayName, Email, Generation, GenerationId, ManualClock, Member, Order,
    Password, Plan, Provider, Timestamp,
};
use nexora_engine::{
    ClientDevice, Engine, NewAccount, Parts, Run, Settings, StartError, Started, Tasks, Worker,
};
use nexora_providers::{
    Downloader, Fal, FalConfig, Higgsfield, HiggsfieldConfig, MotionForm, OpenAi, OpenAiConfig,
    Providers, Replicate, ReplicateConfig, Runway, RunwayConfig, Wire,
};
use nexora_sandbox::{Pace, Sandbox, SandboxConfig};
use nexora_store::{
    Blobs, DatabaseUrl, Durability, MediaUrl, Store, StoreConfig, StoreError, audit, generations,
    jobs,
};

/// When every story begins: 2026-01-01T00:00:00Z.
pub(crate) const BEGINNING: Timestamp = Timestamp::from_ms(1_767_225_600_000);
/// Steps after which a story that has not ended never will.
const STEPS_MAX: usize = 600;

pub(crate) struct Scene {
    pub(crate) engine: Engine,
    pub(crate) worker: Worker,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) sandbox: Sandbox,
    store: Store,
    folder: PathBuf,
}

/// Plays a story on SQLite, then on PostgreSQL.
pub(crate) async fn both<F: Future<Output = Scene>>(story: impl Fn(Scene) -> F) {
    story(Scene::on_sqlite().await).await.close().await;
    if let Some(scene) = Scene::on_postgres().await {
        story(scene).await.close().await;
    }
}

impl Scene {
    pub(crate) async fn on_sqlite() -> Self {
        let folder = fresh_folder();
        let url = DatabaseUrl::Sqlite(folder.join("nexora.db"));
        Self::on(url, folder).await
    }

    /// `None` if the suite was told to leave PostgreSQL out.
    pub(crate) async fn on_postgres() -> Option<Self> {
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
        let listen = ([127, 0, 0, 1], 0).into();
        let sandbox = Sandbox::start(SandboxConfig {
            listen,
            pace: Pace::Instant,
        })
        .await
        .unwrap();
        let clock = Arc::new(ManualClock::at(BEGINNING));
        let base = sandbox.base_url();
        let engine = Engine::new(Parts {
            store: store.clone(),
            blobs: Blobs::open(&MediaUrl::Folder(folder.join("media"))).unwrap(),
            providers: providers(&base),
            webhooks_at: BTreeMap::new(),
            downloader: Downloader::new(&[base.parse().unwrap()]).unwrap(),
            catalog: Catalog::built_in().unwrap(),
            billing: None,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            settings: Settings {
                sign_ups_per_hour: 1_000,
                uploads_max: 8,
                ..Settings::standard()
            },
            node: "story".to_owned(),
        });
        let worker = Worker::new(engine.clone(), Tasks::new());
        Self {
            engine,
            worker,
            clock,
            sandbox,
            store,
            folder,
        }
    }

    /// Another program over the same database, which knows these providers.
    pub(crate) fn another_worker(&self, providers: Providers) -> Worker {
        let base = self.sandbox.base_url();
        let engine = Engine::new(Parts {
            store: self.store.clone(),
            blobs: Blobs::open(&MediaUrl::Folder(self.folder.join("media"))).unwrap(),
            providers,
            webhooks_at: BTreeMap::new(),
            downloader: Downloader::new(&[base.parse().unwrap()]).unwrap(),
            catalog: Catalog::built_in().unwrap(),
            billing: None,
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            settings: Settings::standard(),
            node: "another".to_owned(),
        });
        Worker::new(engine, Tasks::new())
    }

    /// Somebody who just joined, with fifteen credits.
    pub(crate) async fn newcomer(&self) -> Member {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let email = format!("ada{}@example.com", COUNT.fetch_add(1, Ordering::SeqCst));
        let email = Email::parse(&email).unwrap();
        let new = NewAccount {
            display_name: DisplayName::from_email(&email),
            email,
            password: Password::choose("correct horse").unwrap(),
        };
        self.engine.sign_up(new, device()).await.unwrap().member
    }

    /// Somebody with a plan and plenty of credits.
    pub(crate) async fn patron(&self, plan: Plan) -> Member {
        let member = self.newcomer().await;
        self.engine
            .set_plan(member.id, plan, "for the story".to_owned())
            .await
            .unwrap();
        self.engine
            .correct(member.id, 10_000, "to spend".to_owned())
            .await
            .unwrap();
        self.engine.member(member.id).await.unwrap().unwrap()
    }

    pub(crate) async fn start(&self, member: &Member, wish: &[(&str, &str)]) -> Generation {
        self.try_start(member, wish).await.unwrap().generation
    }

    pub(crate) async fn try_start(
        &self,
        member: &Member,
        wish: &[(&str, &str)],
    ) -> Result<Started, StartError> {
        let order = Order::parse(None, wish.iter().copied(), self.engine.catalog()).unwrap();
        self.engine.start(member, order, None).await
    }

    /// Lets time pass and work be done until every generation has ended.
    pub(crate) async fn play(&self) {
        for _ in 0..STEPS_MAX {
            let worked = self.worker.step().await.unwrap();
            if worked == 0 && !self.skip_to_next_work().await {
                return;
            }
        }
        panic!("the story does not end");
    }

    /// Lets time pass for a while, work being done as it falls due.
    pub(crate) async fn play_for(&self, span: Duration) {
        let until = self.clock.now().plus(span);
        for _ in 0..STEPS_MAX {
            self.worker.step().await.unwrap();
            match self.next_due().await {
                Some(due) if due <= until => self.clock.advance(due.since(self.clock.now())),
                _ => break,
            }
        }
        self.clock.advance(until.since(self.clock.now()));
    }

    pub(crate) async fn skip_to_next_work(&self) -> bool {
        let Some(due) = self.next_due().await else {
            return false;
        };
        self.clock.advance(due.since(self.clock.now()));
        true
    }

    pub(crate) async fn next_due(&self) -> Option<Timestamp> {
        let due: Result<_, StoreError> = self
            .store
            .read(|tx| Box::pin(async move { jobs::next_due(tx).await }))
            .await;
        due.unwrap()
    }

    pub(crate) async fn run(&self, member: &Member, id: GenerationId) -> Run {
        self.engine.run(member.id, id).await.unwrap().unwrap()
    }

    pub(crate) async fn available(&self, member: &Member) -> i64 {
        self.engine
            .balance(member.id)
            .await
            .unwrap()
            .available()
            .amount()
    }

    pub(crate) async fn held(&self, member: &Member) -> i64 {
        self.engine.balance(member.id).await.unwrap().held.amount()
    }

    /// The journal as `kind amount`, the oldest first.
    pub(crate) async fn journal(&self, member: &Member) -> Vec<String> {
        let mut entries = self.engine.journal(member.id, None, 100).await.unwrap();
        entries.reverse();
        let line = |entry: &Entry| format!("{} {}", entry.kind.slug(), entry.amount.amount());
        entries.iter().map(line).collect()
    }

    /// Writes a change behind the engine's back, as a crashed node would have left it.
    pub(crate) async fn leave_as(&self, generation: Generation) {
        let written: Result<Generation, StoreError> = self
            .store
            .write(nexora_store::Lane::Member(generation.member), move |tx| {
                Box::pin(async move { generations::save(tx, &generation).await })
            })
            .await;
        written.unwrap();
    }

    /// A payment of theirs turns out to be stolen.
    pub(crate) async fn freeze(&self, member: &Member) {
        let (id, now) = (member.id, self.clock.now());
        let frozen: Result<bool, StoreError> = self
            .store
            .write(nexora_store::Lane::Member(id), move |tx| {
                Box::pin(async move { nexora_store::users::freeze(tx, id, now).await })
            })
            .await;
        assert_eq!(frozen, Ok(true));
    }

    /// How often each attempt was handed to a provider; it must never be more than once.
    fn check_submits(&self) {
        let mut seen = std::collections::BTreeSet::new();
        for submit in self.sandbox.submits() {
            let id = submit
                .client_request_id
                .expect("every submit names its attempt");
            assert!(seen.insert(id.clone()), "{id} was handed over twice");
        }
    }

    async fn close(self) {
        let report = audit::verify(&self.store, self.clock.now()).await.unwrap();
        assert!(
            report.faults.is_empty(),
            "the books do not balance: {:?}",
            report.faults
        );
        assert_eq!(self.next_due().await, None, "work was left behind");
        self.check_submits();
        self.store.close().await;
        self.sandbox.stop().await;
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

fn providers(base: &str) -> Providers {
    let wire = Wire::new().unwrap();
    let at = |path: &str| format!("{base}{path}").parse().unwrap();
    let fal = FalConfig {
        key: "id:secret".into(),
        queue_url: at("/fal/queue"),
        rest_url: at("/fal/rest"),
        catalogue_url: at("/fal/api"),
    };
    let replicate = ReplicateConfig {
        key: "r8_key".into(),
        base_url: at("/replicate"),
    };
    let openai = OpenAiConfig {
        key: "sk-key".into(),
        base_url: at("/openai/v1"),
    };
    let runway = RunwayConfig {
        key: "key".into(),
        base_url: at("/runway"),
    };
    let higgsfield = HiggsfieldConfig {
        key: "id:secret".into(),
        base_url: at("/hf"),
        motions: MotionForm::V1,
        webhook_secret: None,
    };
    let mut providers = Providers::new();
    providers.insert(Arc::new(Fal::new(fal, wire.clone())));
    providers.insert(Arc::new(Replicate::new(replicate, wire.clone())));
    providers.insert(Arc::new(OpenAi::new(openai, wire.clone())));
    providers.insert(Arc::new(Runway::new(runway, wire.clone())));
    providers.insert(Arc::new(Higgsfield::new(higgsfield, wire)));
    let is_on = |provider: &Provider| providers.get(*provider).is_some();
    assert!(Provider::ALL.iter().all(is_on));
    providers
}

pub(crate) fn device() -> ClientDevice {
    ClientDevice {
        ip: "127.0.0.1".to_owned(),
        user_agent: "a browser".to_owned(),
    }
}

fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!(
        "{}_{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::SeqCst)
    )
}

pub(crate) fn fresh_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("nexora-engine-{}", unique()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

pub(crate) fn fresh_database() -> String {
    let server = std::env::var("NEXORA_TEST_POSTGRES").expect(
        "set NEXORA_TEST_POSTGRES to a PostgreSQL server's URL (scripts/test-postgres starts one), \
         or NEXORA_TEST_SQLITE_ONLY=1",
    );
    let database = format!("nexora_engine_{}", unique());
    let sql = format!("CREATE DATABASE {database}");
    assert!(
        Command::new("psql")
            .args([&server, "-qc", &sql])
            .status()
            .unwrap()
            .success()
    );
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{database}")
}
