//! Credits come in, are set aside, spent, given back, and lost to time.

use nexora_core::Credits;
use nexora_store::Lane;
use nexora_store::credits::{self, HoldError};

use crate::engines::{NOW, both, member_with, run_id};

#[tokio::test]
async fn a_hold_takes_what_is_there_and_no_more() {
    both(|store| async move {
        let member = member_with(&store, 15).await.id;
        let after = store
            .write(Lane::Member(member), move |tx| {
                Box::pin(async move {
                    credits::hold(tx, member, run_id(), Credits::new(8), "Wan", NOW).await
                })
            })
            .await
            .unwrap();
        assert_eq!(after.available(), Credits::new(7));
        let refused = store
            .write(Lane::Member(member), move |tx| {
                Box::pin(async move {
                    credits::hold(tx, member, run_id(), Credits::new(8), "Wan", NOW).await
                })
            })
            .await;
        assert_eq!(
            refused,
            Err(HoldError::Insufficient {
                available: Credits::new(7)
            })
        );
    })
    .await;
}
