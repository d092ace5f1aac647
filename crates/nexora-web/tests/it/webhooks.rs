//! What providers tell about runs: believed when signed, and good for hurrying one look.
//!
//! Time stands still in these stories: no run is looked at unless somebody hurried it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use nexora_core::{Clock, ManualClock, SystemClock};
use nexora_engine::{Tasks, Worker};
use nexora_sandbox::Sandbox;
use reqwest::StatusCode;
use serde_json::json;
use sha2::Sha256;

use crate::browser::{Browser, client, code};
use crate::post_box::{Letter, PostBox, until};
use crate::studio::{Hooks, Plan, Studio, on_both_with};

/// Who tells, and of what.
const TELLING: [(&str, &str, &str); 3] = [
    ("fal", "video", "wan-2.1-turbo"),
    ("replicate", "image", "flux-schnell"),
    ("higgsfield", "image", "soul-2"),
];

fn still(mut plan: Plan, hooks: Hooks) -> Plan {
    plan.clock = Arc::new(ManualClock::at(SystemClock.now()));
    plan.has_worker = false;
    plan.hooks = hooks;
    plan
}

/// A run that its provider has accepted; nobody looks at it by itself.
async fn running(browser: &Browser, worker: &Worker, kind: &str, model: &str) -> String {
    let wish = json!({ "model": model, "prompt": "a lake at dawn" });
    let answer = browser.call(&format!("/api/{kind}/generate"), &wish).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(worker.step().await.unwrap(), 1);
    body["id"].as_str().unwrap().to_owned()
}

async fn state(browser: &Browser, id: &str) -> String {
    let run = browser.read(&format!("/api/generations/{id}")).await;
    run["state"].as_str().unwrap().to_owned()
}

fn worker(studio: &Studio) -> Worker {
    Worker::new(studio.engine.clone(), Tasks::new())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_looked_at_when_its_provider_tells() {
    let here = |plan| still(plan, Hooks::Here);
    on_both_with(here, async |studio| {
        let (ada, worker) = (Browser::patron(studio, "Ada").await, worker(studio));
        for (_, kind, model) in TELLING {
            let id = running(&ada, &worker, kind, model).await;
            until(async || worker.step().await.unwrap() > 0).await;
            assert_eq!(state(&ada, &id).await, "ready", "{model}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forged_late_or_about_something_else_has_no_effect() {
    let post_box = PostBox::open().await;
    let there = |plan| still(plan, Hooks::At(post_box.url.clone()));
    on_both_with(there, async |studio| {
        let (ada, bob) = (
            Browser::patron(studio, "Ada").await,
            Browser::patron(studio, "Bob").await,
        );
        let worker = worker(studio);
        for (provider, kind, model) in TELLING {
            let adas = running(&ada, &worker, kind, model).await;
            let bobs = running(&bob, &worker, kind, model).await;
            let letter = post_box.letter(&adas).await;
            let path = format!("/api/webhooks/{provider}");
            assert_eq!(letter.target, format!("{path}?run={adas}.1"));

            for forgery in forgeries(provider, &letter) {
                let answer = forgery.deliver(studio, &letter.target).await;
                let said = code(answer).await;
                assert_eq!(said, (401, "not_signed".to_owned()), "{forgery:?}");
            }
            let elsewhere = [
                path.clone(),
                format!("{path}?run="),
                format!("{path}?run={adas}"),
                format!("{path}?run={adas}.2"),
                format!("{path}?run={bobs}.1"),
                format!("{path}?run=gen_0190c6bc00007000800000000000000a.1"),
                format!("{path}?run=%00'--"),
            ];
            for target in elsewhere {
                let answer = letter.deliver(studio, &target).await;
                assert_eq!(answer.status(), StatusCode::OK, "{target}");
            }
            let huge = letter.saying(vec![b' '; (1 << 20) + 1]);
            let answer = huge.deliver(studio, &letter.target).await;
            assert_eq!(code(answer).await, (413, "too_large".to_owned()));
            assert_eq!(worker.step().await.unwrap(), 0, "nothing was hurried");

            for _ in 0..3 {
                let answer = letter.deliver(studio, &letter.target).await;
                assert_eq!(answer.status(), StatusCode::OK);
            }
            assert_eq!(worker.step().await.unwrap(), 1, "one look, however often");
            assert_eq!(state(&ada, &adas).await, "ready");
            assert_eq!(state(&bob, &bobs).await, "running");
            let left = ada.available().await;
            let replayed = letter.deliver(studio, &letter.target).await;
            assert_eq!(replayed.status(), StatusCode::OK);
            assert_eq!(worker.step().await.unwrap(), 0);
            assert_eq!(ada.available().await, left);

            let of_bob = post_box.letter(&bobs).await;
            of_bob.deliver(studio, &of_bob.target).await;
            assert_eq!(worker.step().await.unwrap(), 1);
        }
    })
    .await;
}

/// The ways to say something that the provider did not sign like this.
fn forgeries(provider: &str, letter: &Letter) -> Vec<Letter> {
    let names = match provider {
        "fal" => [
            "x-fal-webhook-request-id",
            "x-fal-webhook-timestamp",
            "x-fal-webhook-signature",
        ],
        _ => ["webhook-id", "webhook-timestamp", "webhook-signature"],
    };
    let [id, timestamp, signature] = names;
    let mut forgeries = vec![
        letter.with(id, "another"),
        letter.with(timestamp, "1700000000"),
        letter.with(timestamp, "soon"),
        letter.with(signature, ""),
        letter.with(signature, "v1,AAAA"),
        letter.with(signature, &"00".repeat(64)),
        letter.with_twice(id, "another"),
        letter.saying([&letter.body[..], b" "].concat()),
        letter.saying(""),
    ];
    forgeries.extend(names.map(|name| letter.without(name)));
    forgeries
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_signed_long_ago_or_names_no_job_is_not_taken_in() {
    on_both_with(
        |plan| still(plan, Hooks::Here),
        async |studio| {
            let now = SystemClock.now().as_ms() / 1_000;
            let job = r#"{"request_id":"abc","status":"completed"}"#;
            let table = [
                (now, job, 200),
                (now - 290, job, 200),
                (now - 310, job, 401),
                (now + 310, job, 401),
                (now, "{}", 422),
                (now, r#"{"request_id":7}"#, 422),
                (now, r#"{"request_id":"../../etc"}"#, 422),
                (now, "nonsense", 422),
            ];
            for (seconds, body, status) in table {
                let letter = signed_by_higgsfield(seconds, body);
                let answer = letter.deliver(studio, "/api/webhooks/higgsfield").await;
                assert_eq!(answer.status().as_u16(), status, "{seconds} {body}");
            }
            // Nobody tells us here.
            for provider in ["openai", "runway", "nobody"] {
                let letter = signed_by_higgsfield(now, job);
                let path = format!("/api/webhooks/{provider}");
                let answer = letter.deliver(studio, &path).await;
                assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{provider}");
            }
            let asked = client().get(studio.url("/api/webhooks/fal")).send().await;
            assert_eq!(asked.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
        },
    )
    .await;
}

/// A delivery by somebody who knows the secret of Higgsfield's console.
fn signed_by_higgsfield(seconds: i64, body: &'static str) -> Letter {
    let secret = Sandbox::higgsfield_webhook_secret();
    let key = STANDARD
        .decode(secret.trim_start_matches("whsec_"))
        .unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("msg_1.{seconds}.{body}").as_bytes());
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let headers = [
        ("webhook-id", "msg_1".to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signature),
    ];
    Letter {
        target: String::new(),
        headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
        body: body.into(),
    }
}
