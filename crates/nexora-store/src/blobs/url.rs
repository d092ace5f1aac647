//! Where media are kept, read from one text.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use object_store::aws::AmazonS3Builder;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore};

use super::BlobError;

/// Where media are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaUrl {
    /// A folder on this machine: a path.
    Folder(PathBuf),
    /// A bucket that speaks S3:
    /// `s3://KEY_ID:SECRET@bucket/prefix?endpoint=https://…&region=…`.
    Bucket(Bucket),
}

/// A bucket that speaks S3, for example Supabase Storage, R2 or S3 itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket {
    name: String,
    prefix: String,
    key_id: String,
    secret: String,
    endpoint: Option<String>,
    region: String,
}

/// A text that names no place for media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidMediaUrl;

impl fmt::Display for InvalidMediaUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "media are kept in a folder (a path) or in a bucket, written \
             s3://KEY_ID:SECRET@bucket/prefix?endpoint=https://…&region=…",
        )
    }
}

impl std::error::Error for InvalidMediaUrl {}

/// What most stores that speak S3 take for a region when they have none.
const REGION: &str = "us-east-1";

impl FromStr for MediaUrl {
    type Err = InvalidMediaUrl;
    fn from_str(text: &str) -> Result<Self, InvalidMediaUrl> {
        let path = text.strip_prefix("file://").unwrap_or(text);
        if text.starts_with("s3://") {
            return Bucket::parse(text).map(Self::Bucket);
        }
        if path.is_empty() || path.contains("://") {
            return Err(InvalidMediaUrl);
        }
        Ok(Self::Folder(path.into()))
    }
}

impl Bucket {
    fn parse(text: &str) -> Result<Self, InvalidMediaUrl> {
        let url = url::Url::parse(text).map_err(|_| InvalidMediaUrl)?;
        let decoded = |text: &str| {
            let decoded = url::form_urlencoded::parse(text.replace('+', "%2B").as_bytes())
                .map(|(name, _)| name.into_owned())
                .next();
            decoded.unwrap_or_default()
        };
        let mut bucket = Self {
            name: url.host_str().ok_or(InvalidMediaUrl)?.to_owned(),
            prefix: url.path().trim_matches('/').to_owned(),
            key_id: decoded(url.username()),
            secret: decoded(url.password().unwrap_or_default()),
            endpoint: None,
            region: REGION.to_owned(),
        };
        for (name, value) in url.query_pairs() {
            match &*name {
                "endpoint" => bucket.endpoint = Some(value.into_owned()),
                "region" => bucket.region = value.into_owned(),
                _ => return Err(InvalidMediaUrl),
            }
        }
        let complete = !bucket.key_id.is_empty() && !bucket.secret.is_empty();
        complete.then_some(bucket).ok_or(InvalidMediaUrl)
    }

    pub(super) fn open(&self) -> Result<Arc<dyn ObjectStore>, BlobError> {
        // The client takes the process's cipher suites; whoever installed some first has won.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.name)
            .with_region(&self.region)
            .with_access_key_id(&self.key_id)
            .with_secret_access_key(&self.secret);
        if let Some(endpoint) = &self.endpoint {
            let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
            let local = here.iter().any(|start| endpoint.starts_with(start));
            builder = builder
                .with_endpoint(endpoint)
                .with_virtual_hosted_style_request(false)
                .with_client_options(ClientOptions::new().with_allow_http(local));
        }
        let store = builder
            .build()
            .map_err(|why| BlobError::Refused(format!("the bucket {}: {why}", self.name)))?;
        if self.prefix.is_empty() {
            return Ok(Arc::new(store));
        }
        Ok(Arc::new(PrefixStore::new(store, self.prefix.as_str())))
    }
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.name, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUCKET: &str =
        "s3://id:s3%2Fcret@media/nexora?endpoint=https://x.example/storage/v1/s3&region=eu-1";

    #[test]
    fn a_path_is_a_folder_and_an_s3_url_a_bucket() {
        let folder = MediaUrl::Folder("/var/media".into());
        assert_eq!("/var/media".parse(), Ok(folder.clone()));
        assert_eq!("file:///var/media".parse(), Ok(folder));
        assert!(matches!(BUCKET.parse(), Ok(MediaUrl::Bucket(_))));
        for text in ["", "s3://bucket/without-keys", "ftp://x/y"] {
            assert_eq!(text.parse::<MediaUrl>(), Err(InvalidMediaUrl), "{text:?}");
        }
    }

    #[test]
    fn a_buckets_secret_is_read_and_never_shown() {
        let Ok(MediaUrl::Bucket(bucket)) = BUCKET.parse() else {
            panic!("not a bucket");
        };
        assert_eq!(bucket.secret, "s3/cret");
        assert_eq!(format!("{bucket:?}"), "s3://media/nexora");
    }
}
