//! Pictures that are handed in with a wish: by an address in a played provider's own storage, or
//! inside the request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use image::ImageReader;

use crate::files::Content;
use crate::stage::Stage;

/// What a wish begins with, as files; nobody has looked whether they are pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Given {
    /// A clip begins with it.
    pub(crate) first: Option<Bytes>,
    /// A clip ends with it.
    pub(crate) last: Option<Bytes>,
    /// What is made looks like these.
    pub(crate) references: Vec<Bytes>,
}

/// An address of ours where there is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NothingThere(pub(crate) String);

/// Addresses as a request names them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses<'a> {
    pub(crate) first: Option<&'a str>,
    pub(crate) last: Option<&'a str>,
    pub(crate) references: Vec<&'a str>,
}

impl Given {
    /// Width and height of the first picture, if it is one.
    pub(crate) fn size(&self) -> Option<(u32, u32)> {
        let file = self.first.as_ref().or(self.references.first())?;
        let reader = ImageReader::new(std::io::Cursor::new(file));
        reader.with_guessed_format().ok()?.into_dimensions().ok()
    }

    /// Its shape, as a ratio of small numbers.
    pub(crate) fn ratio(&self) -> Option<String> {
        const SIDE: u32 = 1_000;
        let (width, height) = self.size()?;
        let long = width.max(height).max(1);
        let side = |length: u32| (u64::from(length) * u64::from(SIDE) / u64::from(long)).max(1);
        Some(format!("{}:{}", side(width), side(height)))
    }
}

impl Stage {
    /// The pictures at these addresses. One that lies elsewhere cannot be fetched offline: it is
    /// as if it had not been given.
    pub(crate) fn given(&self, addresses: &Addresses<'_>) -> Result<Given, NothingThere> {
        let one = |address: Option<&str>| match address {
            Some(address) => self.picture_at(address),
            None => Ok(None),
        };
        let references = addresses.references.iter();
        let references: Result<Vec<Option<Bytes>>, NothingThere> =
            references.map(|address| self.picture_at(address)).collect();
        Ok(Given {
            first: one(addresses.first)?,
            last: one(addresses.last)?,
            references: references?.into_iter().flatten().collect(),
        })
    }

    fn picture_at(&self, address: &str) -> Result<Option<Bytes>, NothingThere> {
        let nothing = || NothingThere(address.to_owned());
        if let Some(inline) = address.strip_prefix("data:image/") {
            let (_, text) = inline.split_once(";base64,").ok_or_else(nothing)?;
            let bytes = STANDARD.decode(text).map_err(|_| nothing())?;
            return Ok(Some(bytes.into()));
        }
        let ours = address
            .strip_prefix(&self.base_url)
            .or_else(|| address.strip_prefix("runway://"));
        let Some(path) = ours else {
            return Ok(None);
        };
        let file = path.split('/').find_map(|part| self.files.find(part));
        match file.ok_or_else(nothing)?.content {
            Content::Uploaded { bytes, .. } => Ok(Some(bytes)),
            Content::Painted(_) | Content::Black { .. } => Ok(None),
        }
    }
}
