//! Why a picture was not taken. In every case nothing was kept and nothing was charged.

use std::fmt;

use super::UPLOAD_BYTES_MAX;
use crate::EngineError;
use crate::media::Unclean;

/// Why a picture was not taken.
#[derive(Debug)]
pub enum UploadError {
    /// More bytes than are taken.
    TooLarge,
    /// It is no picture we read: what it is, with its article.
    NotAPicture(&'static str),
    /// Its bytes break off or make no sense.
    Broken,
    /// Unpacked it would fill the memory.
    TooManyPixels {
        /// Pixels across, as it claims.
        width: u32,
        /// Pixels down, as it claims.
        height: u32,
    },
    /// There is nothing to see on it.
    TooSmall {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The member has as many pictures here as they may.
    Full,
    /// The address leads where we do not go.
    Forbidden,
    /// There is nothing at the address.
    NothingThere,
    /// The address did not answer.
    Unreachable,
    /// Something inside failed.
    Engine(EngineError),
}

impl UploadError {
    /// A name for programs, in snake case.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "upload_too_large",
            Self::NotAPicture(_) => "not_a_picture",
            Self::Broken => "broken_picture",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::TooSmall { .. } => "picture_too_small",
            Self::Full => "uploads_full",
            Self::Forbidden => "address_forbidden",
            Self::NothingThere => "address_empty",
            Self::Unreachable => "address_unreachable",
            Self::Engine(_) => "internal",
        }
    }
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(
                f,
                "This file is larger than {} MB, so it was not kept. Make it smaller and try \
                 again.",
                UPLOAD_BYTES_MAX >> 20
            ),
            Self::NotAPicture(what) => write!(
                f,
                "This is {what}, so it was not kept. Upload a PNG, JPEG or WebP picture."
            ),
            Self::Broken => f.write_str(
                "This picture breaks off or cannot be read, so it was not kept. Open it, save it \
                 again, and try once more.",
            ),
            Self::TooManyPixels { width, height } => write!(
                f,
                "This picture is {width} × {height} pixels, more than fit into memory here, so it \
                 was not kept. Make it smaller and try again."
            ),
            Self::TooSmall { width, height } => write!(
                f,
                "This picture is only {width} × {height} pixels, so it was not kept. No model can \
                 see anything on it; use a larger one."
            ),
            Self::Full => f.write_str(
                "You have as many pictures here as there is room for, so this one was not kept. \
                 Delete some of your uploads and try again.",
            ),
            Self::Forbidden => f.write_str(
                "Pictures are fetched from public web addresses only, so nothing was fetched. \
                 Upload the file instead.",
            ),
            Self::NothingThere => f.write_str(
                "There is no picture at this address, or it is not for us. Upload the file \
                 instead.",
            ),
            Self::Unreachable => f.write_str(
                "This address did not answer in time. Try again, or upload the file instead.",
            ),
            Self::Engine(_) => f.write_str(
                "Something went wrong on our side, and the picture was not kept. Try again in a \
                 moment.",
            ),
        }
    }
}

impl std::error::Error for UploadError {}

impl<E: Into<EngineError>> From<E> for UploadError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}

impl From<Unclean> for UploadError {
    fn from(why: Unclean) -> Self {
        match why {
            Unclean::NotAPicture(what) => Self::NotAPicture(what),
            Unclean::Broken => Self::Broken,
            Unclean::TooManyPixels { width, height } => Self::TooManyPixels { width, height },
            Unclean::TooSmall { width, height } => Self::TooSmall { width, height },
        }
    }
}
