//! A sign-in service vouches for somebody: they get an account on first sight and a session of
//! our own, which stands on theirs.

use std::fmt;

use nexora_core::{DisplayName, Email, Member, MemberId, Plan, Timestamp};
use nexora_store::sessions::{self, SessionRow};
use nexora_store::users::{self, Standing};
use nexora_store::{Lane, StoreError, Tx};

use super::profile::{Profile, take_profile};
use super::session::NewSession;
use super::{CLERK, ClientDevice, SignedIn, welcome};
use crate::{Engine, EngineError};

/// What somebody is called of whom we know neither name nor address.
const UNNAMED: &str = "Creator";
/// Two first requests of one newcomer race; the one that loses finds the account of the other.
const TRIES_MAX: u32 = 3;

/// Whom a sign-in service vouches for, from a token that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// Its name for the person.
    pub subject: String,
    /// Its name for the session.
    pub sid: String,
    /// Who acts in the person's name, if somebody does.
    pub actor: Option<String>,
}

/// Why nobody was let in.
#[derive(Debug)]
pub enum ExchangeError {
    /// They were never seen: ask the service for their profile and try again with it.
    ProfileNeeded,
    /// They left. Their token may still be good for a minute; their account is not.
    Gone,
    /// Something inside failed.
    Engine(EngineError),
}

impl Engine {
    /// Gives whoever is vouched for a session. Somebody who was never seen gets an account with
    /// its starter credits, all in one transaction and once, however many requests race; of
    /// somebody known a newer profile is taken over. Accounts are never joined because their
    /// addresses are the same.
    pub async fn exchange(
        &self,
        vouched: Vouched,
        profile: Option<Profile>,
        device: ClientDevice,
    ) -> Result<SignedIn, ExchangeError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let now = self.now();
            let newcomer = MemberId::new(now);
            let meeting = Meeting {
                vouched: vouched.clone(),
                profile: profile.clone(),
                device: device.clone(),
                newcomer,
                now,
            };
            let met = self
                .store()
                .write(Lane::Any, move |tx| {
                    Box::pin(async move { meeting.write_down(tx).await })
                })
                .await;
            match met {
                Err(ExchangeError::Engine(error)) if error.is_conflict() && tries < TRIES_MAX => {}
                met => return met,
            }
        }
    }
}

/// Somebody comes in, perhaps for the first time.
struct Meeting {
    vouched: Vouched,
    profile: Option<Profile>,
    device: ClientDevice,
    /// Their id, if they are new.
    newcomer: MemberId,
    now: Timestamp,
}

impl Meeting {
    async fn write_down(self, tx: &mut Tx<'_>) -> Result<SignedIn, ExchangeError> {
        let known = users::identity(tx, CLERK, &self.vouched.subject).await?;
        let id = match known {
            Some(Standing::Member(id)) => {
                if let Some(profile) = &self.profile {
                    take_profile(tx, &self.vouched.subject, profile).await?;
                }
                id
            }
            Some(Standing::Gone) => return Err(ExchangeError::Gone),
            None => self.provision(tx).await?,
        };
        let found = users::by_id(tx, id, self.now).await?;
        let member = found.ok_or(ExchangeError::Gone)?;
        let session = self.session(id);
        sessions::insert(tx, &session.row).await?;
        Ok(session.signed_in(member))
    }

    async fn provision(&self, tx: &mut Tx<'_>) -> Result<MemberId, ExchangeError> {
        let profile = self.profile.as_ref().ok_or(ExchangeError::ProfileNeeded)?;
        let (id, now, subject) = (self.newcomer, self.now, &self.vouched.subject);
        let email = free_address(tx, profile.email.clone(), id, now).await?;
        let name = profile.name.clone();
        let member = Member {
            id,
            display_name: name
                .or_else(|| profile.email.as_ref().map(DisplayName::from_email))
                .or_else(|| DisplayName::parse(UNNAMED).ok())
                .unwrap_or_else(|| DisplayName::from_email(&email)),
            email,
            plan: Plan::Free,
            created_at: now,
        };
        users::insert(tx, &member).await?;
        if !users::insert_identity(tx, CLERK, subject, id, now).await? {
            return Err(StoreError::Contended.into());
        }
        users::set_profile_moment(tx, CLERK, subject, profile.updated_at).await?;
        welcome(tx, id, now).await?;
        Ok(id)
    }

    fn session(&self, member: MemberId) -> NewSession {
        let session = NewSession::of(member, &self.device, self.now);
        let row = SessionRow {
            provider: CLERK.to_owned(),
            provider_sid: Some(self.vouched.sid.clone()),
            last_verified_at: Some(self.now),
            actor: self.vouched.actor.clone(),
            ..session.row
        };
        NewSession { row, ..session }
    }
}

/// The address, if it is nobody's yet; otherwise a place-holder under `.invalid` (RFC 2606): the
/// account that has the address is another one.
async fn free_address(
    tx: &mut Tx<'_>,
    wanted: Option<Email>,
    id: MemberId,
    now: Timestamp,
) -> Result<Email, EngineError> {
    if let Some(email) = wanted
        && users::by_email(tx, &email, now).await?.is_none()
    {
        return Ok(email);
    }
    let place_holder = Email::parse(&format!("{id}@clerk.invalid"));
    place_holder.map_err(|why| EngineError::Media(format!("a place-holder address: {why}")))
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ProfileNeeded => f.write_str("We need your profile first. Try again."),
            Self::Gone => f.write_str("This account was deleted."),
            Self::Engine(_) => {
                f.write_str("Something went wrong on our side. Try again in a moment.")
            }
        }
    }
}

impl std::error::Error for ExchangeError {}

impl<E: Into<EngineError>> From<E> for ExchangeError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}
