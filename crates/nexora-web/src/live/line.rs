//! One stream: waits for changes, reads what they changed, and says it.

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::Event;
use futures_util::{Stream, StreamExt, stream};
use maud::html;
use nexora_core::{GenerationId, GenerationState, Timestamp};
use nexora_engine::{Change, LiveStream, Run};
use nexora_store::credits::Balance;
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout_at};

use super::Seen;
use super::chrome::{self, Chrome};
use super::places::Place;
use crate::components::card::live_card;
use crate::identity;
use crate::pages;
use crate::problem::Problem;
use crate::session::Member;
use crate::state::App;

/// Changes that come this close together are told together: a start is two (the run, the
/// balance), a burst of starts is many.
const TOGETHER: Duration = Duration::from_millis(40);
/// Cards told at once; a page that missed more looks at everything afresh.
const CARDS_MAX: u32 = 100;
/// Moments on two machines differ, and the last change told may have been written before one
/// that was not: on coming back a little is told twice. A card told twice is the same card.
const OVERLAP: Duration = Duration::from_secs(2);
/// How often it is checked that the session still lives (signing out ends its streams) and that
/// nothing was missed (another node's notice can be lost).
const CHECK_EVERY: Duration = Duration::from_secs(30);
/// A page is drawn some time before its line opens: its scripts must arrive and run first.
const DRAWN_BEFORE: Duration = Duration::from_secs(10);
/// Runs remembered as told: about as many as a page shows, and those of the last busy minutes.
const TOLD_MAX: usize = 256;

/// One open stream.
pub(super) struct Line {
    app: App,
    member: Member,
    changes: LiveStream,
    /// What was told last; what happened after it is news.
    since: Timestamp,
    is_back: bool,
    /// The id of the next message: the latest change told.
    told_until: i64,
    told: VecDeque<Told>,
    /// The stamp of what the page was drawn from, until it was compared.
    drawn: Option<String>,
    /// What the page shows around its own matter.
    shown: Chrome,
    check: tokio::time::Interval,
    is_fresh: bool,
    _place: Place,
}

/// What happened, put together.
#[derive(Debug, Default)]
struct News {
    runs: BTreeSet<GenerationId>,
    everything: bool,
    /// Some character changed.
    cast: bool,
    /// Some session of the member's ended; perhaps this one.
    sessions: bool,
}

/// What the page knows about a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    run: GenerationId,
    version: i64,
    has_ended: bool,
}

type Messages = Vec<Event>;

impl Line {
    /// Opens a stream. Changes are watched from here on, before anything is read.
    pub(super) fn open(app: App, member: Member, place: Place, page: Seen) -> Self {
        let Seen { drawn, until: seen } = page;
        let now = app.engine().now();
        // Whoever was away for longer than the page can show looks afresh anyway.
        let since = seen.filter(|seen| *seen <= now).unwrap_or(now);
        let mut check = interval_at(Instant::now() + CHECK_EVERY, CHECK_EVERY);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            changes: app.engine().live().subscribe(member.id()),
            app,
            member,
            since,
            is_back: seen.is_some(),
            told_until: since.as_ms(),
            told: VecDeque::new(),
            drawn,
            shown: Chrome::default(),
            check,
            is_fresh: true,
            _place: place,
        }
    }

    /// What the stream says, until the studio stops or the session ends.
    pub(super) fn messages(self) -> impl Stream<Item = Result<Event, Infallible>> + Send {
        stream::unfold(self, |mut line| async move {
            let messages = line.next().await?;
            Some((stream::iter(messages.into_iter().map(Ok)), line))
        })
        .flatten()
    }

    async fn next(&mut self) -> Option<Messages> {
        if std::mem::take(&mut self.is_fresh) {
            return Some(self.greet().await);
        }
        loop {
            let stopping = self.app.clone();
            let first = tokio::select! {
                change = self.changes.next() => change?,
                () = stopping.tasks().stopping() => return None,
                _ = self.check.tick() => {
                    if self.session_has_ended().await {
                        return None;
                    }
                    match self.overlooked().await {
                        Ok(missed) if !missed.is_empty() => return Some(missed),
                        Ok(_) | Err(_) => continue,
                    }
                }
            };
            let news = self.gather(first).await;
            if news.sessions && self.session_has_ended().await {
                return None;
            }
            return Some(self.tell(news).await.unwrap_or_else(|problem| {
                tracing::debug!("a live page is told to look afresh: {}", problem.detail());
                vec![refresh()]
            }));
        }
    }

    async fn session_has_ended(&self) -> bool {
        !identity::still_stands(&self.app, &self.member).await
    }

    fn told_until(&self) -> Timestamp {
        Timestamp::from_ms(self.told_until)
    }

    /// What the page missed since it was drawn or was last here, and the balance.
    async fn greet(&mut self) -> Messages {
        let mut messages = Vec::new();
        let seen = if self.is_back {
            self.since
        } else {
            self.since.minus(DRAWN_BEFORE)
        };
        match self.missed(seen).await {
            Ok(missed) => messages.extend(missed),
            Err(_) if self.is_back => messages.push(refresh()),
            Err(_) => {}
        }
        messages.extend(self.surroundings_at_first().await.unwrap_or_default());
        messages
    }

    /// What nobody told us of: notices of other nodes can be lost.
    async fn overlooked(&mut self) -> Result<Messages, Problem> {
        let mut messages = self.missed(self.told_until()).await?;
        messages.extend(self.surroundings().await?);
        Ok(messages)
    }

    async fn missed(&mut self, after: Timestamp) -> Result<Messages, Problem> {
        let since = after.minus(OVERLAP);
        let engine = self.app.engine().clone();
        let limit = CARDS_MAX + 1;
        let mut runs = engine.changed_since(self.member.id(), since, limit).await?;
        if runs.len() > usize::try_from(CARDS_MAX).unwrap_or(usize::MAX) {
            self.told_until = engine.now().as_ms();
            return Ok(vec![refresh()]);
        }
        runs.retain(|run| !self.told.contains(&Told::about(run)));
        Ok(runs.iter().flat_map(|run| self.card(run)).collect())
    }

    async fn gather(&mut self, first: Change) -> News {
        let mut news = News::default();
        news.add(first);
        let end = Instant::now() + TOGETHER;
        while let Ok(Some(change)) = timeout_at(end, self.changes.next()).await {
            news.add(change);
        }
        news
    }

    async fn tell(&mut self, news: News) -> Result<Messages, Problem> {
        let mut messages = Vec::new();
        if news.everything {
            messages.extend(self.missed(self.told_until()).await?);
            messages.push(billing());
        }
        for id in news.runs {
            match self.app.engine().run(self.member.id(), id).await? {
                Some(run) => messages.extend(self.card(&run)),
                None => messages.push(removal(id)),
            }
        }
        if news.cast || news.everything {
            messages.push(cast());
        }
        messages.extend(self.surroundings().await?);
        Ok(messages)
    }

    /// The card, and a word when the run has just ended.
    fn card(&mut self, run: &Run) -> Messages {
        let it = &run.generation;
        self.told_until = self.told_until.max(it.updated_at.as_ms());
        let markup = live_card(&pages::view(&self.app, run, self.app.engine().now()));
        let card = Event::default()
            .id(self.told_until.to_string())
            .data(markup.into_string());
        let is_news = it.ended_at.is_some_and(|ended| ended > self.since);
        let was_ended = self
            .told
            .iter()
            .any(|told| told.run == it.id && told.has_ended);
        self.remember(Told::about(run));
        let word = ending(run).filter(|_| is_news && !was_ended);
        std::iter::once(card).chain(word).collect()
    }

    fn remember(&mut self, told: Told) {
        self.told.retain(|known| known.run != told.run);
        if self.told.len() >= TOLD_MAX {
            self.told.pop_front();
        }
        self.told.push_back(told);
    }

    /// The balance and everything that depends on it and on the plan, as far as the page shows
    /// something else.
    async fn surroundings(&mut self) -> Result<Messages, Problem> {
        let glance = self.app.engine().glance(self.member.id()).await?;
        let mut messages: Messages = vec![credits(glance.balance)];
        let chrome = Chrome::of(&self.app, &glance, self.member.actor().is_some()).await;
        messages.extend(chrome.since(&self.shown));
        self.shown = chrome;
        Ok(messages)
    }

    /// The same for a page that was drawn a moment ago: if nothing has happened since, it shows
    /// everything already.
    async fn surroundings_at_first(&mut self) -> Result<Messages, Problem> {
        let glance = self.app.engine().glance(self.member.id()).await?;
        let is_as_drawn = match &self.drawn {
            Some(drawn) => *drawn == chrome::stamp(&glance),
            None => true,
        };
        let mut messages: Messages = vec![credits(glance.balance)];
        let chrome = Chrome::of(&self.app, &glance, self.member.actor().is_some()).await;
        if self.is_back || !is_as_drawn {
            messages.extend(chrome.since(&self.shown));
            messages.push(billing());
        }
        self.shown = chrome;
        Ok(messages)
    }
}

/// The balance, even if it was told before: answers to orders told the page others meanwhile.
fn credits(balance: Balance) -> Event {
    let body = json!({ "available": balance.available(), "held": balance.held });
    Event::default().event("credits").data(body.to_string())
}

impl Told {
    fn about(run: &Run) -> Self {
        Self {
            run: run.generation.id,
            version: run.generation.version,
            has_ended: run.generation.state.has_ended(),
        }
    }
}

impl News {
    fn add(&mut self, change: Change) {
        match change {
            Change::Generation(id) => {
                self.runs.insert(id);
            }
            Change::Credits => {}
            Change::Cast => self.cast = true,
            Change::Sessions => self.sessions = true,
            Change::Everything => self.everything = true,
        }
        // Too many to name: what changed is looked up instead.
        if self.runs.len() > usize::try_from(CARDS_MAX).unwrap_or(usize::MAX) {
            self.everything = true;
            self.runs.clear();
        }
    }
}

/// A deleted run's card leaves the page.
fn removal(id: GenerationId) -> Event {
    let markup = html! { hx-partial hx-target={ "#" (id) } hx-swap="delete" {} };
    Event::default().data(markup.into_string())
}

/// Something was bought, changed or ended: pages that show it ask for it again.
fn billing() -> Event {
    Event::default().event("billing").data("{}")
}

/// A character changed: a page that shows them asks for them again.
fn cast() -> Event {
    Event::default().event("cast").data("{}")
}

fn refresh() -> Event {
    Event::default().event("refresh").data("{}")
}

/// The word for how a run ended; none for one its owner stopped.
fn ending(run: &Run) -> Option<Event> {
    let it = &run.generation;
    let noun = it.order.kind.noun();
    let (kind, text) = match &it.state {
        GenerationState::Ready => ("ok", format!("Your {noun} is ready.")),
        GenerationState::Failed(failure) => ("err", failure.sentence()),
        GenerationState::Refused(refusal) => ("err", refusal.sentence()),
        GenerationState::Cancelled
        | GenerationState::Queued
        | GenerationState::Submitting
        | GenerationState::Running
        | GenerationState::Saving
        | GenerationState::Unknown { .. } => return None,
    };
    let href = format!("/g/{}", it.id);
    let body = json!({ "kind": kind, "text": text, "href": href });
    Some(Event::default().event("toast").data(body.to_string()))
}
