//! Who is asking, from where, and in which form they want the answer.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use axum::http::{Extensions, HeaderMap};
use nexora_engine::ClientDevice;

/// The form an answer should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    /// A whole page: a browser that follows a link or sends a form.
    Page,
    /// A piece of a page: htmx.
    Fragment,
    /// JSON: everybody else.
    Json,
}

/// Paths that nobody looks at directly.
const MACHINE_PATHS: [&str; 4] = ["/api/", "/media/", "/assets/", "/live"];

impl Wants {
    /// Reads the wish from a request.
    pub(crate) fn of(path: &str, headers: &HeaderMap) -> Self {
        if says(headers, "hx-request", "true") {
            Self::Fragment
        } else if says(headers, CONTENT_TYPE.as_str(), "application/json") {
            Self::Json
        } else if says(headers, ACCEPT.as_str(), "text/html") {
            Self::Page
        } else if says(headers, ACCEPT.as_str(), "json")
            || MACHINE_PATHS.iter().any(|start| path.starts_with(start))
        {
            Self::Json
        } else {
            Self::Page
        }
    }
}

fn says(headers: &HeaderMap, name: &str, word: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.to_ascii_lowercase().contains(word))
}

/// The address a request comes from: the socket's, or what a trusted proxy says about it.
pub(crate) fn address(extensions: &Extensions, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let socket = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip())
        .to_canonical();
    let is_trusted = |ip: &IpAddr| trusted.contains(ip);
    if !is_trusted(&socket) {
        return socket;
    }
    // Each proxy appends the address it was called from: the last one that is not a proxy of
    // ours is the caller; everything before it is hearsay.
    let hops = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let mut caller = socket;
    for hop in hops.collect::<Vec<_>>().into_iter().rev() {
        let Ok(ip) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        caller = ip.to_canonical();
        if !is_trusted(&caller) {
            break;
        }
    }
    caller
}

/// What is remembered of a device with its session.
pub(crate) fn device(ip: IpAddr, headers: &HeaderMap) -> ClientDevice {
    let user_agent = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    ClientDevice {
        ip: ip.to_string(),
        user_agent: user_agent.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    #[test]
    fn browsers_get_pages_scripts_get_json_htmx_gets_fragments() {
        let of = |path, pairs: &[(&'static str, &'static str)]| Wants::of(path, &headers(pairs));
        let browser = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        assert_eq!(of("/studio", &[browser]), Wants::Page);
        assert_eq!(of("/api/image/generate", &[browser]), Wants::Page);
        assert_eq!(of("/api/image/generate", &[("accept", "*/*")]), Wants::Json);
        assert_eq!(
            of("/studio", &[("accept", "application/json")]),
            Wants::Json
        );
        assert_eq!(of("/studio", &[]), Wants::Page);
        assert_eq!(
            of("/api/credits", &[browser, ("hx-request", "true")]),
            Wants::Fragment
        );
        let json = ("content-type", "application/json; charset=utf-8");
        assert_eq!(of("/api/quote", &[browser, json]), Wants::Json);
    }

    fn seen_from(socket: &str, forwarded: &'static str, trusted: &str) -> String {
        let mut extensions = Extensions::new();
        let socket: SocketAddr = socket.parse().unwrap();
        extensions.insert(ConnectInfo(socket));
        let headers = headers(&[("x-forwarded-for", forwarded)]);
        address(&extensions, &headers, &[trusted.parse().unwrap()]).to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_their_address() {
        let claimed = "203.0.113.9";
        assert_eq!(
            seen_from("198.51.100.7:1", claimed, "10.0.0.1"),
            "198.51.100.7"
        );
        assert_eq!(seen_from("10.0.0.1:1", claimed, "10.0.0.1"), claimed);
        // Whatever stands before the last foreign address was written by that address itself.
        let chain = "1.1.1.1, 203.0.113.9, 10.0.0.1";
        assert_eq!(seen_from("10.0.0.1:1", chain, "10.0.0.1"), claimed);
        assert_eq!(seen_from("10.0.0.1:1", "garbage", "10.0.0.1"), "10.0.0.1");
    }
}
