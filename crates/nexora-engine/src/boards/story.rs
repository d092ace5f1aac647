//! A board with what was made for it, and what it costs.

use nexora_core::board::Shot;
use nexora_core::{
    Asset, Board, BoardId, Catalog, Credits, GenerationId, GenerationState, MemberId, Source,
};
use nexora_store::boards::Spent;
use nexora_store::{StoreError, Tx, boards, generations};

use super::BOARDS_MAX;
use crate::Run;
use crate::library::with_belongings;

/// A board with what was made for it.
#[derive(Clone, Debug)]
pub struct Storyboard {
    /// The board.
    pub board: Board,
    /// The stills and clips its shots show, in no particular order.
    pub runs: Vec<Run>,
    /// What was charged and is held for it, for shots included that left it.
    pub spent: Spent,
}

/// So many runs at this price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// How many.
    pub count: u32,
    /// What they cost together.
    pub credits: Credits,
}

/// What a board costs, from every side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoardQuote {
    /// A still of every shot that does not go by a picture which is there.
    pub stills: Part,
    /// A clip of every shot.
    pub clips: Part,
    /// A clip of every approved shot.
    pub approved: Part,
    /// The stills that one press makes now: of written shots that have none.
    pub stills_now: Part,
    /// The clips that one press makes now: of approved shots that have none.
    pub clips_now: Part,
}

impl Part {
    /// No runs.
    pub const NOTHING: Self = Self {
        count: 0,
        credits: Credits::ZERO,
    };

    /// One more run at this price. A sum beyond 64 bits stays where it is: no catalog has such
    /// prices.
    #[must_use]
    pub fn and(self, price: Credits) -> Self {
        Self {
            count: self.count.saturating_add(1),
            credits: sum(self.credits, price),
        }
    }
}

fn sum(one: Credits, other: Credits) -> Credits {
    one.checked_add(other).unwrap_or(one)
}

impl BoardQuote {
    /// Everything: a still and a clip of every shot.
    pub fn whole(&self) -> Credits {
        sum(self.stills.credits, self.clips.credits)
    }

    /// The approved part: all stills, and clips of what was approved.
    pub fn chosen(&self) -> Credits {
        sum(self.stills.credits, self.approved.credits)
    }

    /// What is saved by not animating the rest.
    pub fn saved(&self) -> Credits {
        let rest = self.clips.credits.checked_sub(self.approved.credits);
        rest.unwrap_or(Credits::ZERO)
    }
}

impl Storyboard {
    pub(super) async fn load(
        tx: &mut Tx<'_>,
        member: MemberId,
        id: BoardId,
    ) -> Result<Option<Self>, StoreError> {
        let Some(board) = boards::of_member(tx, member, id).await? else {
            return Ok(None);
        };
        let runs = generations::on_boards(tx, member, Some(id)).await?;
        Ok(Some(Self {
            board,
            runs: with_belongings(tx, runs).await?,
            spent: boards::spent(tx, id).await?,
        }))
    }

    pub(super) async fn all(tx: &mut Tx<'_>, member: MemberId) -> Result<Vec<Self>, StoreError> {
        let found = boards::list(tx, member, BOARDS_MAX).await?;
        let runs = generations::on_boards(tx, member, None).await?;
        let runs = with_belongings(tx, runs).await?;
        let mut stories = Vec::with_capacity(found.len());
        for board in found {
            let shows = |run: &&Run| {
                let id = Some(run.generation.id);
                let mut shots = board.shots.iter();
                shots.any(|shot| shot.still == id || shot.clip == id)
            };
            let own = runs.iter().filter(shows).cloned().collect();
            stories.push(Self {
                runs: own,
                spent: boards::spent(tx, board.id).await?,
                board,
            });
        }
        Ok(stories)
    }

    /// What was charged and is held: what counts towards the cap.
    pub fn used(&self) -> Credits {
        sum(self.spent.charged, self.spent.held)
    }

    /// The run that makes, or made, a shot's still, unless its owner deleted it.
    pub fn still(&self, shot: &Shot) -> Option<&Run> {
        self.run(shot.still?)
    }

    /// The run that makes, or made, a shot's clip, unless its owner deleted it.
    pub fn clip(&self, shot: &Shot) -> Option<&Run> {
        self.run(shot.clip?)
    }

    /// The still of a shot that was made.
    pub fn still_asset(&self, shot: &Shot) -> Option<&Asset> {
        ready(self.still(shot)?)
    }

    /// The clip of a shot that was made.
    pub fn clip_asset(&self, shot: &Shot) -> Option<&Asset> {
        ready(self.clip(shot)?)
    }

    /// The picture a shot goes by: its owner's, or the still that was made.
    pub fn picture(&self, shot: &Shot) -> Option<Source> {
        let made = || self.still_asset(shot).map(|asset| Source::Asset(asset.id));
        shot.plan.start.or_else(made)
    }

    /// Whether a press makes a still of it.
    pub fn wants_still(&self, shot: &Shot) -> bool {
        let plan = &shot.plan;
        plan.start.is_none() && plan.is_written() && !self.still(shot).is_some_and(stands)
    }

    /// Whether a press makes a clip of it.
    pub fn wants_clip(&self, shot: &Shot) -> bool {
        let can = shot.is_approved && shot.plan.is_written() && self.picture(shot).is_some();
        can && !self.clip(shot).is_some_and(stands)
    }

    /// The film: the approved shots whose clips are there, in order.
    pub fn reel(&self) -> Vec<(&Shot, &Run, &Asset)> {
        let approved = self.board.shots.iter().filter(|shot| shot.is_approved);
        let filmed = approved.filter_map(|shot| {
            let clip = self.clip(shot)?;
            Some((shot, clip, ready(clip)?))
        });
        filmed.collect()
    }

    /// Whether something on it may still change by itself.
    pub fn is_pending(&self) -> bool {
        self.runs
            .iter()
            .any(|run| !run.generation.state.has_ended())
    }

    /// What it costs.
    pub fn quote(&self, catalog: &Catalog) -> BoardQuote {
        let ratio = self.board.brief.ratio;
        let mut quote = BoardQuote {
            stills: Part::NOTHING,
            clips: Part::NOTHING,
            approved: Part::NOTHING,
            stills_now: Part::NOTHING,
            clips_now: Part::NOTHING,
        };
        for shot in &self.board.shots {
            let still = shot.plan.still_price(ratio, catalog);
            let clip = shot.plan.clip_price(ratio, catalog);
            if shot.plan.start.is_none() {
                quote.stills = quote.stills.and(still);
            }
            if self.wants_still(shot) {
                quote.stills_now = quote.stills_now.and(still);
            }
            quote.clips = quote.clips.and(clip);
            if shot.is_approved {
                quote.approved = quote.approved.and(clip);
            }
            if self.wants_clip(shot) {
                quote.clips_now = quote.clips_now.and(clip);
            }
        }
        quote
    }

    fn run(&self, id: GenerationId) -> Option<&Run> {
        self.runs.iter().find(|run| run.generation.id == id)
    }
}

/// Whether a run is there, or on its way.
fn stands(run: &Run) -> bool {
    let state = &run.generation.state;
    *state == GenerationState::Ready || !state.has_ended()
}

fn ready(run: &Run) -> Option<&Asset> {
    let is_ready = run.generation.state == GenerationState::Ready;
    run.assets.first().filter(|_| is_ready)
}
