//! What the played store sells: two monthly plans and two packs of credits.

/// The only store.
pub const STORE_ID: u64 = 1;
/// Takes the whole price off, once.
pub const FREE_CODE: &str = "SANDBOXFREE";

const PLANS: u64 = 10;
const CREDITS: u64 = 20;

/// 200 credits a month for $29.
pub const GROWTH: Offer = Offer {
    variant_id: 101,
    product_id: PLANS,
    product_name: "Nexora plans",
    name: "Growth",
    price_cents: 2_900,
    billing: Billing::Monthly,
};
/// 1000 credits a month for $59.
pub const PRO: Offer = Offer {
    variant_id: 102,
    product_id: PLANS,
    product_name: "Nexora plans",
    name: "Pro",
    price_cents: 5_900,
    billing: Billing::Monthly,
};
/// 100 credits for $15.
pub const TOPUP_100: Offer = Offer {
    variant_id: 201,
    product_id: CREDITS,
    product_name: "Nexora credits",
    name: "100 credits",
    price_cents: 1_500,
    billing: Billing::Once,
};
/// 500 credits for $60.
pub const TOPUP_500: Offer = Offer {
    variant_id: 202,
    product_id: CREDITS,
    product_name: "Nexora credits",
    name: "500 credits",
    price_cents: 6_000,
    billing: Billing::Once,
};
/// What a new sandbox sells.
pub const STANDARD: [Offer; 4] = [GROWTH, PRO, TOPUP_100, TOPUP_500];

/// A variant of a product, as Lemon Squeezy calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What the product's configuration names it by.
    pub variant_id: u64,
    /// Variants of one product are offered side by side unless a checkout forbids it.
    pub product_id: u64,
    /// Shown above the variant's name.
    pub product_name: &'static str,
    /// Shown at the checkout.
    pub name: &'static str,
    /// Before discounts, in US cents; for a plan, each month.
    pub price_cents: i64,
    /// How often it is paid.
    pub billing: Billing,
}

/// How often an offer is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Billing {
    /// A subscription, renewed on the same day of each month (or the month's last).
    Monthly,
    /// An order that stands alone.
    Once,
}

impl Offer {
    /// The price's id: Lemon Squeezy gives prices ids of their own.
    pub(super) fn price_id(&self) -> u64 {
        self.variant_id * 10 + 1
    }
}
