//! Taking one's data along, and leaving.

use nexora_core::Plan;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD, code, header, text};
use crate::studio::on_both;

#[tokio::test(flavor = "multi_thread")]
async fn everything_kept_about_somebody_is_a_file_for_them() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let id = ada.order_picture("a lake at dawn").await;
        ada.ended(&id).await;
        studio.subscribe(&ada, Plan::Growth, "good").await;
        let answer = ada.get("/api/export").await;
        let disposition = header(&answer, "content-disposition").to_owned();
        assert_eq!(disposition, "attachment; filename=\"nexora-export.json\"");
        assert_eq!(header(&answer, "cache-control"), "no-store");
        let kept: Value = answer.json().await.unwrap();
        assert_eq!(kept["member"]["email"], "ada@example.org");
        assert_eq!(kept["generations"][0]["order"]["prompt"], "a lake at dawn");
        assert_eq!(kept["payments"][0]["total_cents"], 2_900);
        assert!(kept["journal"].as_array().unwrap().len() >= 4);
        let whole = kept.to_string();
        assert!(
            !whole.contains("token") && !whole.contains("argon2"),
            "{whole}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_takes_a_password_and_ends_the_subscription_first() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let phone = Browser::new(studio);
        phone.sign_in("Ada", PASSWORD).await;
        studio.subscribe(&ada, Plan::Pro, "good").await;
        let page = ada.page("/profile/delete").await;
        assert!(page.contains("1015 credits"), "{page}");
        assert!(page.contains("Your Pro plan is ended first"), "{page}");
        for wrong in ["", "not the password", "delete my account"] {
            let answer = ada.post("/profile/delete", &[("password", wrong)]).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert!(text(answer).await.contains("not right"), "{wrong}");
        }
        assert_eq!(ada.available().await, 1_015);

        let left = ada.post("/profile/delete", &[("password", PASSWORD)]).await;
        assert_eq!(left.status(), StatusCode::SEE_OTHER);
        assert_eq!(header(&left, "location"), "/");
        assert!(ada.cookie("nexora").is_none(), "the browser is signed out");
        assert!(ada.page("/").await.contains("Your account was deleted."));
        for browser in [&ada, &phone] {
            let answer = browser.call("/api/quote", &json!({})).await;
            assert_eq!(code(answer).await.0, 401);
        }
        assert_eq!(
            phone.sign_in("Ada", PASSWORD).await.status(),
            StatusCode::UNAUTHORIZED
        );
        let posted = studio.sandbox.lemon().posted();
        assert!(
            posted
                .iter()
                .any(|it| it.event_name == "subscription_cancelled")
        );
        // The address is free again, and whoever comes back begins anew.
        let again = Browser::signed_up(studio, "Ada").await;
        assert_eq!(again.available().await, 15);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_a_password_here_is_as_slow_as_at_the_door() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        for _ in 0..10 {
            ada.post("/profile/delete", &[("password", "a guess")])
                .await;
        }
        let slowed = ada.post("/profile/delete", &[("password", PASSWORD)]).await;
        assert_eq!(slowed.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(!header(&slowed, "retry-after").is_empty());
        assert_eq!(ada.available().await, 15);
    })
    .await;
}
