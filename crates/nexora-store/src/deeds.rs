//! What a person put right by hand where no credits move, and why. Nothing is ever taken back here.

use nexora_core::{MemberId, Timestamp};
use uuid::Uuid;

use crate::db::{Row, Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// Most deeds listed for one member.
const OF_MEMBER_MAX: u32 = 200;

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// What kind of thing.
    pub kind: DeedKind,
    /// What it was done to, if not to the member alone.
    pub subject: Option<String>,
    /// Why, in the words of whoever did it.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// What can be put right by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeedKind {
    /// A frozen member may spend and buy again.
    Unfreeze,
    /// A subscription nobody claimed was given to the member.
    AssignSubscription,
    /// The member was given a plan, or it was taken back.
    SetPlan,
}

impl DeedKind {
    /// The name stored.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Unfreeze => "unfreeze",
            Self::AssignSubscription => "assign-subscription",
            Self::SetPlan => "set-plan",
        }
    }

    fn from_slug(slug: &str) -> Option<Self> {
        [Self::Unfreeze, Self::AssignSubscription, Self::SetPlan]
            .into_iter()
            .find(|kind| kind.slug() == slug)
    }
}

/// Writes down what was done to a member.
pub async fn insert(tx: &mut Tx<'_>, member: MemberId, deed: &Deed) -> Result<(), StoreError> {
    const INSERT: Sql = Sql::both(
        "INSERT INTO deeds (id, user_id, kind, subject, reason, at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    );
    let args = args![
        Uuid::new_v4(),
        member,
        deed.kind.slug(),
        deed.subject.as_deref(),
        &deed.reason,
        deed.at,
    ];
    tx.run(&INSERT, args).await.map(|_| ())
}

/// What was done to a member, the latest first.
pub async fn of_member(tx: &mut Tx<'_>, member: MemberId) -> Result<Vec<Deed>, StoreError> {
    const OF_MEMBER: Sql = Sql::both(
        "SELECT kind, subject, reason, at FROM deeds WHERE user_id = $1
         ORDER BY at DESC, id LIMIT $2",
    );
    tx.all(&OF_MEMBER, args![member, OF_MEMBER_MAX], read).await
}

fn read(row: &mut Row<'_>) -> Result<Deed, StoreError> {
    Ok(Deed {
        kind: row.parse(DeedKind::from_slug)?,
        subject: row.next()?,
        reason: row.next()?,
        at: row.next()?,
    })
}
