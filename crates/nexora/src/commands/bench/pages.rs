//! What requests cost a whole studio: time and CPU, memory, start-up.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use futures_util::future::join_all;
use nexora_engine::StartKey;

use super::client::Connection;
use super::figures::{Reading, ms};
use super::process::Served;
use crate::say::say;

/// Callers at the same time.
const CALLERS: [usize; 2] = [1, 16];
/// Pictures in the history that is read.
const PICTURES: usize = 30;
/// How long those pictures may take to be made on a busy machine.
const MADE_MAX: Duration = Duration::from_secs(600);
/// The first readings of a fresh process are about caches, not about the program.
const WARM_UP: Duration = Duration::from_millis(500);

pub(super) async fn measure(
    name: &str,
    folder: &Path,
    postgres: Option<&str>,
    span: Duration,
) -> anyhow::Result<()> {
    let mut settings = vec![("NEXORA_SANDBOX_PACE", "instant")];
    settings.extend(postgres.map(|url| ("DATABASE_URL", url)));
    let first = Served::start(folder, &[], &settings)?;
    let first_start = first.started_in;
    let cookie = prepare(&first, folder, &settings).await?;
    drop(first);

    // A node that leaves the work to others: what is measured is the answer, not the painting.
    let studio = Served::start(folder, &["serve", "--web-only"], &settings)?;
    say(&format!(
        "  {name}: first start {}, later {}",
        ms(first_start),
        ms(studio.started_in)
    ));
    tokio::time::sleep(WARM_UP).await;
    let idle = studio.memory_kb()?.0;
    for callers in CALLERS {
        for (what, request) in requests(&studio, &cookie) {
            closed_loop(&studio, &request, callers, WARM_UP).await?;
            closed_loop(&studio, &request, callers, span)
                .await?
                .print(&what, callers);
        }
    }
    let (_, peak) = studio.memory_kb()?;
    say(&format!(
        "  {name}: memory idle {idle} kB, peak under this load {peak} kB"
    ));
    Ok(())
}

/// A request, anew each time: an order needs a key of its own.
type Request = Arc<dyn Fn() -> String + Send + Sync>;

fn requests(studio: &Served, cookie: &str) -> Vec<(String, Request)> {
    let head = format!("Host: {}\r\nCookie: {cookie}\r\n", studio.address);
    let get = |path: &str| -> (String, Request) {
        let request = format!("GET {path} HTTP/1.1\r\n{head}\r\n");
        (format!("GET {path}"), Arc::new(move || request.clone()))
    };
    let order_head = head.clone();
    let order: Request = Arc::new(move || {
        let key = StartKey::fresh();
        let key = key.as_str();
        let wish = r#"{"model":"flux-schnell","prompt":"a lighthouse at dusk","seed":7}"#;
        let length = wish.len();
        format!(
            "POST /api/image/generate HTTP/1.1\r\n{order_head}Idempotency-Key: {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{wish}"
        )
    });
    vec![
        get("/"),
        get("/api/credits"),
        get("/api/generations?limit=30"),
        get("/studio"),
        ("POST /api/image/generate".to_owned(), order),
    ]
}

async fn closed_loop(
    studio: &Served,
    request: &Request,
    callers: usize,
    span: Duration,
) -> anyhow::Result<Reading> {
    let before = studio.cpu()?;
    let began = Instant::now();
    let loops = (0..callers).map(|_| {
        let (address, request) = (studio.address.clone(), Arc::clone(request));
        async move {
            let mut connection = Connection::open(&address).await?;
            let mut times = Vec::new();
            while began.elapsed() < span {
                let request = request();
                let asked = Instant::now();
                let status = connection.ask(request.as_bytes()).await?;
                times.push(asked.elapsed());
                anyhow::ensure!(matches!(status, 200 | 202), "answered {status}");
            }
            anyhow::Ok(times)
        }
    });
    let times: anyhow::Result<Vec<Vec<Duration>>> = join_all(loops).await.into_iter().collect();
    Ok(Reading::new(
        times?.concat(),
        began.elapsed(),
        studio.cpu()?.saturating_sub(before),
    ))
}

/// Signs up, gets plenty of credits, and has thirty pictures made. Answers the cookie.
async fn prepare(
    studio: &Served,
    folder: &Path,
    settings: &[(&str, &str)],
) -> anyhow::Result<String> {
    let email = format!("bench.{}@example.com", std::process::id());
    let cookie = sign_up(studio, &email).await?;
    grant(&email, folder, settings)?;
    let (_, order) = requests(studio, &cookie)
        .pop()
        .context("there is an order")?;
    let mut connection = Connection::open(&studio.address).await?;
    for _ in 0..PICTURES {
        connection.ask(order().as_bytes()).await?;
    }
    wait_until_made(studio, &cookie).await?;
    Ok(cookie)
}

/// Gives somebody more credits than a bench can spend.
pub(super) fn grant(email: &str, folder: &Path, settings: &[(&str, &str)]) -> anyhow::Result<()> {
    let granted = std::process::Command::new(std::env::current_exe()?)
        .args(["member", "grant", email, "1000000000", "--reason", "bench"])
        .env_clear()
        .env("NEXORA_DATA", folder)
        .envs(settings.iter().copied())
        .output()?;
    anyhow::ensure!(granted.status.success(), "no credits could be granted");
    Ok(())
}

/// Opens an account. Answers the cookie.
pub(super) async fn sign_up(studio: &Served, email: &str) -> anyhow::Result<String> {
    let form = format!("email={email}&password=correct+horse&display_name=Bench");
    let request = format!(
        "POST /sign-up HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{form}",
        studio.address,
        form.len()
    );
    let mut connection = Connection::open(&studio.address).await?;
    let (status, head) = connection.ask_for_head(request.as_bytes()).await?;
    anyhow::ensure!(status == 303, "signing up answered {status}");
    let session = super::client::headers(&head, "set-cookie")
        .filter_map(|cookie| cookie.split(';').next())
        .find(|cookie| cookie.starts_with("nexora="));
    Ok(session.context("signing up gave no session")?.to_owned())
}

/// The pictures are made when nothing is on its way any more.
async fn wait_until_made(studio: &Served, cookie: &str) -> anyhow::Result<()> {
    let began = Instant::now();
    let head = format!("Host: {}\r\nCookie: {cookie}\r\n", studio.address);
    let request = format!("GET /api/credits HTTP/1.1\r\n{head}\r\n");
    let mut connection = Connection::open(&studio.address).await?;
    while began.elapsed() < MADE_MAX {
        let body = connection.ask_for_body(request.as_bytes()).await?;
        let answer: serde_json::Value = serde_json::from_slice(&body)?;
        if answer.get("held").and_then(serde_json::Value::as_i64) == Some(0) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the pictures were not made in time")
}
