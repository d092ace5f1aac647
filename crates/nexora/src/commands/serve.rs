//! `nexora serve`: opens the doors, and closes them without losing anything.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use nexora_core::Provider;
use nexora_engine::{Tasks, Worker};
use nexora_store::MediaUrl;
use nexora_web::{App, Identity, WebConfig};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::assemble::Studio;
use crate::config::{Config, Stage};
use crate::say::say;

/// How long open connections may take to end after the last new one was taken. Live streams end
/// by themselves when the tasks are told to stop.
const CLOSE_MAX: Duration = Duration::from_secs(30);

pub(super) async fn run(config: &Config, web_only: bool) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let studio = Studio::assemble(config).await?;
    let listener = TcpListener::bind((config.host, config.port))
        .await
        .with_context(|| {
            format!(
                "port {} on {} is taken; set PORT to another",
                config.port, config.host
            )
        })?;
    let address = listener.local_addr()?;
    let tasks = Tasks::new();
    start_work(&studio, &tasks, web_only);
    let router = nexora_web::router(App::new(
        studio.engine.clone(),
        tasks.clone(),
        web_config(config, &studio),
    ));
    greet(config, &studio, address, started.elapsed());
    serve(listener, router, &tasks).await?;
    say("Finishing what is in progress…");
    if !tasks.finish(CLOSE_MAX).await {
        tracing::warn!("some work did not end in time and was left to the next start");
    }
    studio.close().await;
    say("Stopped. Nothing was lost.");
    Ok(ExitCode::SUCCESS)
}

fn start_work(studio: &Studio, tasks: &Tasks, web_only: bool) {
    let worker = Worker::new(studio.engine.clone(), tasks.clone());
    let listener = worker.clone();
    tasks.spawn(async move { listener.listen().await });
    if !web_only {
        tasks.spawn(async move { worker.run().await });
    }
}

fn web_config(config: &Config, studio: &Studio) -> WebConfig {
    WebConfig {
        public_url: config.public_url.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        identity: Identity::Local,
        leads_to: Vec::new(),
        sandboxed: studio.sandboxed.clone(),
        requests_per_minute: config.requests_per_minute,
        design_page: config.design_page,
    }
}

async fn serve(listener: TcpListener, router: axum::Router, tasks: &Tasks) -> anyhow::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopping = tasks.clone();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        stopping.stopping().await;
    });
    let mut terminate = signal(SignalKind::terminate())?;
    let asked = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tasks.stop();
        // Connections that stay open must not keep the studio from stopping.
        tokio::time::sleep(CLOSE_MAX).await;
    };
    tokio::select! {
        served = async { serving.await } => served.context("the studio stopped serving")?,
        () = asked => {}
    }
    Ok(())
}

fn greet(config: &Config, studio: &Studio, address: SocketAddr, took: Duration) {
    say("");
    say(&format!(
        "  Nexora is open at http://{address}   (ready in {} ms)",
        took.as_millis()
    ));
    say("");
    say(&format!("  database   {}", config.database));
    say(&format!("  media      {}", place(&config.media)));
    for provider in Provider::ALL {
        say(&format!(
            "  {:<10} {}",
            provider.title(),
            how_it_runs(config, studio, provider)
        ));
    }
    say("");
    if !studio.sandboxed.is_empty() {
        say("  The sandbox paints real pictures and clips on this machine; it needs no key and");
        say("  calls nobody. Set a provider's key (see .env.example) to go live.");
        say("");
    }
}

fn how_it_runs(config: &Config, studio: &Studio, provider: Provider) -> &'static str {
    let played = studio.sandboxed.contains(&provider);
    match (config.provider(provider).is_some(), played, config.stage) {
        (true, _, _) => "live",
        (false, true, _) => "played by the sandbox",
        (false, false, Stage::Production) => "off (no key)",
        (false, false, Stage::Development) => "off",
    }
}

/// A folder's path, or a bucket without its keys.
fn place(media: &MediaUrl) -> String {
    match media {
        MediaUrl::Folder(folder) => folder.display().to_string(),
        MediaUrl::Bucket(bucket) => format!("{bucket:?}"),
    }
}
