//! Runs a story on a fresh database of each engine.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nexora_core::{
    Asset, AssetId, Catalog, Credits, DisplayName, Email, Generation, GenerationId, Member,
    MemberId, Order, Plan, Quote, Timestamp,
};
use nexora_store::credits::{self, GrantKind, HoldError};
use nexora_store::{
    DatabaseUrl, Durability, Lane, Store, StoreConfig, StoreError, StoreKind, audit, generations,
    jobs, users,
};

/// When the stories begin: 2026-01-01T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_ms(1_767_225_600_000);

/// The moment so many minutes into a story.
pub(crate) fn minutes(count: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(count * 60))
}

/// The moment so many hours into a story.
pub(crate) fn hours(count: u64) -> Timestamp {
    minutes(count * 60)
}

/// Runs a body in one transaction that writes.
macro_rules! write {
    ($store:expr, $lane:expr, |$tx:ident| $body:expr) => {
        $store
            .write($lane, move |$tx| Box::pin(async move { $body }))
            .await
    };
}
pub(crate) use write;

/// Runs a body over one snapshot.
macro_rules! read {
    ($store:expr, |$tx:ident| $body:expr) => {
        $store
            .read(move |$tx| Box::pin(async move { $body }))
            .await
            .unwrap_or_else(|why: nexora_store::StoreError| panic!("{why}"))
    };
}
pub(crate) use read;

/// A fresh, migrated database.
#[derive(Clone)]
pub(crate) struct Fresh {
    pub(crate) store: Store,
    /// Where it is, for those who open it behind the store's back.
    pub(crate) url: DatabaseUrl,
    drop_with: Option<String>,
}

/// Runs `story` on each engine.
pub(crate) async fn both<F>(story: impl Fn(Store) -> F)
where
    F: Future<Output = ()>,
{
    both_places(|fresh| story(fresh.store)).await;
}

/// Runs `story` on each engine, with the address of the database.
pub(crate) async fn both_places<F>(story: impl Fn(Fresh) -> F)
where
    F: Future<Output = ()>,
{
    for kind in kinds() {
        let fresh = Fresh::new(kind).await;
        story(fresh.clone()).await;
        fresh.drop().await;
    }
}

/// The engines to test. The server is left out only when that was asked for.
pub(crate) fn kinds() -> Vec<StoreKind> {
    match variable("NEXORA_TEST_SQLITE_ONLY").as_deref() {
        Some("1") => vec![StoreKind::Sqlite],
        _ => vec![StoreKind::Sqlite, StoreKind::Postgres],
    }
}

impl Fresh {
    /// A migrated database of this engine.
    pub(crate) async fn new(kind: StoreKind) -> Self {
        let fresh = Self::empty(kind).await;
        fresh.store.migrate().await.unwrap();
        fresh
    }

    /// A database with nothing in it.
    pub(crate) async fn empty(kind: StoreKind) -> Self {
        #[cfg(feature = "record-sql")]
        if let Some(path) = variable(crate::every_statement::RECORD) {
            nexora_store::record::into_file(path.as_ref()).unwrap();
        }
        let name = format!("nexora_test_{}", uuid::Uuid::new_v4().simple());
        let (url, drop_with) = match kind {
            StoreKind::Sqlite => {
                let path = std::env::temp_dir().join(format!("{name}.db"));
                (DatabaseUrl::Sqlite(path), None)
            }
            StoreKind::Postgres => {
                on_server(&format!("CREATE DATABASE {name}")).await;
                let server = server_url();
                let (server, _) = server.rsplit_once('/').unwrap();
                (
                    DatabaseUrl::Postgres(format!("{server}/{name}")),
                    Some(name),
                )
            }
        };
        Self {
            store: open(&url).await,
            url,
            drop_with,
        }
    }

    /// Removes the database.
    pub(crate) async fn drop(self) {
        self.store.close().await;
        match (&self.url, &self.drop_with) {
            (DatabaseUrl::Sqlite(path), _) => {
                for ending in ["", "-wal", "-shm"] {
                    let mut name = path.clone().into_os_string();
                    name.push(ending);
                    let _ = std::fs::remove_file(name);
                }
            }
            (_, Some(name)) => on_server(&format!("DROP DATABASE {name} WITH (FORCE)")).await,
            _ => {}
        }
    }

    /// Runs SQL behind the store's back, as somebody with the keys to the database could.
    pub(crate) async fn tamper(&self, sql: &str) -> Result<(), String> {
        match &self.url {
            DatabaseUrl::Sqlite(path) => rusqlite::Connection::open(path)
                .and_then(|connection| connection.execute_batch(sql))
                .map_err(|why| why.to_string()),
            DatabaseUrl::Postgres(url) => run(url, sql).await,
            DatabaseUrl::SqliteInMemory => Err("there is no way in".to_owned()),
        }
    }
}

/// Opens a store as the product does, without waiting for the disk.
pub(crate) async fn open(url: &DatabaseUrl) -> Store {
    let config = StoreConfig {
        url: url.clone(),
        connections_max: 8,
        durability: Durability::Normal,
    };
    Store::open(&config).await.unwrap()
}

/// A member with an account and so many credits that do not expire.
pub(crate) async fn member_with(store: &Store, credits: i64) -> Member {
    let member = person(&format!("{}@example.org", uuid::Uuid::new_v4().simple()));
    let (added, amount) = (member.clone(), Credits::new(credits));
    let source = format!("starter:{}", member.id);
    let granted: Result<_, StoreError> = write!(store, Lane::Member(added.id), |tx| {
        users::insert(tx, &added).await?;
        let kind = GrantKind::Starter;
        credits::grant(tx, added.id, kind, amount, None, &source, "Welcome", NOW).await
    });
    granted.unwrap();
    member
}

/// Somebody who has not been added yet.
pub(crate) fn person(email: &str) -> Member {
    let email = Email::parse(email).unwrap();
    Member {
        id: MemberId::new(next_moment()),
        display_name: DisplayName::from_email(&email),
        email,
        plan: Plan::Free,
        created_at: NOW,
    }
}

/// A new run's id; later ones sort later.
pub(crate) fn run_id() -> GenerationId {
    GenerationId::new(next_moment())
}

/// Ids sort by their millisecond, and a test makes several in one.
fn next_moment() -> Timestamp {
    static MADE: AtomicU64 = AtomicU64::new(0);
    NOW.plus(Duration::from_millis(MADE.fetch_add(1, Ordering::SeqCst)))
}

/// An order for a clip that costs 8 credits.
pub(crate) fn order(prompt: &str) -> (Order, Quote) {
    order_of("wan-2.1-turbo", prompt)
}

/// An order of this model.
pub(crate) fn order_of(model: &str, prompt: &str) -> (Order, Quote) {
    let catalog = Catalog::built_in().unwrap();
    let order = Order::parse(None, [("model", model), ("prompt", prompt)], &catalog).unwrap();
    let quote = order.quote(&catalog).unwrap();
    (order, quote)
}

/// Somebody's new generation.
pub(crate) fn generation(member: MemberId, prompt: &str) -> Generation {
    let (order, quote) = order(prompt);
    Generation::new(run_id(), member, order, quote, NOW)
}

/// An output of a generation, in the first place.
pub(crate) fn output(generation: &Generation) -> Asset {
    Asset {
        id: AssetId::new(NOW),
        generation: generation.id,
        member: generation.member,
        position: 0,
        kind: generation.order.kind,
        content_type: "video/mp4".to_owned(),
        key: format!("{}/clip.mp4", generation.id),
        size_bytes: 1_234_567,
        width: 1280,
        height: 720,
        duration_ms: Some(5_000),
        poster_key: Some(format!("{}/poster.jpg", generation.id)),
        thumbnail_key: None,
        placeholder: vec![0, 1, 2, 255],
        created_at: NOW,
    }
}

/// Orders a generation: hold, row and job in one change.
pub(crate) async fn start(store: &Store, generation: &Generation) {
    let started = generation.clone();
    let held: Result<_, HoldError> = write!(store, Lane::Member(started.member), |tx| {
        let (id, owner) = (started.id, started.member);
        let price = started.quote.credits;
        credits::hold(tx, owner, id, price, "Wan 2.1 Turbo", NOW).await?;
        generations::insert(tx, &started).await?;
        jobs::enqueue(tx, "drive", id.as_uuid(), Some(owner), NOW, NOW).await?;
        Ok(())
    });
    held.unwrap();
}

/// The books balance, apart from holds of generations that a story did not write down.
pub(crate) async fn check_holds_only(store: &Store) {
    let report = audit::verify(store, hours(24 * 365)).await.unwrap();
    let about_money = |fault: &&audit::Fault| !fault.what.contains("that is not there");
    let faults: Vec<_> = report.faults.iter().filter(about_money).collect();
    assert!(faults.is_empty(), "{:?}: {faults:?}", store.kind());
}

/// The books balance.
pub(crate) async fn check_books(store: &Store) {
    let report = audit::verify(store, hours(24 * 365)).await.unwrap();
    assert_eq!(report.faults, [], "{:?}", store.kind());
}

fn server_url() -> String {
    variable("NEXORA_TEST_POSTGRES").unwrap_or_else(|| {
        panic!(
            "These tests need a PostgreSQL server. Start one with \
             `export NEXORA_TEST_POSTGRES=$(scripts/test-postgres start)`, \
             or set NEXORA_TEST_SQLITE_ONLY=1 to leave it out."
        )
    })
}

async fn on_server(sql: &str) {
    run(&server_url(), sql).await.unwrap();
}

async fn run(url: &str, sql: &str) -> Result<(), String> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .map_err(|why| why.to_string())?;
    let mut driving = tokio::task::JoinSet::new();
    driving.spawn(connection);
    client.batch_execute(sql).await.map_err(|why| {
        why.as_db_error()
            .map_or_else(|| why.to_string(), |said| said.message().to_owned())
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test has no configuration to ask"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}
