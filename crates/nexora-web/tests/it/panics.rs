//! A bug in one request is that request's alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nexora_core::{Clock, SystemClock, Timestamp};
use reqwest::{Method, StatusCode};

use crate::browser::{Browser, code, text};
use crate::studio::{Studio, plans};

/// A clock that breaks when it is asked for the time so many calls after it was wound up.
#[derive(Debug, Default)]
struct Trap(AtomicUsize);

impl Trap {
    fn wind(&self, calls: usize) {
        self.0.store(calls, Ordering::SeqCst);
    }
}

impl Clock for Trap {
    fn now(&self) -> Timestamp {
        let left = self.0.load(Ordering::SeqCst);
        if left > 0 {
            self.0.store(left - 1, Ordering::SeqCst);
            assert_ne!(left, 1, "canary-panic-words");
        }
        SystemClock.now()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_an_answer_and_the_studio_goes_on() {
    for plan in plans() {
        let trap = Arc::new(Trap::default());
        let mut plan = plan;
        plan.clock = trap.clone();
        plan.has_worker = false;
        let studio = Studio::open(plan).await;
        let ada = Browser::signed_up(&studio, "Ada").await;

        // The first call names the request; the second is the handler's.
        trap.wind(2);
        let call = ada.send(ada.request(Method::GET, "/api/credits")).await;
        assert_eq!(code(call).await, (500, "internal".to_owned()));
        trap.wind(2);
        let page = ada.get("/studio").await;
        assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let page = text(page).await;
        assert!(
            page.contains("That was our fault") && page.contains("Request "),
            "{page}"
        );
        assert!(!page.contains("canary-panic-words"));

        assert_eq!(ada.get("/studio").await.status(), StatusCode::OK);
        assert_eq!(ada.available().await, 15);
        studio.close().await;
    }
}
