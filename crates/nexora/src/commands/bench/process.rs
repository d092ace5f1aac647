//! A studio as a process of its own, and what the system says it costs.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// A running studio.
pub(super) struct Served {
    child: Child,
    pub(super) address: String,
    pub(super) started_in: Duration,
}

impl Served {
    /// Starts this very program on a free port.
    pub(super) fn start(
        folder: &Path,
        arguments: &[&str],
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let started = Instant::now();
        let mut child = Command::new(std::env::current_exe()?)
            .args(arguments)
            .env_clear()
            .env("PORT", "0")
            .env("NEXORA_DATA", folder)
            .env("NEXORA_REQUESTS_PER_MINUTE", "100000000")
            .env("NEXORA_WAITING_MAX", "0")
            .env("NEXORA_LOG", "error")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().context("the studio has no output")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            let said = line
                .split_whitespace()
                .find_map(|word| word.strip_prefix("http://"));
            if let Some(address) = said {
                let address = address.to_owned();
                return Ok(Self {
                    child,
                    address,
                    started_in: started.elapsed(),
                });
            }
        }
        bail!("the studio did not start")
    }

    /// CPU time it has used so far, user and system.
    pub(super) fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // Fields 14 and 15, in ticks of 10 ms (USER_HZ is 100 on every Linux); the second field
        // may contain spaces, so counting begins after its closing bracket.
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks: u64 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse::<u64>().ok())
            .sum();
        Ok(Duration::from_millis(ticks.saturating_mul(10)))
    }

    /// Memory it has now and had at most, in kB.
    pub(super) fn memory_kb(&self) -> anyhow::Result<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
                .unwrap_or(0)
        };
        Ok((field("VmRSS:"), field("VmHWM:")))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It is a bench: nothing in it has to survive.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
