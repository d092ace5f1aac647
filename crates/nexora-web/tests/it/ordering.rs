//! The API's journey: ordering, watching, and accounting for every credit.

use std::collections::HashMap;

use nexora_core::{Email, Plan};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Browser, code, email, header, text};
use crate::studio::{Studio, on_both, on_both_with};

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_ordered_watched_and_accounted_for() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let wish = json!({ "model": "flux-schnell", "prompt": "a lake at dawn", "seed": 0 });
        let quote: Value = ada.call("/api/quote", &wish).await.json().await.unwrap();
        assert_eq!(quote["credits"], 5);
        assert_eq!(quote["missing"], 0);

        let answer = ada.call("/api/image/generate", &wish).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let location = header(&answer, "location").to_owned();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["credits"], 5);
        assert_eq!(body["balance"], json!({ "available": 10, "held": 5 }));
        assert_eq!(body["links"]["self"], location);

        let id = body["id"].as_str().unwrap();
        let ready = ada.ended(id).await;
        assert_eq!(ready["state"], "ready", "{ready}");
        assert_eq!(ready["charged"], 5);
        assert_eq!(ready["order"]["seed"], 0);
        assert_eq!(ready["run_by"]["provider"], "replicate");
        assert_eq!(ready["outputs"].as_array().unwrap().len(), 1);

        let receipt = ada.read(body["links"]["receipt"].as_str().unwrap()).await;
        assert_eq!(receipt["charged"], 5);
        assert_eq!(receipt["returned"], 0);
        let kinds: Vec<_> = receipt["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| &e["kind"])
            .collect();
        assert_eq!(kinds, ["hold", "charge"]);
        let credits = ada.read("/api/credits").await;
        assert_eq!(
            (&credits["available"], &credits["held"]),
            (&json!(10), &json!(0))
        );
        assert_eq!(credits["buckets"][0]["kind"], "starter");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifteen_credits_are_a_picture_and_a_clip() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let picture = ada.order_picture("a paper boat").await;
        let wish = json!({ "model": "wan-2.1-turbo", "prompt": "a paper boat", "duration": "5" });
        let answer = ada.call("/api/video/generate", &wish).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let clip: Value = answer.json().await.unwrap();
        let clip = ada.ended(clip["id"].as_str().unwrap()).await;
        assert_eq!(clip["state"], "ready", "{clip}");
        assert_eq!(clip["outputs"][0]["kind"], "video");
        assert!(clip["outputs"][0]["duration_ms"].as_i64().unwrap() > 0);
        assert_eq!(ada.ended(&picture).await["state"], "ready");
        assert_eq!(ada.available().await, 2);

        let listed = ada.read("/api/generations?limit=1").await;
        assert_eq!(listed["items"][0]["id"], clip["id"]);
        let next = listed["next"].as_str().unwrap();
        let listed = ada
            .read(&format!("/api/generations?limit=1&before={next}"))
            .await;
        assert_eq!(listed["items"][0]["id"], picture);
        assert_eq!(listed["next"], Value::Null);
        let found = ada.read("/api/generations?q=PAPER+boat&kind=video").await;
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        let none = ada.read("/api/generations?q=paper+ship").await;
        assert_eq!(none["items"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_orders_once() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let order = async |key: &str, prompt: &str| {
            let wish = json!({ "model": "flux-schnell", "prompt": prompt });
            let request = ada.request(Method::POST, "/api/image/generate").json(&wish);
            ada.send(request.header("idempotency-key", key)).await
        };
        let first = order("key-1", "a lake").await;
        assert_eq!(header(&first, "idempotency-replayed"), "");
        let first: Value = first.json().await.unwrap();
        let second = order("key-1", "a lake").await;
        assert_eq!(second.status(), StatusCode::ACCEPTED);
        assert_eq!(header(&second, "idempotency-replayed"), "true");
        let second: Value = second.json().await.unwrap();
        assert_eq!(first["id"], second["id"]);
        assert_eq!(ada.available().await, 10);

        let other = order("key-1", "a sea").await;
        assert_eq!(code(other).await, (422, "key_reused".to_owned()));
        let bad = order("no spaces please", "a sea").await;
        assert_eq!(code(bad).await, (422, "invalid".to_owned()));
        assert_eq!(ada.available().await, 10);

        // A form carries its key as a field.
        let form = [
            ("model", "flux-schnell"),
            ("prompt", "a form"),
            ("key", "key-2"),
        ];
        for _ in 0..2 {
            let answer = ada.post("/api/image/generate", &form).await;
            assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        }
        assert_eq!(ada.available().await, 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_and_three_are_affordable() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let starts = (0..200).map(|number| {
            let ada = ada.clone();
            async move {
                let prompt = format!("lake number {number}");
                let wish = json!({ "model": "flux-schnell", "prompt": prompt });
                ada.call("/api/image/generate", &wish)
                    .await
                    .status()
                    .as_u16()
            }
        });
        let mut counts: HashMap<u16, usize> = HashMap::new();
        for status in futures_util::future::join_all(starts).await {
            *counts.entry(status).or_default() += 1;
        }
        assert_eq!(counts, HashMap::from([(202, 3), (402, 197)]));
        assert_eq!(ada.available().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_is_asked_before_the_purse() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let seedance = json!({ "model": "seedance-2.0", "prompt": "a storm", "duration": 10 });
        let locked = ada.call("/api/video/generate", &seedance).await;
        assert_eq!(locked.status(), StatusCode::FORBIDDEN);
        let body: Value = locked.json().await.unwrap();
        assert_eq!(body["code"], "plan_required");
        assert_eq!(body["price"], 100);
        assert_eq!(body["needs_plan"], "pro");
        assert!(body["links"]["plan"].is_string());

        studio.put_on_plan("Ada", Plan::Pro).await;
        let poor = ada.call("/api/video/generate", &seedance).await;
        assert_eq!(poor.status(), StatusCode::PAYMENT_REQUIRED);
        let body: Value = poor.json().await.unwrap();
        assert_eq!(body["code"], "insufficient_credits");
        assert_eq!(
            (&body["price"], &body["missing"]),
            (&json!(100), &json!(85))
        );
        assert_eq!(ada.available().await, 15);

        let models = ada.read("/api/models").await;
        let unlocked = models["items"].as_array().unwrap().iter();
        assert!(unlocked.clone().count() >= 8);
        assert!(unlocked.clone().all(|model| model["is_unlocked"] == true));
        let open = Browser::new(studio).read("/api/models").await;
        let open = open["items"].as_array().unwrap().iter();
        assert!(open.clone().any(|model| model["is_unlocked"] == false));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_begun_is_stopped_and_returned() {
    on_both_with(without_worker, async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let id = ada.order_picture("a lake").await;
        let path = format!("/api/generations/{id}");
        let still = ada.send(ada.request(Method::DELETE, &path)).await;
        assert_eq!(code(still).await, (409, "still_running".to_owned()));

        let stopped = ada.call(&format!("{path}/cancel"), &json!({})).await;
        assert_eq!(stopped.status(), StatusCode::OK);
        let stopped: Value = stopped.json().await.unwrap();
        assert_eq!(stopped["state"], "cancelled");
        assert_eq!(ada.available().await, 15);
        let again = ada.call(&format!("{path}/cancel"), &json!({})).await;
        assert_eq!(code(again).await, (409, "already_ended".to_owned()));

        let retried = ada.call(&format!("{path}/retry"), &json!({})).await;
        assert_eq!(retried.status(), StatusCode::ACCEPTED);
        let retried: Value = retried.json().await.unwrap();
        assert_ne!(retried["id"], id);
        let new = format!("/api/generations/{}", retried["id"].as_str().unwrap());
        ada.call(&format!("{new}/cancel"), &json!({})).await;

        let marked = ada
            .call(&format!("{path}/favourite"), &json!({ "favourite": true }))
            .await;
        let marked: Value = marked.json().await.unwrap();
        assert_eq!(marked["favourite"], true);
        let favourites = ada.read("/api/generations?favourite=on").await;
        assert_eq!(favourites["items"][0]["id"], id);

        let gone = ada.send(ada.request(Method::DELETE, &path)).await;
        assert_eq!(gone.status(), StatusCode::NO_CONTENT);
        let gone = ada.send(ada.request(Method::GET, &path)).await;
        assert_eq!(code(gone).await, (404, "not_found".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_somebody_elses_is_not_there() {
    on_both_with(without_worker, async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let bob = Browser::signed_up(studio, "Bob").await;
        let id = ada.order_picture("a lake").await;
        let path = format!("/api/generations/{id}");
        for request in [
            bob.request(Method::GET, &path),
            bob.request(Method::DELETE, &path),
            bob.request(Method::GET, &format!("{path}/receipt")),
            bob.request(Method::POST, &format!("{path}/cancel")),
            bob.request(Method::POST, &format!("{path}/retry")),
            bob.request(Method::POST, &format!("{path}/favourite"))
                .form(&[("favourite", "on")]),
        ] {
            assert_eq!(
                code(bob.send(request).await).await,
                (404, "not_found".to_owned())
            );
        }
        assert_eq!(
            bob.get(&format!("/g/{id}")).await.status(),
            StatusCode::NOT_FOUND
        );
        assert_eq!(bob.available().await, 15);
        ada.call(&format!("{path}/cancel"), &json!({})).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_calls_wait() {
    on_both_with(
        |plan| {
            let mut plan = without_worker(plan);
            plan.requests_per_minute = 20;
            plan
        },
        async |studio| {
            let ada = Browser::signed_up(studio, "Ada").await;
            let mut last = ada.send(ada.request(Method::GET, "/api/credits")).await;
            for _ in 0..12 {
                last = ada.send(ada.request(Method::GET, "/api/credits")).await;
            }
            assert_eq!(last.status(), StatusCode::TOO_MANY_REQUESTS);
            assert!(header(&last, "retry-after").parse::<u64>().unwrap() >= 1);
            assert_eq!(code(last).await.1, "too_many_requests");
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_its_share_whoever_asks() {
    on_both_with(
        |plan| {
            let mut plan = without_worker(plan);
            plan.requests_per_minute = 20;
            plan
        },
        async |studio| {
            let stranger = Browser::new(studio);
            let mut statuses = Vec::new();
            for _ in 0..12 {
                statuses.push(stranger.post("/sign-out", &[]).await.status().as_u16());
            }
            assert_eq!(statuses[..10], [303; 10]);
            assert_eq!(statuses[11], 429);
            let page = stranger.get("/").await;
            assert_eq!(page.status(), StatusCode::OK, "looking is free");
        },
    )
    .await;
}

fn without_worker(plan: crate::studio::Plan) -> crate::studio::Plan {
    let mut plan = plan;
    plan.has_worker = false;
    plan
}

impl Studio {
    /// What an operator does when somebody has paid.
    pub(crate) async fn put_on_plan(&self, name: &str, plan: Plan) {
        let email = Email::parse(&email(name)).unwrap();
        let found = self.engine.members(email.to_string(), 1).await.unwrap();
        self.engine
            .set_plan(found[0].id, plan, "for the story".to_owned())
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pays_more_than_the_page_showed() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let four = [
            ("model", "flux-schnell"),
            ("prompt", "a lake"),
            ("count", "2"),
            ("quoted", "5"),
        ];
        let answer = ada.post("/api/image/generate", &four).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(answer).await;
        assert!(
            page.contains("These settings cost 10 credits, not 5."),
            "{page}"
        );
        assert!(page.contains("name=\"quoted\" value=\"10\""), "{page}");
        assert_eq!(ada.available().await, 15);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trying_again_twice_from_one_page_is_one_more_run() {
    on_both_with(without_worker, async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let id = ada.order_picture("a lake").await;
        ada.call(&format!("/api/generations/{id}/cancel"), &json!({}))
            .await;
        let page = ada.page("/history").await;
        let key = page
            .split("value=\"again-")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap();
        let key = format!("again-{key}");
        for _ in 0..2 {
            let pressed = ada
                .post(
                    &format!("/api/generations/{id}/retry"),
                    &[("key", key.as_str())],
                )
                .await;
            assert_eq!(pressed.status(), StatusCode::SEE_OTHER);
        }
        assert_eq!(ada.available().await, 10);
        let runs = ada.read("/api/generations").await;
        assert_eq!(runs["items"].as_array().unwrap().len(), 2);
    })
    .await;
}
