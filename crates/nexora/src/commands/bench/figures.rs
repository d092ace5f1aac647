//! Readings, and the lines they are printed as.

use std::time::Duration;

use crate::say::say;

/// What one reading of a closed loop gave.
#[derive(Debug)]
pub(super) struct Reading {
    /// Each request's time, sorted.
    times: Vec<Duration>,
    /// How long the reading took.
    span: Duration,
    /// CPU the server spent meanwhile.
    cpu: Duration,
}

impl Reading {
    pub(super) fn new(mut times: Vec<Duration>, span: Duration, cpu: Duration) -> Self {
        times.sort_unstable();
        Self { times, span, cpu }
    }

    pub(super) fn rate(&self) -> u128 {
        let count = u128::try_from(self.times.len()).unwrap_or(0);
        count.saturating_mul(1_000) / self.span.as_millis().max(1)
    }

    /// The time that `percent` of all requests took at most.
    fn percentile(&self, percent: usize) -> Duration {
        let last = self.times.len().saturating_sub(1);
        let index = self.times.len().saturating_mul(percent) / 100;
        self.times.get(index.min(last)).copied().unwrap_or_default()
    }

    fn cpu_each(&self) -> u128 {
        let count = u128::try_from(self.times.len()).unwrap_or(0);
        self.cpu.as_micros() / count.max(1)
    }

    pub(super) fn print(&self, what: &str, callers: usize) {
        say(&format!(
            "  {what:<34} c{callers:<4} {:>7}/s   p50 {:>8}   p99 {:>8}   {:>5} µs CPU each",
            self.rate(),
            ms(self.percentile(50)),
            ms(self.percentile(99)),
            self.cpu_each(),
        ));
    }
}

/// Milliseconds with two digits after the point, without floats.
pub(super) fn ms(time: Duration) -> String {
    let micros = time.as_micros();
    format!("{}.{:02} ms", micros / 1_000, micros % 1_000 / 10)
}

/// `part` as a multiple of `of`, with one digit.
pub(super) fn times(part: u128, of: u128) -> String {
    let tenths = part.saturating_mul(10) / of.max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}
