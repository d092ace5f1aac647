//! Nexora: an AI creative studio in one binary.

mod assemble;
mod cli;
mod commands;
mod config;
mod data_folder;
mod logging;
mod say;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::say::complain;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(commands::run(cli)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
