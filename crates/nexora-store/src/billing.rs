//! What the merchant of record told us, kept as it was said, and what each payment granted.
//!
//! Facts are absolute and carry the merchant's own moment: of two, the later one counts, and of
//! two of the same moment the one that arrived last.

pub mod checkouts;
pub mod grants;
pub mod inbox;
pub mod invoices;
pub mod orders;
pub mod subscriptions;
