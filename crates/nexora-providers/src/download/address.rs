//! Where a download may go: public addresses, ordinary ports, and the origins we were given.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Origin, Url};

/// HTTP and HTTPS at their usual doors; anything else is somebody's internal service.
const PORTS: [u16; 2] = [80, 443];

/// Origins that may be anywhere: the sandbox on loopback, a private bucket.
#[derive(Debug)]
pub(super) struct AllowList {
    origins: Vec<Origin>,
    hosts: Vec<String>,
}

impl AllowList {
    pub(super) fn new(urls: &[Url]) -> Self {
        Self {
            origins: urls.iter().map(Url::origin).collect(),
            hosts: urls
                .iter()
                .filter_map(|url| url.host_str().map(str::to_owned))
                .collect(),
        }
    }

    /// Whether this host was given to us. Its port is checked in [`Self::check`].
    pub(super) fn has_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| known == host)
    }

    /// Why not to go there, as far as the URL itself tells. What a name resolves to is checked
    /// again when it is resolved.
    pub(super) fn check(&self, url: &Url) -> Result<(), String> {
        if self.origins.contains(&url.origin()) {
            return Ok(());
        }
        let host = url.host_str().unwrap_or_default();
        let no = |why: &str| Err(format!("{host} {why}"));
        if !matches!(url.scheme(), "http" | "https") {
            return no("is not reached by HTTP");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return no("comes with a user name or password");
        }
        if !url
            .port_or_known_default()
            .is_some_and(|port| PORTS.contains(&port))
        {
            return no("is not on port 80 or 443");
        }
        if self.has_host(host) {
            return no("is allowed on another port only");
        }
        match url.host() {
            Some(Host::Ipv4(ip)) if !is_public_v4(ip) => no("is not a public address"),
            Some(Host::Ipv6(ip)) if !is_public_v6(ip) => no("is not a public address"),
            None => no("(no host)"),
            Some(Host::Ipv4(_) | Host::Ipv6(_) | Host::Domain(_)) => Ok(()),
        }
    }
}

/// Whether an address belongs to the public internet.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// IANA's special-purpose IPv4 blocks (RFC 6890 and its registry), and Azure's metadata server,
/// which lives at an ordinary address.
const SPECIAL_V4: [([u8; 4], u32); 18] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    // Carrier-grade NAT, and Alibaba's metadata server.
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([168, 63, 129, 16], 32),
    // Link-local, where most metadata servers live.
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    // Protocol assignments, and Oracle's metadata server.
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 31, 196, 0], 24),
    ([192, 52, 193, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    // Multicast and reserved.
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// Inside global unicast: what tunnels, documents or wraps an IPv4 address.
const SPECIAL_V6: [([u16; 2], u32); 4] = [
    // Protocol assignments: Teredo, ORCHID, …
    ([0x2001, 0], 23),
    ([0x2001, 0xdb8], 32),
    // 6to4
    ([0x2002, 0], 16),
    ([0x3fff, 0], 20),
];

/// `64:ff9b::/96`: NAT64 is as public as the address it wraps.
const NAT64: [u16; 6] = [0x64, 0xff9b, 0, 0, 0, 0];

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let within = |(block, bits): &([u8; 4], u32)| {
        let apart = ip.to_bits() ^ u32::from_be_bytes(*block);
        apart.leading_zeros() >= *bits
    };
    !SPECIAL_V4.iter().any(within)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    if ip.segments().starts_with(&NAT64) {
        let [.., w, x, y, z] = ip.octets();
        return is_public_v4(Ipv4Addr::new(w, x, y, z));
    }
    let [first, second, ..] = ip.segments();
    let within = |([high, low], bits): &([u16; 2], u32)| {
        let beginning = u32::from(first) << 16 | u32::from(second);
        let apart = beginning ^ (u32::from(*high) << 16 | u32::from(*low));
        apart.leading_zeros() >= *bits
    };
    // Global unicast is 2000::/3; nothing else is routed on the internet.
    let is_global_unicast = first & 0xe000 == 0x2000;
    is_global_unicast && !SPECIAL_V6.iter().any(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(url: &str) -> Result<(), String> {
        AllowList::new(&[]).check(&Url::parse(url).unwrap())
    }

    fn verdict_with_friends(url: &str) -> Result<(), String> {
        let sandbox = Url::parse("http://127.0.0.1:4100").unwrap();
        let bucket = Url::parse("https://media.internal:9000/studio").unwrap();
        AllowList::new(&[sandbox, bucket]).check(&Url::parse(url).unwrap())
    }

    #[test]
    fn public_places_are_open() {
        for url in [
            "https://v3.fal.media/files/a.png",
            "https://replicate.delivery/x/out-0.webp",
            "http://93.184.216.34/a.png",
            "https://[2606:2800:220:1::1]/a.png",
            "https://[64:ff9b::5db8:d822]/a.png",
            "https://172.32.0.1/a",
            "https://100.128.0.1/a",
            "https://[::ffff:93.184.216.34]/a",
        ] {
            assert_eq!(verdict(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn private_places_are_closed_in_every_spelling() {
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://0x7f.0.0.1/",
            "http://2130706433/",
            "http://0.0.0.0/",
            "http://10.0.0.8/",
            "http://172.16.0.1/",
            "http://172.31.255.255/",
            "http://192.168.1.1/",
            "http://100.64.0.1/",
            "http://100.100.100.200/latest/meta-data",
            "http://169.254.169.254/latest/meta-data",
            "http://168.63.129.16/machine",
            "http://192.0.0.192/opc/v2",
            "http://192.0.2.7/",
            "http://198.18.0.1/",
            "http://224.0.0.1/",
            "http://240.0.0.1/",
            "http://255.255.255.255/",
            "http://[::]/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[::ffff:169.254.169.254]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[64:ff9b:1::1]/",
            "http://[fe80::1]/",
            "http://[fec0::1]/",
            "http://[fc00::1]/",
            "http://[fd00:ec2::254]/latest",
            "http://[ff02::1]/",
            "http://[2001::1]/",
            "http://[2001:db8::1]/",
            "http://[2002:7f00:1::]/",
            "http://[100::1]/",
        ] {
            let why = verdict(url).expect_err(url);
            assert!(why.contains("is not a public address"), "{url}: {why}");
        }
    }

    #[test]
    fn other_schemes_ports_and_passwords_are_closed() {
        for url in [
            "ftp://example.com/a",
            "file:///etc/passwd",
            "data:text/plain,hello",
            "http://example.com:6379/",
            "https://example.com:8443/",
            "https://user:secret@example.com/",
        ] {
            let why = verdict(url).expect_err(url);
            assert!(!why.contains("secret"), "{why}");
        }
    }

    #[test]
    fn an_allowed_origin_is_open_at_its_own_port_and_scheme_only() {
        assert_eq!(
            verdict_with_friends("http://127.0.0.1:4100/fal/cdn/a.png"),
            Ok(())
        );
        assert_eq!(
            verdict_with_friends("https://media.internal:9000/other"),
            Ok(())
        );
        for url in [
            "http://127.0.0.1:4101/",
            "https://127.0.0.1:4100/",
            "http://127.0.0.1/",
            "https://media.internal/",
            "http://media.internal:9000/",
        ] {
            assert!(verdict_with_friends(url).is_err(), "{url}");
        }
    }
}
