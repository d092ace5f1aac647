//! `kill -9` at random instants: whatever was answered is true afterwards, every generation ends,
//! the books balance, and no attempt was handed to a provider twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use nexora_core::{Asset, Clock, Credits, Generation, GenerationState, SystemClock};
use nexora_sandbox::{Pace, Sandbox, SandboxConfig};
use nexora_store::{DatabaseUrl, Durability, Listing, Store, StoreConfig, StoreError, audit};
use nexora_store::{assets, generations, users};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use reqwest::StatusCode;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::studio::{Person, Plan, Studio, files_below, fresh_postgres};

/// Kills per engine; `NEXORA_TEST_KILLS` asks for more.
const KILLS: u32 = 50;
/// People who order at the same time.
const PEOPLE: usize = 4;
/// Orders between two kills, per person. More only make the queue longer.
const ORDERS: u32 = 1;
/// Everything must have ended this long after the last start.
const END_MAX: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn no_crash_loses_or_doubles_anything_on_sqlite() {
    let url = |plan: &Plan| format!("sqlite:{}", plan.folder.join("data/nexora.db").display());
    crash("crash-sqlite", |plan| {
        let url = url(&plan);
        plan.with("DATABASE_URL", &url)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_crash_loses_or_doubles_anything_on_postgres() {
    let Some(database) = fresh_postgres("crash").await else {
        return;
    };
    crash("crash-postgres", move |plan| {
        plan.with("DATABASE_URL", &database)
    })
    .await;
}

/// What was ordered under which key, once the studio said so.
type Answers = Arc<Mutex<BTreeMap<String, String>>>;

async fn crash(name: &str, prepare: impl FnOnce(Plan) -> Plan) {
    let kills = std::env::var("NEXORA_TEST_KILLS").map_or(KILLS, |text| text.parse().unwrap());
    let seed =
        std::env::var("NEXORA_TEST_SEED").map_or_else(|_| rand::random(), |s| s.parse().unwrap());
    println!("{name}: {kills} kills, NEXORA_TEST_SEED={seed}");
    let mut dice = SmallRng::seed_from_u64(seed);
    let listen = ([127, 0, 0, 1], 0).into();
    let sandbox = Sandbox::start(SandboxConfig {
        listen,
        pace: Pace::Instant,
    })
    .await
    .unwrap();
    let plan = prepare(Plan::new(name, &sandbox.base_url()).with("NEXORA_UNKNOWN_SECONDS", "1"));

    let people = join(&plan).await;
    let answers = Answers::default();
    let keys = Arc::new(AtomicU32::new(0));
    for _ in 0..kills {
        let studio = plan.start();
        let load = tokio::spawn(order(
            studio.url.clone(),
            people.clone(),
            answers.clone(),
            keys.clone(),
        ));
        tokio::time::sleep(Duration::from_millis(dice.random_range(5..300))).await;
        studio.kill();
        load.await.unwrap();
    }

    let studio = plan.start();
    repeat_keys(&studio, &people, &answers).await;
    let (code, said) = stop_when_ended(&plan, studio).await;
    assert_eq!(code, 0, "{said}");
    check_everything(&plan, &sandbox, &answers).await;
}

async fn join(plan: &Plan) -> Vec<Person> {
    let studio = plan.start();
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(Person::join(&studio.url, &format!("p{number}@example.com")).await);
    }
    for person in &people {
        let grant = [
            "member",
            "grant",
            &person.email,
            "100000",
            "--reason",
            "to spend",
        ];
        assert!(plan.command(&grant).output().unwrap().status.success());
    }
    let (code, said) = studio.stop();
    assert_eq!(code, 0, "{said}");
    people
}

/// Everybody orders until the studio is gone; what it confirmed is written down.
async fn order(url: String, people: Vec<Person>, answers: Answers, keys: Arc<AtomicU32>) {
    let orders = people.into_iter().map(|person| {
        let (url, answers, keys) = (url.clone(), answers.clone(), keys.clone());
        async move {
            for _ in 0..ORDERS {
                let key = format!("{}-{}", person.email, keys.fetch_add(1, Ordering::SeqCst));
                let Ok(answer) = person.order(&url, "a lighthouse at dusk", &key).await else {
                    return;
                };
                assert_eq!(answer.status(), StatusCode::ACCEPTED);
                if let Ok(body) = answer.json::<Value>().await {
                    answers
                        .lock()
                        .await
                        .insert(key, body["id"].as_str().unwrap().to_owned());
                }
            }
        }
    });
    futures_util::future::join_all(orders).await;
}

/// A key that was answered before a crash means the same generation after it.
async fn repeat_keys(studio: &Studio, people: &[Person], answers: &Answers) {
    let answers = answers.lock().await.clone();
    for (key, id) in answers.iter().take(20) {
        let person = people
            .iter()
            .find(|person| key.starts_with(&person.email))
            .unwrap();
        let again = person
            .order(&studio.url, "a lighthouse at dusk", key)
            .await
            .unwrap();
        assert_eq!(again.status(), StatusCode::ACCEPTED);
        let body: Value = again.json().await.unwrap();
        assert_eq!(body["id"], id.as_str());
    }
}

async fn stop_when_ended(plan: &Plan, studio: Studio) -> (i32, String) {
    let store = open(plan).await;
    let ended = async {
        loop {
            let active = store
                .read(|tx| Box::pin(async move { generations::active(tx, 10).await }))
                .await
                .map_err(|error: StoreError| error)
                .unwrap();
            if active.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(END_MAX, ended)
        .await
        .expect("every generation ends");
    store.close().await;
    studio.stop()
}

async fn open(plan: &Plan) -> Store {
    let url = plan
        .settings
        .iter()
        .find(|(name, _)| *name == "DATABASE_URL")
        .unwrap();
    let url: DatabaseUrl = url.1.parse().unwrap();
    let durability = Durability::Full;
    Store::open(&StoreConfig {
        url,
        connections_max: 4,
        durability,
    })
    .await
    .unwrap()
}

async fn check_everything(plan: &Plan, sandbox: &Sandbox, answers: &Answers) {
    let store = open(plan).await;
    let report = audit::verify(&store, SystemClock.now()).await.unwrap();
    let faults = &report.faults;
    assert!(faults.is_empty(), "the books do not balance: {faults:?}");

    let everything = everything(&store).await;
    for (generation, outputs) in &everything {
        check_paid_is_stored(plan, generation, outputs);
    }
    for (key, id) in answers.lock().await.iter() {
        let kept = everything
            .iter()
            .any(|(made, _)| made.id.to_string() == *id);
        assert!(kept, "{key} was answered with {id}, which is lost");
    }
    let is_ready = |(made, _): &&(Generation, Vec<Asset>)| made.state == GenerationState::Ready;
    let ready = everything.iter().filter(is_ready).count();
    let handed_over = check_submits(sandbox);
    assert!(ready > 0, "nothing was made");
    assert!(
        ready <= handed_over,
        "{ready} were delivered, {handed_over} were asked for"
    );
    let files = files_below(&plan.folder.join("data/media"));
    let empty = files
        .iter()
        .filter(|file| std::fs::metadata(file).unwrap().len() == 0);
    assert_eq!(empty.count(), 0, "no file is half written");
    let (made, lines) = (everything.len(), report.entries);
    println!("{ready} of {made} ready, {handed_over} attempts, {lines} journal lines");
    store.close().await;
}

/// Stored and paid, or neither.
fn check_paid_is_stored(plan: &Plan, generation: &Generation, outputs: &[Asset]) {
    let (id, is_ready) = (generation.id, generation.state == GenerationState::Ready);
    let charged = if is_ready {
        generation.quote.credits
    } else {
        Credits::ZERO
    };
    assert_eq!(generation.charged, Some(charged), "{id}");
    assert_eq!(is_ready, !outputs.is_empty(), "{id}");
    for output in outputs {
        let file = plan.folder.join("data/media").join(&output.key);
        let size = std::fs::metadata(&file).unwrap().len();
        assert_eq!(size, output.size_bytes, "{}", file.display());
    }
}

/// No attempt was handed over twice; how many there were.
fn check_submits(sandbox: &Sandbox) -> usize {
    let mut attempts: BTreeMap<String, u32> = BTreeMap::new();
    for submit in sandbox.submits() {
        *attempts
            .entry(submit.client_request_id.unwrap())
            .or_default() += 1;
    }
    let twice: Vec<_> = attempts.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "handed over twice: {twice:?}");
    attempts.len()
}

type Everything = Vec<(Generation, Vec<Asset>)>;

async fn everything(store: &Store) -> Everything {
    let now = SystemClock.now();
    store
        .read(move |tx| {
            Box::pin(async move {
                let mut all = Vec::new();
                for member in users::list(tx, "", 100, now).await? {
                    let mut before = None;
                    loop {
                        let listing = Listing {
                            member: member.id,
                            before,
                            limit: 100,
                            words: Vec::new(),
                            kind: None,
                            model: None,
                            states: Vec::new(),
                            favourite: false,
                        };
                        let page = generations::list(tx, &listing).await?;
                        let Some(last) = page.last() else { break };
                        before = Some(last.id);
                        for generation in page {
                            let outputs = assets::of_generation(tx, generation.id).await?;
                            all.push((generation, outputs));
                        }
                    }
                }
                Ok::<_, StoreError>(all)
            })
        })
        .await
        .unwrap()
}
