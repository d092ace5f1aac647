//! The problems of bringing pictures along.

use axum::http::StatusCode;
use nexora_engine::UploadError;

use super::{Problem, Way};

impl Problem {
    /// The same words whether it never existed, was deleted, or is somebody else's.
    pub(crate) fn no_such_upload() -> Self {
        let detail = "You have no such picture. It may have been deleted.";
        let (status, title) = (StatusCode::NOT_FOUND, "Not among your pictures");
        Self::new(status, "not_found", title, detail).way(Way::PICTURES)
    }

    pub(crate) fn too_many_pictures(pictures_max: usize) -> Self {
        let message = match pictures_max {
            1 => "Send one picture at a time.".to_owned(),
            _ => format!("Send at most {pictures_max} pictures at a time."),
        };
        Self::invalid_field("file", message).way(Way::PICTURES)
    }

    pub(crate) fn no_picture() -> Self {
        let rule = "Send a picture: as the body, as a file of a form, or as {\"url\": \"…\"}.";
        Self::invalid_field("file", rule).way(Way::PICTURES)
    }
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        let (code, detail) = (error.code(), error.to_string());
        let (status, title) = match error {
            UploadError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Too large"),
            UploadError::NotAPicture(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Not a picture"),
            UploadError::Broken => (StatusCode::UNPROCESSABLE_ENTITY, "Not readable"),
            UploadError::TooManyPixels { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "Too large"),
            UploadError::TooSmall { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "Too small"),
            UploadError::Full => (StatusCode::CONFLICT, "No room left"),
            UploadError::Forbidden => (StatusCode::UNPROCESSABLE_ENTITY, "Not from there"),
            UploadError::NothingThere => (StatusCode::UNPROCESSABLE_ENTITY, "Nothing there"),
            UploadError::Unreachable => (StatusCode::BAD_GATEWAY, "No answer from there"),
            UploadError::Engine(error) => return error.into(),
        };
        Self::new(status, code, title, detail)
            .way(Way::PICTURES)
            .way(Way::STUDIO)
    }
}
