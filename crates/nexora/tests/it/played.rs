//! With nothing configured, the sandbox in the studio's own process plays everybody else.

use std::time::Duration;

use nexora_core::{Clock, SystemClock, Timestamp};
use serde_json::Value;

use crate::member::Member;
use crate::studio::{Person, Plan};
use crate::visitor::Visitor;

const DAY: Duration = Duration::from_secs(86_400);
/// When the last thing the person ordered was ordered, by the studio's own clock.
async fn last_order(person: &Person, url: &str) -> Timestamp {
    let listed = person.get(url, "/api/generations").await;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let at = listed["items"][0]["created_at"].as_str().unwrap();
    let at: jiff::Timestamp = at.parse().unwrap();
    Timestamp::from_ms(at.as_millisecond())
}

#[tokio::test(flavor = "multi_thread")]
async fn time_is_moved_for_the_whole_studio_and_stays_moved() {
    let plan = Plan::alone("time");
    let mut studio = plan.start();
    let backstage = studio.says("/lemon/_backstage");
    let ada = Person::join(&studio.url, "ada@example.com").await;
    let moved = Visitor::new()
        .submit(&backstage, &[("step", "month")])
        .await;
    assert!(moved.text.contains("Backstage"), "{}", moved.text);
    // The session moved along: nobody was signed out.
    let ordered = ada.order(&studio.url, "a heron", "key-1").await.unwrap();
    assert_eq!(ordered.status(), 202);
    let ahead = last_order(&ada, &studio.url).await.since(SystemClock.now());
    assert!(ahead > 27 * DAY, "{ahead:?}");
    let (code, said) = studio.stop();
    assert_eq!(code, 0, "{said}");

    let studio = plan.start();
    let ordered = ada.order(&studio.url, "a hare", "key-2").await.unwrap();
    assert_eq!(ordered.status(), 202);
    let ahead = last_order(&ada, &studio.url).await.since(SystemClock.now());
    assert!(ahead > 27 * DAY, "time went back: {ahead:?}");
    let verify = plan.run(&["ledger", "verify"]);
    assert!(verify.contains("The books balance."), "{verify}");
    let (code, said) = studio.stop();
    assert_eq!(code, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_bought_renewed_and_lost_as_time_moves() {
    let plan = Plan::alone("months");
    let mut studio = plan.start();
    let ada = Member::join(&mut studio).await;
    ada.buy(&studio, "pro", "good").await;
    ada.stands(&studio, "pro", "renews", 1_015).await;
    ada.next().await;
    // A month's credits are no more than a month's.
    ada.stands(&studio, "pro", "renews", 1_015).await;
    let subscription = ada.browser.open(&ada.backstage).await;
    let (_, id) = subscription
        .text
        .split_once("name=\"subscription\" value=\"")
        .unwrap();
    let id = id.split('"').next().unwrap();
    let fails = [("subscription", id), ("card", "fails_later")];
    ada.browser.submit(&ada.backstage, &fails).await;
    ada.next().await;
    ada.stands(&studio, "pro", "past_due", 1_015).await;
    // Three retries, a last one, and the end.
    for _ in 0..5 {
        ada.next().await;
    }
    ada.stands(&studio, "free", "free", 15).await;
    let verify = plan.run(&["ledger", "verify"]);
    assert!(verify.contains("The books balance."), "{verify}");
    let (code, said) = studio.stop();
    assert_eq!(code, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_begun_afresh_leaves_what_was_paid_for() {
    let plan = Plan::alone("afresh");
    let mut studio = plan.start();
    let port = studio.url.rsplit_once(':').unwrap().1.to_owned();
    let mut ada = Member::join(&mut studio).await;
    ada.buy(&studio, "pro", "good").await;
    ada.stands(&studio, "pro", "renews", 1_015).await;
    let (code, said) = studio.stop();
    assert_eq!(code, 0, "{said}");

    let plan = plan.with("PORT", &port);
    let mut studio = plan.start();
    ada.backstage = studio.says("/lemon/_backstage");
    ada.stands(&studio, "pro", "ends", 1_015).await;
    let resume = format!("{}/api/lemon/resume", studio.url);
    let refused = ada.browser.submit(&resume, &[]).await;
    assert!(
        refused.text.contains("knows nothing of this any more"),
        "{}",
        refused.text
    );
    ada.buy(&studio, "growth", "good").await;
    ada.stands(&studio, "pro", "becomes", 1_215).await;
    let (code, said) = studio.stop();
    assert_eq!(code, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_comes_in_through_the_played_clerk() {
    let plan = Plan::alone("clerk").with("NEXORA_IDENTITY", "clerk-sandbox");
    let mut studio = plan.start();
    assert!(
        studio
            .says("Clerk, played by the sandbox")
            .contains("people")
    );
    let ada = Visitor::new();
    let door = ada.open(&format!("{}/sign-up", studio.url)).await;
    let portal = ada.open(&door.address("/clerk/sign-up")).await;
    let fields = [
        ("first_name", "Ada"),
        ("email_address", "ada@example.com"),
        ("redirect_url", &format!("{}/studio", studio.url)),
    ];
    let inside = ada.submit(&portal.address("/clerk/sign-up"), &fields).await;
    assert_eq!(inside.url.path(), "/studio", "{}", inside.text);
    assert_eq!(inside.status, 200);
    let credits = ada.open(&format!("{}/api/credits", studio.url)).await;
    assert!(credits.text.contains("15"), "{}", credits.text);
    let (code, said) = studio.stop();
    assert_eq!(code, 0, "{said}");
}
