//! `POST /images/generations`, and the part edits share with it.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::order::{Endpoint, Order};
use super::problem::Problem;
use super::{authorize, stream};
use crate::files::{WEB_PAGE, endless};
use crate::line::Cord;
use crate::queue::{Ending, Fate, Work};
use crate::script::{Fault, Gate, Moment, Provider};
use crate::shelf::Form;
use crate::stage::{Stage, wall};

/// `POST /openai/v1/images/generations`.
pub(super) async fn generate(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    authorize(&headers)?;
    let body: Map<String, Value> =
        serde_json::from_slice(&body).map_err(|_| Problem::not_json())?;
    let order = Order::parse(Endpoint::Generations, &body)?;
    let request = Request {
        order,
        recorded: Value::Object(body),
        headers,
    };
    request.fulfil(stage, cord).await
}

/// A checked request of either endpoint.
pub(super) struct Request {
    pub(super) order: Order,
    /// What is remembered of the body.
    pub(super) recorded: Value,
    pub(super) headers: HeaderMap,
}

impl Request {
    /// Passes the gate, works, and answers as a whole or as a stream.
    pub(super) async fn fulfil(self, stage: Arc<Stage>, cord: Cord) -> Result<Response, Problem> {
        let order = self.order;
        let way = match stage
            .script
            .gate(Provider::OpenAi, Moment::Submit, &order.prompt)
        {
            Gate::Lost => return Ok(cord.cut()),
            Gate::Shut(shut) => return Err(shut.into()),
            Gate::Open(way) => way,
        };
        let path = order.endpoint.path();
        stage
            .submits
            .accept(Provider::OpenAi, path, self.recorded, &self.headers);
        let fate = Fate::draw(&stage.script, Provider::OpenAi, &order.prompt, stage.pace);
        stage
            .pause(fate.work_time(Work::Still, order.seed, stage.pace))
            .await;
        if stage.closing.is_cancelled() {
            return Err(Problem::server(503));
        }
        let count = match fate.ending {
            Ending::Refused => return Err(Problem::moderated("violence")),
            Ending::Nsfw => return Err(Problem::moderated("sexual")),
            Ending::Failed => return Err(Problem::server(500)),
            Ending::Made => order.count,
            Ending::MadePartly => order.count.saturating_sub(1),
        };
        let response = match order.stream {
            Some(partials) => stream::answer(stage, order, count, partials).into_response(),
            None => answer(&stage, &order, count).await?,
        };
        Ok(cord.give(response, way))
    }
}

async fn answer(stage: &Stage, order: &Order, count: u64) -> Result<Response, Problem> {
    let faults = stage
        .script
        .draw(Provider::OpenAi, Moment::Download, &order.prompt);
    let fault = faults.first().copied();
    if fault == Some(Fault::Huge) {
        return Ok(endless_answer(stage));
    }
    let mut pictures = Vec::new();
    let mut size = order.size_name();
    for index in 0..count {
        let picture = picture(stage, order, index, fault).await?;
        pictures.push(json!({ "b64_json": picture.base64 }));
        size = picture.size;
    }
    let body = json!({
        "created": wall().as_second(),
        "background": order.background,
        "output_format": order.format_name(),
        "quality": order.quality,
        "size": size,
        "data": pictures,
        "usage": order.usage(count),
    });
    Ok(Json(body).into_response())
}

/// One picture as the answer carries it.
pub(super) struct Picture {
    pub(super) base64: String,
    /// Its true size, `WIDTHxHEIGHT`.
    pub(super) size: String,
}

/// Paints one of the pictures asked for.
pub(super) async fn picture(
    stage: &Stage,
    order: &Order,
    index: u64,
    fault: Option<Fault>,
) -> Result<Picture, Problem> {
    if fault == Some(Fault::WrongType) {
        return Ok(Picture {
            base64: STANDARD.encode(WEB_PAGE),
            size: order.size_name(),
        });
    }
    let mut piece = order.piece(index);
    if fault == Some(Fault::OddType) {
        piece.form = if order.form == Form::Jpeg {
            Form::Png
        } else {
            Form::Jpeg
        };
    }
    let painted = stage.files.shelf.paint(piece).await;
    let painted = painted.ok_or_else(|| Problem::server(500))?;
    Ok(Picture {
        base64: STANDARD.encode(painted.bytes),
        size: format!("{}x{}", painted.width, painted.height),
    })
}

fn endless_answer(stage: &Stage) -> Response {
    let start = Bytes::from_static(b"{\"created\": 1, \"data\": [{\"b64_json\": \"");
    let json = [(header::CONTENT_TYPE, "application/json")];
    let body: Body = endless(stage, start);
    (json, body).into_response()
}
