//! Runs a story on a fresh database of each engine.

use std::time::Duration;

use nexora_core::{Credits, DisplayName, Email, GenerationId, Member, MemberId, Plan, Timestamp};
use nexora_store::{DatabaseUrl, Durability, Store, StoreConfig, StoreKind};

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

/// A fresh, migrated database.
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
    both_places(|fresh| story(fresh.store.clone())).await;
}

/// Runs `story` on each engine, with the address of the database.
pub(crate) async fn both_places<F>(story: impl Fn(&Fresh) -> F)
where
    F: Future<Output = ()>,
{
    for kind in kinds() {
        let fresh = Fresh::new(kind).await;
        story(&fresh).await;
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
        let name = format!("nexora_test_{}", uuid::Uuid::new_v4().simple());
        let (url, drop_with) = match kind {
            StoreKind::Sqlite => {
                let path = std::env::temp_dir().join(format!("{name}.db"));
                (DatabaseUrl::Sqlite(path), None)
            }
            StoreKind::Postgres => {
                on_server(&format!("CREATE DATABASE {name}")).await;
                let url = server_url().replace("/postgres", &format!("/{name}"));
                (DatabaseUrl::Postgres(url), Some(name))
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
    store
        .write(nexora_store::Lane::Member(member.id), move |tx| {
            Box::pin(async move {
                nexora_store::users::insert(tx, &added).await?;
                let source = format!("starter:{}", added.id);
                let kind = nexora_store::credits::GrantKind::Starter;
                nexora_store::credits::grant(
                    tx, added.id, kind, amount, None, &source, "Welcome", NOW,
                )
                .await
            })
        })
        .await
        .unwrap_or_else(|why: nexora_store::StoreError| panic!("{why}"));
    member
}

/// Somebody who has not been added yet.
pub(crate) fn person(email: &str) -> Member {
    let email = Email::parse(email).unwrap();
    Member {
        id: MemberId::new(NOW),
        display_name: DisplayName::from_email(&email),
        email,
        plan: Plan::Free,
        created_at: NOW,
    }
}

/// A new run's id.
pub(crate) fn run_id() -> GenerationId {
    GenerationId::new(NOW)
}

fn server_url() -> String {
    variable("NEXORA_TEST_POSTGRES").unwrap_or_else(|| {
        panic!(
            "These tests need a PostgreSQL server. Start one with \
             `export NEXORA_TEST_POSTGRES=$(scripts/test-postgres start /tmp/nexora-postgres)`, \
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
