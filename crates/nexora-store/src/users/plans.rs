//! What a member pays for, and from when on something else counts, by our own clock.

use nexora_core::{MemberId, Plan, Timestamp};

use crate::db::{Row, Tx, args};
use crate::dialect::Sql;
use crate::error::StoreError;

/// What somebody may do at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Their plan.
    pub plan: Plan,
    /// What was given to them by hand; part of `plan` already.
    pub given: Plan,
    /// A payment of theirs was stolen: nothing is spent or bought until a person has looked.
    pub is_frozen: bool,
}

/// What counts for a member, as the page and the blueprint's table show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanView {
    /// Their plan.
    pub plan: Plan,
    /// How the subscription it comes from stands, in the merchant's words.
    pub status: String,
    /// When the next payment is due.
    pub renews_at: Option<Timestamp>,
    /// When the plan is over by itself.
    pub ends_at: Option<Timestamp>,
    /// What counts from then on.
    pub then: Plan,
}

/// Puts a person on a plan by hand, without an end; [`Plan::Free`] takes back what was given.
pub async fn set_plan(
    tx: &mut Tx<'_>,
    id: MemberId,
    plan: Plan,
    now: Timestamp,
) -> Result<(), StoreError> {
    let by_hand = PlanView {
        plan,
        status: "active".to_owned(),
        renews_at: None,
        ends_at: None,
        then: Plan::Free,
    };
    set_plan_view(tx, id, &by_hand, now).await?;
    give_plan(tx, id, plan, now).await
}

/// Notes what was given to a person by hand. What counts has to be worked out anew after that.
pub async fn give_plan(
    tx: &mut Tx<'_>,
    id: MemberId,
    plan: Plan,
    now: Timestamp,
) -> Result<(), StoreError> {
    const GIVE: Sql = Sql::both(
        "UPDATE user_subscriptions SET given_plan = $2, updated_at = $3 WHERE user_id = $1",
    );
    tx.send(&GIVE, args![id, plan.slug(), now]).await
}

/// Writes down what counts for a member. What was given stays as it is.
pub async fn set_plan_view(
    tx: &mut Tx<'_>,
    id: MemberId,
    view: &PlanView,
    now: Timestamp,
) -> Result<(), StoreError> {
    const SET_PLAN_VIEW: Sql = Sql::both(
        "INSERT INTO user_subscriptions (user_id, plan_name, status, renews_at, ends_at, then_plan,
                                         updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (user_id) DO UPDATE
         SET plan_name = excluded.plan_name, status = excluded.status,
             renews_at = excluded.renews_at, ends_at = excluded.ends_at,
             then_plan = excluded.then_plan, updated_at = excluded.updated_at",
    );
    let args = args![
        id,
        view.plan.slug(),
        &view.status,
        view.renews_at,
        view.ends_at,
        view.then.slug(),
        now,
    ];
    tx.send(&SET_PLAN_VIEW, args).await
}

/// What counts for a member; `None` if they never paid for anything.
pub async fn plan_view_of(tx: &mut Tx<'_>, id: MemberId) -> Result<Option<PlanView>, StoreError> {
    const PLAN_VIEW_OF: Sql = Sql::both(
        "SELECT plan_name, status, renews_at, ends_at, then_plan FROM user_subscriptions
         WHERE user_id = $1",
    );
    tx.first(&PLAN_VIEW_OF, args![id], |row| {
        Ok(PlanView {
            plan: read_plan(row)?,
            status: row.next()?,
            renews_at: row.next()?,
            ends_at: row.next()?,
            then: read_plan(row)?,
        })
    })
    .await
}

/// What a member pays for at this moment.
pub async fn plan_of(tx: &mut Tx<'_>, id: MemberId, now: Timestamp) -> Result<Plan, StoreError> {
    Ok(rights_of(tx, id, now).await?.plan)
}

/// What a member may do at this moment.
pub async fn rights_of(
    tx: &mut Tx<'_>,
    id: MemberId,
    now: Timestamp,
) -> Result<Rights, StoreError> {
    const RIGHTS_OF: Sql = Sql::both(
        "SELECT CASE WHEN s.user_id IS NULL THEN 'free'
                     WHEN s.ends_at IS NULL OR s.ends_at > $2 THEN s.plan_name
                     ELSE s.then_plan END, COALESCE(s.given_plan, 'free'), u.frozen_at
         FROM users u LEFT JOIN user_subscriptions s ON s.user_id = u.id
         WHERE u.id = $1",
    );
    let rights = tx
        .first(&RIGHTS_OF, args![id, now], |row| {
            Ok(Rights {
                plan: read_plan(row)?,
                given: read_plan(row)?,
                is_frozen: row.next::<Option<i64>>()?.is_some(),
            })
        })
        .await?;
    Ok(rights.unwrap_or(Rights {
        plan: Plan::Free,
        given: Plan::Free,
        is_frozen: false,
    }))
}

/// Stops a member from spending and buying. `false` if they were stopped already.
pub async fn freeze(tx: &mut Tx<'_>, id: MemberId, now: Timestamp) -> Result<bool, StoreError> {
    const FREEZE: Sql =
        Sql::both("UPDATE users SET frozen_at = $2 WHERE id = $1 AND frozen_at IS NULL");
    Ok(tx.run(&FREEZE, args![id, now]).await? == 1)
}

/// Lets a member spend and buy again.
pub async fn unfreeze(tx: &mut Tx<'_>, id: MemberId) -> Result<(), StoreError> {
    const UNFREEZE: Sql = Sql::both("UPDATE users SET frozen_at = NULL WHERE id = $1");
    tx.send(&UNFREEZE, args![id]).await
}

fn read_plan(row: &mut Row<'_>) -> Result<Plan, StoreError> {
    row.parse(|slug| slug.parse().ok())
}
