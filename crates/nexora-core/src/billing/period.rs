//! What a payment pays for: a month, by the calendar.

use std::time::Duration;

use crate::clock::Timestamp;

/// How long after a period's end somebody whose renewal failed keeps what they had. Lemon Squeezy
/// retries for two weeks; one day more is for clocks and mail.
pub const DUNNING_WINDOW: Duration = Duration::from_secs(15 * 86_400);

/// A renewal date this close to the payment is still the one that was just paid.
const NEXT_RENEWAL_AFTER: Duration = Duration::from_secs(86_400);
/// Months are up to three days longer than the shortest; a renewal date later than this belongs
/// to a later payment.
const NEXT_RENEWAL_WITHIN: Duration = Duration::from_secs(4 * 86_400);
/// What a month counts as where the calendar ends.
const ABOUT_A_MONTH: Duration = Duration::from_secs(30 * 86_400);

/// When the period ends that an invoice of `paid_for_from` pays for. Invoices do not say it: the
/// subscription's renewal date does, if it is the next one; otherwise it is a month later.
pub fn period_end(paid_for_from: Timestamp, renews_at: Option<Timestamp>) -> Timestamp {
    let month = month_after(paid_for_from);
    let is_next = |at: &Timestamp| {
        *at > paid_for_from.plus(NEXT_RENEWAL_AFTER) && *at <= month.plus(NEXT_RENEWAL_WITHIN)
    };
    renews_at.filter(is_next).unwrap_or(month)
}

/// The same moment a calendar month later, in UTC: 31 January becomes 28 or 29 February.
pub fn month_after(moment: Timestamp) -> Timestamp {
    later_month(moment).unwrap_or_else(|_| moment.plus(ABOUT_A_MONTH))
}

fn later_month(moment: Timestamp) -> Result<Timestamp, jiff::Error> {
    let utc = jiff::tz::Offset::UTC;
    let at = jiff::Timestamp::from_millisecond(moment.as_ms())?;
    let later = utc
        .to_datetime(at)
        .checked_add(jiff::Span::new().months(1))?;
    let later = utc.to_timestamp(later)?;
    Ok(Timestamp::from_ms(later.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_ms(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn a_month_ends_with_the_month() {
        for (from, to) in [
            ("2026-01-15T10:00:00Z", "2026-02-15T10:00:00Z"),
            ("2026-01-31T23:59:59Z", "2026-02-28T23:59:59Z"),
            ("2028-01-31T00:00:00Z", "2028-02-29T00:00:00Z"),
            ("2026-12-31T12:00:00Z", "2027-01-31T12:00:00Z"),
        ] {
            assert_eq!(month_after(at(from)), at(to), "{from}");
        }
    }

    #[test]
    fn the_renewal_date_counts_if_it_is_the_next_one() {
        let paid = at("2026-02-28T09:00:00Z");
        let ends = |renews_at: &str| period_end(paid, Some(at(renews_at)));
        let next = "2026-03-31T09:00:00Z";
        assert_eq!(ends(next), at(next), "paid on the 31st of every month");
        let month = at("2026-03-28T09:00:00Z");
        assert_eq!(ends("2026-02-28T09:00:05Z"), month, "the one just paid");
        assert_eq!(
            ends("2026-04-30T09:00:00Z"),
            month,
            "the one after the next"
        );
        assert_eq!(period_end(paid, None), month);
    }
}
