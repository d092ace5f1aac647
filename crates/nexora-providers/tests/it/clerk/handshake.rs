//! Whole requests, and what somebody could try with a handshake.

use nexora_providers::clerk::{
    ClerkCookies, Decision, Flaw, HandshakeReason, HandshakeRequest, PortalPage, SignedOut,
    TokenError, Visit,
};
use nexora_providers::{Clerk, ClerkConfig};
use serde_json::{Value, json};
use url::Url;

use super::mint::{Mint, NOW, changed, claims, config, header, in_development, open};

const ISSUER: &str = "https://clerk.studio.example";

/// A page being loaded with these cookies.
async fn load(clerk: &Clerk, path_and_query: &str, cookies: &[(&str, &str)]) -> Visit {
    let cookies: ClerkCookies = clerk.cookies(cookies);
    let request = HandshakeRequest {
        method: "GET",
        sec_fetch_dest: Some("document"),
        accept: Some("text/html"),
        path_and_query,
        cookies: &cookies,
    };
    clerk.authenticate(&request).await
}

fn session(changes: &Value) -> String {
    Mint::own().token(&changed(claims(ISSUER), changes))
}

fn payload(mint: &Mint, cookies: &[String]) -> String {
    mint.token(&json!({ "handshake": cookies }))
}

/// What Clerk brings back for this session token.
fn brought(token: &str) -> Vec<String> {
    vec![
        format!("__session={token}; Path=/; SameSite=Lax"),
        format!("__client_uat={NOW}; Domain=studio.example"),
    ]
}

fn signed_in_as(visit: &Visit) -> Option<&str> {
    match &visit.decision {
        Decision::SignedIn(verified) => Some(&verified.subject),
        Decision::SignedOut(_) | Decision::Redirect { .. } | Decision::Unavailable => None,
    }
}

fn reason(visit: &Visit) -> String {
    let (url, _) = redirect(visit);
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(name, _)| name == "__clerk_hs_reason");
    found.unwrap().1.into_owned()
}

/// Where a browser is sent, and with which cookies.
fn redirect(visit: &Visit) -> (&Url, &[String]) {
    let Decision::Redirect { url, set_cookies } = &visit.decision else {
        panic!("{visit:?}");
    };
    (url, set_cookies)
}

#[tokio::test]
async fn a_cookie_signs_in_and_an_old_one_asks_clerk() {
    let (clerk, _) = open(config());
    let uat = NOW.to_string();
    let fresh = session(&json!({}));
    let visit = load(
        &clerk,
        "/",
        &[("__session", &fresh), ("__client_uat", &uat)],
    )
    .await;
    assert_eq!(
        signed_in_as(&visit),
        Some("user_29w83sxmDNGwOuEthce5gg56FcC")
    );
    let over = session(&json!({ "exp": NOW - 60 }));
    let visit = load(&clerk, "/", &[("__session", &over), ("__client_uat", &uat)]).await;
    assert_eq!(reason(&visit), "session-token-expired");
    let later = (NOW + 7).to_string();
    let visit = load(
        &clerk,
        "/",
        &[("__session", &fresh), ("__client_uat", &later)],
    )
    .await;
    assert_eq!(reason(&visit), "session-token-iat-before-client-uat");
    let pending = session(&json!({ "sts": "pending" }));
    let visit = load(
        &clerk,
        "/",
        &[("__session", &pending), ("__client_uat", &uat)],
    )
    .await;
    assert_eq!(visit.decision, Decision::SignedOut(SignedOut::Pending));
    let visit = load(&clerk, "/", &[]).await;
    assert_eq!(visit.decision, Decision::SignedOut(SignedOut::Nobody));
}

#[tokio::test]
async fn a_token_that_no_handshake_mends_starts_none() {
    let (clerk, _) = open(config());
    let forged = Mint::stranger().token(&claims(ISSUER));
    let foreign = session(&json!({ "azp": "https://evil.example", "exp": NOW - 60 }));
    let template = changed(header(), &json!({ "cat": "cl_B7d4PD222AAA" }));
    let template = Mint::own().token_with(&template, &claims(ISSUER));
    let table = [
        (forged, Flaw::Signature),
        (foreign, Flaw::AuthorizedParty),
        (template, Flaw::Category),
    ];
    for (token, flaw) in table {
        let visit = load(&clerk, "/", &[("__session", &token), ("__client_uat", "1")]).await;
        assert_eq!(
            visit.decision,
            Decision::SignedOut(SignedOut::Invalid(flaw))
        );
    }
}

#[tokio::test]
async fn a_link_cannot_sign_anybody_in_as_somebody_else() {
    let (clerk, _) = open(config());
    let attackers = session(&json!({ "sub": "user_attacker" }));
    let token = payload(&Mint::own(), &brought(&attackers));
    let link = format!("/studio?__clerk_handshake={token}");
    let visit = load(&clerk, &link, &[]).await;
    assert_eq!(visit.decision, Decision::SignedOut(SignedOut::Nobody));
    assert_eq!(visit.set_cookies, Vec::<String>::new());
    let visit = load(&clerk, &link, &[("__client_uat", "5")]).await;
    assert!(!redirect(&visit).0.as_str().contains(&token));
}

#[tokio::test]
async fn in_production_a_handshake_comes_back_in_a_cookie() {
    let (clerk, _) = open(config());
    let token = session(&json!({}));
    let back = payload(&Mint::own(), &brought(&token));
    let visit = load(&clerk, "/studio", &[("__clerk_handshake", &back)]).await;
    assert!(signed_in_as(&visit).is_some(), "{visit:?}");
    assert_eq!(visit.set_cookies[..2], brought(&token)[..]);
    let used_up = "__clerk_handshake=; Path=/; Max-Age=0; Domain=studio.example";
    assert!(visit.set_cookies.contains(&used_up.to_owned()));

    let out = ["__session=; Max-Age=0", "__client_uat=0"].map(str::to_owned);
    let back = payload(&Mint::own(), &out);
    let visit = load(&clerk, "/", &[("__clerk_handshake", &back)]).await;
    assert_eq!(visit.decision, Decision::SignedOut(SignedOut::Nobody));
    assert_eq!(visit.set_cookies[..2], out[..]);
}

#[tokio::test]
async fn in_production_a_wrong_handshake_is_as_good_as_none() {
    let (clerk, _) = open(config());
    let good = session(&json!({}));
    let own = Mint::own();
    let template = changed(header(), &json!({ "cat": "cl_B7d4PD222AAA" }));
    let of_template = own.token_with(&template, &json!({ "handshake": brought(&good) }));
    let expired = session(&json!({ "exp": NOW - 60 }));
    let foreign = session(&json!({ "iss": "https://clerk.other.example" }));
    let wrong = [
        "nonsense".to_owned(),
        payload(&Mint::stranger(), &brought(&good)),
        of_template,
        // A session token is no handshake.
        good.clone(),
        payload(&own, &brought(&expired)),
        payload(&own, &brought(&foreign)),
    ];
    for back in wrong {
        let visit = load(&clerk, "/", &[("__clerk_handshake", &back)]).await;
        assert_eq!(
            visit.decision,
            Decision::SignedOut(SignedOut::Nobody),
            "{back}"
        );
        assert_eq!(visit.set_cookies, Vec::<String>::new());
    }
    // An old one does not undo what has happened in the browser since.
    let back = payload(&own, &brought(&good));
    let later = (NOW + 1).to_string();
    let visit = load(
        &clerk,
        "/",
        &[("__clerk_handshake", &back), ("__client_uat", &later)],
    )
    .await;
    assert_eq!(reason(&visit), "client-uat-but-no-session-token");
}

#[tokio::test]
async fn a_handshake_sets_clerks_cookies_and_no_others() {
    let (clerk, _) = open(config());
    let token = session(&json!({}));
    let mut cookies = brought(&token);
    cookies.push("__Host-nexora=attackers; Path=/".to_owned());
    cookies.push("__session_x=1\r\nSet-Cookie: __Host-nexora=attackers".to_owned());
    cookies.push("__clerk_x=1\nx: y".to_owned());
    let back = payload(&Mint::own(), &cookies);
    let visit = load(&clerk, "/", &[("__clerk_handshake", &back)]).await;
    assert!(signed_in_as(&visit).is_some());
    let text = visit.set_cookies.join("|");
    assert!(!text.contains("nexora") && !text.contains('\n'), "{text}");
}

#[tokio::test]
async fn in_development_it_comes_in_the_query_and_the_page_is_loaded_again() {
    let (clerk, _) = open(in_development());
    let token = session(&json!({}));
    let back = payload(&Mint::own(), &brought(&token));
    let path = format!("/studio?tab=2&__clerk_handshake={back}&__clerk_help=1&__clerk_db_jwt=d");
    let visit = load(&clerk, &path, &[]).await;
    let (url, set_cookies) = redirect(&visit);
    assert_eq!(url.as_str(), "https://studio.example/studio?tab=2");
    assert_eq!(set_cookies, brought(&token));
    let forged = payload(&Mint::stranger(), &brought(&token));
    let path = format!("/?__clerk_handshake={forged}");
    let visit = load(&clerk, &path, &[]).await;
    assert_eq!(
        visit.decision,
        Decision::SignedOut(SignedOut::KeysDoNotMatch)
    );
    // The cookie of production means nothing here.
    let cookies = [
        ("__clerk_handshake", back.as_str()),
        ("__clerk_db_jwt", "d"),
    ];
    let visit = load(&clerk, "/", &cookies).await;
    assert_eq!(visit.decision, Decision::SignedOut(SignedOut::Nobody));
}

#[tokio::test]
async fn a_browser_that_was_just_at_clerks_is_told_apart() {
    let sent = |config, path: &str, destination, pairs: &[(&str, &str)]| {
        let (clerk, _) = open(config);
        let cookies = clerk.cookies(pairs);
        clerk.has_sent(&HandshakeRequest {
            method: "GET",
            sec_fetch_dest: Some(destination),
            accept: None,
            path_and_query: path,
            cookies: &cookies,
        })
    };
    let cookie = [("__clerk_handshake", "x")];
    for back in ["/?__clerk_handshake=x", "/?a=1&__clerk_db_jwt=x"] {
        assert!(sent(in_development(), back, "document", &[]), "{back}");
        assert!(!sent(in_development(), back, "empty", &[]), "{back}");
        assert!(!sent(config(), back, "document", &[]), "{back}");
    }
    assert!(sent(config(), "/", "document", &cookie));
    assert!(!sent(config(), "/", "image", &cookie));
    assert!(!sent(in_development(), "/", "document", &cookie));
}

#[test]
fn whoever_signs_out_forgets_clerks_cookies_on_the_whole_domain() {
    let (clerk, _) = open(config());
    let texts = clerk.sign_out_cookies();
    let suffix = clerk.instance().cookie_suffix();
    for name in ["__session", "__client_uat", "__refresh"] {
        for name in [name.to_owned(), format!("{name}_{suffix}")] {
            let here = format!("{name}=; Path=/; Max-Age=0");
            assert!(texts.contains(&here), "{here}");
            assert!(texts.contains(&format!("{here}; Domain=studio.example")));
        }
    }
    assert_eq!(texts.len(), 12);
}

#[tokio::test]
async fn a_browser_goes_round_three_times_at_most() {
    let (clerk, _) = open(config());
    let mut count = "0".to_owned();
    for _ in 0..3 {
        let cookies = [("__client_uat", "5"), ("__clerk_redirect_count", &count)];
        let visit = load(&clerk, "/", &cookies).await;
        let cookie = redirect(&visit).1[0].split(';').next().unwrap();
        count = cookie.split_once('=').unwrap().1.to_owned();
    }
    let cookies = [("__client_uat", "5"), ("__clerk_redirect_count", &count)];
    let visit = load(&clerk, "/", &cookies).await;
    let why = HandshakeReason::ClientWithoutToken;
    let out = SignedOut::GoingRound(why);
    assert_eq!(visit.decision, Decision::SignedOut(out));
}

#[tokio::test]
async fn without_keys_nobody_is_let_in_nor_sent_away() {
    let config = ClerkConfig {
        jwt_key: None,
        frontend_api_url: Some("http://127.0.0.1:9".parse().unwrap()),
        ..config()
    };
    let (clerk, _) = open(config);
    let issuer = clerk.instance().issuer().to_owned();
    let token = Mint::own().token(&claims(&issuer));
    let visit = load(&clerk, "/", &[("__session", &token), ("__client_uat", "5")]).await;
    assert_eq!(visit.decision, Decision::Unavailable);
    let visit = load(&clerk, "/", &[("__clerk_handshake", &token)]).await;
    assert_eq!(visit.decision, Decision::Unavailable);
    let outcome = clerk.complete_handshake(&token).await;
    assert_eq!(outcome, Err(TokenError::Unavailable));
}

#[test]
fn the_hosted_pages_lead_back_to_us() {
    let (clerk, _) = open(config());
    let url = clerk.account_portal_url(PortalPage::SignIn, "/studio?a=1", Some("d"));
    let expected = "https://accounts.studio.example/sign-in\
        ?redirect_url=https%3A%2F%2Fstudio.example%2Fstudio%3Fa%3D1";
    assert_eq!(url.as_str(), expected);
    let url = clerk.account_portal_url(PortalPage::Tasks, "https://evil.example", None);
    let expected = "https://accounts.studio.example/sign-in/tasks\
        ?redirect_url=https%3A%2F%2Fstudio.example%2F";
    assert_eq!(url.as_str(), expected);
    let (clerk, _) = open(in_development());
    let url = clerk.account_portal_url(PortalPage::User, "/", Some("dvb 1"));
    assert!(url.as_str().ends_with("&__clerk_db_jwt=dvb+1"), "{url}");
}
