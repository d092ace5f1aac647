//! What a thousand running jobs cost one node, and whether somebody who watches another notices.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use nexora_core::Order;
use nexora_engine::StartKey;
use nexora_sandbox::{Pace, Provider, Sandbox, SandboxConfig};
use nexora_store::{DatabaseUrl, Store};

use super::books;
use super::client::Connection;
use super::feed::Feed;
use super::figures::Reading;
use super::pages;
use super::process::Served;
use crate::say::say;

/// Jobs that run and do not end.
const JOBS: usize = 1_000;
/// Members they belong to: on the free plan two run at a time.
const MEMBERS: usize = JOBS / 2;
/// What they are: most clips, which run long, with fal, and some with Replicate.
const WISHES: [(&str, &str); 2] = [
    ("wan-2.1-turbo", "a lighthouse at dusk [sandbox:stuck]"),
    ("flux-schnell", "a lighthouse at dusk [sandbox:stuck]"),
];
/// How long handing all of them over may take on a busy machine.
const HANDED_OVER_MAX: Duration = Duration::from_secs(120);
/// The first minute of a job is another than the rest; what is measured is the rest.
const SETTLED_AFTER: Duration = Duration::from_secs(60);
/// How long the crowd is watched. Pictures are given up after five minutes.
const WATCHED_FOR: Duration = Duration::from_secs(60);
/// Pictures somebody orders and watches meanwhile.
const PICTURES: usize = 10;

pub(super) async fn measure(folder: &Path, postgres: Option<&str>) -> anyhow::Result<()> {
    let listen = ([127, 0, 0, 1], 0).into();
    let pace = Pace::Instant;
    let sandbox = Sandbox::start(SandboxConfig { listen, pace }).await?;
    let url = match postgres {
        Some(url) => url.parse().map_err(|wrong| anyhow::anyhow!("{wrong}"))?,
        None => DatabaseUrl::Sqlite(folder.join("nexora.db")),
    };
    std::fs::create_dir_all(folder)?;
    let place = sandbox.base_url();
    let most = JOBS.to_string();
    let mut settings = vec![
        ("NEXORA_SANDBOX_URL", place.as_str()),
        ("NEXORA_RUNNING_MAX", most.as_str()),
    ];
    settings.extend(postgres.map(|url| ("DATABASE_URL", url)));

    let alone = Served::start(folder, &[], &settings)?;
    let email = "alone@example.com";
    let cookie = pages::sign_up(&alone, email).await?;
    pages::grant(email, folder, &settings)?;
    let waits = watch(&alone, &cookie).await?;
    waits.print("a picture watched alone", 1);
    drop(alone);

    start_crowd(&url).await?;
    let studio = Served::start(folder, &[], &settings)?;
    handed_over(&sandbox).await?;
    tokio::time::sleep(SETTLED_AFTER).await;
    let seen = watch_crowd(&sandbox, &studio).await?;
    say(&format!("  {seen}"));
    let waits = watch(&studio, &cookie).await?;
    waits.print("a picture watched beside the crowd", 1);
    drop(studio);
    sandbox.stop().await;
    Ok(())
}

/// Orders that a node will find waiting.
async fn start_crowd(url: &DatabaseUrl) -> anyhow::Result<()> {
    let store: Store = books::open(url).await?;
    let members = books::open_accounts(&store, MEMBERS).await?;
    let engine = books::engine(store.clone())?;
    for member in &members {
        for (model, prompt) in WISHES {
            let wish = [("model", model), ("prompt", prompt)];
            let order = Order::parse(None, wish, engine.catalog());
            let order = order.map_err(|_| anyhow::anyhow!("the order is wrong"))?;
            let started = engine.start(member, order, None).await;
            started.map_err(|said| anyhow::anyhow!("{said}"))?;
        }
    }
    store.close().await;
    Ok(())
}

async fn handed_over(sandbox: &Sandbox) -> anyhow::Result<()> {
    let all = async {
        let is_of_crowd =
            |submit: &nexora_sandbox::Submit| submit.body.to_string().contains("stuck");
        while sandbox
            .submits()
            .iter()
            .filter(|it| is_of_crowd(it))
            .count()
            < JOBS
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let waited = tokio::time::timeout(HANDED_OVER_MAX, all).await;
    waited.context("the crowd was not handed over in time")
}

/// One sentence about a minute with the crowd.
async fn watch_crowd(sandbox: &Sandbox, studio: &Served) -> anyhow::Result<String> {
    let cookie = pages::sign_up(studio, "idle@example.com").await?;
    let mut feed = Feed::open(studio, &cookie).await?;
    let asked = || {
        let polls = |provider| sandbox.script().polls(provider);
        polls(Provider::Fal) + polls(Provider::Replicate)
    };
    let (cpu, polls) = (studio.cpu()?, asked());
    let messages = feed.messages_in(WATCHED_FOR).await?;
    let (cpu, polls) = (studio.cpu()?.saturating_sub(cpu), asked() - polls);
    let share = cpu.as_millis() * 1_000 / WATCHED_FOR.as_millis().max(1);
    let (memory, peak) = studio.memory_kb()?;
    Ok(format!(
        "{JOBS} running jobs: {polls} polls a minute, {}.{} % of a core, {memory} kB (peak {peak} \
         kB); an idle member's live stream: {messages} messages",
        share / 10,
        share % 10,
    ))
}

/// Somebody orders pictures one after the other and waits for each on their page.
async fn watch(studio: &Served, cookie: &str) -> anyhow::Result<Reading> {
    let mut feed = Feed::open(studio, cookie).await?;
    let mut connection = Connection::open(&studio.address).await?;
    let (cpu, began) = (studio.cpu()?, Instant::now());
    let mut times = Vec::new();
    for _ in 0..PICTURES {
        let wish = r#"{"model":"flux-schnell","prompt":"a lighthouse at dusk","seed":7}"#;
        let request = format!(
            "POST /api/image/generate HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n\
             Idempotency-Key: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{wish}",
            studio.address,
            StartKey::fresh().as_str(),
            wish.len()
        );
        let asked = Instant::now();
        let body = connection.ask_for_body(request.as_bytes()).await?;
        let answer: serde_json::Value = serde_json::from_slice(&body)?;
        let id = answer.get("id").and_then(serde_json::Value::as_str);
        let id = id.context("the picture was not ordered")?;
        feed.until(&format!("id=\"{id}\" data-state=\"ready\""))
            .await?;
        times.push(asked.elapsed());
    }
    let cpu = studio.cpu()?.saturating_sub(cpu);
    Ok(Reading::new(times, began.elapsed(), cpu))
}
