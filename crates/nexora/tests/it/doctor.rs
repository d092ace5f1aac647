//! The doctor looks at a configuration and says in words what is wrong with it.

use nexora_sandbox::{Pace, Sandbox, SandboxConfig};

use crate::studio::Plan;

async fn sandbox() -> Sandbox {
    let listen = ([127, 0, 0, 1], 0).into();
    let pace = Pace::Instant;
    Sandbox::start(SandboxConfig { listen, pace })
        .await
        .unwrap()
}

/// A studio whose Clerk and Lemon Squeezy are the sandbox's, and configured as real ones are.
fn plan(name: &str, sandbox: &Sandbox) -> Plan {
    let base = sandbox.base_url();
    Plan::new(name, &base)
        .with("CLERK_PUBLISHABLE_KEY", Sandbox::clerk_publishable_key())
        .with("CLERK_SECRET_KEY", Sandbox::clerk_secret_key())
        .with("CLERK_API_URL", &format!("{base}/clerk"))
        .with("CLERK_FRONTEND_API_URL", &format!("{base}/clerk"))
        .with("LEMON_SQUEEZY_API_KEY", Sandbox::lemon_api_key())
        .with("LEMON_SQUEEZY_STORE_ID", "1")
        .with(
            "LEMON_SQUEEZY_WEBHOOK_SECRET",
            Sandbox::lemon_signing_secret(),
        )
        .with("LEMON_SQUEEZY_GROWTH_VARIANT_ID", "101")
        .with(
            "LEMON_SQUEEZY_TOPUPS",
            "100 for 15 = 201, 500 for 55.50 = 202",
        )
        .with("LEMON_SQUEEZY_TEST_MODE", "true")
        .with("LEMON_SQUEEZY_BASE_URL", &format!("{base}/lemon/v1"))
        .with("PUBLIC_URL", "http://127.0.0.1:9")
}

/// What the doctor says, and whether all is well.
async fn examine(plan: &Plan) -> (bool, String) {
    let mut command = plan.command(&["doctor"]);
    // The sandbox answers on this runtime: waiting for the doctor must not stop it.
    let done = tokio::task::spawn_blocking(move || command.output().unwrap());
    let done = done.await.unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    (done.status.success(), said)
}

#[track_caller]
fn assert_says(said: &str, sentences: &[&str]) {
    for sentence in sentences {
        assert!(said.contains(sentence), "{sentence:?} is missing:\n{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_configuration_looks_right() {
    let sandbox = sandbox().await;
    let hook = "http://127.0.0.1:9/api/webhooks/lemon";
    sandbox.lemon().deliver_to(hook);
    let plan = plan("doctor-well", &sandbox).with("LEMON_SQUEEZY_PRO_VARIANT_ID", "102");
    let (is_well, said) = examine(&plan).await;
    assert_says(
        &said,
        &[
            "ok    CLERK_SECRET_KEY is accepted",
            "ok    all of Clerk's keys are of one instance",
            "ok    our clock agrees with Clerk's",
            "note  CLERK_WEBHOOK_SIGNING_SECRET is not set",
            "note  LEMON_SQUEEZY_API_KEY is accepted; test mode",
            "ok    our clock agrees with Lemon Squeezy's",
            "ok    store 1 is \"Sandbox\"",
            "ok    LEMON_SQUEEZY_GROWTH_VARIANT_ID 101 is \"Growth\"",
            "ok    LEMON_SQUEEZY_PRO_VARIANT_ID 102 is \"Pro\"",
            "ok    LEMON_SQUEEZY_TOPUPS 201 is \"100 credits\"",
            "note  LEMON_SQUEEZY_TOPUPS 202 is \"500 credits\" and costs $60.00 there, while our \
             pages say $55.50",
            "ok    webhooks go to http://127.0.0.1:9/api/webhooks/lemon",
            "note  nobody answers at http://127.0.0.1:9/",
            "forms lead to us and to https://*.lemonsqueezy.com",
            "Everything looks right.",
        ],
    );
    assert!(is_well, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    let sandbox = sandbox().await;
    let stale = sandbox.clerk().jwt_key();
    sandbox.clerk().rotate_key();
    let plan = plan("doctor-ill", &sandbox)
        .with("LEMON_SQUEEZY_PRO_VARIANT_ID", "999")
        .with("LEMON_SQUEEZY_TOPUPS", "100 for 29 = 101")
        .with("LEMON_SQUEEZY_GROWTH_VARIANT_ID", "201")
        .with("LEMON_SQUEEZY_TEST_MODE", "false")
        .with("CLERK_JWT_KEY", &stale);
    let (is_well, said) = examine(&plan).await;
    assert_says(
        &said,
        &[
            "WRONG CLERK_SECRET_KEY is of another instance",
            "WRONG LEMON_SQUEEZY_API_KEY is a key of test mode",
            "WRONG LEMON_SQUEEZY_PRO_VARIANT_ID 999: there is no such variant",
            "WRONG LEMON_SQUEEZY_GROWTH_VARIANT_ID 201 is \"100 credits\": paid once",
            "WRONG LEMON_SQUEEZY_TOPUPS 101 is \"Growth\": a subscription",
            "WRONG the store delivers no webhooks to http://127.0.0.1:9/api/webhooks/lemon",
            "6 things need attention.",
        ],
    );
    assert!(!is_well);
}

#[tokio::test(flavor = "multi_thread")]
async fn models_that_are_gone_are_named() {
    let sandbox = sandbox().await;
    let built_in = include_str!("../../../nexora-core/src/catalog/models.toml");
    let stale = built_in
        .replace(
            "black-forest-labs/flux-schnell",
            "black-forest-labs/flux-gone",
        )
        .replace("gpt-image-2.6-flare", "dall-e-2")
        .replace("\"fal-ai/flux/schnell\"", "\"fal-ai/flux/gone\"");
    let catalog = std::env::temp_dir().join(format!("stale-{}.toml", std::process::id()));
    std::fs::write(&catalog, stale).unwrap();
    let plan = Plan::new("doctor-models", &sandbox.base_url())
        .with("NEXORA_CATALOG", catalog.to_str().unwrap());
    let mut command = plan.command(&["doctor", "--providers"]);
    let done = tokio::task::spawn_blocking(move || command.output().unwrap());
    let done = done.await.unwrap();
    std::fs::remove_file(catalog).unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert_says(
        &said,
        &[
            "ok    fal has ",
            "WRONG fal has no fal-ai/flux/gone (FLUX",
            "WRONG Replicate has no black-forest-labs/flux-gone (FLUX",
            "ok    OpenAI has 1 of the 2 models we ask of it",
            "WRONG OpenAI has no dall-e-2",
            "note  Runway does not say which models it has",
            "note  Higgsfield does not say which models it has",
        ],
    );
    assert!(!said.contains("no fal-ai/wan-t2v"), "{said}");
    assert!(!done.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_pooler_is_refused_in_words() {
    let sandbox = sandbox().await;
    let pooler = "postgres://postgres.ref:hush@127.0.0.1:6543/postgres?sslmode=require";
    let plan = Plan::new("doctor-pooler", &sandbox.base_url()).with("DATABASE_URL", pooler);
    let (is_well, said) = examine(&plan).await;
    assert_says(&said, &["WRONG", "6543", "5432"]);
    assert!(!said.contains("hush"), "{said}");
    assert!(!is_well);
}
