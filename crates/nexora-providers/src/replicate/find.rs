//! Finds predictions that we may have created without hearing of it.

use std::time::Duration;

use nexora_core::Timestamp;
use reqwest::Method;
use serde_json::Value;

use super::wire::{Kept, Page, Prediction};
use super::{Replicate, error, input, place, ticket_for};
use crate::error::{ErrorKind, ProviderError};
use crate::media::Submission;
use crate::ticket::Ticket;

/// Our clock and theirs may differ by this much.
const CLOCKS_APART: Duration = Duration::from_secs(5);
/// A page has 100 predictions; five of them are more than we make in the minutes before a search.
const PAGES_MAX: usize = 5;

impl Replicate {
    /// The predictions of the same model and the same input since the submit, the oldest first.
    pub(super) async fn search(
        &self,
        job: &Submission<'_>,
        submitted_at: Timestamp,
    ) -> Result<Vec<Ticket>, ProviderError> {
        let input = input::input_without_picture(job);
        let input = input.map_err(|wrong| self.error(ErrorKind::Invalid, &wrong))?;
        let since = submitted_at.minus(CLOCKS_APART);
        let mut found = Vec::new();
        let mut url = Some(self.place("v1/predictions"));
        for _ in 0..PAGES_MAX {
            let Some(page_url) = url else { break };
            let answer = self.line.ask("list", Method::GET, page_url).await?;
            if !answer.status.is_success() {
                return Err(error::of_question(&answer));
            }
            let page: Page = answer.read()?;
            let next = page.next.as_deref();
            url = next.and_then(|address| place::if_below(&self.base_url, address));
            // Newest first, on every page and over all of them.
            for prediction in page.results {
                let Some(at) = prediction.created_at() else {
                    continue;
                };
                if at < since {
                    url = None;
                } else if prediction.model.as_deref() == Some(job.upstream()) {
                    found.extend(Candidate::of(prediction, &input));
                }
            }
        }
        found.reverse();
        let mut tickets = Vec::new();
        for candidate in found {
            if self.has_our_picture(&candidate, job).await? {
                tickets.push(ticket_for(candidate.id));
            }
        }
        Ok(tickets)
    }

    /// Words alone may be somebody else's too, and a clip of another member's picture is not
    /// ours to show: the file was named after the attempt that brought it.
    async fn has_our_picture(
        &self,
        candidate: &Candidate,
        job: &Submission<'_>,
    ) -> Result<bool, ProviderError> {
        let Some(address) = &candidate.picture else {
            return Ok(!job.order.inputs.has_frames());
        };
        let Some(url) = place::if_below(&self.base_url, address) else {
            return Ok(false);
        };
        let answer = self.line.ask("file", Method::GET, url).await?;
        if !answer.status.is_success() {
            let error = error::of_question(&answer);
            if error.kind == ErrorKind::Gone {
                return Ok(false);
            }
            return Err(error);
        }
        let file: Kept = answer.read()?;
        let name = file.name.unwrap_or_default();
        Ok(job.order.inputs.has_frames() && name.starts_with(&format!("{}.", job.request_id)))
    }
}

/// A prediction that says what we said.
struct Candidate {
    id: String,
    /// Where the picture lies that it began with.
    picture: Option<String>,
}

impl Candidate {
    fn of(prediction: Prediction, input: &Value) -> Option<Self> {
        let id = prediction.id.filter(|id| place::is_plain_id(id))?;
        let mut said = prediction.input?;
        let picture = said.as_object_mut()?.remove(input::PICTURE);
        let picture = picture.and_then(|address| address.as_str().map(str::to_owned));
        (said == *input).then_some(Self { id, picture })
    }
}
