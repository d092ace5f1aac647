//! Signed links to Lemon Squeezy's own pages. They live for hours, so they are never kept.

use url::Url;

use super::Lemon;
use super::resource::{Fields, Resource};

/// Where a subscriber looks after what they pay for. Fetch them when they are clicked: real ones
/// lived six hours, whatever the documentation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalLinks {
    /// Invoices, card, plan, cancellation.
    pub customer_portal: Option<Url>,
    /// The card alone.
    pub update_payment_method: Option<Url>,
    /// Plan changes for ways of paying whose plan cannot be changed through the API (`PayPal`).
    pub update_subscription: Option<Url>,
}

impl Lemon {
    pub(super) fn portal_links(&self, resource: &Resource) -> PortalLinks {
        let urls = resource.attributes.within("urls");
        PortalLinks {
            customer_portal: self.link(&urls, "customer_portal"),
            update_payment_method: self.link(&urls, "update_payment_method"),
            update_subscription: self.link(&urls, "customer_portal_update_subscription"),
        }
    }

    /// A link a browser may be sent to: over TLS, or to the very server we asked.
    pub(super) fn link(&self, fields: &Fields, name: &str) -> Option<Url> {
        let url: Url = fields.get(name)?.as_str()?.parse().ok()?;
        let home = url.origin() == self.base_url.origin();
        (url.scheme() == "https" || home).then_some(url)
    }
}
