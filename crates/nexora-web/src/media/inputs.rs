//! `/media/{run}/inputs/{n}`: the pictures a run began with, whatever became of their origin.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use nexora_core::GenerationId;
use nexora_store::inputs::Input;

use super::{File, serve};
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

pub(super) async fn whole(
    State(app): State<App>,
    member: Member,
    Path(place): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let input = owned(&app, &member, place).await?;
    serve(&app, file(input), &headers).await
}

/// One that has no small picture is its own.
pub(super) async fn thumbnail(
    State(app): State<App>,
    member: Member,
    Path(place): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let input = owned(&app, &member, place).await?;
    let file = match input.thumbnail_key {
        Some(_) => File::still(input.thumbnail_key)?,
        None => file(input),
    };
    serve(&app, file, &headers).await
}

async fn owned(app: &App, member: &Member, (id, n): (String, String)) -> Result<Input, Problem> {
    let id: GenerationId = id.parse().map_err(|_| Problem::no_such_file())?;
    let n: usize = n.parse().map_err(|_| Problem::no_such_file())?;
    let inputs = app.engine().inputs(member.id(), id).await?;
    inputs.into_iter().nth(n).ok_or_else(Problem::no_such_file)
}

fn file(input: Input) -> File {
    File {
        key: input.key,
        content_type: input.content_type,
        size: None,
        disposition: None,
    }
}
