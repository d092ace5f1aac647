//! One line from the studio to the page, on which things appear as they happen.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::{Method, Response, StatusCode};

use crate::browser::{Browser, PASSWORD, code, header};
use crate::studio::{Studio, on_both, plans};

/// The longest a story waits for a message that must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// One message as a browser's extension sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    event: String,
    id: String,
    data: String,
}

pub(crate) struct Line {
    pieces: std::pin::Pin<Box<dyn futures_util::Stream<Item = Vec<u8>> + Send>>,
    waiting: String,
}

impl Line {
    pub(crate) async fn open(browser: &Browser, seen: Option<&str>) -> Self {
        Self::opened(browser, "/live", seen).await
    }

    /// As a page opens it.
    async fn at(browser: &Browser, address: &str) -> Self {
        Self::opened(browser, address, None).await
    }

    async fn opened(browser: &Browser, address: &str, seen: Option<&str>) -> Self {
        let mut request = browser
            .request(Method::GET, address)
            .header("accept", "text/event-stream");
        if let Some(seen) = seen {
            request = request.header("last-event-id", seen);
        }
        let answer = browser.send(request).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(header(&answer, "content-type"), "text/event-stream");
        assert_eq!(header(&answer, "content-encoding"), "");
        Self::of(answer)
    }

    fn of(answer: Response) -> Self {
        let pieces = answer.bytes_stream().map(|piece| piece.unwrap().to_vec());
        Self {
            pieces: Box::pin(pieces),
            waiting: String::new(),
        }
    }

    /// The next message about work or credits; `None` when the studio closed the line.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        loop {
            let message = self.any().await?;
            if !is_piece(&message) {
                return Some(message);
            }
        }
    }

    /// The next message, also one about what surrounds a page's matter.
    async fn any(&mut self) -> Option<Message> {
        // The whole wait counts: an idle line is not silent, it is kept alive.
        let reading = tokio::time::timeout(PATIENCE, self.read_next());
        reading.await.expect("a message comes")
    }

    async fn read_next(&mut self) -> Option<Message> {
        loop {
            if let Some((block, rest)) = self.waiting.split_once("\n\n") {
                let message = read(block);
                self.waiting = rest.to_owned();
                if message != Message::default() {
                    return Some(message);
                }
                continue;
            }
            let piece = self.pieces.next().await?;
            self.waiting.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }

    async fn until(&mut self, is_wanted: impl Fn(&Message) -> bool) -> Message {
        loop {
            let message = self.next().await.expect("the line stays open");
            if is_wanted(&message) {
                return message;
            }
        }
    }
}

fn read(block: &str) -> Message {
    let mut message = Message::default();
    for line in block.lines() {
        let (field, text) = line.split_once(':').unwrap_or((line, ""));
        let text = text.strip_prefix(' ').unwrap_or(text);
        match field {
            "event" => text.clone_into(&mut message.event),
            "id" => text.clone_into(&mut message.id),
            "data" => message.data.push_str(text),
            _ => {}
        }
    }
    message
}

/// Locks, gates, banners, the name of the plan.
fn is_piece(message: &Message) -> bool {
    let places = ["#standing-", "#gate-", "#banners", "#owner-plan"];
    let starts = |place| format!("<hx-partial hx-target=\"{place}");
    message.event.is_empty()
        && places
            .iter()
            .any(|place| message.data.starts_with(&starts(place)))
}

fn is_card(message: &Message, id: &str, state: &str) -> bool {
    message.event.is_empty()
        && message
            .data
            .starts_with(&format!("<hx-partial hx-target=\"#{id}\""))
        && message.data.contains(&format!("data-state=\"{state}\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_becomes_ready_before_ones_eyes() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let mut line = Line::open(&ada, None).await;
        let first = line.next().await.unwrap();
        assert_eq!(first.event, "credits");
        assert_eq!(first.data, r#"{"available":15,"held":0}"#);

        let id = ada.order_picture("a lake at dawn").await;
        let card = line.until(|message| is_card(message, &id, "ready")).await;
        assert!(card.data.contains("/media/ast_"), "{}", card.data);
        assert!(card.id.parse::<i64>().is_ok());
        let toast = line.until(|message| message.event == "toast").await;
        assert!(toast.data.contains("Your picture is ready.") && toast.data.contains(&id));
        let credits = line.until(|message| message.event == "credits").await;
        assert_eq!(credits.data, r#"{"available":10,"held":0}"#);

        // Marking it changes the card, and is not news.
        let path = format!("/api/generations/{id}/favourite");
        ada.htmx(&path, &[("favourite", "on")]).await;
        let marked = line.next().await.unwrap();
        assert!(is_card(&marked, &id, "ready"));
        let next = ada.order_picture("another lake").await;
        let message = line.until(|message| message.event != "credits").await;
        assert!(
            message.data.contains(&next),
            "no word about the old one: {message:?}"
        );
        ada.ended(&next).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_away_is_told_what_it_missed() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let seen = studio.engine.now().as_ms().to_string();
        let id = ada.order_picture("a lake").await;
        ada.ended(&id).await;
        let mut line = Line::open(&ada, Some(&seen)).await;
        let missed = line.next().await.unwrap();
        assert!(is_card(&missed, &id, "ready"), "{missed:?}");
        assert_eq!(line.next().await.unwrap().event, "toast");
        assert_eq!(line.next().await.unwrap().event, "credits");

        let mut later = Line::open(&ada, Some(&missed.id)).await;
        let again = later.next().await.unwrap();
        assert!(is_card(&again, &id, "ready"), "a little is told twice");
        assert_eq!(
            later.next().await.unwrap().event,
            "credits",
            "but no word about it"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_hears_about_somebody_elses_work() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let bob = Browser::signed_up(studio, "Bob").await;
        let mut bobs = Line::open(&bob, None).await;
        assert_eq!(bobs.next().await.unwrap().event, "credits");
        let id = ada.order_picture("a secret").await;
        ada.ended(&id).await;
        let own = bob.order_picture("my own").await;
        let next = bobs.next().await.unwrap();
        assert!(
            next.data.contains(&own) && !next.data.contains(&id),
            "{next:?}"
        );
        bob.ended(&own).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_card_leaves_every_page() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let id = ada.order_picture("a lake").await;
        ada.ended(&id).await;
        let mut line = Line::open(&ada, None).await;
        line.until(|message| message.event == "credits").await;
        ada.htmx(&format!("/api/generations/{id}/delete"), &[])
            .await;
        let removal = line.next().await.unwrap();
        let expected = format!("<hx-partial hx-target=\"#{id}\" hx-swap=\"delete\"></hx-partial>");
        assert_eq!(removal.data, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_prompt_is_explained_and_returned() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let mut line = Line::open(&ada, None).await;
        let id = ada.order_picture("[sandbox:refuse] a lake").await;
        line.until(|message| is_card(message, &id, "refused")).await;
        let toast = line.until(|message| message.event == "toast").await;
        assert!(toast.data.contains("\"err\"") && toast.data.contains("Nothing was charged"));
        let credits = line.until(|message| message.event == "credits").await;
        assert_eq!(credits.data, r#"{"available":15,"held":0}"#);
        let refused = ada.ended(&id).await;
        assert_eq!(refused["reason"]["code"], "refused");
        let receipt = ada.read(&format!("/api/generations/{id}/receipt")).await;
        assert_eq!(
            (&receipt["charged"], &receipt["returned"]),
            (&0.into(), &5.into())
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_plan_opens_its_models_before_ones_eyes() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let page = ada.page("/studio").await;
        let radio = page
            .split("value=\"seedance-2.0\" data-n=\"")
            .nth(1)
            .unwrap();
        let n = radio.split('"').next().unwrap();
        let locked = format!("id=\"gate-{n}\" data-for=\"{n}\"><div class=\"gate\">");
        assert!(page.contains(&locked), "{page}");
        let address = page.split("hx-sse:connect=\"").nth(1).unwrap();
        let address = address.split('"').next().unwrap();
        let mut line = Line::at(&ada, address).await;
        assert_eq!(line.next().await.unwrap().event, "credits");
        studio.put_on_plan("Ada", nexora_core::Plan::Pro).await;
        assert_eq!(line.next().await.unwrap().event, "billing");
        let mut pieces: Vec<String> = Vec::new();
        let place = |name: &str| format!("<hx-partial hx-target=\"{name}\"");
        let last = place(&format!("#standing-{n}"));
        while !pieces.iter().any(|piece| piece.starts_with(&last)) {
            pieces.push(line.any().await.unwrap().data);
        }
        let has = |name: &str, words: &str| {
            let found = pieces.iter().find(|piece| piece.starts_with(&place(name)));
            assert!(found.unwrap().contains(words), "{name}: {found:?}");
        };
        has("#owner-plan", "Pro plan");
        has(&format!("#standing-{n}"), "option-wait");
        has(&format!("#gate-{n}"), "this needs 50 credits");

        // A page drawn before, whose line opens only now, is told what it missed.
        let mut late = Line::at(&ada, address).await;
        assert_eq!(late.next().await.unwrap().event, "credits");
        assert!(
            late.any()
                .await
                .unwrap()
                .data
                .contains("hx-target=\"#banners\"")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_ends_when_the_studio_stops() {
    for plan in plans() {
        let studio = Studio::open(plan).await;
        let ada = Browser::signed_up(&studio, "Ada").await;
        let mut line = Line::open(&ada, None).await;
        line.next().await.unwrap();
        // An open line does not keep the studio from stopping.
        studio.close().await;
        assert_eq!(line.next().await, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_has_eight_lines_and_strangers_none() {
    on_both(async |studio| {
        let ada = Browser::signed_up(studio, "Ada").await;
        let mut lines = Vec::new();
        for _ in 0..8 {
            lines.push(Line::open(&ada, None).await);
        }
        let ninth = ada.send(ada.request(Method::GET, "/live")).await;
        assert!(header(&ninth, "retry-after").parse::<u64>().is_ok());
        assert_eq!(code(ninth).await, (429, "too_many_streams".to_owned()));
        let stranger = Browser::new(studio);
        let answer = stranger.send(stranger.request(Method::GET, "/live")).await;
        assert_eq!(code(answer).await.0, 401);
        drop(lines);
        let phone = Browser::new(studio);
        phone.sign_in("Ada", PASSWORD).await;
    })
    .await;
}
