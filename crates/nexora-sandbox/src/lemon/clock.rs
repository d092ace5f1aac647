//! A clock that runs with the wall and can be moved forward.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use tokio::sync::Notify;

use crate::stage::{later, wall};

/// How far the store's time is ahead of the wall. Whoever wants to live in the store's time adds it
/// to their own clock; all clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Ahead(Arc<Lead>);

#[derive(Debug, Default)]
struct Lead {
    ms: AtomicI64,
    grown: Notify,
}

impl Ahead {
    /// In milliseconds; never less than it was.
    pub fn ms(&self) -> i64 {
        self.0.ms.load(Ordering::Acquire)
    }

    /// Resolves when it has grown since this was last asked. For one listener.
    pub async fn grown(&self) {
        self.0.grown.notified().await;
    }

    fn grow_to(&self, ms: i64) {
        if self.0.ms.fetch_max(ms, Ordering::AcqRel) < ms {
            self.0.grown.notify_one();
        }
    }
}

/// The store's time.
#[derive(Default)]
pub(super) struct Clock(Ahead);

impl Clock {
    /// Now, in whole microseconds as the wire prints it.
    pub(super) fn now(&self) -> Timestamp {
        let now = after(wall(), self.0.ms());
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Moves forward to this time; a time that has passed changes nothing.
    pub(super) fn move_to(&self, at: Timestamp) {
        let lead = at.duration_since(wall());
        // Up to the next whole one: at that time, and not a moment before it.
        let ms = lead.as_millis() + i128::from(lead.subsec_nanos() % 1_000_000 > 0);
        self.0.grow_to(i64::try_from(ms).unwrap_or(i64::MAX));
    }

    pub(super) fn ahead(&self) -> Ahead {
        self.0.clone()
    }
}

fn after(at: Timestamp, ms: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_millis(ms))
        .unwrap_or(at)
}

/// Whole months after a day, clamped to the end of shorter months: 31 January, 28 February, 31 March.
pub(super) fn months_after(day: Timestamp, months: i32) -> Timestamp {
    let day_utc = day.to_zoned_datetime(TimeZone::UTC);
    let moved = day_utc.checked_add(Span::new().months(months));
    moved.map_or(day, |moved| moved.timestamp())
}

/// Days after a moment.
pub(super) fn days_after(at: Timestamp, days: u64) -> Timestamp {
    later(at, Duration::from_secs(days * 24 * 3_600))
}

/// The day of the month a subscription renews on.
pub(super) fn day_of_month(at: Timestamp) -> i8 {
    at.to_zoned_datetime(TimeZone::UTC).day()
}

/// As Lemon Squeezy prints it: `2026-11-22T10:00:00.000000Z`.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_where_it_ends_and_comes_back() {
        let day: Timestamp = "2027-01-31T08:30:00Z".parse().unwrap();
        assert_eq!(stamp(months_after(day, 1)), "2027-02-28T08:30:00.000000Z");
        assert_eq!(stamp(months_after(day, 2)), "2027-03-31T08:30:00.000000Z");
        assert_eq!(stamp(months_after(day, 13)), "2028-02-29T08:30:00.000000Z");
    }

    #[test]
    fn time_never_goes_back() {
        let clock = Clock::default();
        let later = days_after(clock.now(), 40);
        clock.move_to(later);
        clock.move_to(days_after(later, 0));
        assert!(clock.now() >= later);
        clock.move_to(Timestamp::UNIX_EPOCH);
        assert!(clock.now() >= later);
    }
}
