//! `nexora member …`: what an operator may look at and put right.

use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context, bail};
use nexora_core::{Email, Member, MemberId, Plan, Timestamp};
use nexora_engine::support;
use nexora_store::credits::{self, HoldError};
use nexora_store::{Lane, Store, StoreError, deeds, users};

use crate::assemble::{now_beside, open_store};
use crate::cli::MemberCommand;
use crate::config::Config;
use crate::say::say;

/// Members listed at once; a longer list needs a narrower search.
const LISTED_MAX: u32 = 200;
/// Journal lines shown.
const LINES_SHOWN: u32 = 20;

pub(super) async fn run(config: &Config, command: MemberCommand) -> anyhow::Result<ExitCode> {
    let store = open_store(config).await?;
    let now = now_beside(config);
    let outcome = match command {
        MemberCommand::List { search } => list(&store, search, now).await,
        MemberCommand::Show { member } => show(&store, &member, now).await,
        MemberCommand::Grant {
            member,
            amount,
            reason,
        } => grant(&store, &member, (amount, reason), now).await,
        MemberCommand::SetPlan {
            member,
            plan,
            reason,
        } => set_plan(&store, &member, (plan, reason), now).await,
        MemberCommand::Unfreeze { member, reason } => unfreeze(&store, &member, reason, now).await,
    };
    store.close().await;
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn list(store: &Store, search: String, now: Timestamp) -> anyhow::Result<()> {
    let members: Vec<Member> = store
        .read(move |tx| Box::pin(async move { users::list(tx, &search, LISTED_MAX, now).await }))
        .await
        .map_err(|error: StoreError| error)?;
    for member in &members {
        say(&format!(
            "{}  {:<6}  {}  {}",
            member.id, member.plan, member.email, member.display_name
        ));
    }
    say(&format!("{} members", members.len()));
    Ok(())
}

async fn show(store: &Store, whom: &str, now: Timestamp) -> anyhow::Result<()> {
    let member = find(store, whom, now).await?;
    say(&format!(
        "{}  {}  {}",
        member.id, member.email, member.display_name
    ));
    say(&format!(
        "plan {}, joined {}",
        member.plan,
        date(member.created_at)
    ));
    show_deeds(store, member.id, now).await?;
    show_books(store, member.id, now).await
}

async fn show_deeds(store: &Store, id: MemberId, now: Timestamp) -> anyhow::Result<()> {
    let (is_frozen, deeds) = store
        .read(move |tx| {
            Box::pin(async move {
                let rights = users::rights_of(tx, id, now).await?;
                Ok::<_, StoreError>((rights.is_frozen, deeds::of_member(tx, id).await?))
            })
        })
        .await?;
    if is_frozen {
        say("frozen: a payment was reported as stolen");
    }
    for deed in deeds {
        let subject = deed.subject.unwrap_or_default();
        let (when, what) = (date(deed.at), deed.kind.slug());
        say(&format!("  {when}  {what} {subject}: {}", deed.reason));
    }
    Ok(())
}

async fn show_books(store: &Store, id: MemberId, now: Timestamp) -> anyhow::Result<()> {
    let (balance, buckets, entries) = store
        .read(move |tx| {
            Box::pin(async move {
                let balance = credits::balance(tx, id, now).await?;
                let buckets = credits::buckets(tx, id, now).await?;
                let entries = credits::entries(tx, id, None, LINES_SHOWN).await?;
                Ok::<_, StoreError>((balance, buckets, entries))
            })
        })
        .await?;
    say(&format!(
        "{} available, {} held",
        balance.available(),
        balance.held.amount()
    ));
    for bucket in buckets {
        let until = bucket.expires_at.map_or("never expires".to_owned(), |at| {
            format!("until {}", date(at))
        });
        let (kind, left, of) = (bucket.kind.slug(), bucket.remaining.amount(), bucket.amount);
        say(&format!("  {kind}: {left} of {of}, {until}"));
    }
    for entry in entries {
        let (when, what, how_many) = (date(entry.at), entry.kind.slug(), entry.amount);
        say(&format!("  {when}  {what:<8} {how_many}  {}", entry.note));
    }
    Ok(())
}

async fn grant(
    store: &Store,
    whom: &str,
    (amount, reason): (i64, String),
    now: Timestamp,
) -> anyhow::Result<()> {
    if reason.trim().is_empty() || amount == 0 {
        bail!("a correction needs an amount and a reason");
    }
    let member = find(store, whom, now).await?;
    let id = member.id;
    let corrected = store
        .write(Lane::Member(id), move |tx| {
            Box::pin(async move { credits::correct(tx, id, amount, &reason, now).await })
        })
        .await;
    match corrected {
        Ok(balance) => {
            say(&format!(
                "{} now has {} available",
                member.email,
                balance.available()
            ));
            Ok(())
        }
        Err(HoldError::Insufficient { available }) => {
            bail!("{} has only {available} to take away", member.email)
        }
        Err(HoldError::Store(error)) => Err(error.into()),
    }
}

async fn unfreeze(store: &Store, whom: &str, reason: String, now: Timestamp) -> anyhow::Result<()> {
    let member = find(store, whom, now).await?;
    support::unfreeze(store, member.id, reason, now).await?;
    say(&format!("{} may spend and buy again", member.email));
    Ok(())
}

async fn set_plan(
    store: &Store,
    whom: &str,
    (plan, reason): (Plan, String),
    now: Timestamp,
) -> anyhow::Result<()> {
    let member = find(store, whom, now).await?;
    support::set_plan(store, member.id, plan, reason, now).await?;
    say(&match plan {
        Plan::Free => format!("{} has no plan from you any more", member.email),
        Plan::Growth | Plan::Pro => format!("{} has the {plan} plan from you", member.email),
    });
    Ok(())
}

/// The member with this address or id.
pub(super) async fn find(store: &Store, whom: &str, now: Timestamp) -> anyhow::Result<Member> {
    let by_id = MemberId::from_str(whom).ok();
    let by_email = Email::parse(whom).ok();
    let found: Option<Member> = store
        .read(move |tx| {
            Box::pin(async move {
                match (by_id, by_email) {
                    (Some(id), _) => users::by_id(tx, id, now).await,
                    (None, Some(email)) => users::by_email(tx, &email, now).await,
                    (None, None) => Ok(None),
                }
            })
        })
        .await
        .map_err(|error: StoreError| error)?;
    found.with_context(|| format!("there is no member {whom:?}"))
}

pub(super) fn date(at: Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.as_ms());
    moment.map_or_else(
        |_| "?".to_owned(),
        |moment| moment.strftime("%Y-%m-%d %H:%M").to_string(),
    )
}
