//! When to look again: schedules as data.

use std::time::Duration;

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

/// How long to wait before asking again about a job of this age.
pub(crate) fn poll_wait(age: Duration) -> Duration {
    POLLS
        .iter()
        .find(|(up_to, _)| age < *up_to)
        .map_or(Duration::from_secs(15), |(_, wait)| *wait)
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

    #[test]
    fn old_jobs_are_asked_about_rarely() {
        assert_eq!(poll_wait(Duration::ZERO), Duration::from_millis(700));
        assert_eq!(poll_wait(Duration::from_secs(30)), Duration::from_secs(2));
        assert_eq!(
            poll_wait(Duration::from_secs(3_600)),
            Duration::from_secs(15)
        );
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
