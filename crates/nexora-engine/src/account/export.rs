//! Everything we keep about a member, for the member.

use nexora_core::character::CONSENT;
use nexora_core::ledger::Entry;
use nexora_core::{Character, Member, Upload};
use nexora_store::Listing;
use nexora_store::sessions::SessionRow;
use serde_json::{Value, json};

use crate::{Bill, Engine, EngineError, Run, Storyboard};

/// Runs read at a time.
const RUNS_PAGE: u32 = 100;
/// Most runs in one export: beyond it the answer would not fit a download made in memory.
const RUNS_MAX: usize = 50_000;
/// Lines of the journal read at a time.
const ENTRIES_PAGE: u32 = 1_000;
/// Most lines of the journal in one export.
const ENTRIES_MAX: usize = 200_000;

impl Engine {
    /// Everything we keep about a member. Moments are milliseconds since 1970 in UTC.
    pub async fn export(&self, member: &Member) -> Result<Value, EngineError> {
        let balance = self.balance(member.id).await?;
        let bills = self.bills(member.id).await?;
        let sessions = self.sessions(member.id).await?;
        let uploads = self
            .uploads(member.id, self.upload_room().count_max)
            .await?;
        let characters = self.characters(member.id).await?;
        let boards = self.boards(member.id).await?;
        let subscriptions = self.subscription_rows(member.id).await?;
        let subscriptions = subscriptions.iter().map(|row| {
            json!({
                "id": row.facts.id,
                "status": row.facts.status.slug(),
                "began_at": row.facts.created_at,
                "renews_at": row.facts.renews_at,
                "ends_at": row.facts.ends_at,
            })
        });
        Ok(json!({
            "member": {
                "id": member.id.to_string(),
                "name": member.display_name.as_str(),
                "email": member.email.as_str(),
                "plan": member.plan.slug(),
                "joined_at": member.created_at,
            },
            "credits": { "balance": balance.balance, "held": balance.held },
            "subscriptions": subscriptions.collect::<Vec<_>>(),
            "payments": bills.iter().map(of_bill).collect::<Vec<_>>(),
            "journal": self.whole_journal(member).await?,
            "generations": self.all_runs(member).await?,
            "uploads": uploads.iter().map(of_upload).collect::<Vec<_>>(),
            "characters": characters.iter().map(of_character).collect::<Vec<_>>(),
            "boards": boards.iter().map(of_board).collect::<Vec<_>>(),
            "sessions": sessions.iter().map(of_session).collect::<Vec<_>>(),
        }))
    }

    async fn whole_journal(&self, member: &Member) -> Result<Vec<Value>, EngineError> {
        let mut lines = Vec::new();
        let mut before = None;
        while lines.len() < ENTRIES_MAX {
            let page = self.journal(member.id, before, ENTRIES_PAGE).await?;
            let Some(last) = page.last() else {
                break;
            };
            before = Some(last.number);
            lines.extend(page.iter().map(of_entry));
        }
        Ok(lines)
    }

    async fn all_runs(&self, member: &Member) -> Result<Vec<Value>, EngineError> {
        let mut runs = Vec::new();
        let mut before = None;
        while runs.len() < RUNS_MAX {
            let listing = Listing {
                member: member.id,
                before,
                limit: RUNS_PAGE,
                words: Vec::new(),
                kind: None,
                model: None,
                states: Vec::new(),
                favourite: false,
            };
            let page = self.runs(listing).await?;
            let Some(last) = page.last() else {
                break;
            };
            before = Some(last.generation.id);
            runs.extend(page.iter().map(of_run));
        }
        Ok(runs)
    }
}

fn of_bill(bill: &Bill) -> Value {
    json!({
        "id": bill.id,
        "what": bill.what,
        "total_cents": bill.total_cents,
        "refunded_cents": bill.refunded_cents,
        "granted": bill.granted,
        "at": bill.at,
    })
}

fn of_entry(entry: &Entry) -> Value {
    json!({
        "number": entry.number,
        "kind": entry.kind.slug(),
        "from": entry.from.slug(),
        "to": entry.to.slug(),
        "amount": entry.amount,
        "generation": entry.generation.map(|id| id.to_string()),
        "note": entry.note,
        "at": entry.at,
        "seal": entry.seal.to_hex(),
    })
}

fn of_run(run: &Run) -> Value {
    let generation = &run.generation;
    let outputs = run.assets.iter().map(|asset| {
        json!({
            "id": asset.id.to_string(),
            "content_type": asset.content_type,
            "size_bytes": asset.size_bytes,
            "width": asset.width,
            "height": asset.height,
        })
    });
    json!({
        "id": generation.id.to_string(),
        "order": generation.order,
        "state": generation.state.slug(),
        "quoted": generation.quote.credits,
        "charged": generation.charged,
        "at": generation.created_at,
        "outputs": outputs.collect::<Vec<_>>(),
    })
}

/// The picture itself is at `file`, for its owner.
fn of_upload(upload: &Upload) -> Value {
    json!({
        "id": upload.id.to_string(),
        "content_type": upload.content_type,
        "size_bytes": upload.size_bytes,
        "width": upload.width,
        "height": upload.height,
        "at": upload.created_at,
        "removed_at": upload.expires_at,
        "file": format!("/media/{}", upload.id),
    })
}

fn of_character(character: &Character) -> Value {
    json!({
        "id": character.id.to_string(),
        "name": character.name.as_str(),
        "state": character.state.slug(),
        "agreed_to": CONSENT,
        "agreed_at": character.created_at,
    })
}

fn of_board(story: &Storyboard) -> Value {
    let board = &story.board;
    let shots = board.shots.iter().map(|shot| {
        json!({
            "written": shot.plan,
            "still": shot.still.map(|id| id.to_string()),
            "clip": shot.clip.map(|id| id.to_string()),
            "is_approved": shot.is_approved,
        })
    });
    json!({
        "id": board.id.to_string(),
        "title": board.brief.title.as_str(),
        "aspect_ratio": board.brief.ratio,
        "cap": board.brief.cap,
        "at": board.created_at,
        "shots": shots.collect::<Vec<_>>(),
    })
}

fn of_session(session: &SessionRow) -> Value {
    json!({
        "began_at": session.created_at,
        "last_seen_at": session.last_seen_at,
        "browser": session.user_agent,
        "address": session.ip,
    })
}
