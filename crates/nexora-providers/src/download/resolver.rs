//! Names are resolved here, so that the address that was checked is the one connected to.

use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{AllowList, is_public};

/// Resolves names to public addresses, and allowed names to any.
#[derive(Debug)]
pub(super) struct PublicOnly {
    allowed: Arc<AllowList>,
}

impl PublicOnly {
    pub(super) fn except(allowed: Arc<AllowList>) -> Self {
        Self { allowed }
    }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let anywhere = self.allowed.has_host(name.as_str());
        Box::pin(async move {
            // Port 0: the connector puts in the one from the URL.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let kept = if anywhere {
                found.collect()
            } else {
                public_of(found)?
            };
            let addresses: Addrs = Box::new(kept.into_iter());
            Ok(addresses)
        })
    }
}

/// The public ones of these; an error if that leaves none.
fn public_of(found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, PrivateAddress> {
    let kept: Vec<_> = found.filter(|address| is_public(address.ip())).collect();
    if kept.is_empty() {
        return Err(PrivateAddress);
    }
    Ok(kept)
}

/// A name that leads to private addresses only.
#[derive(Debug)]
struct PrivateAddress;

impl fmt::Display for PrivateAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name leads to a private address")
    }
}

impl Error for PrivateAddress {}

/// Whether a request failed because its name leads to a private address.
pub(super) fn is_forbidden(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(deeper) = cause {
        if deeper.is::<PrivateAddress>() {
            return true;
        }
        cause = deeper.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(addresses: &[&str]) -> Option<Vec<String>> {
        let parsed = addresses.iter().map(|text| text.parse().unwrap());
        let kept = public_of(parsed).ok()?;
        Some(kept.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_name_leads_to_its_public_addresses_only() {
        let public = "93.184.216.34:0";
        assert_eq!(kept(&[public]), Some(vec![public.to_owned()]));
        assert_eq!(
            kept(&["10.0.0.1:0", public, "[::1]:0"]),
            Some(vec![public.to_owned()])
        );
        assert_eq!(kept(&["10.0.0.1:0", "[::ffff:127.0.0.1]:0"]), None);
        assert_eq!(kept(&[]), None);
    }
}
