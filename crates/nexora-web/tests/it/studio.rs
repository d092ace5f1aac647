//! A whole studio on loopback, and the promise that it leaves nothing behind.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use nexora_core::{Catalog, Clock, Provider, SystemClock};
use nexora_engine::{Billing, Engine, Parts, Settings, Tasks, Worker};
use nexora_providers::signature::StandardSecret;
use nexora_providers::{
    Clerk, ClerkConfig, Downloader, Fal, FalConfig, Higgsfield, HiggsfieldConfig, MotionForm,
    OpenAi, OpenAiConfig, Providers, Replicate, ReplicateConfig, Runway, RunwayConfig, Wire,
};
use nexora_sandbox::{Pace, Sandbox, SandboxConfig};
use nexora_store::{Blobs, DatabaseUrl, Durability, MediaUrl, Store, StoreConfig, audit};
use nexora_web::{App, Identity, WebConfig};
use secrecy::SecretString;
use tokio::net::TcpListener;
use url::Url;

use crate::till::{self, Selling, StoreTime};

/// Far above anything a story does.
const PLENTY_PER_MINUTE: u32 = 100_000;

/// Which database, and how the studio differs from an ordinary one.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) url: DatabaseUrl,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) requests_per_minute: u32,
    pub(crate) public_url: Option<Url>,
    pub(crate) has_worker: bool,
    pub(crate) sign_ups_per_hour: u32,
    /// Whether the sandbox's Clerk says who somebody is.
    pub(crate) has_clerk: bool,
    /// What is for sale, the sandbox being the merchant.
    pub(crate) selling: Selling,
    /// Whether and where providers tell of runs.
    pub(crate) hooks: Hooks,
    folder: Arc<Folder>,
}

/// Whether and where providers tell of runs.
#[derive(Clone)]
pub(crate) enum Hooks {
    /// They are only asked.
    Nowhere,
    /// They tell the studio.
    Here,
    /// They tell somebody else.
    At(Url),
}

/// A running studio.
pub(crate) struct Studio {
    pub(crate) engine: Engine,
    pub(crate) address: SocketAddr,
    plan: Plan,
    tasks: Tasks,
    is_closed: bool,
    pub(crate) sandbox: Sandbox,
}

/// A folder that goes when the story ends.
pub(crate) struct Folder {
    path: PathBuf,
    /// Server and name of a database that goes with it.
    database: Option<(String, String)>,
}

/// Tells a story on every database.
pub(crate) async fn on_both(story: impl AsyncFn(&Studio)) {
    on_both_with(|plan| plan, story).await;
}

/// Tells a story on every database, in a studio that differs.
pub(crate) async fn on_both_with(differs: impl Fn(Plan) -> Plan, story: impl AsyncFn(&Studio)) {
    for plan in plans() {
        let studio = Studio::open(differs(plan)).await;
        story(&studio).await;
        studio.close().await;
    }
}

/// An ordinary studio on each database.
pub(crate) fn plans() -> Vec<Plan> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("nexora_web_{}_{number}", std::process::id());
    let mut plans = vec![Plan::new(&format!("{name}_a"), None)];
    if let Some(url) = fresh_postgres(&name) {
        plans.push(Plan::new(&format!("{name}_b"), Some(url)));
    }
    plans
}

impl Plan {
    fn new(name: &str, postgres: Option<(String, String, String)>) -> Self {
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        let url = postgres.as_ref().map_or_else(
            || DatabaseUrl::Sqlite(path.join("nexora.db")),
            |(url, _, _)| url.parse().unwrap(),
        );
        let database = postgres.map(|(_, server, database)| (server, database));
        let folder = Folder { path, database };
        Self {
            url,
            clock: Arc::new(SystemClock),
            requests_per_minute: PLENTY_PER_MINUTE,
            public_url: None,
            has_worker: true,
            sign_ups_per_hour: 1_000,
            has_clerk: false,
            selling: Selling::Everything,
            hooks: Hooks::Nowhere,
            folder: Arc::new(folder),
        }
    }
}

impl Studio {
    pub(crate) async fn open(mut plan: Plan) -> Self {
        crate::secrets::listen_to_the_log();
        let sandbox = Sandbox::start(SandboxConfig {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            pace: Pace::Instant,
        });
        let sandbox = sandbox.await.unwrap();
        if plan.selling == Selling::InStoreTime {
            plan.clock = Arc::new(StoreTime(sandbox.lemon().ahead()));
        }
        // The merchant leads buyers back, so the address has to be known before anything is sold.
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let sells = plan.selling != Selling::Nothing;
        let billing = sells.then(|| till::billing(&sandbox, address));
        let engine = Engine::new(Parts {
            webhooks_at: webhooks_at(&plan.hooks, address),
            ..parts(&plan, &sandbox, billing).await
        });
        let tasks = Tasks::new();
        if plan.has_worker {
            let worker = Worker::new(engine.clone(), tasks.clone());
            tasks.spawn(async move { worker.run().await });
        }
        let web = WebConfig {
            identity: identity(&plan, &sandbox, address),
            leads_to: vec![sandbox.base_url()],
            ..web_config(&plan)
        };
        let app = App::new(engine.clone(), tasks.clone(), web);
        let service = nexora_web::router(app).into_make_service_with_connect_info::<SocketAddr>();
        let stopping = tasks.clone();
        tasks.spawn(async move {
            let serving = axum::serve(listener, service);
            let until = serving.with_graceful_shutdown(async move { stopping.stopping().await });
            until.await.unwrap();
        });
        till::attend(&sandbox, &engine, address);
        Self {
            engine,
            address,
            plan,
            tasks,
            is_closed: false,
            sandbox,
        }
    }

    /// Where this path is.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Stops as the product does, and opens the same data again.
    pub(crate) async fn reopened(self) -> Self {
        let plan = self.plan.clone();
        self.close().await;
        Self::open(plan).await
    }

    /// Likewise, as a studio that differs.
    pub(crate) async fn reopened_as(self, differs: impl FnOnce(&mut Plan)) -> Self {
        let mut plan = self.plan.clone();
        differs(&mut plan);
        self.close().await;
        Self::open(plan).await
    }

    /// Stops, and checks that the books balance and no work was left behind.
    pub(crate) async fn close(mut self) {
        let store = self.engine.store().clone();
        let report = audit::verify(&store, self.engine.now()).await.unwrap();
        assert_eq!(report.faults, [], "the books do not balance");
        if self.plan.has_worker {
            let idle = async {
                while unfinished(&store).await > 0 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            let waited = tokio::time::timeout(Duration::from_secs(30), idle).await;
            assert!(waited.is_ok(), "work was left in the queue");
            let report = audit::verify(&store, self.engine.now()).await.unwrap();
            assert_eq!(report.faults, [], "the books do not balance in the end");
        }
        self.tasks.stop();
        let has_ended = self.tasks.finish(Duration::from_secs(30)).await;
        assert!(has_ended, "tasks were left running");
        store.close().await;
        self.is_closed = true;
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(
                self.is_closed,
                "close the studio: that is where its books are checked"
            );
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
        if let Some((server, database)) = &self.database {
            let _ = on_server(server, &format!("DROP DATABASE {database} WITH (FORCE)"));
        }
    }
}

async fn unfinished(store: &Store) -> usize {
    let active: Result<_, nexora_store::StoreError> = store
        .read(|tx| Box::pin(async move { nexora_store::generations::active(tx, 10).await }))
        .await;
    active.unwrap().len()
}

async fn parts(plan: &Plan, sandbox: &Sandbox, billing: Option<Billing>) -> Parts {
    let config = StoreConfig {
        url: plan.url.clone(),
        connections_max: 8,
        durability: Durability::Normal,
    };
    let store = Store::open(&config).await.unwrap();
    store.migrate().await.unwrap();
    let base: Url = sandbox.base_url().parse().unwrap();
    Parts {
        store,
        blobs: Blobs::open(&MediaUrl::Folder(plan.folder.path.join("media"))).unwrap(),
        providers: providers(&base),
        webhooks_at: BTreeMap::new(),
        downloader: Downloader::new(&[base]).unwrap(),
        catalog: Catalog::built_in().unwrap(),
        billing,
        clock: Arc::clone(&plan.clock),
        settings: Settings {
            sign_ups_per_hour: plan.sign_ups_per_hour,
            ..Settings::standard()
        },
        node: "test".to_owned(),
    }
}

fn webhooks_at(hooks: &Hooks, address: SocketAddr) -> BTreeMap<Provider, Url> {
    let base: Url = match hooks {
        Hooks::Nowhere => return BTreeMap::new(),
        Hooks::Here => format!("http://{address}").parse().unwrap(),
        Hooks::At(url) => url.clone(),
    };
    let at = |provider: Provider| base.join(&format!("/api/webhooks/{}", provider.slug()));
    let all = Provider::ALL.into_iter();
    all.map(|provider| (provider, at(provider).unwrap()))
        .collect()
}

fn providers(base: &Url) -> Providers {
    let wire = Wire::new().unwrap();
    let key = || SecretString::from("sandbox:key");
    let at = |path: &str| base.join(path).unwrap();
    let mut providers = Providers::new();
    providers.insert(Arc::new(Fal::new(
        FalConfig {
            key: key(),
            queue_url: at("fal/queue"),
            rest_url: at("fal/rest"),
            catalogue_url: at("fal/api"),
        },
        wire.clone(),
    )));
    providers.insert(Arc::new(Replicate::new(
        ReplicateConfig {
            key: key(),
            base_url: at("replicate"),
        },
        wire.clone(),
    )));
    providers.insert(Arc::new(OpenAi::new(
        OpenAiConfig {
            key: key(),
            base_url: at("openai/v1"),
        },
        wire.clone(),
    )));
    providers.insert(Arc::new(Runway::new(
        RunwayConfig {
            key: key(),
            base_url: at("runway"),
        },
        wire.clone(),
    )));
    providers.insert(Arc::new(Higgsfield::new(
        HiggsfieldConfig {
            key: key(),
            base_url: at("hf"),
            motions: MotionForm::V1,
            webhook_secret: StandardSecret::parse(&Sandbox::higgsfield_webhook_secret().into())
                .ok(),
        },
        wire,
    )));
    providers
}

fn web_config(plan: &Plan) -> WebConfig {
    WebConfig {
        public_url: plan.public_url.clone(),
        trusted_proxies: Vec::new(),
        identity: Identity::Local,
        leads_to: Vec::new(),
        sandboxed: Provider::ALL.to_vec(),
        requests_per_minute: plan.requests_per_minute,
        design_page: true,
    }
}

/// Who says who somebody is. Clerk has to know where we are, and is told where to deliver.
fn identity(plan: &Plan, sandbox: &Sandbox, address: SocketAddr) -> Identity {
    if !plan.has_clerk {
        return Identity::Local;
    }
    let played = sandbox.clerk();
    let url: Url = played.url().parse().unwrap();
    let origin = format!("http://{address}");
    let config = ClerkConfig {
        publishable_key: Sandbox::clerk_publishable_key().to_owned(),
        secret_key: SecretString::from(Sandbox::clerk_secret_key()),
        jwt_key: None,
        webhook_secret: Some(SecretString::from(Sandbox::clerk_webhook_secret())),
        frontend_api_url: Some(url.clone()),
        api_url: url,
        public_origins: vec![origin.clone()],
    };
    played.deliver_to(&format!("{origin}/api/webhooks/clerk"));
    let clerk = Clerk::new(config, &Wire::new().unwrap(), Arc::new(SystemClock));
    Identity::Clerk(Arc::new(clerk.unwrap()))
}

/// A database of one's own on the server the suite was given: its URL, the server's, its name.
fn fresh_postgres(name: &str) -> Option<(String, String, String)> {
    if variable("NEXORA_TEST_SQLITE_ONLY").is_some() {
        return None;
    }
    let server = variable("NEXORA_TEST_POSTGRES").unwrap_or_else(|| {
        panic!(
            "These tests need a PostgreSQL server. Start one with \
             `export NEXORA_TEST_POSTGRES=$(scripts/test-postgres start)`, \
             or set NEXORA_TEST_SQLITE_ONLY=1 to leave it out."
        )
    });
    // A process of the same number may have died before it cleaned up.
    let name = format!("{name}_{}", SystemClock.now().as_ms());
    let is_made = on_server(&server, &format!("CREATE DATABASE {name}"));
    assert!(is_made, "no database could be made");
    let mut url: Url = server.parse().unwrap();
    url.set_path(&name);
    Some((url.to_string(), server, name))
}

fn on_server(server: &str, sql: &str) -> bool {
    let asked = Command::new("psql").args([server, "-qc", sql]).status();
    asked.is_ok_and(|status| status.success())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test has no configuration to ask"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}
