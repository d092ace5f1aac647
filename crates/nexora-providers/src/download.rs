//! Fetches what providers made, and nothing else: limited in size, time and destination.

mod address;
mod resolver;

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Method, RequestBuilder, Response, StatusCode, redirect};
use url::Url;

use crate::tls;
use crate::wire::{Unread, WireError, causes, read_at_most};
use address::AllowList;
use resolver::{PublicOnly, is_forbidden};

/// A content network that does not answer in ten seconds is tried again later.
const CONNECT_SECONDS_MAX: u64 = 10;
/// Providers' files redirect once at most (to a signed URL); three is generous.
const REDIRECTS_MAX: usize = 3;

/// Fetches outputs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Downloader {
    client: reqwest::Client,
    allowed: Arc<AllowList>,
}

/// How much one download may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the body.
    pub bytes_max: u64,
    /// From the first look-up to the last byte.
    pub time_max: Duration,
}

/// A fetched output.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetched {
    /// All of it.
    pub bytes: Bytes,
    /// What the server says it is: a hint, never the truth.
    pub content_type_header: Option<String>,
}

/// Why there is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DownloadError {
    /// Larger than allowed.
    TooBig,
    /// It took longer than allowed.
    TimedOut,
    /// It is, or leads, where we do not go: the host and why.
    Forbidden(String),
    /// It is not there (any more), or our permission has run out: 403, 404, 410.
    Gone,
    /// It could not be fetched now.
    Down(String),
}

impl Downloader {
    /// Goes to public addresses only, and to the origins (scheme, host, port) of `allowed`,
    /// wherever those are.
    pub fn new(allowed: &[Url]) -> Result<Self, WireError> {
        let allowed = Arc::new(AllowList::new(allowed));
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config()?)
            .dns_resolver(PublicOnly::except(Arc::clone(&allowed)))
            .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|wrong| WireError::new(causes(wrong)))?;
        Ok(Self { client, allowed })
    }

    /// The whole body at `url`, following at most three redirects, each to a permitted place.
    pub async fn fetch(&self, url: &Url, limits: Limits) -> Result<Fetched, DownloadError> {
        let fetching = self.follow(url, limits.bytes_max);
        tokio::time::timeout(limits.time_max, fetching)
            .await
            .unwrap_or(Err(DownloadError::TimedOut))
    }

    async fn follow(&self, url: &Url, bytes_max: u64) -> Result<Fetched, DownloadError> {
        let mut place = url.clone();
        for _ in 0..=REDIRECTS_MAX {
            let response = self.look(&place).await?;
            match next_place(&place, &response)? {
                Some(next) => place = next,
                None => return read(response, bytes_max).await,
            }
        }
        Err(DownloadError::Down(format!(
            "it redirects more than {REDIRECTS_MAX} times"
        )))
    }

    async fn look(&self, place: &Url) -> Result<Response, DownloadError> {
        let sent = self.request(Method::GET, place)?.send().await;
        sent.map_err(|error| unsent(error, place))
    }

    /// A request to a permitted place. Its names are resolved to permitted addresses only.
    pub(crate) fn request(
        &self,
        method: Method,
        place: &Url,
    ) -> Result<RequestBuilder, DownloadError> {
        self.allowed
            .check(place)
            .map_err(DownloadError::Forbidden)?;
        Ok(self.client.request(method, place.clone()))
    }
}

fn unsent(error: reqwest::Error, place: &Url) -> DownloadError {
    if is_forbidden(&error) {
        let host = place.host_str().unwrap_or_default();
        return DownloadError::Forbidden(format!("{host} leads to a private address"));
    }
    DownloadError::Down(causes(error))
}

/// Where a redirect leads, if this is one.
fn next_place(place: &Url, response: &Response) -> Result<Option<Url>, DownloadError> {
    if !response.status().is_redirection() {
        return Ok(None);
    }
    let location = response.headers().get(LOCATION);
    let next = location
        .and_then(|value| value.to_str().ok())
        .and_then(|text| place.join(text).ok());
    let lost = || DownloadError::Down("it redirects to nowhere".to_owned());
    next.ok_or_else(lost).map(Some)
}

async fn read(response: Response, bytes_max: u64) -> Result<Fetched, DownloadError> {
    let status = response.status();
    match status {
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE => {
            return Err(DownloadError::Gone);
        }
        // A part of a file (206) or no file (204) is not the output.
        StatusCode::OK => {}
        _ => return Err(DownloadError::Down(format!("it answers {status}"))),
    }
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type_header = content_type
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let bytes = read_at_most(response, bytes_max)
        .await
        .map_err(|unread| match unread {
            Unread::TooBig => DownloadError::TooBig,
            Unread::Cut(error) => DownloadError::Down(causes(error)),
        })?;
    Ok(Fetched {
        bytes: bytes.into(),
        content_type_header,
    })
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetched")
            .field("bytes", &self.bytes.len())
            .field("content_type_header", &self.content_type_header)
            .finish()
    }
}

impl fmt::Display for DownloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooBig => f.write_str("the file is larger than allowed"),
            Self::TimedOut => f.write_str("the download took longer than allowed"),
            Self::Forbidden(why) => write!(f, "the file is where we do not go: {why}"),
            Self::Gone => f.write_str("the file is gone"),
            Self::Down(why) => write!(f, "the file could not be fetched: {why}"),
        }
    }
}

impl Error for DownloadError {}
