//! The pictures around a composer, and `/pictures`: everything a member brought along.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use nexora_core::{MemberId, Model, Slot};
use nexora_engine::Picture;

use super::Frame;
use crate::app::pictures::{self, PicturesView};
use crate::components::slots::{Held, SHELF_MAX};
use crate::components::{Draft, Here};
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// The pictures a composer shows.
#[derive(Debug, Default)]
pub(crate) struct Pictures {
    /// Those in its slots.
    pub(crate) held: Vec<Held>,
    /// Those to choose from, if the page shows them at once.
    pub(crate) shelf: Vec<Picture>,
    /// What of the draft could not come along, in sentences.
    pub(crate) notes: Vec<String>,
}

impl Pictures {
    /// The pictures of a draft that is fitted to a model, and that draft without those that are
    /// gone or have no place in it.
    pub(super) async fn load(
        app: &App,
        member: MemberId,
        draft: Draft,
        model: &Model,
    ) -> Result<(Draft, Self), Problem> {
        let notes = draft.left_behind(model);
        let (draft, found) = Self::held(app, member, draft.fitted(model)).await?;
        let takes_some = Slot::ALL
            .into_iter()
            .any(|slot| model.params.pictures_max(slot) > 0);
        let shelf = if takes_some {
            app.engine().pictures(member, SHELF_MAX).await?
        } else {
            Vec::new()
        };
        let notes = notes.into_iter().chain(found.notes).collect();
        Ok((
            draft,
            Self {
                shelf,
                notes,
                ..found
            },
        ))
    }

    /// The pictures that a draft names, and the draft without those that are gone.
    pub(super) async fn held(
        app: &App,
        member: MemberId,
        mut draft: Draft,
    ) -> Result<(Draft, Self), Problem> {
        let mut all = Self::default();
        for slot in Slot::ALL {
            let named = draft.sources(slot);
            if named.is_empty() {
                continue;
            }
            let found = app.engine().pictures_of(member, named.clone()).await?;
            if found.len() < named.len() {
                all.notes.push(format!(
                    "A {} is not among your pictures any more, so it is left out.",
                    slot.noun()
                ));
            }
            let sources: Vec<_> = found.iter().map(|picture| picture.source).collect();
            draft = draft.with_sources(slot, &sources);
            let held = found.into_iter().map(|picture| Held { slot, picture });
            all.held.extend(held);
        }
        Ok((draft, all))
    }
}

pub(super) async fn pictures(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let room = app.engine().upload_room();
    let uploads = app.engine().uploads(member.id(), room.count_max).await?;
    let frame = Frame::of_member(&app, member)
        .await?
        .flashing(&app, &headers);
    let markup = pictures::page(&PicturesView {
        shell: frame.live_shell("Your pictures", Here::Elsewhere),
        uploads: &uploads,
        room,
        now: app.engine().now(),
    });
    Ok(frame.answer(StatusCode::OK, markup))
}
