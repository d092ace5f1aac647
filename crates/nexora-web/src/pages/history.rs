//! `/history`, and the search it shares with the API.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use nexora_core::{FieldError, GenerationId, GenerationState, MediaKind, MemberId, ModelId};
use nexora_engine::Listing;

use super::{Frame, view};
use crate::app::history::{self, HistoryView, Search};
use crate::body::{Query, Texts};
use crate::components::{Here, Run};
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// Cards on one page.
const CARDS_MAX: u32 = 24;
/// Words looked for at once; more do not narrow it further.
const WORDS_MAX: usize = 8;
/// Most runs an API call lists.
const LIMIT_MAX: u32 = 100;

pub(super) async fn history(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    Query(query): Query,
) -> Result<Response, Problem> {
    // A link with a value we do not know shows what is left of it.
    let (filter, _) = Filter::read(&query, CARDS_MAX);
    let id = member.id();
    let frame = Frame::of_member(&app, member)
        .await?
        .flashing(&app, &headers);
    let (made, older) = filter.page(&app, id).await?;
    let now = app.engine().now();
    let runs: Vec<Run<'_>> = made.iter().map(|run| view(&app, run, now)).collect();
    let older = older.map(|id| id.to_string());
    let before = filter.before.map(|id| id.to_string()).unwrap_or_default();
    let markup = history::page(&HistoryView {
        shell: frame.live_shell("History", Here::History),
        shop: app.shop(frame.sale(&app)),
        search: Search {
            words: &filter.words.join(" "),
            kind: filter.kind,
            model: filter.model.as_ref().map_or("", ModelId::as_str),
            state: filter.state.unwrap_or_default(),
            favourite: filter.favourite,
            before: &before,
        },
        runs: &runs,
        total: None,
        older: older.as_deref(),
    });
    Ok(frame.answer(StatusCode::OK, markup))
}

/// What is looked for among a member's runs.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    words: Vec<String>,
    kind: Option<MediaKind>,
    model: Option<ModelId>,
    state: Option<&'static str>,
    favourite: bool,
    before: Option<GenerationId>,
    limit: u32,
}

impl Filter {
    /// Reads a search from a query; with every value that makes no sense, and is left out.
    pub(crate) fn read(query: &Texts, limit: u32) -> (Self, Vec<FieldError>) {
        let mut errors = Vec::new();
        let mut fault = |field: &str, message: String| {
            errors.push(FieldError {
                field: field.to_owned(),
                message,
            });
        };
        let mut filter = Self {
            words: Vec::new(),
            kind: None,
            model: None,
            state: None,
            favourite: false,
            before: None,
            limit,
        };
        for (name, text) in query.pairs().filter(|(_, text)| !text.is_empty()) {
            let fits = match name {
                "q" => {
                    let words = text.split_whitespace().take(WORDS_MAX);
                    filter.words = words.map(str::to_owned).collect();
                    true
                }
                "kind" => {
                    filter.kind = MediaKind::from_slug(text);
                    filter.kind.is_some()
                }
                "model" => {
                    filter.model = Some(ModelId::new(text));
                    true
                }
                "state" => {
                    let mut known = GenerationState::SLUGS.into_iter();
                    filter.state = known.find(|slug| *slug == text);
                    filter.state.is_some()
                }
                "favourite" => {
                    filter.favourite = matches!(text, "on" | "true" | "1");
                    filter.favourite || matches!(text, "off" | "false" | "0")
                }
                "before" => {
                    filter.before = text.parse().ok();
                    filter.before.is_some()
                }
                "limit" => {
                    let wanted = text.parse().ok();
                    let allowed = wanted.filter(|wanted| (1..=LIMIT_MAX).contains(wanted));
                    filter.limit = allowed.unwrap_or(limit);
                    allowed.is_some()
                }
                _ => false,
            };
            if !fits {
                let name: String = name.chars().take(40).collect();
                fault(&name, explanation(&name));
            }
        }
        (filter, errors)
    }

    /// One page of what was found, and where the next one begins.
    pub(crate) async fn page(
        &self,
        app: &App,
        member: MemberId,
    ) -> Result<(Vec<nexora_engine::Run>, Option<GenerationId>), Problem> {
        let listing = Listing {
            before: self.before,
            limit: self.limit.saturating_add(1),
            words: self.words.clone(),
            kind: self.kind,
            model: self.model.clone(),
            states: self.state.into_iter().collect(),
            favourite: self.favourite,
            ..everything(member)
        };
        let mut made = app.engine().runs(listing).await?;
        let shown = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let is_more = made.len() > shown;
        made.truncate(shown);
        let next = made.last().filter(|_| is_more);
        let next = next.map(|run| run.generation.id);
        Ok((made, next))
    }
}

fn explanation(name: &str) -> String {
    match name {
        "kind" => "A kind is image or video.".to_owned(),
        "state" => format!("A state is one of {}.", GenerationState::SLUGS.join(", ")),
        "favourite" => "This is on or off.".to_owned(),
        "before" => "This is the `next` of the page before: a generation's id.".to_owned(),
        "limit" => format!("This is a number from 1 to {LIMIT_MAX}."),
        _ => format!("There is no field {name:?} here."),
    }
}

/// The listing that leaves nothing out.
pub(super) fn everything(member: MemberId) -> Listing {
    Listing {
        member,
        before: None,
        limit: CARDS_MAX,
        words: Vec::new(),
        kind: None,
        model: None,
        states: Vec::new(),
        favourite: false,
    }
}
