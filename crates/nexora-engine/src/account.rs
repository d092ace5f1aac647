//! Who somebody is: local accounts, and people a sign-in service vouches for.

mod confirm;
mod exchange;
mod export;
mod farewell;
mod leave;
mod password;
mod profile;
mod session;
mod standing;
mod throttle;
mod tidings;

use std::fmt;

use nexora_core::{Credits, DisplayName, Email, Member, MemberId, Password, Plan, Timestamp};
use nexora_store::credits::GrantKind;
use nexora_store::{Lane, StoreError, Tx, credits, sessions, users};

pub use exchange::{ExchangeError, Vouched};
pub use farewell::FarewellError;
pub use profile::Profile;
pub use session::{ClientDevice, SessionToken, SignedIn};
pub use throttle::Grasp;

use crate::{Change, Engine, EngineError};
use session::NewSession;

/// The name under which local accounts keep their identities and sessions.
pub const LOCAL: &str = "local";
/// The name under which Clerk's people keep theirs.
pub const CLERK: &str = "clerk";

/// Somebody who wants to join.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// What they sign in with.
    pub email: Email,
    /// How they prove it is them.
    pub password: Password,
    /// What they want to be called.
    pub display_name: DisplayName,
}

/// Why nobody joined.
#[derive(Debug)]
pub enum SignUpError {
    /// There is an account with this address.
    EmailTaken,
    /// Too many accounts were opened from this address lately.
    TooMany {
        /// Seconds until it makes sense to try again.
        wait_seconds: u64,
    },
    /// Something inside failed.
    Engine(EngineError),
}

/// Why nobody signed in.
#[derive(Debug)]
pub enum SignInError {
    /// Address or password are wrong; which of them is not said.
    Wrong,
    /// Too many wrong passwords; the next try has to wait.
    TooMany {
        /// Seconds until the next try counts.
        wait_seconds: u64,
    },
    /// Something inside failed.
    Engine(EngineError),
}

/// Why a password was not taken for proof.
#[derive(Debug)]
pub enum PasswordChangeError {
    /// The present password is wrong.
    Wrong,
    /// Too many wrong passwords.
    TooMany {
        /// Seconds until the next try counts.
        wait_seconds: u64,
    },
    /// Something inside failed.
    Engine(EngineError),
}

impl Engine {
    /// Opens an account with its starter credits, and signs it in. All of it happens, or none.
    pub async fn sign_up(
        &self,
        new: NewAccount,
        device: ClientDevice,
    ) -> Result<SignedIn, SignUpError> {
        self.check_sign_ups(&device).await?;
        let phc = self.hash_password(new.password).await?;
        let now = self.now();
        let member = Member {
            id: MemberId::new(now),
            display_name: new.display_name,
            email: new.email,
            plan: Plan::Free,
            created_at: now,
        };
        let session = NewSession::of(member.id, &device, now);
        let joining = Joining {
            member: member.clone(),
            phc,
            session: session.row.clone(),
        };
        let joined: Result<(), StoreError> = self
            .store()
            .write(Lane::Member(member.id), move |tx| {
                Box::pin(async move { joining.write_down(tx, now).await })
            })
            .await;
        match joined {
            Ok(()) => {
                self.note_sign_up(&device).await?;
                Ok(session.signed_in(member))
            }
            Err(StoreError::Conflict) => Err(SignUpError::EmailTaken),
            Err(error) => Err(error.into()),
        }
    }

    /// Signs somebody in under a new session.
    pub async fn sign_in(
        &self,
        email: Email,
        password: Password,
        device: ClientDevice,
    ) -> Result<SignedIn, SignInError> {
        let grasp = Grasp::sign_in(&email, &device);
        if let Some(wait_seconds) = self.wait_of(&grasp).await? {
            return Err(SignInError::TooMany { wait_seconds });
        }
        let known: Option<(MemberId, String)> = self
            .read(move |tx| Box::pin(async move { users::password_of(tx, &email).await }))
            .await?;
        let (id, phc) = known.unzip();
        // A password is checked even if nobody has this address: the time taken tells nothing.
        let fits = self.check_password(password, phc).await?;
        let Some(id) = id.filter(|_| fits) else {
            self.note_failure(&grasp).await?;
            return Err(SignInError::Wrong);
        };
        self.forget_failures(&grasp).await?;
        let member = self.member(id).await?.ok_or(SignInError::Wrong)?;
        let session = self.open_session(id, &device).await?;
        Ok(session.signed_in(member))
    }

    /// Changes a password. Every other session ends, and the present one gets a new token.
    pub async fn change_password(
        &self,
        member: &Member,
        present: Password,
        chosen: Password,
        device: ClientDevice,
    ) -> Result<SignedIn, PasswordChangeError> {
        self.confirm(member, present, &device).await?;
        let phc = self.hash_password(chosen).await?;
        let (id, now) = (member.id, self.now());
        let session = NewSession::of(id, &device, now);
        let row = session.row.clone();
        self.store()
            .write(Lane::Member(id), move |tx| {
                Box::pin(async move {
                    users::set_password(tx, id, &phc, now).await?;
                    sessions::revoke_others(tx, id, None).await?;
                    sessions::insert(tx, &row).await
                })
            })
            .await
            .map_err(|error: StoreError| EngineError::from(error))?;
        self.live().publish(id, Change::Sessions);
        Ok(session.signed_in(member.clone()))
    }

    /// The member with this id.
    pub async fn member(&self, id: MemberId) -> Result<Option<Member>, EngineError> {
        let now = self.now();
        self.read(move |tx| Box::pin(async move { users::by_id(tx, id, now).await }))
            .await
    }
}

/// Everything that joining writes.
struct Joining {
    member: Member,
    phc: String,
    session: nexora_store::sessions::SessionRow,
}

impl Joining {
    async fn write_down(self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
        let id = self.member.id;
        users::insert(tx, &self.member).await?;
        users::insert_identity(tx, LOCAL, &id.to_string(), id, now).await?;
        users::set_password(tx, id, &self.phc, now).await?;
        welcome(tx, id, now).await?;
        sessions::insert(tx, &self.session).await
    }
}

/// Gives the starter credits: once, however often it is called.
pub(crate) async fn welcome(
    tx: &mut Tx<'_>,
    member: MemberId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let source = format!("starter:{member}");
    let note = "Welcome to Nexora";
    let kind = GrantKind::Starter;
    credits::grant(tx, member, kind, Credits::STARTER, None, &source, note, now).await?;
    Ok(())
}

impl fmt::Display for SignUpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmailTaken => {
                f.write_str("There is an account with this address already. Sign in instead.")
            }
            Self::TooMany { wait_seconds } => write!(
                f,
                "Many accounts were opened from here lately. Try again in {} minutes.",
                wait_seconds.div_ceil(60)
            ),
            Self::Engine(_) => {
                f.write_str("Something went wrong on our side. Try again in a moment.")
            }
        }
    }
}

impl fmt::Display for SignInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong => f.write_str("E-mail address or password are not right."),
            Self::TooMany { wait_seconds } => {
                write!(
                    f,
                    "Too many wrong passwords. Try again in {wait_seconds} seconds."
                )
            }
            Self::Engine(_) => {
                f.write_str("Something went wrong on our side. Try again in a moment.")
            }
        }
    }
}

impl fmt::Display for PasswordChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong => f.write_str("The present password is not right."),
            Self::TooMany { wait_seconds } => {
                write!(
                    f,
                    "Too many wrong passwords. Try again in {wait_seconds} seconds."
                )
            }
            Self::Engine(_) => {
                f.write_str("Something went wrong on our side. Try again in a moment.")
            }
        }
    }
}

impl std::error::Error for SignUpError {}
impl std::error::Error for SignInError {}
impl std::error::Error for PasswordChangeError {}

impl<E: Into<EngineError>> From<E> for SignUpError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}

impl<E: Into<EngineError>> From<E> for SignInError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}

impl<E: Into<EngineError>> From<E> for PasswordChangeError {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}
