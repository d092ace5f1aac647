//! A clock that runs with the wall and can be moved forward.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use tokio::time::Instant;

use crate::stage::{later, wall};

/// The store's time.
pub(super) struct Clock(Mutex<Reading>);

#[derive(Clone, Copy)]
struct Reading {
    at: Timestamp,
    taken: Instant,
}

impl Clock {
    pub(super) fn new() -> Self {
        let (at, taken) = (wall(), Instant::now());
        Self(Mutex::new(Reading { at, taken }))
    }

    /// Now, in whole microseconds as the wire prints it.
    pub(super) fn now(&self) -> Timestamp {
        let reading = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = later(reading.at, reading.taken.elapsed());
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Moves forward to this time; a time that has passed changes nothing.
    pub(super) fn move_to(&self, at: Timestamp) {
        if at > self.now() {
            let taken = Instant::now();
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Reading { at, taken };
        }
    }
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
        let clock = Clock::new();
        let later = days_after(clock.now(), 40);
        clock.move_to(later);
        clock.move_to(days_after(later, 0));
        assert!(clock.now() >= later);
        clock.move_to(Timestamp::UNIX_EPOCH);
        assert!(clock.now() >= later);
    }
}
