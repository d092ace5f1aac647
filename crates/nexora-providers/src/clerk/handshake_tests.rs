//! The table of decisions, after Clerk's own `integration/tests/handshake.test.ts`.

use nexora_core::Timestamp;

use super::super::instance::tests::instance;
use super::*;

const UAT: Option<i64> = Some(1_700_000_000);

fn verified() -> Verified {
    Verified {
        subject: "user_1".to_owned(),
        sid: "sess_1".to_owned(),
        issued_at: Timestamp::from_ms(0),
        expires_at: Timestamp::from_ms(60_000),
        actor: None,
        factors: None,
    }
}

fn cookies(session: bool, client_uat: Option<i64>) -> ClerkCookies {
    ClerkCookies {
        session: session.then(|| "a.b.c".to_owned()),
        client_uat,
        dev_browser: Some("dvb_1".to_owned()),
        ..ClerkCookies::default()
    }
}

fn document<'a>(cookies: &'a ClerkCookies, path_and_query: &'a str) -> HandshakeRequest<'a> {
    HandshakeRequest {
        method: "GET",
        sec_fetch_dest: Some("document"),
        accept: None,
        path_and_query,
        cookies,
    }
}

/// The reason of the handshake a document is sent on; none for any other decision.
fn reason(decision: &Decision) -> Option<String> {
    let Decision::Redirect { url, .. } = decision else {
        return None;
    };
    let mut pairs = url.query_pairs();
    let (_, reason) = pairs.find(|(name, _)| name == "__clerk_hs_reason")?;
    Some(reason.into_owned())
}

type Session = Option<Result<Verified, TokenError>>;

#[test]
fn every_state_that_clerk_can_mend_leads_to_a_handshake() {
    let failed = |error| Some(Err(error));
    let table: [(ClerkCookies, Session, &str); 8] = [
        (cookies(true, None), None, "session-token-but-no-client-uat"),
        (
            cookies(true, Some(0)),
            None,
            "session-token-but-no-client-uat",
        ),
        (cookies(false, UAT), None, "client-uat-but-no-session-token"),
        (
            cookies(true, UAT),
            failed(TokenError::Stale),
            "session-token-iat-before-client-uat",
        ),
        (
            cookies(true, UAT),
            failed(TokenError::Expired),
            "session-token-expired",
        ),
        (
            cookies(true, UAT),
            failed(TokenError::NotYetValid),
            "session-token-nbf",
        ),
        (
            cookies(true, UAT),
            failed(TokenError::IssuedInFuture),
            "session-token-iat-in-the-future",
        ),
        (
            cookies(true, UAT),
            failed(TokenError::NoClient),
            "session-token-but-no-client-uat",
        ),
    ];
    for (cookies, session, expected) in table {
        for mode in ["test", "live"] {
            let instance = instance(mode);
            let page = document(&cookies, "/studio");
            let decision = decide(&instance, &page, session.clone());
            assert_eq!(
                reason(&decision).as_deref(),
                Some(expected),
                "{mode} {cookies:?}"
            );
            let form = HandshakeRequest {
                method: "POST",
                ..page
            };
            let Decision::SignedOut(SignedOut::NeedsHandshake(why)) =
                decide(&instance, &form, session.clone())
            else {
                panic!("{cookies:?}");
            };
            assert_eq!(why.slug(), expected);
        }
    }
}

#[test]
fn nothing_else_does() {
    let flaws = [
        Flaw::Signature,
        Flaw::AuthorizedParty,
        Flaw::UnknownKey,
        Flaw::Category,
    ];
    let mut table: Vec<(ClerkCookies, Session, Decision)> = flaws
        .into_iter()
        .map(|flaw| {
            let session = Some(Err(TokenError::Invalid(flaw)));
            let out = Decision::SignedOut(SignedOut::Invalid(flaw));
            (cookies(true, UAT), session, out)
        })
        .collect();
    let nobody = Decision::SignedOut(SignedOut::Nobody);
    let pending = Decision::SignedOut(SignedOut::Pending);
    table.extend([
        (
            cookies(true, UAT),
            Some(Ok(verified())),
            Decision::SignedIn(verified()),
        ),
        (cookies(false, None), None, nobody.clone()),
        (cookies(false, Some(0)), None, nobody),
        (cookies(true, UAT), Some(Err(TokenError::Pending)), pending),
        (
            cookies(true, UAT),
            Some(Err(TokenError::Unavailable)),
            Decision::Unavailable,
        ),
    ]);
    for (cookies, session, expected) in table {
        for mode in ["test", "live"] {
            let decision = decide(&instance(mode), &document(&cookies, "/"), session.clone());
            assert_eq!(decision, expected, "{mode} {cookies:?}");
        }
    }
}

#[test]
fn in_development_the_browser_has_to_be_known_first() {
    let mut unknown = cookies(true, UAT);
    unknown.dev_browser = None;
    let good = || Some(Ok(verified()));
    let decided = |mode, cookies: &ClerkCookies, path| {
        reason(&decide(&instance(mode), &document(cookies, path), good()))
    };
    assert_eq!(
        decided("test", &unknown, "/").as_deref(),
        Some("dev-browser-missing")
    );
    assert_eq!(decided("live", &unknown, "/"), None);
    let synced = "/?__clerk_db_jwt=dvb_2";
    let known = cookies(true, UAT);
    assert_eq!(
        decided("test", &known, synced).as_deref(),
        Some("dev-browser-sync")
    );
    assert_eq!(decided("live", &known, synced), None);
}

#[test]
fn only_a_page_being_loaded_can_be_sent_away() {
    let cookies = cookies(false, UAT);
    let sent = |method, sec_fetch_dest, accept| {
        let request = HandshakeRequest {
            method,
            sec_fetch_dest,
            accept,
            ..document(&cookies, "/")
        };
        reason(&decide(&instance("live"), &request, None)).is_some()
    };
    let html = Some("text/html,application/xhtml+xml");
    assert!(sent("GET", Some("document"), None));
    assert!(sent("GET", Some("iframe"), Some("*/*")));
    assert!(sent("GET", None, html));
    assert!(!sent("GET", Some("empty"), html));
    assert!(!sent("GET", Some("image"), html));
    assert!(!sent("GET", None, Some("application/json, text/html")));
    assert!(!sent("GET", None, None));
    assert!(!sent("HEAD", Some("document"), html));
    assert!(!sent("POST", Some("document"), html));
}

fn sent_to(mode: &str, cookies: &ClerkCookies, path: &str) -> (Url, String) {
    let decision = decide(&instance(mode), &document(cookies, path), None);
    let Decision::Redirect { url, set_cookies } = decision else {
        panic!("{decision:?}");
    };
    (url, set_cookies.concat())
}

#[test]
fn the_way_there_says_what_clerk_has_to_know() {
    let (url, counted) = sent_to("live", &cookies(true, None), "/studio?tab=2&x=a%20b");
    assert_eq!(
        url.as_str(),
        "https://clerk.studio.example/v1/client/handshake\
         ?redirect_url=https%3A%2F%2Fstudio.example%2Fstudio%3Ftab%3D2%26x%3Da%2520b\
         &__clerk_api_version=2026-05-12&suffixed_cookies=false\
         &__clerk_hs_reason=session-token-but-no-client-uat&format=token&__session=a.b.c"
    );
    assert_eq!(
        counted,
        "__clerk_redirect_count=1; Path=/; SameSite=Lax; HttpOnly; Max-Age=2; Secure"
    );
    let (url, _) = sent_to("test", &cookies(false, UAT), "/");
    assert!(url.as_str().ends_with("&__clerk_db_jwt=dvb_1"), "{url}");
    let (url, _) = sent_to("test", &cookies(false, UAT), "/?__clerk_db_jwt=dvb_2");
    assert!(url.as_str().ends_with("&__clerk_db_jwt=dvb_2"), "{url}");
}

#[test]
fn the_way_back_leads_to_our_own_address_without_clerks_parameters() {
    let table = [
        (
            "/a?b=1&__clerk_db_jwt=x&c=2",
            "https://studio.example/a?b=1&c=2",
        ),
        (
            "/a?__clerk_handshake=x&__dev_session=y",
            "https://studio.example/a",
        ),
        ("/a?__clerk_help=1#part", "https://studio.example/a"),
        ("//evil.example/a", "https://studio.example//evil.example/a"),
        ("@evil.example/", "https://studio.example/"),
        (".evil.example/", "https://studio.example/"),
        (":8443/", "https://studio.example/"),
        ("https://evil.example/", "https://studio.example/"),
        ("", "https://studio.example/"),
    ];
    for (path, expected) in table {
        let (url, _) = sent_to("live", &cookies(false, UAT), path);
        let (_, back) = url.query_pairs().next().unwrap();
        assert_eq!(back, expected, "{path}");
    }
    // What a handshake brings is longer than any path, and no part of it.
    let brings = format!("/studio?tab=2&__clerk_handshake={}", "x".repeat(5_000));
    let (url, _) = sent_to("live", &cookies(false, UAT), &brings);
    let (_, back) = url.query_pairs().next().unwrap();
    assert_eq!(back, "https://studio.example/studio?tab=2");
    let endless = format!("/{}", "x".repeat(5_000));
    let (url, _) = sent_to("live", &cookies(false, UAT), &endless);
    assert!(url.as_str().len() < 500);
}

#[test]
fn a_browser_does_not_go_round_for_ever() {
    let mut cookies = cookies(false, UAT);
    for redirects in 0..3 {
        cookies.redirects = redirects;
        let (_, counted) = sent_to("live", &cookies, "/");
        let next = format!("__clerk_redirect_count={};", redirects + 1);
        assert!(counted.starts_with(&next), "{counted}");
    }
    for redirects in [3, 255] {
        cookies.redirects = redirects;
        let decision = decide(&instance("live"), &document(&cookies, "/"), None);
        let out = SignedOut::GoingRound(HandshakeReason::ClientWithoutToken);
        assert_eq!(decision, Decision::SignedOut(out));
    }
}
