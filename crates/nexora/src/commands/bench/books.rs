//! How many submits a second become durable, next to what the database itself can do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use nexora_core::{Catalog, Member, MemberId, Order, Plan, SystemClock};
use nexora_engine::{Engine, Parts, Settings};
use nexora_providers::{Downloader, Fal, FalConfig, Providers, Wire};
use nexora_store::floor::{self, Step};
use nexora_store::{
    Blobs, DatabaseUrl, Durability, Lane, MediaUrl, Store, StoreConfig, StoreError,
};
use nexora_store::{credits, users};
use secrecy::SecretString;

use super::figures::{Reading, times};
use crate::say::say;

/// Callers at the same time.
const CALLERS: [usize; 4] = [1, 16, 64, 128];
/// Accounts when there are many.
const ACCOUNTS: usize = 10_000;
/// More than a bench can spend.
const PLENTY: i64 = 1 << 40;

pub(super) async fn measure(name: &str, url: &DatabaseUrl, span: Duration) -> anyhow::Result<()> {
    let store = open(url).await?;
    let members = Arc::new(open_accounts(&store, ACCOUNTS).await?);
    let engine = engine(store.clone())?;
    for (whose, accounts) in [("10,000 accounts", ACCOUNTS), ("one hot account", 1)] {
        for callers in CALLERS {
            let spread = (callers, accounts);
            let reading = submits(&engine, &members, spread, span).await?;
            reading.print(&format!("{name}, {whose}"), callers);
            compare(url, &reading, spread, span).await?;
        }
    }
    store.close().await;
    Ok(())
}

/// A database that is up to date.
pub(super) async fn open(url: &DatabaseUrl) -> anyhow::Result<Store> {
    let store = Store::open(&StoreConfig {
        url: url.clone(),
        connections_max: 16,
        durability: Durability::Full,
    })
    .await?;
    store.migrate().await?;
    Ok(store)
}

/// What the database does with the same rows, written down transaction by transaction and, in the
/// embedded engine, statement by statement.
async fn compare(
    url: &DatabaseUrl,
    reading: &Reading,
    spread: (usize, usize),
    span: Duration,
) -> anyhow::Result<()> {
    let steps: &[(Step, &str)] = match url {
        DatabaseUrl::Postgres(_) => &[(Step::Transaction, "bare prepared transactions")],
        DatabaseUrl::Sqlite(_) | DatabaseUrl::SqliteInMemory => &[
            (Step::Transaction, "bare prepared transactions"),
            (Step::Statement, "statement by statement"),
        ],
    };
    for (step, words) in steps {
        let bare = floor::submits_per_second(url, *step, spread, span).await?;
        let ratio = times(reading.rate(), u128::from(bare));
        say(&format!(
            "  {:<34}       {bare:>7}/s   {words}; ×{ratio}",
            ""
        ));
    }
    Ok(())
}

/// Callers start generations one after the other, each for a member of its turn.
async fn submits(
    engine: &Engine,
    members: &Arc<Vec<Member>>,
    (callers, accounts): (usize, usize),
    span: Duration,
) -> anyhow::Result<Reading> {
    let catalog = engine.catalog();
    let wish = [
        ("model", "wan-2.1-turbo"),
        ("prompt", "a lighthouse at dusk"),
        ("seed", "1"),
    ];
    let order =
        Order::parse(None, wish, catalog).map_err(|_| anyhow::anyhow!("the order is wrong"))?;
    let turn = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let loops = (0..callers).map(|_| {
        let (engine, members) = (engine.clone(), Arc::clone(members));
        let (order, turn) = (order.clone(), Arc::clone(&turn));
        async move {
            let mut times = Vec::new();
            while began.elapsed() < span {
                let turn = usize::try_from(turn.fetch_add(1, Ordering::Relaxed)).unwrap_or(0);
                let Some(member) = members.get(turn % accounts) else {
                    break;
                };
                let asked = Instant::now();
                let key = Some(nexora_engine::StartKey::fresh());
                engine
                    .start(member, order.clone(), key)
                    .await
                    .map_err(|said| anyhow::anyhow!("{said}"))?;
                times.push(asked.elapsed());
            }
            anyhow::Ok(times)
        }
    });
    let before = own_cpu()?;
    let times: anyhow::Result<Vec<Vec<Duration>>> = join_all(loops).await.into_iter().collect();
    Ok(Reading::new(
        times?.concat(),
        began.elapsed(),
        own_cpu()?.saturating_sub(before),
    ))
}

/// Members with plenty of credits.
pub(super) async fn open_accounts(store: &Store, accounts: usize) -> anyhow::Result<Vec<Member>> {
    let now = nexora_core::Clock::now(&SystemClock);
    let members: Result<Vec<Member>, _> = (0..accounts)
        .map(|number| {
            let email =
                nexora_core::Email::parse(&format!("{}.{number}@example.com", now.as_ms()))?;
            Ok::<_, nexora_core::member::Unfit>(Member {
                id: MemberId::new(now),
                display_name: nexora_core::DisplayName::from_email(&email),
                email,
                plan: Plan::Free,
                created_at: now,
            })
        })
        .collect();
    let members = members.map_err(|wrong| anyhow::anyhow!("{wrong}"))?;
    for some in members.chunks(256) {
        let opened = some.iter().cloned().map(|member| {
            store.write(Lane::Member(member.id), move |tx| {
                Box::pin(async move {
                    users::insert(tx, &member).await?;
                    let opened = credits::correct(tx, member.id, PLENTY, "bench", now).await;
                    opened.map(|_| ()).map_err(|_| StoreError::Conflict)
                })
            })
        });
        for outcome in join_all(opened).await {
            outcome?;
        }
    }
    Ok(members)
}

/// An engine without a worker: starting is all it does here.
pub(super) fn engine(store: Store) -> anyhow::Result<Engine> {
    let mut providers = Providers::new();
    let nowhere = FalConfig {
        key: SecretString::from("bench:bench"),
        queue_url: "http://127.0.0.1:9".parse()?,
        rest_url: "http://127.0.0.1:9".parse()?,
        catalogue_url: "http://127.0.0.1:9".parse()?,
    };
    providers.insert(Arc::new(Fal::new(nowhere, Wire::new()?)));
    Ok(Engine::new(Parts {
        store,
        blobs: Blobs::open(&MediaUrl::Folder(std::env::temp_dir()))?,
        providers,
        webhooks_at: BTreeMap::new(),
        downloader: Downloader::new(&[])?,
        catalog: Catalog::built_in()?,
        billing: None,
        clock: Arc::new(SystemClock),
        settings: Settings {
            waiting_max: None,
            ..Settings::standard()
        },
        node: "bench".to_owned(),
    }))
}

fn own_cpu() -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum();
    Ok(Duration::from_millis(ticks.saturating_mul(10)))
}
