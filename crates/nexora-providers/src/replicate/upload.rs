//! Uploads: one form to the API, which keeps the file for a day.

use super::wire::Kept;
use super::{Replicate, error};
use crate::courier;
use crate::error::ProviderError;
use crate::form::Form;
use crate::media::Upload;
use crate::shot::Placed;

impl Replicate {
    /// The place is readable with our key alone, and by the models we run.
    pub(super) async fn bring(&self, file: &Upload) -> Result<Placed, ProviderError> {
        let form = Form::new().with_file("content", file);
        let url = self.place("v1/files");
        let answer = self.line.bring_form("upload", url, form).await?;
        if !answer.status.is_success() {
            return Err(error::of_question(&answer));
        }
        let kept: Kept = answer.read()?;
        courier::placed(&self.line, &kept.urls.get)
    }
}
