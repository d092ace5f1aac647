//! Clerk's people pay and leave.

use std::sync::atomic::Ordering;
use std::time::Duration;

use nexora_providers::clerk::ClerkEvent;

use super::stage::{Stage, both};
use super::till::{GROWTH, PRO};

async fn deleted(stage: &Stage, subject: &str) {
    let event = ClerkEvent::UserDeleted {
        subject: subject.to_owned(),
    };
    let heard = stage.engine.hear_clerk("msg_1", b"msg_1", event);
    heard.await.unwrap();
    stage.work().await;
}

#[tokio::test]
async fn the_merchant_is_told_the_name_that_clerk_knows() {
    both(|stage| async move {
        let member = stage.newcomer().await;
        let subject = stage.engine.clerk_subjects(member.id).await.unwrap();
        stage.buys(&member, GROWTH).await;
        let told = stage.till.outbox();
        let named = format!("\"member\":\"{}\"", subject[0]);
        assert!(told.iter().any(|delivery| delivery.body.contains(&named)));
        stage
    })
    .await;
}

#[tokio::test]
async fn whoever_is_deleted_at_clerks_leaves_when_their_subscription_is_ended() {
    both(|stage| async move {
        let (member, id) = stage.subscriber(PRO).await;
        let subject = stage.engine.clerk_subjects(member.id).await.unwrap();
        stage.till.is_down.store(true, Ordering::SeqCst);
        deleted(&stage, &subject[0]).await;
        stage.wait(Duration::from_secs(3_600)).await;
        assert!(stage.engine.member(member.id).await.unwrap().is_some());
        assert_eq!(stage.engine.sessions(member.id).await.unwrap(), []);
        stage.till.is_down.store(false, Ordering::SeqCst);
        stage.wait(Duration::from_secs(3_600)).await;
        assert!(stage.engine.member(member.id).await.unwrap().is_none());
        assert!(stage.till.books().subscriptions[&id].cancelled);
        stage
    })
    .await;
}
