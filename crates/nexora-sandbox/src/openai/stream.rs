//! A streamed answer: partial pictures, then the finished one with its usage.

use std::convert::Infallible;
use std::sync::Arc;

use axum::response::sse::{Event, Sse};
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};

use super::generations::{Picture, picture};
use super::order::{Endpoint, Order};
use super::problem::Problem;
use crate::stage::{Stage, wall};

struct Progress {
    stage: Arc<Stage>,
    order: Order,
    /// Pictures to finish.
    count: u64,
    partials: u64,
    picture: u64,
    partial: u64,
}

/// Events of all pictures, one picture after the other.
pub(super) fn answer(
    stage: Arc<Stage>,
    order: Order,
    count: u64,
    partials: u64,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let start = Progress {
        stage,
        order,
        count,
        partials,
        picture: 0,
        partial: 0,
    };
    Sse::new(stream::unfold(start, |mut progress| async move {
        if progress.picture == progress.count || progress.stage.closing.is_cancelled() {
            return None;
        }
        let event = progress.next().await;
        Some((Ok(event), progress))
    }))
}

impl Progress {
    async fn next(&mut self) -> Event {
        let index = self.picture;
        let name = match self.order.endpoint {
            Endpoint::Generations => "image_generation",
            Endpoint::Edits => "image_edit",
        };
        let Ok(picture) = picture(&self.stage, &self.order, index, None).await else {
            self.picture = self.count;
            return failed();
        };
        let mut body = self.body(picture);
        let kind = if self.partial < self.partials {
            body["partial_image_index"] = self.partial.into();
            self.partial += 1;
            format!("{name}.partial_image")
        } else {
            body["usage"] = self.order.usage(1);
            self.partial = 0;
            self.picture += 1;
            format!("{name}.completed")
        };
        body["type"] = kind.clone().into();
        Event::default().event(kind).data(body.to_string())
    }

    fn body(&self, picture: Picture) -> Value {
        json!({
            "b64_json": picture.base64,
            "created_at": wall().as_second(),
            "size": picture.size,
            "quality": self.order.quality,
            "background": self.order.background,
            "output_format": self.order.format_name(),
        })
    }
}

fn failed() -> Event {
    let body = Problem::server(500).body();
    Event::default().event("error").data(body.to_string())
}
