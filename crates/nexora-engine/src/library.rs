//! What a member has made, and what it cost them.

use nexora_core::ledger::Entry;
use nexora_core::{
    Asset, AssetId, DisplayName, Generation, GenerationId, GenerationState, Member, MemberId,
    Source, Timestamp,
};
use nexora_store::credits::{Balance, Bucket, Hold};
use nexora_store::{
    Lane, Listing, StoreError, Tx, assets, credits, generations, inputs, uploads, users,
};

use crate::{Change, Engine, EngineError};

/// Places of a member's line that are counted. Behind them, "waiting" says enough.
const PLACES_MAX: u32 = 100;

/// A generation with what belongs to it.
#[derive(Clone, Debug)]
pub struct Run {
    /// It.
    pub generation: Generation,
    /// Its stored outputs, in order.
    pub assets: Vec<Asset>,
    /// Its place in its member's line, from 0, while it waits there among the first hundred.
    pub place: Option<u32>,
}

/// Where the credits of one generation went.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The generation and its outputs.
    pub run: Run,
    /// What was set aside for it and what became of that.
    pub hold: Hold,
    /// Its lines of the journal, the oldest first.
    pub entries: Vec<Entry>,
}

impl Engine {
    /// A member's balance.
    pub async fn balance(&self, member: MemberId) -> Result<Balance, EngineError> {
        let now = self.now();
        self.read(move |tx| Box::pin(async move { credits::balance(tx, member, now).await }))
            .await
    }

    /// The buckets a member's balance is made of.
    pub async fn buckets(&self, member: MemberId) -> Result<Vec<Bucket>, EngineError> {
        let now = self.now();
        self.read(move |tx| Box::pin(async move { credits::buckets(tx, member, now).await }))
            .await
    }

    /// A member's journal, the newest line first, from before line `before`.
    pub async fn journal(
        &self,
        member: MemberId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Entry>, EngineError> {
        self.read(move |tx| {
            Box::pin(async move { credits::entries(tx, member, before, limit).await })
        })
        .await
    }

    /// A page of what a member made, the newest first.
    pub async fn runs(&self, listing: Listing) -> Result<Vec<Run>, EngineError> {
        self.read(move |tx| {
            Box::pin(async move {
                let found = generations::list(tx, &listing).await?;
                with_belongings(tx, found).await
            })
        })
        .await
    }

    /// What changed since a moment: for a page that was disconnected.
    pub async fn changed_since(
        &self,
        member: MemberId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Run>, EngineError> {
        self.read(move |tx| {
            Box::pin(async move {
                let found = generations::changed_since(tx, member, since, limit).await?;
                with_belongings(tx, found).await
            })
        })
        .await
    }

    /// One of a member's runs.
    pub async fn run(
        &self,
        member: MemberId,
        id: GenerationId,
    ) -> Result<Option<Run>, EngineError> {
        self.read(move |tx| Box::pin(async move { run_of(tx, member, id).await }))
            .await
    }

    /// Where the credits of one run went.
    pub async fn receipt(
        &self,
        member: MemberId,
        id: GenerationId,
    ) -> Result<Option<Receipt>, EngineError> {
        self.read(move |tx| {
            Box::pin(async move {
                let Some(run) = run_of(tx, member, id).await? else {
                    return Ok(None);
                };
                let hold = credits::hold_of(tx, id).await?;
                let missing = StoreError::Corrupt(format!("{id} has no hold"));
                let (hold, entries) = (hold.ok_or(missing)?, credits::entries_of(tx, id).await?);
                Ok(Some(Receipt { run, hold, entries }))
            })
        })
        .await
    }

    /// One of a member's stored outputs.
    pub async fn asset(&self, member: MemberId, id: AssetId) -> Result<Option<Asset>, EngineError> {
        let found: Option<Asset> = self
            .read(move |tx| Box::pin(async move { assets::by_id(tx, id).await }))
            .await?;
        Ok(found.filter(|asset| asset.member == member))
    }

    /// Marks or unmarks a favourite. Whether the member has such a run.
    pub async fn set_favourite(
        &self,
        member: MemberId,
        id: GenerationId,
        favourite: bool,
    ) -> Result<bool, EngineError> {
        let found: bool = self
            .store()
            .write(Lane::Member(member), move |tx| {
                Box::pin(async move { generations::set_favourite(tx, member, id, favourite).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        if found {
            self.live().publish(member, Change::Generation(id));
        }
        Ok(found)
    }

    /// Takes a run that has ended out of the member's history and deletes its files. Its lines in
    /// the journal stay. Whether there was one.
    pub async fn delete_run(
        &self,
        member: MemberId,
        id: GenerationId,
    ) -> Result<bool, EngineError> {
        let now = self.now();
        let orphans: Option<Vec<String>> = self
            .store()
            .write(Lane::Member(member), move |tx| {
                Box::pin(async move { forget(tx, member, id, now).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        let Some(orphans) = orphans else {
            return Ok(false);
        };
        self.delete_files(orphans).await;
        self.live().publish(member, Change::Generation(id));
        Ok(true)
    }

    /// Gives a member another name.
    pub async fn rename(&self, member: &Member, name: DisplayName) -> Result<(), EngineError> {
        let id = member.id;
        self.store()
            .write(Lane::Member(id), move |tx| {
                Box::pin(async move { users::set_display_name(tx, id, &name).await })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))
    }

    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(
                &'a mut Tx<'_>,
            )
                -> futures_util::future::BoxFuture<'a, Result<T, StoreError>>
            + Send
            + 'static,
    {
        self.store().read(work).await.map_err(EngineError::from)
    }
}

async fn run_of(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: GenerationId,
) -> Result<Option<Run>, StoreError> {
    let found = generations::of_member(tx, member, id).await?;
    let runs = with_belongings(tx, found.into_iter().collect()).await?;
    Ok(runs.into_iter().next())
}

/// Adds outputs and places in the queue, in two statements however many runs there are.
pub(crate) async fn with_belongings(
    tx: &mut Tx<'_>,
    found: Vec<Generation>,
) -> Result<Vec<Run>, StoreError> {
    let ids: Vec<GenerationId> = found.iter().map(|generation| generation.id).collect();
    let mut outputs = assets::of_generations(tx, &ids).await?;
    let line = line_of(tx, &found).await?;
    let mut runs = Vec::with_capacity(found.len());
    for generation in found {
        let (own, others): (Vec<Asset>, Vec<Asset>) = outputs
            .into_iter()
            .partition(|asset| asset.generation == generation.id);
        outputs = others;
        let ahead = line.iter().position(|waiting| *waiting == generation.id);
        let place = ahead.and_then(|ahead| u32::try_from(ahead).ok());
        runs.push(Run {
            generation,
            assets: own,
            place,
        });
    }
    Ok(runs)
}

/// The line of the member whose runs these are, asked for once and only if one of them waits.
async fn line_of(tx: &mut Tx<'_>, found: &[Generation]) -> Result<Vec<GenerationId>, StoreError> {
    let mut waiting = found
        .iter()
        .filter(|it| it.state == GenerationState::Queued);
    match waiting.next() {
        Some(one) => generations::queue_of(tx, one.member, PLACES_MAX).await,
        None => Ok(Vec::new()),
    }
}

/// Marks the run as deleted; answers the files nobody else uses.
async fn forget(
    tx: &mut Tx<'_>,
    member: MemberId,
    id: GenerationId,
    now: Timestamp,
) -> Result<Option<Vec<String>>, StoreError> {
    let outputs = assets::of_generation(tx, id).await?;
    let begun_with = inputs::of_generation(tx, id).await?;
    if !generations::delete(tx, member, id, now).await? {
        return Ok(None);
    }
    inputs::forget(tx, id).await?;
    let mut keys = Vec::new();
    for asset in outputs {
        keys.extend([Some(asset.key), asset.poster_key, asset.thumbnail_key]);
    }
    for input in begun_with {
        if let Source::Upload(upload) = input.source {
            uploads::forget_unused(tx, upload).await?;
        }
        keys.extend([Some(input.key), input.thumbnail_key]);
    }
    let mut orphans = Vec::new();
    for key in keys.into_iter().flatten() {
        if !assets::in_use(tx, &key).await? {
            orphans.push(key);
        }
    }
    Ok(Some(orphans))
}
