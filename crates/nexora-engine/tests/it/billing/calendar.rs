//! Moments as the merchant writes them, and months as it counts them.

use nexora_core::Timestamp;

pub(super) fn iso(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_ms())
        .unwrap()
        .to_string()
}

/// The same day so many months later, or the last one of that month.
pub(super) fn months_after(at: Timestamp, months: i64) -> Timestamp {
    let utc = jiff::tz::Offset::UTC;
    let at = utc.to_datetime(jiff::Timestamp::from_millisecond(at.as_ms()).unwrap());
    let later = at.checked_add(jiff::Span::new().months(months)).unwrap();
    Timestamp::from_ms(utc.to_timestamp(later).unwrap().as_millisecond())
}
