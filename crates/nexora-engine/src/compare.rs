//! Several runs at once: held in one transaction, all or nothing, and looked at side by side.

use nexora_core::comparison::{Comparison, Judgement, Purpose, RUNS_MAX};
use nexora_core::{ComparisonId, Credits, Generation, GenerationId, Member, MemberId, Order};
use nexora_store::credits::Balance;
use nexora_store::{Lane, StoreError, Tx, comparisons, credits, generations};
use sha2::{Digest, Sha256};

use crate::library::with_belongings;
use crate::live::Change;
use crate::start::{Intent, StartError, StartKey};
use crate::{Engine, EngineError, Run};

/// Comparisons that were ordered now, or earlier under the same key.
#[derive(Clone, Debug)]
pub struct Compared {
    /// It.
    pub comparison: Comparison,
    /// Its runs, in the same order.
    pub runs: Vec<Generation>,
    /// The member's balance after the holds.
    pub balance: Balance,
    /// Whether an earlier request with the same key had ordered it already.
    pub replayed: bool,
}

/// A comparison with what belongs to it.
#[derive(Clone, Debug)]
pub struct SideBySide {
    /// It.
    pub comparison: Comparison,
    /// The run that was there before, unless it was deleted.
    pub original: Option<Run>,
    /// Its runs, in order, without those that were deleted.
    pub runs: Vec<Run>,
    /// How far a run is from the one it makes again, as soon as it is known.
    pub judgement: Option<Judgement>,
}

impl Engine {
    /// Starts several orders in one transaction: all of them or, if one of them cannot start, none.
    /// Each is a run like any other from then on. At most [`RUNS_MAX`] are taken.
    pub async fn start_together(
        &self,
        member: &Member,
        (purpose, mut orders): (Purpose, Vec<Order>),
        key: Option<StartKey>,
    ) -> Result<Compared, StartError> {
        orders.truncate(RUNS_MAX);
        let now = self.now();
        let fingerprint = fingerprint(purpose, &orders);
        let intents = orders.into_iter();
        let intents: Result<Vec<Intent>, StartError> = intents
            .map(|order| self.intent(member.id, order, GenerationId::new(now), None))
            .collect();
        let intents = intents?;
        let bundle = Bundle {
            comparison: Comparison {
                id: ComparisonId::new(now),
                member: member.id,
                purpose,
                runs: intents.iter().map(Intent::id).collect(),
                created_at: now,
            },
            intents,
            key,
            fingerprint,
        };
        let compared: Compared = self
            .store()
            .write(Lane::Member(member.id), move |tx| {
                Box::pin(bundle.write_down(tx))
            })
            .await?;
        if !compared.replayed {
            for run in &compared.comparison.runs {
                self.live().publish(member.id, Change::Generation(*run));
            }
            self.0.bell.notify_one();
        }
        Ok(compared)
    }

    /// One of a member's comparisons.
    pub async fn comparison(
        &self,
        member: MemberId,
        id: ComparisonId,
    ) -> Result<Option<SideBySide>, EngineError> {
        self.read(move |tx| {
            Box::pin(async move {
                match comparisons::of_member(tx, member, id).await? {
                    Some(found) => side_by_side(tx, found).await.map(Some),
                    None => Ok(None),
                }
            })
        })
        .await
    }

    /// The comparison a run was ordered in.
    pub async fn comparison_of(
        &self,
        member: MemberId,
        run: GenerationId,
    ) -> Result<Option<Comparison>, EngineError> {
        let found: Option<Comparison> = self
            .read(move |tx| Box::pin(async move { comparisons::of_run(tx, run).await }))
            .await?;
        Ok(found.filter(|comparison| comparison.member == member))
    }

    /// A member's comparisons, the newest first, without those whose runs are all deleted.
    pub async fn comparisons(
        &self,
        member: MemberId,
        limit: u32,
    ) -> Result<Vec<SideBySide>, EngineError> {
        self.read(move |tx| {
            Box::pin(async move {
                let mut listed = Vec::new();
                for found in comparisons::list(tx, member, limit).await? {
                    let shown = side_by_side(tx, found).await?;
                    if !shown.runs.is_empty() {
                        listed.push(shown);
                    }
                }
                Ok(listed)
            })
        })
        .await
    }
}

/// Two requests under one key must want the same.
fn fingerprint(purpose: Purpose, orders: &[Order]) -> String {
    let mut hash = Sha256::new();
    hash.update(purpose.slug());
    for order in orders {
        hash.update(order.fingerprint());
    }
    if let Some(original) = purpose.original() {
        hash.update(original.to_string());
    }
    hex::encode(hash.finalize())
}

/// Everything that starts together, prepared before the transaction opens.
struct Bundle {
    comparison: Comparison,
    intents: Vec<Intent>,
    key: Option<StartKey>,
    fingerprint: String,
}

impl Bundle {
    async fn write_down(self, tx: &mut Tx<'_>) -> Result<Compared, StartError> {
        if let Some(earlier) = self.earlier(tx).await? {
            return Ok(earlier);
        }
        for intent in &self.intents {
            intent.check_plan(tx).await?;
        }
        let (owner, now) = (self.comparison.member, self.comparison.created_at);
        let mut balance = credits::balance(tx, owner, now).await?;
        let parts: Vec<(String, Credits)> = self.intents.iter().map(Intent::part).collect();
        let too_dear = |have| StartError::TooDearTogether {
            parts: parts.clone(),
            have,
        };
        let available = balance.available();
        if StartError::sum(&parts) > available {
            return Err(too_dear(available));
        }
        let mut runs = Vec::new();
        for intent in self.intents {
            let started = match intent.place(tx).await {
                // Somebody else's spending came in between, on another node.
                Err(StartError::Insufficient { .. }) => return Err(too_dear(available)),
                started => started?,
            };
            balance = started.balance;
            runs.push(started.generation);
        }
        comparisons::insert(tx, &self.comparison).await?;
        Ok(Compared {
            comparison: self.comparison,
            runs,
            balance,
            replayed: false,
        })
    }

    /// What was ordered under this key before, if anything was. The key stands for the first run.
    async fn earlier(&self, tx: &mut Tx<'_>) -> Result<Option<Compared>, StartError> {
        let (Some(key), Some(first)) = (&self.key, self.comparison.runs.first()) else {
            return Ok(None);
        };
        let (owner, now) = (self.comparison.member, self.comparison.created_at);
        let (key, print) = (key.as_str(), &self.fingerprint);
        if generations::insert_key(tx, owner, key, print, *first, now).await? {
            return Ok(None);
        }
        match generations::by_key(tx, owner, key).await? {
            Some((run, earlier)) if earlier == *print => {
                let gone = || StoreError::Corrupt(format!("{run} is in no comparison"));
                let found = comparisons::of_run(tx, run).await?;
                let comparison = found.ok_or_else(gone)?;
                let mut runs = Vec::new();
                for id in &comparison.runs {
                    runs.extend(generations::by_id(tx, *id).await?);
                }
                Ok(Some(Compared {
                    comparison,
                    runs,
                    balance: credits::balance(tx, owner, now).await?,
                    replayed: true,
                }))
            }
            Some(_) => Err(StartError::KeyReused),
            None => Err(StoreError::Contended.into()),
        }
    }
}

async fn side_by_side(tx: &mut Tx<'_>, comparison: Comparison) -> Result<SideBySide, StoreError> {
    let mut found = Vec::new();
    let original = comparison.purpose.original();
    for id in original.iter().chain(&comparison.runs) {
        found.extend(generations::of_member(tx, comparison.member, *id).await?);
    }
    let mut runs = with_belongings(tx, found).await?;
    let is_original = |run: &Run| Some(run.generation.id) == original;
    let first_is_original = runs.first().is_some_and(is_original);
    let original = first_is_original.then(|| runs.remove(0));
    let judgement = match (comparison.purpose, comparison.runs.first()) {
        (Purpose::Reproduction(_), Some(run)) => comparisons::judgement_of(tx, *run).await?,
        _ => None,
    };
    Ok(SideBySide {
        comparison,
        original,
        runs,
        judgement,
    })
}
