//! `/studio`

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use nexora_engine::{Listing, StartKey};

use super::{Frame, Pictures, view};
use crate::app::studio::{self, StudioView};
use crate::body::Query;
use crate::components::composer::ComposerView;
use crate::components::{Draft, Here, Run};
use crate::pages::history::everything;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// Cards on the studio page: about three screens. The rest is in the history.
const CARDS_MAX: u32 = 24;

pub(super) async fn studio(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, Problem> {
    let id = member.id();
    let frame = Frame::of_member(&app, member)
        .await?
        .flashing(&app, &headers);
    let draft = Draft::read(query.pairs());
    let (draft, pictures) = Pictures::held(&app, id, draft).await?;
    let listing = Listing {
        limit: CARDS_MAX + 1,
        ..everything(id)
    };
    let mut made = app.engine().runs(listing).await?;
    let shown = usize::try_from(CARDS_MAX).unwrap_or(usize::MAX);
    let more = made.len() > shown;
    made.truncate(shown);
    let now = app.engine().now();
    let lately = app.lately().await;
    let runs: Vec<Run<'_>> = made.iter().map(|run| view(&app, run, now)).collect();
    let markup = studio::page(&StudioView {
        shell: frame.live_shell("Studio", Here::Studio),
        composer: ComposerView {
            shop: app.shop(frame.sale(&app)).telling(&lately),
            draft: &draft,
            held: &pictures.held,
            errors: &[],
            key: StartKey::fresh().as_str(),
            available: frame.balance().available,
        },
        runs: &runs,
        more,
    });
    Ok(frame.answer(StatusCode::OK, markup))
}
