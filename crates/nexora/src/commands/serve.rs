//! `nexora serve`: opens the doors, and closes them without losing anything.

mod greeting;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use nexora_engine::{Tasks, Worker};
use nexora_web::App;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::assemble::{Place, Studio};
use crate::config::Config;
use crate::say::say;

/// How long open connections may take to end after the last new one was taken. Live streams end
/// by themselves when the tasks are told to stop.
const CLOSE_MAX: Duration = Duration::from_secs(30);

pub(super) async fn run(config: &Config, web_only: bool) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    // First: whoever sends people back to us has to be told where we are.
    let listener = TcpListener::bind((config.host, config.port))
        .await
        .with_context(|| {
            format!(
                "port {} on {} is taken; set PORT to another",
                config.port, config.host
            )
        })?;
    let address = listener.local_addr()?;
    let studio = Studio::assemble(config, Place::of(config, address)).await?;
    let tasks = Tasks::new();
    let web_config = studio.web_config(config);
    let app = App::new(studio.engine.clone(), tasks.clone(), web_config);
    let router = nexora_web::router(app);
    start_work(&studio, &tasks, web_only);
    studio.join(&tasks).await;
    greeting::greet(config, &studio, address, started.elapsed());
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
