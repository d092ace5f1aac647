//! What a publishable key says: where the instance is, its mode, and the names of its cookies.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use secrecy::ExposeSecret;
use url::Url;

use super::config::{ClerkConfig, ClerkConfigError};
use crate::place;
use crate::signature::BASE64;

/// How many characters of the key's digest stand in the names of cookies.
const SUFFIX_CHARS: usize = 8;

/// Clerk's scripts below the Frontend API, pinned to the versions whose calls we know.
const SCRIPTS: [&str; 2] = [
    "npm/@clerk/ui@1/dist/ui.browser.js",
    "npm/@clerk/clerk-js@6/dist/clerk.browser.js",
];

/// Development instances hand sessions over in the query, production ones in cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// At most 100 people, on somebody's machine.
    Development,
    /// The real thing.
    Production,
}

/// A Clerk instance, as its keys describe it. Nothing in it is secret.
#[derive(Clone, Debug)]
pub struct Instance {
    publishable_key: String,
    mode: Mode,
    frontend_host: String,
    frontend_url: Url,
    issuer: String,
    cookie_suffix: String,
    portal_is_apart: bool,
    public_origins: Vec<String>,
    home: Url,
}

impl Instance {
    pub(super) fn new(config: &ClerkConfig) -> Result<Self, ClerkConfigError> {
        let key = config.publishable_key.trim();
        let (mode, frontend_host) =
            read_publishable(key).ok_or(ClerkConfigError::PublishableKey)?;
        let secret = config.secret_key.expose_secret();
        let secret_mode = read_secret(secret).ok_or(ClerkConfigError::SecretKey)?;
        if mode != secret_mode {
            return Err(ClerkConfigError::MixedKeys);
        }
        let frontend_url = match &config.frontend_api_url {
            Some(url) => url.clone(),
            None => format!("https://{frontend_host}")
                .parse()
                .map_err(|_| ClerkConfigError::PublishableKey)?,
        };
        if !is_web(&frontend_url) || !is_web(&config.api_url) {
            return Err(ClerkConfigError::Address);
        }
        let public_origins = origins(&config.public_origins)?;
        let main = public_origins
            .first()
            .ok_or(ClerkConfigError::PublicOrigins)?;
        let home = main.parse().map_err(|_| ClerkConfigError::PublicOrigins)?;
        Ok(Self {
            publishable_key: key.to_owned(),
            mode,
            frontend_host,
            issuer: frontend_url.as_str().trim_end_matches('/').to_owned(),
            frontend_url,
            cookie_suffix: suffix(key),
            portal_is_apart: config.frontend_api_url.is_none(),
            public_origins,
            home,
        })
    }

    /// The key that pages may show.
    pub fn publishable_key(&self) -> &str {
        &self.publishable_key
    }

    /// Development or production.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Where the Frontend API is: scripts, handshakes, the public keys.
    pub fn frontend_url(&self) -> &Url {
        &self.frontend_url
    }

    /// The host name of the Frontend API, as the publishable key says it.
    pub fn frontend_host(&self) -> &str {
        &self.frontend_host
    }

    /// Clerk's own scripts, in the order they are to be loaded: the components, and what mounts
    /// them. Without the first, nothing can be mounted.
    pub fn scripts(&self) -> [Url; 2] {
        SCRIPTS.map(|path| place::below(&self.frontend_url, path))
    }

    /// The `iss` of every token of this instance.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What the names of this instance's own cookies end with, after an underscore.
    pub fn cookie_suffix(&self) -> &str {
        &self.cookie_suffix
    }

    /// Our own origins, the main one first.
    pub fn public_origins(&self) -> &[String] {
        &self.public_origins
    }

    /// Our main origin as an address.
    pub(super) fn home(&self) -> &Url {
        &self.home
    }

    /// Whether the hosted pages have a host of their own (the sandbox's have not).
    pub(super) fn portal_is_apart(&self) -> bool {
        self.portal_is_apart
    }
}

/// `pk_test_` or `pk_live_` and the base64 of `<host>$`, with or without padding.
fn read_publishable(key: &str) -> Option<(Mode, String)> {
    let mut parts = key.split('_');
    let (kind, mode, coded) = (parts.next()?, parts.next()?, parts.next()?);
    if kind != "pk" || parts.next().is_some() {
        return None;
    }
    let decoded = String::from_utf8(BASE64.decode(coded).ok()?).ok()?;
    let host = decoded.strip_suffix('$')?;
    let url: Url = format!("https://{host}").parse().ok()?;
    // The host and nothing else: no path, no user, no second dollar sign.
    let origin = url.origin().ascii_serialization();
    let plain = origin == format!("https://{host}") && host.contains('.');
    let plain = plain && !host.contains('$');
    Some((mode_of(mode)?, host.to_owned())).filter(|_| plain)
}

fn read_secret(key: &str) -> Option<Mode> {
    let (mode, secret) = key.trim().strip_prefix("sk_")?.split_once('_')?;
    mode_of(mode).filter(|_| !secret.is_empty())
}

fn mode_of(word: &str) -> Option<Mode> {
    match word {
        "test" => Some(Mode::Development),
        "live" => Some(Mode::Production),
        _ => None,
    }
}

fn suffix(publishable_key: &str) -> String {
    // Not for security: two instances on one host must not share names.
    let sha1 = digest::digest(
        &digest::SHA1_FOR_LEGACY_USE_ONLY,
        publishable_key.as_bytes(),
    );
    let text = URL_SAFE_NO_PAD.encode(sha1);
    text.chars().take(SUFFIX_CHARS).collect()
}

fn origins(given: &[String]) -> Result<Vec<String>, ClerkConfigError> {
    let read = |text: &String| {
        let url: Url = text.parse().ok()?;
        let origin = url.origin().ascii_serialization();
        let bare = text.trim_end_matches('/').eq_ignore_ascii_case(&origin);
        (bare && is_web(&url)).then_some(origin)
    };
    let origins: Option<Vec<String>> = given.iter().map(read).collect();
    origins.ok_or(ClerkConfigError::PublicOrigins)
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.query().is_none()
}

#[cfg(test)]
pub(super) mod tests {
    use secrecy::SecretString;

    use super::*;

    pub(in crate::clerk) fn config(publishable: &str, secret: &str) -> ClerkConfig {
        ClerkConfig {
            publishable_key: publishable.to_owned(),
            secret_key: SecretString::from(secret),
            jwt_key: None,
            webhook_secret: None,
            frontend_api_url: None,
            api_url: "https://api.clerk.com".parse().unwrap(),
            public_origins: vec!["https://studio.example".to_owned()],
        }
    }

    pub(in crate::clerk) fn publishable(mode: &str, host: &str) -> String {
        format!("pk_{mode}_{}", URL_SAFE_NO_PAD.encode(format!("{host}$")))
    }

    pub(in crate::clerk) fn instance(mode: &str) -> Instance {
        let host = match mode {
            "test" => "happy-otter-7.clerk.accounts.dev",
            _ => "clerk.studio.example",
        };
        let config = config(&publishable(mode, host), &format!("sk_{mode}_sesame"));
        Instance::new(&config).unwrap()
    }

    #[test]
    fn a_publishable_key_says_where_the_instance_is() {
        // Clerk's own example, which carries its padding nowhere.
        let key = "pk_test_Y2xlcmsuaW5jbHVkZWQua2F0eWRpZC05Mi5sY2wuZGV2JA";
        let instance = Instance::new(&config(key, "sk_test_x")).unwrap();
        assert_eq!(
            instance.frontend_host(),
            "clerk.included.katydid-92.lcl.dev"
        );
        assert_eq!(
            instance.issuer(),
            "https://clerk.included.katydid-92.lcl.dev"
        );
        assert_eq!(instance.mode(), Mode::Development);
        let padded = Instance::new(&config(&format!("{key}=="), "sk_test_x"));
        assert!(padded.is_ok());
    }

    #[test]
    fn cookie_names_end_with_the_start_of_the_keys_digest() {
        // printf '%s' pk_live_Y2xlcmsuZXhhbXBsZS5jb20k | openssl sha1 -binary | base64
        let key = publishable("live", "clerk.example.com");
        let instance = Instance::new(&config(&key, "sk_live_x")).unwrap();
        assert_eq!(key, "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k");
        assert_eq!(instance.cookie_suffix(), SUFFIX_OF_EXAMPLE);
    }

    const SUFFIX_OF_EXAMPLE: &str = "naoXFJnI";

    #[test]
    fn keys_that_are_none_are_refused() {
        let good = publishable("test", "clerk.example.com");
        let coded = |text: &str| format!("pk_test_{}", BASE64.encode(text));
        let bad = [
            String::new(),
            "pk_test_".to_owned(),
            good.replace("pk_", "sk_"),
            good.replace("_test_", "_prod_"),
            format!("{good}_more"),
            coded("clerk.example.com"),
            coded("clerk.example.com$$"),
            coded("cl$erk.example.com$"),
            coded("localhost$"),
            coded("clerk.example.com/path$"),
            coded("me@clerk.example.com$"),
            coded("$"),
        ];
        for key in bad {
            let outcome = Instance::new(&config(&key, "sk_test_x")).map(|_| ());
            assert_eq!(outcome, Err(ClerkConfigError::PublishableKey), "{key}");
        }
        for secret in ["", "sk_test_", "pk_test_x", "sk_x", "sk_prod_x"] {
            let outcome = Instance::new(&config(&good, secret)).map(|_| ());
            assert_eq!(outcome, Err(ClerkConfigError::SecretKey), "{secret}");
        }
        let mixed = Instance::new(&config(&good, "sk_live_x")).map(|_| ());
        assert_eq!(mixed, Err(ClerkConfigError::MixedKeys));
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let with = |origins: &[&str]| {
            let mut config = config(&publishable("test", "clerk.example.com"), "sk_test_x");
            config.public_origins = origins.iter().map(|&text| text.to_owned()).collect();
            Instance::new(&config).map(|instance| instance.public_origins)
        };
        let two = ["https://Studio.example/", "http://localhost:3000"];
        let read = ["https://studio.example", "http://localhost:3000"].map(str::to_owned);
        assert_eq!(with(&two), Ok(read.to_vec()));
        for bad in [
            "",
            "studio.example",
            "https://a.b/c",
            "ftp://a.b",
            "https://u@a.b",
        ] {
            assert_eq!(with(&[bad]), Err(ClerkConfigError::PublicOrigins), "{bad}");
        }
        assert_eq!(with(&[]), Err(ClerkConfigError::PublicOrigins));
    }
}
