//! What support does with the program beside a running studio.

use nexora_sandbox::Sandbox;
use serde_json::json;

use crate::member::Member;
use crate::studio::Plan;

const REASON: &str = "the bank took it back";

/// The text between two others.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_member_is_thawed_with_a_reason() {
    let plan = Plan::alone("frozen");
    let mut studio = plan.start();
    let ada = Member::join(&mut studio).await;
    ada.buy(&studio, "pro", "good").await;
    ada.stands(&studio, "pro", "renews", 1_015).await;
    let shown = ada.browser.open(&ada.backstage).await.text;
    let order = between(&shown, "name=\"stolen\" value=\"", "\"");
    ada.press(&[("stolen", order)]).await;
    // Nobody tells of it: the comparison of the night finds it.
    ada.press(&[("step", "day")]).await;
    ada.is_frozen(&studio, true).await;
    let shown = plan.run(&["member", "show", "ada@example.com"]);
    assert!(shown.contains("frozen"), "{shown}");
    let unreasoned = plan.run(&["member", "unfreeze", "ada@example.com", "--reason", " "]);
    assert!(unreasoned.contains("a reason is needed"), "{unreasoned}");
    let thawed = plan.run(&["member", "unfreeze", "ada@example.com", "--reason", REASON]);
    assert!(thawed.contains("may spend and buy again"), "{thawed}");
    ada.is_frozen(&studio, false).await;
    let shown = plan.run(&["member", "show", "ada@example.com"]);
    assert!(shown.contains(&format!("unfreeze : {REASON}")), "{shown}");
    assert_eq!(studio.stop().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_of_nobody_is_given_away() {
    let plan = Plan::alone("unclaimed");
    let mut studio = plan.start();
    let ada = Member::join(&mut studio).await;
    // Bought at the store itself: no checkout of ours says for whom.
    let page = checkout_elsewhere(&ada).await;
    ada.browser.submit(&page, &[("card", "good")]).await;
    let mut listed = String::new();
    while !listed.contains("1 subscriptions belong to nobody") {
        listed = plan.run(&["billing", "unclaimed"]);
    }
    let id = listed.split_whitespace().next().unwrap();
    let given = [
        "billing",
        "assign",
        id,
        "ada@example.com",
        "--reason",
        REASON,
    ];
    let said = plan.run(&given);
    assert!(said.contains("belongs to ada@example.com now"), "{said}");
    ada.stands(&studio, "pro", "renews", 1_015).await;
    let again = plan.run(&given);
    assert!(again.contains("it belongs to"), "{again}");
    let parked = plan.run(&["billing", "parked"]);
    assert!(parked.contains("0 deliveries wait"), "{parked}");
    let retried = plan.run(&["billing", "retry", "--all"]);
    assert!(retried.contains("0 deliveries wait again"), "{retried}");
    let nothing = plan.run(&["billing", "retry"]);
    assert!(
        nothing.contains("name one delivery, or say --all"),
        "{nothing}"
    );
    assert_eq!(studio.stop().0, 0);
}

async fn checkout_elsewhere(ada: &Member) -> String {
    let (base, _) = ada.backstage.split_once("/lemon/").unwrap();
    let wish = json!({ "data": {
        "type": "checkouts",
        "attributes": { "checkout_data": { "email": "ada@example.com" } },
        "relationships": {
            "store": { "data": { "type": "stores", "id": "1" } },
            "variant": { "data": { "type": "variants", "id": "102" } },
        },
    } });
    let request = ada
        .browser
        .client()
        .post(format!("{base}/lemon/v1/checkouts"));
    let request = request.bearer_auth(Sandbox::lemon_api_key());
    let request = request.header("content-type", "application/vnd.api+json");
    let made = request.body(wish.to_string()).send().await.unwrap();
    let made: serde_json::Value = made.json().await.unwrap();
    made["data"]["attributes"]["url"]
        .as_str()
        .unwrap()
        .to_owned()
}
