//! Where people find the studio: the origins its pages are served from.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::Context;
use url::Url;

use crate::config::{Config, Stage};

/// Where the studio is reached.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The origins of its pages, the main one first.
    pub(crate) origins: Vec<String>,
    /// Where this machine reaches it.
    pub(crate) near: SocketAddr,
}

impl Place {
    /// A studio that listens at this address.
    pub(crate) fn of(config: &Config, listening: SocketAddr) -> Self {
        let near = near(listening);
        let mut origins = Vec::new();
        if let Some(public) = &config.public_url {
            origins.push(public.origin().ascii_serialization());
        }
        if config.stage == Stage::Development || origins.is_empty() {
            origins.push(format!("http://{near}"));
            if near.ip().is_loopback() {
                origins.push(format!("http://localhost:{}", near.port()));
            }
        }
        Self { origins, near }
    }

    /// The address of one of our pages.
    pub(crate) fn page(&self, path: &str) -> anyhow::Result<Url> {
        let main = self.origins.first().map_or("", String::as_str);
        let url = Url::parse(main).and_then(|main| main.join(path));
        url.context("the studio has no address people could be sent to")
    }
}

/// Who listens everywhere is reached on loopback, too.
fn near(listening: SocketAddr) -> SocketAddr {
    let ip = listening.ip();
    let ip = if ip.is_unspecified() {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        ip
    };
    SocketAddr::new(ip, listening.port())
}
