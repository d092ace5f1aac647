//! Amounts of money as people read them.

use nexora_core::Plan;

/// "$29", "$4.50", "−$3".
pub fn dollars(cents: i64) -> String {
    let sign = if cents < 0 { "−" } else { "" };
    let (whole, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    match rest {
        0 => format!("{sign}${whole}"),
        rest => format!("{sign}${whole}.{rest:02}"),
    }
}

/// "$59/month", or "free".
pub fn monthly_price(plan: Plan) -> String {
    match plan.price_cents() {
        0 => "free".to_owned(),
        cents => format!("{}/month", dollars(cents.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_are_shown_where_there_are_some() {
        assert_eq!(dollars(2_900), "$29");
        assert_eq!(dollars(905), "$9.05");
        assert_eq!(dollars(-300), "−$3");
        assert_eq!(monthly_price(Plan::Pro), "$59/month");
        assert_eq!(monthly_price(Plan::Free), "free");
    }
}
