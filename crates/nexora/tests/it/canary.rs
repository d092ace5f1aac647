//! A canary: every secret the studio is told is recognisable, everything is made to happen and to
//! go wrong, and nothing recognisable is in any page, answer, log line, error or report.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use nexora_sandbox::{Cue, Fault, Pace, Provider, Sandbox, SandboxConfig};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::bucket::Bucket;
use crate::studio::{Plan, Studio, fresh_postgres};
use crate::visitor::{Page, Visitor};

const PASSWORD: &str = "canary-password-7f3a9c51";
const PROMPT: &str = "canary-prompt-e2d4aa a heron over the sea";
const EMAIL: &str = "canary-7b21@example.com";
const LEMON_SECRET: &str = "canary-lemon-signing-90d2c1";
/// 33 bytes, as Svix hands them out in base64.
const CLERK_WEBHOOK: &str = "canary-clerk-webhook-signing-key-";
/// 33 bytes too: Higgsfield signs as Svix does, by Standard Webhooks.
const HIGGSFIELD_WEBHOOK: &str = "canary-higgsfield-webhook-key-5c8";
/// What somebody looks for is as private as what they wish for.
const SEARCH: &str = "/history?q=canary-words-3d90";
/// More pages than the studio has.
const PAGES_MAX: usize = 150;

/// A variable that holds a secret, what it is set to, and what must be found nowhere.
struct Planted {
    variable: &'static str,
    value: String,
    traces: Vec<String>,
}

/// Everything that was seen from outside.
#[derive(Default)]
struct Seen(String);

impl Seen {
    fn note(&mut self, what: &str) {
        self.0.push_str(what);
        self.0.push('\n');
    }

    fn page(&mut self, page: &Page) {
        let _ = writeln!(self.0, "{} {}", page.url, page.status);
        for (name, value) in &page.headers {
            // Where a browser is to keep its secrets is the one place for them.
            if name != "set-cookie" {
                let _ = writeln!(self.0, "{name}: {value:?}");
            }
        }
        self.note(&page.text);
    }
}

/// Studio, visitor and everybody else.
struct Stage {
    plan: Plan,
    studio: Studio,
    sandbox: Sandbox,
    ada: Visitor,
    seen: Seen,
    _bucket: Bucket,
}

fn planted(bucket: &Bucket, database: Option<&str>) -> Vec<Planted> {
    let plain = |variable, value: &str| Planted {
        variable,
        value: value.to_owned(),
        traces: vec![value.to_owned()],
    };
    let two = |variable, value: String, traces: [&str; 2]| Planted {
        variable,
        value,
        traces: traces.map(str::to_owned).into(),
    };
    let media = format!(
        "s3://canary-media-id-1f:canary-media-secret-8c@media/files?endpoint={}",
        bucket.endpoint
    );
    let hook = STANDARD.encode(CLERK_WEBHOOK);
    let run_hook = STANDARD.encode(HIGGSFIELD_WEBHOOK);
    let fal = ["canary-fal-id-22", "canary-fal-secret-4e"];
    let higgsfield = ["canary-higgsfield-id-77", "canary-higgsfield-secret-b0"];
    let mut planted = vec![
        two(
            "MEDIA_URL",
            media,
            ["canary-media-id-1f", "canary-media-secret-8c"],
        ),
        two("FAL_KEY", fal.join(":"), fal),
        plain("REPLICATE_API_TOKEN", "r8_canary_replicate_5d"),
        plain("OPENAI_API_KEY", "sk-canary-openai-3b"),
        plain("RUNWAYML_API_SECRET", "key_canary_runway_e9"),
        two("HIGGSFIELD_API_KEY", higgsfield.join(":"), higgsfield),
        two(
            "HIGGSFIELD_WEBHOOK_SECRET",
            format!("whsec_{run_hook}"),
            [run_hook.as_str(), HIGGSFIELD_WEBHOOK],
        ),
        plain("CLERK_SECRET_KEY", "sk_test_canaryClerkSecret6a"),
        two(
            "CLERK_WEBHOOK_SIGNING_SECRET",
            format!("whsec_{hook}"),
            [hook.as_str(), CLERK_WEBHOOK],
        ),
        plain("LEMON_SQUEEZY_API_KEY", "canary-lemon-api-key-0f77"),
        plain("LEMON_SQUEEZY_WEBHOOK_SECRET", LEMON_SECRET),
    ];
    if let Some(url) = database {
        let secret = "canary-database-password-aa31";
        let value = url.replacen("postgres@", &format!("postgres:{secret}@"), 1);
        planted.push(Planted {
            variable: "DATABASE_URL",
            value,
            traces: vec![secret.to_owned()],
        });
    }
    planted
}

/// Every variable that the program calls a secret is planted.
fn check_complete(planted: &[Planted]) {
    let declared = include_str!("../../src/config/variables.rs");
    let names = declared.split("secret(\"").skip(1);
    for name in names.filter_map(|rest| rest.split('"').next()) {
        let is_planted = planted.iter().any(|one| one.variable == name);
        let is_left_out = name == "DATABASE_URL";
        assert!(
            is_planted || is_left_out,
            "{name} is a secret nobody planted"
        );
    }
}

impl Stage {
    async fn open(name: &str, identity: &str, planted: &[Planted], bucket: Bucket) -> Self {
        let listen = ([127, 0, 0, 1], 0).into();
        let pace = Pace::Instant;
        let sandbox = Sandbox::start(SandboxConfig { listen, pace });
        let sandbox = sandbox.await.unwrap();
        let base = sandbox.base_url();
        let mut plan = Plan::new(name, &base)
            .with("NEXORA_IDENTITY", identity)
            .with("NEXORA_LOG", "trace")
            .with("FAL_QUEUE_URL", &format!("{base}/fal/queue"))
            .with("FAL_REST_URL", &format!("{base}/fal/rest"))
            .with("REPLICATE_BASE_URL", &format!("{base}/replicate"))
            .with("OPENAI_BASE_URL", &format!("{base}/openai/v1"))
            .with("RUNWAYML_BASE_URL", &format!("{base}/runway"))
            .with("HIGGSFIELD_BASE_URL", &format!("{base}/hf"))
            .with("CLERK_PUBLISHABLE_KEY", Sandbox::clerk_publishable_key())
            .with("CLERK_API_URL", &format!("{base}/clerk"))
            .with("CLERK_FRONTEND_API_URL", &format!("{base}/clerk"))
            .with("LEMON_SQUEEZY_STORE_ID", "1")
            .with("LEMON_SQUEEZY_GROWTH_VARIANT_ID", "101")
            .with("LEMON_SQUEEZY_PRO_VARIANT_ID", "102")
            .with("LEMON_SQUEEZY_TOPUPS", "100 for 15 = 201")
            .with("LEMON_SQUEEZY_TEST_MODE", "true")
            .with("LEMON_SQUEEZY_BASE_URL", &format!("{base}/lemon/v1"));
        for one in planted {
            plan = plan.with(one.variable, &one.value);
        }
        let studio = plan.start();
        Self {
            plan,
            studio,
            sandbox,
            ada: Visitor::new(),
            seen: Seen::default(),
            _bucket: bucket,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.studio.url)
    }

    async fn open_page(&mut self, url: &str) -> Page {
        let page = self.ada.open(url).await;
        self.note(&page);
        page
    }

    async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.ada.submit(&self.url(path), fields).await;
        self.note(&page);
        page
    }

    /// Pages of Clerk and Lemon Squeezy are theirs: what stands in them is not ours to keep.
    fn note(&mut self, page: &Page) {
        if page.url.as_str().starts_with(&self.studio.url) {
            self.seen.page(page);
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.ada.client().request(method, self.url(path))
    }

    /// Sends a request as it is, and notes the answer.
    async fn send(&mut self, request: RequestBuilder) -> (StatusCode, String) {
        let answer = self.ada.send(request).await;
        let status = answer.status();
        for (name, value) in answer.headers() {
            if name != "set-cookie" {
                self.seen.note(&format!("{name}: {value:?}"));
            }
        }
        let text = answer.text().await.unwrap();
        self.seen.note(&format!("{status} {text}"));
        (status, text)
    }

    async fn call(&mut self, path: &str, body: &Value) -> (StatusCode, String) {
        let request = self.request(Method::POST, path).json(body);
        self.send(request).await
    }

    /// A member with a password.
    async fn join_locally(&mut self) {
        let fields = [
            ("email", EMAIL),
            ("password", PASSWORD),
            ("display_name", "Ada"),
        ];
        let inside = self.submit("/sign-up", &fields).await;
        assert_eq!(inside.url.path(), "/studio", "{}", inside.text);
        let wrong = [("email", EMAIL), ("password", "canary-password-wrong-3")];
        let stranger = Visitor::new();
        let refused = stranger.submit(&self.url("/sign-in"), &wrong).await;
        assert!(refused.text.contains("password"), "{}", refused.text);
        self.seen.page(&refused);
        let change = [("current", "not it at all"), ("new", PASSWORD)];
        self.submit("/profile/password", &change).await;
    }

    /// A member Clerk vouches for.
    async fn join_through_clerk(&mut self) {
        let door = self.open_page(&self.url("/sign-up")).await;
        let portal = self.ada.open(&door.address("/clerk/sign-up")).await;
        let back = self.url("/studio");
        let fields = [
            ("first_name", "Ada"),
            ("email_address", EMAIL),
            ("redirect_url", back.as_str()),
        ];
        let inside = self
            .ada
            .submit(&portal.address("/clerk/sign-up"), &fields)
            .await;
        assert_eq!(inside.url.path(), "/studio", "{}", inside.text);
        self.note(&inside);
        for token in ["nonsense", "eyJhbGciOiJub25lIn0.e30."] {
            let request = self.request(Method::GET, "/api/credits");
            let request = request.header("authorization", format!("Bearer {token}"));
            let answer = Visitor::new().send(request).await;
            self.seen.note(&answer.text().await.unwrap());
        }
    }

    /// Every page a link leads to, from the first one on.
    async fn walk(&mut self) {
        let begin = [
            "/", "/studio", "/profile", "/design", "/nope", "/pricing", SEARCH,
        ];
        let mut todo: Vec<String> = begin.map(str::to_owned).into();
        let mut walked = BTreeSet::new();
        while let Some(path) = todo.pop() {
            let is_exit = path.contains("sign-out") || path.contains("/lemon/");
            if is_exit || walked.len() >= PAGES_MAX || !walked.insert(path.clone()) {
                continue;
            }
            let page = self.open_page(&self.url(&path)).await;
            assert!(!page.status.is_server_error(), "{path}: {}", page.text);
            if page.url.as_str().starts_with(&self.studio.url) {
                todo.extend(links(&page.text));
            }
        }
        assert!(walked.len() > 20, "only {walked:?}");
    }

    /// What programs get, right and wrong.
    async fn call_everything(&mut self) {
        for path in [
            "/api/credits",
            "/api/generations",
            "/api/models",
            "/api/billing",
            "/api/export",
            "/api/nope",
        ] {
            let request = self.request(Method::GET, path);
            self.send(request).await;
        }
        for body in [
            json!({ "prompt": 1 }),
            json!({ "model": "seedance-2.0", "prompt": PROMPT }),
            json!({ "model": "none", "prompt": PROMPT }),
        ] {
            let (status, _) = self.call("/api/video/generate", &body).await;
            assert!(status.is_client_error(), "{status}");
        }
        for body in ["", "{", "[]"] {
            let request = self.request(Method::POST, "/api/image/generate");
            let request = request
                .header("content-type", "application/json")
                .body(body);
            self.send(request).await;
        }
    }

    /// A picture that is made, and some that are not: each provider says no in its own way.
    async fn order(&mut self) {
        for words in ["", "[sandbox:auth]", "[sandbox:broke]", "[sandbox:refuse]"] {
            let prompt = format!("{PROMPT} {words}");
            let wish = json!({ "model": "flux-schnell", "prompt": prompt });
            let (status, _) = self.call("/api/image/generate", &wish).await;
            assert_eq!(status, 202, "{words}");
            self.wait_until_ended().await;
        }
    }

    async fn wait_until_ended(&mut self) {
        loop {
            let request = self.request(Method::GET, "/api/generations");
            let (_, text) = self.send(request).await;
            let listed: Value = serde_json::from_str(&text).unwrap();
            let items = listed["items"].as_array().unwrap().clone();
            let is_over = |item: &Value| !item["ended_at"].is_null();
            if items.iter().all(is_over) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Paying, with everything that can be answered to it.
    async fn buy(&mut self) {
        let pro = json!({ "plan": "pro" });
        for fault in [Fault::Auth, Fault::Down, Fault::Garbage, Fault::Lost] {
            let cue = Cue::new(fault).at(Provider::Lemon);
            self.sandbox.script().push(cue);
            let (status, _) = self.call("/api/lemon/checkout", &pro).await;
            assert!(status.is_server_error(), "{fault:?}: {status}");
        }
        let (status, text) = self
            .call("/api/lemon/checkout", &json!({ "plan": "gold" }))
            .await;
        assert!(status.is_client_error(), "{text}");
        let request = self.request(Method::POST, "/api/lemon/checkout").json(&pro);
        let answer = self.ada.send(request).await;
        assert_eq!(answer.status(), 200);
        let page: Value = answer.json().await.unwrap();
        let page = page["url"].as_str().unwrap();
        let paid = self.ada.submit(page, &[("card", "good")]).await;
        assert!(
            paid.url.as_str().starts_with(&self.studio.url),
            "{}",
            paid.url
        );
        self.seen.page(&paid);
        for path in ["/api/lemon/portal", "/profile"] {
            self.open_page(&self.url(path)).await;
        }
    }

    /// Deliveries, signed and not.
    async fn hear(&mut self) {
        let body = json!({ "meta": { "event_name": "order_created" }, "data": {} }).to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(LEMON_SECRET.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        for (signature, status) in [(signature.as_str(), 200), ("00", 401), ("", 401)] {
            let request = self.request(Method::POST, "/api/webhooks/lemon");
            let request = request.header("x-signature", signature).body(body.clone());
            let (answered, text) = self.send(request).await;
            assert_eq!(answered, status, "{text}");
        }
        let profile = json!({ "type": "user.updated", "data": {} });
        self.hear_signed("clerk", "svix", CLERK_WEBHOOK, &profile)
            .await;
        let run = json!({ "request_id": "canary-run", "status": "completed" });
        self.hear_signed("higgsfield", "webhook", HIGGSFIELD_WEBHOOK, &run)
            .await;
    }

    /// A delivery by Standard Webhooks, whose headers begin with `prefix`.
    async fn hear_signed(&mut self, door: &str, prefix: &str, secret: &str, body: &Value) {
        let body = body.to_string();
        let now = jiff::Timestamp::now().as_second().to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("msg_1.{now}.{body}").as_bytes());
        let good = STANDARD.encode(mac.finalize().into_bytes());
        for signature in [good.as_str(), "00", ""] {
            let request = self.request(Method::POST, &format!("/api/webhooks/{door}"));
            let request = request
                .header(format!("{prefix}-id"), "msg_1")
                .header(format!("{prefix}-timestamp"), &now)
                .header(format!("{prefix}-signature"), format!("v1,{signature}"));
            let (status, text) = self.send(request.body(body.clone())).await;
            let is_forged = status == StatusCode::UNAUTHORIZED;
            assert!(!is_forged || signature != good, "{door}: {text}");
        }
    }

    /// Nobody answers any more.
    async fn lose_everybody(self) -> (Plan, Studio, Visitor, Seen) {
        let Self {
            plan,
            studio,
            sandbox,
            ada,
            mut seen,
            _bucket,
        } = self;
        sandbox.stop().await;
        let ask = |path: &str| format!("{}{path}", studio.url);
        let wish = json!({ "model": "flux-schnell", "prompt": PROMPT });
        let orders = [
            ("/api/image/generate", &wish),
            ("/api/lemon/cancel", &json!({})),
            ("/api/lemon/checkout", &json!({ "topup": "pack-100" })),
        ];
        for (path, body) in orders {
            let answer = ada.send(ada.client().post(ask(path)).json(body)).await;
            seen.note(&answer.text().await.unwrap());
        }
        for path in ["/api/lemon/portal", "/profile", "/studio"] {
            let answer = ada.send(ada.client().get(ask(path))).await;
            seen.note(&answer.text().await.unwrap());
        }
        (plan, studio, ada, seen)
    }
}

/// Addresses of ours that a page leads to.
fn links(page: &str) -> Vec<String> {
    let addresses = page.split("href=\"").skip(1);
    let addresses = addresses.filter_map(|rest| rest.split('"').next());
    let ours = addresses.filter(|it| it.starts_with('/') && !it.starts_with("//"));
    ours.map(|it| it.split('#').next().unwrap().replace("&amp;", "&"))
        .collect()
}

/// Plays everything with one kind of identity on one database, and searches what was said.
async fn sing(name: &str, identity: &str, database: Option<String>) {
    let bucket = Bucket::open().await;
    let planted = planted(&bucket, database.as_deref());
    check_complete(&planted);
    let mut stage = Stage::open(name, identity, &planted, bucket).await;
    for arguments in [&["config"][..], &["doctor"], &["member", "list"]] {
        let said = stage.plan.run_beside(arguments).await;
        stage.seen.note(&said);
    }
    match identity {
        "local" => stage.join_locally().await,
        _ => stage.join_through_clerk().await,
    }
    stage.order().await;
    stage.buy().await;
    stage.hear().await;
    stage.call_everything().await;
    stage.walk().await;
    let (plan, studio, ada, mut seen) = stage.lose_everybody().await;
    let mut cookies = ada.cookies();
    let (code, said) = studio.stop();
    assert_eq!(code, 0, "{said}");
    seen.note(&said);
    // A development instance's links carry the browser's name: hosts do not share cookies there.
    let name_of_browser = cookies.get("__clerk_db_jwt").cloned();
    cookies.retain(|_, value| Some(&*value) != name_of_browser.as_ref());
    let log = std::fs::read_to_string(plan.folder.join("log")).unwrap();
    assert!(
        log.contains("TRACE") && log.contains("answered 202"),
        "nobody listened"
    );
    search(
        &planted,
        &cookies.into_values().collect::<Vec<_>>(),
        &seen.0,
        &log,
    );
}

fn search(planted: &[Planted], tokens: &[String], seen: &str, log: &str) {
    for one in planted {
        for trace in &one.traces {
            assert_absent(seen, trace, &format!("{} was shown", one.variable));
            assert_absent(log, trace, &format!("{} is in the log", one.variable));
        }
    }
    assert_absent(seen, PASSWORD, "a password was shown");
    // A short cookie says nothing; a long one lets somebody in.
    for token in tokens.iter().filter(|token| token.len() >= 24) {
        assert_absent(seen, token, "a token was shown");
        assert_absent(log, token, "a token is in the log");
    }
    for private in [PASSWORD, EMAIL, "canary-prompt-e2d4aa", "canary-words-3d90"] {
        assert_absent(log, private, &format!("{private} is in the log"));
    }
    let signed = ["signature=", "__clerk_handshake=", "Bearer "];
    for part in signed {
        assert_absent(log, part, "a signed address or a token is in the log");
    }
}

#[track_caller]
fn assert_absent(text: &str, part: &str, complaint: &str) {
    if let Some(at) = text.find(part) {
        let around: String = text[..at].chars().rev().take(300).collect();
        let around: String = around.chars().rev().collect();
        panic!("{complaint}, after: {around}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_shows_in_a_studio_with_accounts_of_its_own() {
    let database = fresh_postgres("canary").await;
    sing("canary-local", "local", database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_shows_in_a_studio_that_asks_clerk() {
    sing("canary-clerk", "clerk", None).await;
}
