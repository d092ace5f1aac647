//! Characters: made from a member's pictures, listed, tried again, deleted. The worker trains
//! them.

mod error;
mod train;

use std::time::Duration;

use nexora_core::character::{CONSENT, PICTURES_MAX};
use nexora_core::{
    Character, CharacterId, CharacterName, CharacterState, Member, MemberId, Tier, Timestamp,
    UploadId,
};
use nexora_store::characters::{self, Face};
use nexora_store::{Lane, StoreError, Tx, assets, jobs, uploads, users};

pub use error::CharacterError;

use crate::job::Job;
use crate::live::Change;
use crate::{Engine, EngineError};

/// What a plan has to reach before its members make characters, and shots with them.
pub const CAST_TIER: Tier = Tier::Pro;
/// Most characters a member has, or makes within [`COUNTED_FOR`]: a training costs the studio
/// $2.50 and its members nothing.
pub const CHARACTERS_MAX: u32 = 10;
/// How long a character counts that was deleted.
const COUNTED_FOR: Duration = Duration::from_secs(30 * 86_400);

/// Somebody who is to be made.
#[derive(Clone, Debug)]
pub struct Casting {
    /// What they are called.
    pub name: CharacterName,
    /// 1 to 20 pictures of them, of their maker's uploads. One that is named twice is one.
    pub pictures: Vec<UploadId>,
    /// Whether the member agreed to [`CONSENT`].
    pub has_consent: bool,
}

impl Engine {
    /// Makes somebody of these pictures: theirs from now on, trained by the worker.
    pub async fn cast(
        &self,
        member: &Member,
        casting: Casting,
    ) -> Result<Character, CharacterError> {
        self.check_may_cast(member).await?;
        let pictures = pictures_of(&casting)?;
        let now = self.now();
        let character = Character {
            id: CharacterId::new(now),
            member: member.id,
            name: casting.name,
            state: CharacterState::Queued,
            attempt: 0,
            upstream: None,
            created_at: now,
            updated_at: now,
            version: 0,
        };
        let added = character.clone();
        let node = self.0.parts.node.clone();
        let written: Result<(), CharacterError> = self
            .store()
            .write(Lane::Member(member.id), move |tx| {
                Box::pin(async move {
                    check_rights(tx, &added).await?;
                    let faces = take_faces(tx, added.member, pictures).await?;
                    characters::insert(tx, &added, CONSENT, &faces).await?;
                    enqueue(tx, Job::Train(added.id), &added).await?;
                    nexora_store::live::notify(tx, &node, added.member, None).await?;
                    Ok(())
                })
            })
            .await;
        written?;
        self.tell_of_cast(member.id);
        Ok(character)
    }

    /// A member's characters, the newest first.
    pub async fn characters(&self, member: MemberId) -> Result<Vec<Character>, EngineError> {
        self.read(move |tx| {
            Box::pin(async move { characters::list(tx, member, CHARACTERS_MAX).await })
        })
        .await
    }

    /// One of a member's characters.
    pub async fn character(
        &self,
        member: MemberId,
        id: CharacterId,
    ) -> Result<Option<Character>, EngineError> {
        let found: Option<Character> = self
            .read(move |tx| Box::pin(async move { characters::by_id(tx, id).await }))
            .await?;
        Ok(found.filter(|character| character.member == member))
    }

    /// The pictures one of a member's characters is trained from; empty if they have no such
    /// character.
    pub async fn faces(&self, member: MemberId, id: CharacterId) -> Result<Vec<Face>, EngineError> {
        if self.character(member, id).await?.is_none() {
            return Ok(Vec::new());
        }
        self.read(move |tx| Box::pin(async move { characters::faces(tx, id).await }))
            .await
    }

    /// Trains somebody once more whose training failed.
    pub async fn train_again(
        &self,
        member: &Member,
        id: CharacterId,
    ) -> Result<Character, CharacterError> {
        let (owner, now) = (member.id, self.now());
        let node = self.0.parts.node.clone();
        let again: Result<Character, CharacterError> = self
            .store()
            .write(Lane::Member(owner), move |tx| {
                Box::pin(async move {
                    let found = characters::by_id(tx, id).await?;
                    let found = found.filter(|character| character.member == owner);
                    let character = found.ok_or(CharacterError::NotFound)?;
                    if !character.can_retry() {
                        return Err(CharacterError::NoRetry);
                    }
                    check_plan(tx, owner, now).await?;
                    let queued = character.turned(CharacterState::Queued, now);
                    let saved = characters::save(tx, &queued).await?;
                    enqueue(tx, Job::Train(id), &saved).await?;
                    nexora_store::live::notify(tx, &node, owner, None).await?;
                    Ok(saved)
                })
            })
            .await;
        let again = again?;
        self.tell_of_cast(owner);
        Ok(again)
    }

    /// Deletes somebody, here at once and at the provider's as soon as it lets us, with the
    /// pictures they were trained from. Stills and clips that show them stay. Whether there was
    /// such a character.
    pub async fn delete_character(
        &self,
        member: MemberId,
        id: CharacterId,
    ) -> Result<bool, EngineError> {
        let now = self.now();
        let node = self.0.parts.node.clone();
        let orphans: Result<Option<Vec<String>>, EngineError> = self
            .store()
            .write(Lane::Member(member), move |tx| {
                Box::pin(async move {
                    let Some(character) = characters::by_id(tx, id).await? else {
                        return Ok(None);
                    };
                    let faces = characters::faces(tx, id).await?;
                    if !characters::delete(tx, member, id, now).await? {
                        return Ok(None);
                    }
                    let orphans = let_go(tx, &character, faces).await?;
                    enqueue(tx, Job::ForgetCharacter(id), &character).await?;
                    nexora_store::live::notify(tx, &node, member, None).await?;
                    Ok(Some(orphans))
                })
            })
            .await;
        let orphans = orphans?;
        let was_there = orphans.is_some();
        self.delete_files(orphans.unwrap_or_default()).await;
        self.tell_of_cast(member);
        Ok(was_there)
    }

    /// Deletes everybody whom a member who leaves has made.
    pub(crate) async fn forget_cast(&self, member: MemberId) -> Result<(), EngineError> {
        for character in self.characters(member).await? {
            self.delete_character(member, character.id).await?;
        }
        Ok(())
    }

    /// What can be refused before anything is written.
    async fn check_may_cast(&self, member: &Member) -> Result<(), CharacterError> {
        if !member.plan.reaches(CAST_TIER) {
            return Err(CharacterError::locked());
        }
        if self.providers().caster().is_none() {
            return Err(CharacterError::Off);
        }
        let (owner, since) = (member.id, self.now().minus(COUNTED_FOR));
        let counted: Result<u32, StoreError> = self
            .store()
            .read(move |tx| Box::pin(async move { characters::count(tx, owner, since).await }))
            .await;
        if counted? >= CHARACTERS_MAX {
            return Err(CharacterError::TooMany);
        }
        Ok(())
    }

    pub(crate) fn tell_of_cast(&self, member: MemberId) {
        self.live().publish(member, Change::Cast);
        self.0.bell.notify_one();
    }
}

/// The pictures, each once, of somebody who agreed.
fn pictures_of(casting: &Casting) -> Result<Vec<UploadId>, CharacterError> {
    if !casting.has_consent {
        return Err(CharacterError::NoConsent);
    }
    if !(1..=PICTURES_MAX).contains(&casting.pictures.len()) {
        return Err(CharacterError::PictureCount);
    }
    let mut once = Vec::with_capacity(casting.pictures.len());
    for picture in &casting.pictures {
        if !once.contains(picture) {
            once.push(*picture);
        }
    }
    Ok(once)
}

async fn enqueue(tx: &mut Tx<'_>, job: Job, character: &Character) -> Result<(), StoreError> {
    let (owner, now) = (Some(character.member), character.updated_at);
    jobs::enqueue(tx, job.kind(), job.subject(), owner, now, now).await
}

async fn check_plan(
    tx: &mut Tx<'_>,
    owner: MemberId,
    now: Timestamp,
) -> Result<(), CharacterError> {
    let rights = users::rights_of(tx, owner, now).await?;
    if rights.is_frozen {
        return Err(CharacterError::Frozen);
    }
    if !rights.plan.reaches(CAST_TIER) {
        return Err(CharacterError::locked());
    }
    Ok(())
}

async fn check_rights(tx: &mut Tx<'_>, new: &Character) -> Result<(), CharacterError> {
    check_plan(tx, new.member, new.created_at).await?;
    let since = new.created_at.minus(COUNTED_FOR);
    if characters::count(tx, new.member, since).await? >= CHARACTERS_MAX {
        return Err(CharacterError::TooMany);
    }
    Ok(())
}

/// Takes the pictures into use: from now on they stay as long as the character does.
async fn take_faces(
    tx: &mut Tx<'_>,
    owner: MemberId,
    pictures: Vec<UploadId>,
) -> Result<Vec<Face>, CharacterError> {
    let mut faces = Vec::with_capacity(pictures.len());
    for picture in pictures {
        let kept = uploads::take_into_use(tx, owner, picture).await?;
        let kept = kept.ok_or(CharacterError::PictureGone)?;
        faces.push(Face {
            upload: kept.id,
            key: kept.key,
            thumbnail_key: kept.thumbnail_key,
            content_type: kept.content_type,
        });
    }
    Ok(faces)
}

/// Takes somebody's pictures out of their maker's uploads, too, and says which files nobody needs
/// any more.
async fn let_go(
    tx: &mut Tx<'_>,
    character: &Character,
    faces: Vec<Face>,
) -> Result<Vec<String>, StoreError> {
    let now = character.updated_at;
    let mut orphans = Vec::new();
    for face in faces {
        uploads::delete(tx, character.member, face.upload, now).await?;
        uploads::forget_unused(tx, face.upload).await?;
        for key in [face.key, face.thumbnail_key] {
            if !assets::in_use(tx, &key).await? {
                orphans.push(key);
            }
        }
    }
    Ok(orphans)
}
