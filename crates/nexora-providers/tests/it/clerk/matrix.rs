//! The table of tokens and right answers. Every row is one thing changed in a good token.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nexora_providers::clerk::{FactorAge, Flaw, TokenError, Transport};
use ring::rand::SystemRandom;
use ring::{hmac, signature};
use serde_json::{Value, json};

use super::mint::{
    HOME, KID, Mint, NOW, PUBLIC_PEM, SECOND_HOME, changed, claims, config, header, open, unsigned,
    with_signature,
};

const ISSUER: &str = "https://clerk.studio.example";
/// `None` is a yes.
type Answer = Option<TokenError>;

const GOOD: Answer = None;
const BEARER: Transport = Transport::Bearer;

/// A token that never signs anybody in.
#[expect(
    clippy::unnecessary_wraps,
    reason = "an answer among others in a table"
)]
const fn flaw(flaw: Flaw) -> Answer {
    let error = TokenError::Invalid(flaw);
    Some(error)
}

const fn cookie(client_uat: Option<i64>) -> Transport {
    Transport::Cookie { client_uat }
}

/// What became of a token at [`NOW`].
async fn verdict(token: &str, transport: Transport) -> Answer {
    let (clerk, _) = open(config());
    clerk.verify_session(token, transport).await.err()
}

async fn check(rows: Vec<(&str, String, Answer)>) {
    for (name, token, expected) in rows {
        for transport in [BEARER, cookie(Some(NOW - 100))] {
            assert_eq!(verdict(&token, transport).await, expected, "{name}");
        }
    }
}

/// One thing changed in the claims.
async fn check_claims(rows: Vec<(Value, Answer)>) {
    let mint = Mint::own();
    for (changes, expected) in rows {
        let token = mint.token(&changed(claims(ISSUER), &changes));
        for transport in [BEARER, cookie(Some(NOW - 100))] {
            assert_eq!(verdict(&token, transport).await, expected, "{changes}");
        }
    }
}

/// One thing changed in the header.
async fn check_headers(rows: Vec<(Value, Answer)>) {
    let mint = Mint::own();
    for (changes, expected) in rows {
        let token = mint.token_with(&changed(header(), &changes), &claims(ISSUER));
        assert_eq!(verdict(&token, BEARER).await, expected, "{changes}");
    }
}

fn with_alg(alg: &str) -> String {
    changed(header(), &json!({ "alg": alg })).to_string()
}

fn es256() -> String {
    let random = SystemRandom::new();
    let algorithm = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = signature::EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
    let pair = signature::EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
    let signed = unsigned(&with_alg("ES256"), &claims(ISSUER).to_string());
    let signature = pair.sign(&random, signed.as_bytes()).unwrap();
    with_signature(&signed, signature.as_ref())
}

/// The old trick: the public key, which everybody has, as the secret of an HMAC.
fn hs256(alg: &str) -> String {
    let signed = unsigned(&with_alg(alg), &claims(ISSUER).to_string());
    let key = hmac::Key::new(hmac::HMAC_SHA256, PUBLIC_PEM.as_bytes());
    with_signature(&signed, hmac::sign(&key, signed.as_bytes()).as_ref())
}

#[tokio::test]
async fn only_rs256_is_a_signature() {
    let mint = Mint::own();
    let all = claims(ISSUER).to_string();
    let none = |alg: &str| format!("{}.", unsigned(&with_alg(alg), &all));
    let rsa = |encoding, alg: &str| mint.signed_by(encoding, &with_alg(alg), &all);
    let wrong = flaw(Flaw::Algorithm);
    check(vec![
        ("none", none("none"), wrong),
        ("nOnE", none("nOnE"), wrong),
        ("none, but signed", mint.raw(&with_alg("none"), &all), wrong),
        ("empty", mint.raw(&with_alg(""), &all), wrong),
        ("lower case", mint.raw(&with_alg("rs256"), &all), wrong),
        ("HS256 with the public key", hs256("HS256"), wrong),
        ("RS384", rsa(&signature::RSA_PKCS1_SHA384, "RS384"), wrong),
        ("RS512", rsa(&signature::RSA_PKCS1_SHA512, "RS512"), wrong),
        ("PS256", rsa(&signature::RSA_PSS_SHA256, "PS256"), wrong),
        ("ES256", es256(), wrong),
        // It says RS256 and is something else.
        ("HMAC as RS256", hs256("RS256"), flaw(Flaw::Signature)),
        (
            "SHA-512 as RS256",
            rsa(&signature::RSA_PKCS1_SHA512, "RS256"),
            flaw(Flaw::Signature),
        ),
        ("no signature", none("RS256"), flaw(Flaw::Signature)),
    ])
    .await;
    let number = json!({ "alg": 256 });
    let missing = json!({ "alg": null });
    check_headers(vec![(number, wrong), (missing, wrong)]).await;
}

#[tokio::test]
async fn a_header_promises_nothing_unusual() {
    let (kind, class) = (flaw(Flaw::Type), flaw(Flaw::Category));
    let (broken, critical) = (flaw(Flaw::Header), flaw(Flaw::Critical));
    check_headers(vec![
        (json!({}), GOOD),
        (json!({ "typ": null }), GOOD),
        (json!({ "oiat": NOW, "tomorrow": {} }), GOOD),
        (
            json!({ "jku": "https://evil.example/jwks", "jwk": {} }),
            GOOD,
        ),
        (json!({ "typ": "jwt" }), kind),
        (json!({ "typ": "at+jwt" }), kind),
        (json!({ "typ": "application/at+jwt" }), kind),
        (json!({ "typ": 1 }), kind),
        (json!({ "cat": null }), GOOD),
        (json!({ "cat": "cl_I7d4PD111III" }), GOOD),
        (json!({ "cat": "cl_B7d4PD222AAA" }), class),
        (json!({ "cat": "cl_B7d4PD333AAA" }), class),
        (json!({ "cat": "" }), class),
        (json!({ "cat": ["cl_B7d4PD111AAA"] }), class),
        (json!({ "crit": ["exp"] }), critical),
        (json!({ "crit": [] }), critical),
        (json!({ "crit": "" }), critical),
        (json!({ "kid": null }), broken),
        (json!({ "kid": "" }), broken),
        (json!({ "kid": 7 }), broken),
        (json!({ "kid": "x".repeat(300) }), broken),
    ])
    .await;
    let mint = Mint::own();
    let all = claims(ISSUER).to_string();
    let twice = header().to_string().replacen('{', r#"{"alg":"none","#, 1);
    let null_class = header().to_string().replace(r#""cl_B7d4PD111AAA""#, "null");
    let null_crit = header().to_string().replacen('{', r#"{"crit":null,"#, 1);
    check(vec![
        ("alg twice", mint.raw(&twice, &all), broken),
        ("cat null", mint.raw(&null_class, &all), class),
        ("crit null", mint.raw(&null_crit, &all), critical),
        (
            "no object",
            mint.raw(&format!(r#"["RS256","JWT","{KID}"]"#), &all),
            broken,
        ),
        ("no JSON", mint.raw("RS256", &all), broken),
    ])
    .await;
}

#[tokio::test]
async fn a_token_is_three_parts_of_base64url() {
    let good = Mint::own().token(&claims(ISSUER));
    let parts: Vec<&str> = good.split('.').collect();
    let padded = format!("{}=.{}.{}", parts[0], parts[1], parts[2]);
    let standard = STANDARD.encode([0xfb, 0xff]);
    let syntax = flaw(Flaw::Syntax);
    check(vec![
        ("as it is", good.clone(), GOOD),
        ("nothing", String::new(), syntax),
        ("two parts", format!("{}.{}", parts[0], parts[1]), syntax),
        ("four parts", format!("{good}.x"), syntax),
        ("a leading space", format!(" {good}"), syntax),
        ("a trailing line break", format!("{good}\n"), syntax),
        ("with its scheme", format!("Bearer {good}"), syntax),
        ("padded", padded, syntax),
        (
            "standard base64",
            format!("{}.{standard}.{}", parts[0], parts[2]),
            syntax,
        ),
        (
            "too long",
            format!("{good}{}", "A".repeat(8 * 1024)),
            syntax,
        ),
        ("only dots", "..".to_owned(), flaw(Flaw::Header)),
    ])
    .await;
}

#[tokio::test]
async fn the_signature_is_looked_at_before_the_claims() {
    let own = Mint::own().token(&claims(ISSUER));
    let (signed, signature) = own.rsplit_once('.').unwrap();
    let (head, _) = signed.split_once('.').unwrap();
    let richer = changed(claims(ISSUER), &json!({ "sub": "user_somebody_else" }));
    let richer = URL_SAFE_NO_PAD.encode(richer.to_string());
    let stranger = Mint::stranger();
    let with = |changes: Value| stranger.token(&changed(claims(ISSUER), &changes));
    let forged = flaw(Flaw::Signature);
    let shorter = signature.get(..signature.len() - 6).unwrap();
    check(vec![
        (
            "somebody else's claims",
            format!("{head}.{richer}.{signature}"),
            forged,
        ),
        ("a cut signature", format!("{signed}.{shorter}"), forged),
        ("a stranger's key", with(json!({})), forged),
        (
            "a stranger's key, expired",
            with(json!({ "exp": NOW - 900 })),
            forged,
        ),
        (
            "a stranger's key, no subject",
            with(json!({ "sub": null })),
            forged,
        ),
        (
            "a stranger's key, foreign",
            with(json!({ "iss": "https://other" })),
            forged,
        ),
        (
            "a stranger's key, pending",
            with(json!({ "sts": "pending" })),
            forged,
        ),
    ])
    .await;
}

#[tokio::test]
async fn every_claim_is_there_and_of_its_form() {
    let claim = |name| flaw(Flaw::Claim(name));
    let issuer = flaw(Flaw::Issuer);
    check_claims(vec![
        (json!({}), GOOD),
        (json!({ "sub": null }), claim("sub")),
        (json!({ "sub": 7 }), claim("sub")),
        (json!({ "sub": "" }), claim("sub")),
        (json!({ "sub": "user_" }), claim("sub")),
        (json!({ "sub": "mch_29w83sx" }), claim("sub")),
        (json!({ "sub": "User_29w83sx" }), claim("sub")),
        (json!({ "sub": "user_1/../user_2" }), claim("sub")),
        (json!({ "sid": null }), claim("sid")),
        (json!({ "sid": true }), claim("sid")),
        (json!({ "sid": "29w83u" }), claim("sid")),
        (json!({ "sid": "sess_" }), claim("sid")),
        (json!({ "iss": null }), issuer),
        (json!({ "iss": [ISSUER] }), issuer),
        (json!({ "iss": { "0": ISSUER } }), issuer),
        (json!({ "iss": format!("{ISSUER}/") }), issuer),
        (json!({ "iss": "http://clerk.studio.example" }), issuer),
        (json!({ "iss": "https://CLERK.studio.example" }), issuer),
        (json!({ "iss": "https://clerk.other.example" }), issuer),
        (json!({ "iat": null }), claim("iat")),
        (json!({ "iat": "1800000000" }), claim("iat")),
        (json!({ "nbf": null }), claim("nbf")),
        (json!({ "nbf": [] }), claim("nbf")),
        (json!({ "exp": null }), claim("exp")),
        (json!({ "exp": "1800000060" }), claim("exp")),
        (json!({ "exp": 1e30 }), claim("exp")),
        (json!({ "exp": true }), claim("exp")),
        (json!({ "sts": 1 }), claim("sts")),
        (json!({ "act": "user_1" }), claim("act")),
        (json!({ "act": { "sid": "sess_2" } }), claim("act")),
        (json!({ "act": { "sub": "a b" } }), claim("act")),
    ])
    .await;
    let mint = Mint::own();
    let all = claims(ISSUER).to_string();
    let twice = all.replacen('{', r#"{"sub":"user_2","#, 1);
    let head = header().to_string();
    check(vec![
        ("sub twice", mint.raw(&head, &twice), claim("payload")),
        (
            "no object",
            mint.raw(&head, r#"["user_1"]"#),
            claim("payload"),
        ),
        ("no JSON", mint.raw(&head, "user_1"), claim("payload")),
        ("nothing", mint.raw(&head, ""), claim("payload")),
    ])
    .await;
}

#[tokio::test]
async fn claims_of_others_change_nothing() {
    check_claims(vec![
        (
            json!({ "aud": "authenticated", "role": "authenticated" }),
            GOOD,
        ),
        (json!({ "aud": ["a", "b"] }), GOOD),
        (
            json!({ "v": null, "jti": null, "sts": null, "fva": null }),
            GOOD,
        ),
        (
            json!({ "v": null, "org_id": "org_1", "org_role": "org:admin" }),
            GOOD,
        ),
        (
            json!({ "o": { "id": "org_1", "rol": "admin" }, "pla": "u:pro", "fea": "u:x" }),
            GOOD,
        ),
        (json!({ "v": 3, "tomorrow": { "deep": [1, 2] } }), GOOD),
        (json!({ "fva": "never" }), GOOD),
    ])
    .await;
}

#[tokio::test]
async fn the_page_that_asked_for_the_token_is_one_of_ours() {
    let foreign = flaw(Flaw::AuthorizedParty);
    check_claims(vec![
        (json!({ "azp": HOME }), GOOD),
        (json!({ "azp": SECOND_HOME }), GOOD),
        (json!({ "azp": null }), foreign),
        (json!({ "azp": "" }), foreign),
        (json!({ "azp": "null" }), foreign),
        (json!({ "azp": [HOME] }), foreign),
        (json!({ "azp": "https://evil.example" }), foreign),
        (json!({ "azp": "https://blog.studio.example" }), foreign),
        (
            json!({ "azp": "https://studio.example.evil.example" }),
            foreign,
        ),
        (json!({ "azp": "http://studio.example" }), foreign),
        (json!({ "azp": "https://studio.example:8443" }), foreign),
        (json!({ "azp": "https://studio.example/" }), foreign),
        (json!({ "azp": "http://localhost:3001" }), foreign),
    ])
    .await;
}

#[tokio::test]
async fn a_minute_is_a_minute_and_five_seconds() {
    let over = Some(TokenError::Expired);
    let early = Some(TokenError::NotYetValid);
    let future = Some(TokenError::IssuedInFuture);
    let far = i64::MAX;
    check_claims(vec![
        (json!({ "exp": NOW + 1 }), GOOD),
        (json!({ "exp": NOW }), GOOD),
        (json!({ "exp": NOW - 4 }), GOOD),
        (json!({ "exp": NOW - 5 }), over),
        (json!({ "exp": NOW - 45 }), over),
        (json!({ "exp": 0 }), over),
        (json!({ "exp": -far }), over),
        (json!({ "exp": far }), GOOD),
        (json!({ "nbf": NOW + 5 }), GOOD),
        (json!({ "nbf": NOW + 6 }), early),
        (json!({ "nbf": far }), early),
        (json!({ "nbf": -far }), GOOD),
        (json!({ "iat": NOW + 5 }), GOOD),
        (json!({ "iat": NOW + 6 }), future),
        (json!({ "iat": NOW + 3_000 }), future),
        // What can never become right comes first.
        (
            json!({ "exp": NOW - 45, "azp": "https://evil.example" }),
            flaw(Flaw::AuthorizedParty),
        ),
        (
            json!({ "exp": NOW - 45, "iss": "https://clerk.other.example" }),
            flaw(Flaw::Issuer),
        ),
        (
            json!({ "exp": NOW - 45, "sid": null }),
            flaw(Flaw::Claim("sid")),
        ),
    ])
    .await;
}

#[tokio::test]
async fn only_active_is_signed_in() {
    let pending = Some(TokenError::Pending);
    check_claims(vec![
        (json!({ "sts": "active" }), GOOD),
        (json!({ "sts": null }), GOOD),
        (json!({ "sts": "pending" }), pending),
        (json!({ "sts": "frozen" }), pending),
        (json!({ "sts": "" }), pending),
    ])
    .await;
}

#[tokio::test]
async fn a_cookie_is_no_older_than_the_browsers_last_sign_in() {
    let token = Mint::own().token(&claims(ISSUER));
    let out = Some(TokenError::NoClient);
    let rows = [
        (cookie(Some(NOW)), GOOD),
        (cookie(Some(1)), GOOD),
        (cookie(Some(NOW + 1)), Some(TokenError::Stale)),
        (cookie(Some(i64::MAX)), Some(TokenError::Stale)),
        (cookie(Some(0)), out),
        (cookie(Some(-1)), out),
        (cookie(None), out),
        (Transport::Bearer, GOOD),
        (Transport::Handshake, GOOD),
    ];
    for (transport, expected) in rows {
        assert_eq!(verdict(&token, transport).await, expected, "{transport:?}");
    }
}

#[tokio::test]
async fn a_good_token_says_who_and_who_else() {
    let (clerk, _) = open(config());
    let acting = json!({ "act": { "iss": "https://dashboard.clerk.com", "sub": "user_support" } });
    let token = Mint::own().token(&changed(claims(ISSUER), &acting));
    let verified = clerk.verify_session(&token, BEARER).await.unwrap();
    assert_eq!(verified.subject, "user_29w83sxmDNGwOuEthce5gg56FcC");
    assert_eq!(verified.sid, "sess_29w83uRYqA1CUe0GPQpdg9Qvqzt");
    assert_eq!(verified.issued_at.as_ms(), NOW * 1_000);
    assert_eq!(verified.expires_at.as_ms(), (NOW + 60) * 1_000);
    assert_eq!(verified.actor.as_deref(), Some("user_support"));
    let factors = FactorAge {
        first_minutes: Some(3),
        second_minutes: None,
    };
    assert_eq!(verified.factors, Some(factors));
}
