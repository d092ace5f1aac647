//! A top-up pack: paid once, granted once, taken back with a refund.

use nexora_core::MemberId;
use nexora_core::billing::pack_standing;
use nexora_store::billing::grants::{self, NewGrant, Payment};
use nexora_store::billing::orders;
use nexora_store::credits::{self, GrantKind};
use nexora_store::{StoreError, Tx};

use super::review::Reviewer;
use super::settle::take_back_of;

/// Makes an order's credits be what follows from how it stands. An order that buys no pack (it
/// begins a subscription) grants nothing.
pub(super) async fn settle(
    tx: &mut Tx<'_>,
    reviewer: &Reviewer,
    member: MemberId,
    order_id: &str,
) -> Result<(), StoreError> {
    let provider = reviewer.provider;
    let Some(order) = orders::find(tx, provider, order_id).await? else {
        return Ok(());
    };
    let found = pack_standing(&order.facts, order.granted, &reviewer.offers);
    if let Some(amount) = found.due {
        let source = format!("{provider}:order:{order_id}");
        let (kind, note, now) = (GrantKind::Topup, "Credits bought", reviewer.now);
        let opened = credits::grant(tx, member, kind, amount, None, &source, note, now).await?;
        let Some(grant) = opened else {
            return Err(StoreError::Corrupt(format!("{source} granted unnoted")));
        };
        let noted = NewGrant {
            provider,
            payment: Payment::Order,
            payment_id: order_id,
            subscription_id: None,
            member,
            grant,
            granted: amount,
        };
        grants::insert(tx, noted, now).await?;
    }
    match grants::of_order(tx, provider, order_id).await? {
        Some(grant) => take_back_of(tx, reviewer, &grant, found.take_back).await,
        None => Ok(()),
    }
}
