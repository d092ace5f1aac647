//! Finds predictions that we may have created without hearing of it.

use std::time::Duration;

use nexora_core::Timestamp;
use reqwest::Method;

use super::wire::{Page, Prediction};
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
        let input = input::input(job).map_err(|wrong| self.error(ErrorKind::Invalid, &wrong))?;
        let since = submitted_at.minus(CLOCKS_APART);
        let is_ours = |prediction: &Prediction| {
            prediction.model.as_deref() == Some(job.route.upstream.as_str())
                && prediction.input.as_ref() == Some(&input)
                && prediction.created_at().is_some_and(|at| at >= since)
        };
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
                if prediction.created_at().is_some_and(|at| at < since) {
                    url = None;
                }
                if is_ours(&prediction) {
                    found.push(prediction);
                }
            }
        }
        let ids = found
            .into_iter()
            .rev()
            .filter_map(|prediction| prediction.id);
        Ok(ids
            .filter(|id| place::is_plain_id(id))
            .map(ticket_for)
            .collect())
    }
}
