//! When to look again: schedules as data.

use std::time::Duration;

use nexora_core::GenerationId;
use uuid::Uuid;

/// Waits between attempts to hand a job over, after a provider said it has no room or could not
/// be reached. Their number is the number of second chances.
pub(crate) const SUBMIT_RETRIES: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_secs(60),
];

/// How often a job that the provider itself failed at, for reasons of its own, is started anew.
pub(crate) const RUN_ATTEMPTS_MAX: u32 = 3;

/// The longest wait a provider may ask us for; a longer one counts as this long.
pub(crate) const BUSY_WAIT_MAX: Duration = Duration::from_secs(120);

/// Young jobs are looked at often, old ones rarely: up to this age, every so often.
const POLLS: [(Duration, Duration); 4] = [
    (Duration::from_secs(10), Duration::from_millis(700)),
    (Duration::from_secs(60), Duration::from_secs(2)),
    (Duration::from_secs(300), Duration::from_secs(5)),
    (Duration::MAX, Duration::from_secs(15)),
];

/// A training takes minutes; nobody sees it end a second earlier.
const TRAINING_WAIT_MIN: Duration = Duration::from_secs(2);

/// A wait is longer by up to this share of itself, each job's by its own.
const SPREAD: u32 = 4;

/// How long to wait before asking again about a job of this age, of a provider who wants to be
/// left alone for `least` in between.
pub(crate) fn poll_wait(age: Duration, least: Duration, id: GenerationId) -> Duration {
    spread(scheduled_wait(age).max(least), id.as_uuid())
}

/// The same for a training, of which there are few: every so often is often enough.
pub(crate) fn training_wait(age: Duration, id: Uuid) -> Duration {
    spread(scheduled_wait(age).max(TRAINING_WAIT_MIN), id)
}

fn scheduled_wait(age: Duration) -> Duration {
    let scheduled = POLLS
        .iter()
        .find(|(up_to, _)| age < *up_to)
        .map(|(_, wait)| *wait);
    scheduled.unwrap_or(Duration::from_secs(15))
}

fn spread(wait: Duration, id: Uuid) -> Duration {
    // Jobs that began together are not asked about together. The end of an id is chance, so it
    // serves as dice that fall the same way every time.
    let [.., chance] = id.into_bytes();
    wait.saturating_add(wait.saturating_mul(u32::from(chance)) / u32::from(u8::MAX) / SPREAD)
}

/// How long to wait before attempt `attempt + 1`; `None` when there is none left.
pub(crate) fn retry_wait(attempt: u32, asked: Option<Duration>) -> Option<Duration> {
    let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let scheduled = SUBMIT_RETRIES.get(index)?;
    Some(asked.map_or(*scheduled, |asked| asked.clamp(*scheduled, BUSY_WAIT_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An id whose dice show this.
    fn id(chance: u8) -> GenerationId {
        let text = format!("gen_0190c6bc0000700080000000000000{chance:02x}");
        text.parse().unwrap()
    }

    #[test]
    fn old_jobs_are_asked_about_rarely() {
        let wait = |seconds| poll_wait(Duration::from_secs(seconds), Duration::ZERO, id(0));
        assert_eq!(wait(0), Duration::from_millis(700));
        assert_eq!(wait(30), Duration::from_secs(2));
        assert_eq!(wait(3_600), Duration::from_secs(15));
    }

    #[test]
    fn a_provider_is_left_alone_as_long_as_it_asks_and_jobs_are_spread() {
        let least = Duration::from_secs(5);
        let wait = |chance| poll_wait(Duration::ZERO, least, id(chance));
        assert_eq!(wait(0), least);
        assert_eq!(wait(255), Duration::from_millis(6_250));
        assert!((least..Duration::from_millis(6_250)).contains(&wait(100)));
        let old = poll_wait(Duration::from_secs(3_600), least, id(0));
        assert_eq!(old, Duration::from_secs(15));
    }

    #[test]
    fn a_providers_wish_is_respected_within_reason() {
        assert_eq!(retry_wait(1, None), Some(Duration::from_secs(1)));
        let asked = |seconds| retry_wait(1, Some(Duration::from_secs(seconds)));
        assert_eq!(asked(30), Some(Duration::from_secs(30)));
        assert_eq!(asked(86_400), Some(BUSY_WAIT_MAX));
        assert_eq!(retry_wait(7, None), None);
    }
}
