//! Runs the sandbox as its own process: `cargo run -p nexora-sandbox --example sandbox -- [PORT] [--instant]`.
//! Prints its base URL on one line and serves until it is interrupted.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use nexora_sandbox::{Pace, Sandbox, SandboxConfig};

#[tokio::main]
async fn main() -> ExitCode {
    let mut port = 0;
    let mut pace = Pace::Believable;
    for argument in std::env::args().skip(1) {
        match (argument.as_str(), argument.parse()) {
            ("--instant", _) => pace = Pace::Instant,
            (_, Ok(number)) => port = number,
            (_, Err(_)) => return fail("usage: sandbox [PORT] [--instant]"),
        }
    }
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let sandbox = match Sandbox::start(SandboxConfig { listen, pace }).await {
        Ok(sandbox) => sandbox,
        Err(error) => return fail(&format!("the sandbox cannot listen on {listen}: {error}")),
    };
    if writeln!(std::io::stdout(), "{}", sandbox.base_url()).is_err() {
        return ExitCode::FAILURE;
    }
    if let Err(error) = tokio::signal::ctrl_c().await {
        return fail(&format!("no interrupt can be heard: {error}"));
    }
    sandbox.stop().await;
    ExitCode::SUCCESS
}

fn fail(sentence: &str) -> ExitCode {
    // Nobody to tell when stderr is closed as well.
    let _ = writeln!(std::io::stderr(), "{sentence}");
    ExitCode::FAILURE
}
