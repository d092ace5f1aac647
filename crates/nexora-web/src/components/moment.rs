//! Moments and spans as people read them.

use maud::{Markup, html};
use nexora_core::Timestamp;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A moment in full: "23 Nov 2026, 16:05 UTC". `app.js` turns it into the reader's own zone.
pub fn full(at: Timestamp) -> Markup {
    html! { time datetime=(rfc3339(at)) data-form="full" { (utc(at, "%-d %b %Y, %H:%M UTC")) } }
}

/// A day: "23 Nov 2026".
pub fn day(at: Timestamp) -> Markup {
    html! { time datetime=(rfc3339(at)) data-form="day" { (utc(at, "%-d %b %Y")) } }
}

/// How long ago: "just now", "4 min ago", "2 h ago", "3 days ago", then the day.
pub fn ago(at: Timestamp, now: Timestamp) -> Markup {
    html! {
        time datetime=(rfc3339(at)) title=(utc(at, "%-d %b %Y, %H:%M UTC")) { (ago_words(at, now)) }
    }
}

/// Time gone by since `at`, counted on by `app.js`: "0:42".
pub fn elapsed(at: Timestamp, now: Timestamp) -> Markup {
    html! {
        nx-elapsed since=(at.as_ms()) {
            time datetime=(rfc3339(at)) { (clock(now.as_ms().saturating_sub(at.as_ms()))) }
        }
    }
}

/// A span: "4 s", "2 min 5 s", "1 h 3 min".
pub fn span(span_ms: i64) -> String {
    let whole = span_ms.max(0);
    let (hours, minutes) = (whole / HOUR_MS, whole % HOUR_MS / MINUTE_MS);
    let seconds = whole % MINUTE_MS / SECOND_MS;
    match (hours, minutes, seconds) {
        (0, 0, 0) => "under a second".to_owned(),
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// A moment for machines: "2026-11-23T16:05:00Z".
pub fn rfc3339(at: Timestamp) -> String {
    utc(at, "%Y-%m-%dT%H:%M:%SZ")
}

fn ago_words(at: Timestamp, now: Timestamp) -> String {
    let gone_ms = now.as_ms().saturating_sub(at.as_ms());
    match gone_ms {
        ..MINUTE_MS => "just now".to_owned(),
        MINUTE_MS..HOUR_MS => format!("{} min ago", gone_ms / MINUTE_MS),
        HOUR_MS..DAY_MS => format!("{} h ago", gone_ms / HOUR_MS),
        _ => match gone_ms / DAY_MS {
            1 => "yesterday".to_owned(),
            days @ 2..=6 => format!("{days} days ago"),
            _ => utc(at, "%-d %b %Y"),
        },
    }
}

fn clock(span_ms: i64) -> String {
    let seconds = span_ms.max(0) / SECOND_MS;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A moment outside the calendar (years -9999 to 9999) reads as nothing.
fn utc(at: Timestamp, format: &str) -> String {
    jiff::Timestamp::from_millisecond(at.as_ms())
        .map(|moment| moment.strftime(format).to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_795_449_900_000);

    fn before(ms: i64) -> String {
        ago_words(Timestamp::from_ms(NOW.as_ms() - ms), NOW)
    }

    #[test]
    fn the_past_is_told_in_the_largest_fitting_unit() {
        assert_eq!(before(3_000), "just now");
        assert_eq!(before(-3_000), "just now");
        assert_eq!(before(5 * MINUTE_MS), "5 min ago");
        assert_eq!(before(3 * HOUR_MS), "3 h ago");
        assert_eq!(before(DAY_MS), "yesterday");
        assert_eq!(before(4 * DAY_MS), "4 days ago");
        assert_eq!(before(40 * DAY_MS), "14 Oct 2026");
    }

    #[test]
    fn a_moment_reads_the_same_for_people_and_machines() {
        let shown = full(NOW).into_string();
        assert!(shown.contains("2026-11-23T16:05:00Z"), "{shown}");
        assert!(shown.contains("23 Nov 2026, 16:05 UTC"), "{shown}");
    }

    #[test]
    fn spans_have_units() {
        assert_eq!(span(400), "under a second");
        assert_eq!(span(42_000), "42 s");
        assert_eq!(span(125_000), "2 min 5 s");
        assert_eq!(span(3 * HOUR_MS), "3 h");
        assert_eq!(clock(65_000), "1:05");
    }
}
