//! One press: stills for the shots that have none, or clips of the approved ones. All of them are
//! written down in one transaction with their holds, or none.

use nexora_core::board::Shot;
use nexora_core::{BoardId, Credits, FieldError, Generation, GenerationId, Member, Order, ShotId};
use nexora_store::credits::Balance;
use nexora_store::{Lane, StoreError, Tx, boards, credits, generations};
use sha2::{Digest, Sha256};

use super::{BoardError, Snag, Storyboard, check_plan};
use crate::live::Change;
use crate::start::Intent;
use crate::{Engine, StartError, StartKey};

/// What a press makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Stills.
    Stills,
    /// Clips of approved stills.
    Clips,
}

/// A press on one of a board's buttons.
#[derive(Clone, Debug)]
pub struct Press {
    /// What it makes.
    pub step: Step,
    /// One shot alone, perhaps once more; `None` for all that have none yet.
    pub shot: Option<ShotId>,
    /// The price that was shown beside the button, if one was: nobody pays more.
    pub shown: Option<Credits>,
    /// The key under which it is pressed once, however often it is sent.
    pub key: Option<StartKey>,
}

/// What a press started.
#[derive(Clone, Debug)]
pub struct Pressed {
    /// The runs, in the order of the shots; empty if an earlier request with the same key had
    /// started them.
    pub started: Vec<Generation>,
    /// The member's balance after the holds.
    pub balance: Balance,
    /// Whether an earlier request with the same key had started them.
    pub replayed: bool,
}

impl Engine {
    /// Starts what a press asks for: checks the plan and the cap, holds the credits of every run,
    /// writes everything down, all in one transaction.
    pub async fn press(
        &self,
        member: &Member,
        board: BoardId,
        press: Press,
    ) -> Result<Pressed, BoardError> {
        let owner = member.id;
        let writing = Writing {
            engine: self.clone(),
            first: GenerationId::new(self.now()),
            board,
            press,
        };
        let member = member.clone();
        let pressed: Result<Pressed, BoardError> = self
            .store()
            .write(Lane::Member(owner), move |tx| {
                Box::pin(async move { writing.write_down(tx, &member).await })
            })
            .await;
        let pressed = pressed?;
        for run in &pressed.started {
            self.live().publish(owner, Change::Generation(run.id));
        }
        self.0.bell.notify_one();
        Ok(pressed)
    }
}

/// A press that is written down.
struct Writing {
    engine: Engine,
    board: BoardId,
    /// What the first run will be called: the key stands for it.
    first: GenerationId,
    press: Press,
}

impl Writing {
    async fn write_down(self, tx: &mut Tx<'_>, member: &Member) -> Result<Pressed, BoardError> {
        let (owner, now) = (member.id, self.engine.now());
        check_plan(tx, owner, now).await?;
        if self.was_pressed(tx, member).await? {
            return Ok(Pressed {
                started: Vec::new(),
                balance: credits::balance(tx, owner, now).await?,
                replayed: true,
            });
        }
        let found = Storyboard::load(tx, owner, self.board).await?;
        let mut story = found.ok_or(BoardError::NotFound)?;
        let intents = self.intents(member, &story)?;
        let total = self.check_price(&story, &intents)?;
        let mut started = Vec::with_capacity(intents.len());
        let mut held = Credits::ZERO;
        let mut balance = credits::balance(tx, owner, now).await?;
        for (shot, intent) in intents {
            let price = intent.price();
            let run = intent.write_down(tx).await;
            let run = run.map_err(|why| of_all(why, total, held))?;
            boards::bind(tx, self.board, shot, run.generation.id).await?;
            if let Some(shot) = story.board.shot_mut(shot) {
                match self.press.step {
                    Step::Stills => shot.take_still(run.generation.id),
                    Step::Clips => shot.clip = Some(run.generation.id),
                }
            }
            held = held.checked_add(price).unwrap_or(held);
            balance = run.balance;
            started.push(run.generation);
        }
        story.board.updated_at = now;
        boards::save(tx, &story.board).await?;
        Ok(Pressed {
            started,
            balance,
            replayed: false,
        })
    }

    /// Whether this key was used for this press before.
    async fn was_pressed(&self, tx: &mut Tx<'_>, member: &Member) -> Result<bool, BoardError> {
        let Some(key) = &self.press.key else {
            return Ok(false);
        };
        let (owner, key, now) = (member.id, key.as_str(), self.engine.now());
        let mark = self.mark();
        if generations::insert_key(tx, owner, key, &mark, self.first, now).await? {
            return Ok(false);
        }
        match generations::by_key(tx, owner, key).await? {
            Some((_, known)) if known == mark => Ok(true),
            Some(_) => Err(StartError::KeyReused.into()),
            None => Err(StoreError::Contended.into()),
        }
    }

    /// A hash of what was pressed: two requests under one key must have the same.
    fn mark(&self) -> String {
        let (board, step, shot) = (self.board, self.press.step, self.press.shot);
        hex::encode(Sha256::digest(format!("{board} {step:?} {shot:?}")))
    }

    /// What will be started for which shot.
    fn intents(
        &self,
        member: &Member,
        story: &Storyboard,
    ) -> Result<Vec<(ShotId, Intent)>, BoardError> {
        let shots = self.picked(story)?;
        let mut intents = Vec::with_capacity(shots.len());
        for shot in shots {
            let order = self.order(story, shot);
            let order = order.map_err(|errors| BoardError::Shot {
                number: story.board.number(shot.id),
                why: Snag::Unmakeable(errors),
            })?;
            let id = if intents.is_empty() {
                self.first
            } else {
                GenerationId::new(self.engine.now())
            };
            intents.push((shot.id, self.engine.intent(member.id, order, id, None)?));
        }
        if intents.is_empty() {
            return Err(BoardError::NothingToDo(self.press.step));
        }
        Ok(intents)
    }

    fn picked<'s>(&self, story: &'s Storyboard) -> Result<Vec<&'s Shot>, BoardError> {
        let step = self.press.step;
        let Some(id) = self.press.shot else {
            let shots = story.board.shots.iter();
            let wants = |shot: &&Shot| match step {
                Step::Stills => story.wants_still(shot),
                Step::Clips => story.wants_clip(shot),
            };
            return Ok(shots.filter(wants).collect());
        };
        let shot = story.board.shot(id).ok_or(BoardError::NoShot)?;
        let number = story.board.number(id);
        let at_work = match step {
            Step::Stills => story.still(shot),
            Step::Clips => story.clip(shot),
        };
        let why = match step {
            _ if at_work.is_some_and(|run| !run.generation.state.has_ended()) => Snag::AtWork,
            _ if !shot.plan.is_written() => Snag::Unwritten,
            Step::Stills if shot.plan.start.is_some() => Snag::HasPicture,
            Step::Clips if !shot.is_approved => Snag::NotApproved,
            Step::Clips if story.picture(shot).is_none() => Snag::NoStill,
            Step::Stills | Step::Clips => return Ok(vec![shot]),
        };
        Err(BoardError::Shot { number, why })
    }

    fn order(&self, story: &Storyboard, shot: &Shot) -> Result<Order, Vec<FieldError>> {
        let (ratio, catalog) = (story.board.brief.ratio, self.engine.catalog());
        match self.press.step {
            Step::Stills => shot.plan.still_order(ratio, catalog),
            Step::Clips => shot.plan.clip_order(ratio, story.picture(shot), catalog),
        }
    }

    /// The price of all, if it is not more than was shown, nor than the cap leaves.
    fn check_price(
        &self,
        story: &Storyboard,
        intents: &[(ShotId, Intent)],
    ) -> Result<Credits, BoardError> {
        let mut total = Some(Credits::ZERO);
        for (_, intent) in intents {
            total = total.and_then(|total| total.checked_add(intent.price()));
        }
        let overflow = || StoreError::Corrupt("a board's price has more than 64 bits".to_owned());
        let total = total.ok_or_else(overflow)?;
        if let Some(shown) = self.press.shown.filter(|shown| total > *shown) {
            return Err(BoardError::Dearer { total, shown });
        }
        let used = story.used();
        match story.board.brief.cap {
            Some(cap) if used.checked_add(total).is_none_or(|sum| sum > cap) => {
                Err(BoardError::OverCap { cap, used, total })
            }
            _ => Ok(total),
        }
    }
}

/// What stopped one run stopped all: the sentence names the price of all, and what there was
/// before the first.
fn of_all(why: StartError, total: Credits, held: Credits) -> BoardError {
    let StartError::Insufficient { have, .. } = why else {
        return why.into();
    };
    let have = have.checked_add(held).unwrap_or(have);
    StartError::Insufficient { need: total, have }.into()
}
