//! Faults on demand: scripted by a test, or played by magic words inside a prompt.
//!
//! A test pushes a [`Cue`]; each call uses up one of those it matches. A person (or a browser test)
//! writes a word into the prompt instead. The words never reach the painter.
//!
//! | word | moment | what the provider does |
//! |---|---|---|
//! | `[sandbox:auth]` | submit | 401: the key is wrong |
//! | `[sandbox:broke]` | submit | the provider account has no money (fal 403, Replicate 402, OpenAI 429 `insufficient_quota`, Runway 400, Higgsfield 403) |
//! | `[sandbox:busy]` | submit | 429 with `Retry-After: 1`, for the first 2 attempts (Higgsfield: 400, too many at once) |
//! | `[sandbox:down]` | submit | 503 before anything is accepted |
//! | `[sandbox:lost]` | submit | drops the connection; nothing was accepted |
//! | `[sandbox:ambiguous]` | submit | accepts, then drops the connection without an answer |
//! | `[sandbox:garbage]` | submit | accepts, then answers 2xx with malformed JSON |
//! | `[sandbox:refuse]` | outcome | refuses the content: fal 422 `content_policy_violation`, Replicate `failed` (E005), OpenAI 400 `moderation_blocked`, Runway `FAILED` with `SAFETY.INPUT.TEXT`, Higgsfield `nsfw` |
//! | `[sandbox:nsfw]` | outcome | FLUX on fal: 200, a black picture and `has_nsfw_concepts`; Nano Banana: 422 `no_media_generated`; Replicate: `failed`, "NSFW content detected"; OpenAI: `moderation_blocked`; Runway: `SAFETY.OUTPUT.VIDEO`; Higgsfield: `nsfw` |
//! | `[sandbox:fail]` | outcome | breaks while working: fal COMPLETED with `error`, Replicate `failed`, OpenAI 500, Runway `FAILED` with `INTERNAL.BAD_OUTPUT.CODE01`, Higgsfield `failed` |
//! | `[sandbox:partial]` | outcome | one output fewer than asked (none of one) |
//! | `[sandbox:slow]` | outcome | takes 20 s longer (2 s at the instant pace) |
//! | `[sandbox:stuck]` | outcome | never finishes (Higgsfield: stays in the queue, the only place where it cancels) |
//! | `[sandbox:poll-auth]` | poll | 401, for 2 polls |
//! | `[sandbox:poll-busy]` | poll | 429 with `Retry-After: 1`, for 2 polls |
//! | `[sandbox:poll-down]` | poll | 503, for 2 polls |
//! | `[sandbox:poll-lost]` | poll | drops the connection, for 2 polls |
//! | `[sandbox:poll-garbage]` | poll | malformed JSON, for 2 polls |
//! | `[sandbox:wrongtype]` | download | says `image/png` (or `video/mp4`), sends a web page |
//! | `[sandbox:oddtype]` | download | says `application/octet-stream`, the bytes are fine |
//! | `[sandbox:huge]` | download | starts well and never ends |
//! | `[sandbox:expired]` | download | the output's URL is gone: fal 404, the others 403 |
//! | `[sandbox:download-down]` | download | 503, for 2 downloads |
//! | `[sandbox:download-lost]` | download | drops the connection halfway, for 2 downloads |
//! | `[sandbox:webhook-lost]` | webhook | none is delivered |
//! | `[sandbox:webhook-twice]` | webhook | each is delivered twice |
//! | `[sandbox:webhook-shuffled]` | webhook | Replicate: `completed` comes before `start`; fal: it comes late, after that of the next job |
//!
//! An upload has no prompt: a cue for [`Moment::Upload`] takes any fault of a submit, or `Stuck`, which
//! never answers.
//!
//! `*N` sets how many times a word works for the same prompt (`[sandbox:down*1]`), `@provider`
//! limits it to one provider (`[sandbox:down@replicate]`, `[sandbox:busy*3@fal]`), so that failing
//! over can be played. `OpenAI` answers with the bytes themselves: there `wrongtype` puts a web page
//! into `b64_json`, `oddtype` a JPEG where a PNG was named, and `huge` never ends the answer.

mod words;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use tokio::time::Instant;

use self::words::Word;
pub(crate) use self::words::strip;

/// Cues waiting at once; a test that pushes more has lost count.
const CUES_MAX: usize = 1_000;
/// Prompts whose words are counted; then counting starts afresh.
const COUNTED_MAX: usize = 10_000;

/// A played provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// fal.ai
    Fal,
    /// Replicate
    Replicate,
    /// `OpenAI` Images
    OpenAi,
    /// Runway
    Runway,
    /// Higgsfield
    Higgsfield,
    /// Clerk: its Backend API and its keys. The prompt is `METHOD /path`.
    Clerk,
    /// Lemon Squeezy's API. The prompt is `METHOD /path`.
    Lemon,
}

/// When a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// The provider is asked to begin.
    Submit,
    /// An input is announced or brought; there is no prompt yet, so only a cue can strike.
    Upload,
    /// The provider works; decided when it begins, seen at the end.
    Outcome,
    /// Status or result is read.
    Poll,
    /// An output is downloaded.
    Download,
    /// A webhook is due; decided when the job begins.
    Webhook,
}

/// What goes wrong. The table at the top of `script.rs` says how each provider shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the table of this file describes every fault by its word"
)]
pub enum Fault {
    Auth,
    Broke,
    Busy,
    Down,
    Lost,
    Ambiguous,
    Garbage,
    Refuse,
    Nsfw,
    Fail,
    Partial,
    Slow,
    Stuck,
    WrongType,
    OddType,
    Huge,
    Expired,
    WebhookLost,
    WebhookTwice,
    WebhookShuffled,
}

/// One scripted fault, used up by the first calls it matches.
#[derive(Clone, Debug)]
pub struct Cue {
    fault: Fault,
    moment: Moment,
    provider: Option<Provider>,
    about: Option<String>,
    times: u32,
}

impl Cue {
    /// The fault at its natural moment, once, at any provider, whatever the prompt.
    pub fn new(fault: Fault) -> Self {
        Self {
            fault,
            moment: fault.moment(),
            provider: None,
            about: None,
            times: 1,
        }
    }

    /// At another moment: `Cue::new(Fault::Down).during(Moment::Poll)`.
    #[must_use]
    pub fn during(mut self, moment: Moment) -> Self {
        self.moment = moment;
        self
    }

    /// Only at this provider.
    #[must_use]
    pub fn at(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Only for prompts that contain this text.
    #[must_use]
    pub fn about(mut self, part: &str) -> Self {
        self.about = Some(part.to_owned());
        self
    }

    /// For this many matching calls.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    fn matches(&self, call: Call<'_>) -> bool {
        self.times > 0
            && self.moment == call.moment
            && self.provider.is_none_or(|only| only == call.provider)
            && self
                .about
                .as_ref()
                .is_none_or(|part| call.prompt.contains(part))
    }
}

impl Fault {
    /// The moment a fault strikes unless a cue says otherwise.
    fn moment(self) -> Moment {
        match self {
            Self::Auth
            | Self::Broke
            | Self::Busy
            | Self::Down
            | Self::Lost
            | Self::Ambiguous
            | Self::Garbage => Moment::Submit,
            Self::Refuse | Self::Nsfw | Self::Fail | Self::Partial | Self::Slow | Self::Stuck => {
                Moment::Outcome
            }
            Self::WrongType | Self::OddType | Self::Huge | Self::Expired => Moment::Download,
            Self::WebhookLost | Self::WebhookTwice | Self::WebhookShuffled => Moment::Webhook,
        }
    }
}

/// Faults waiting for their call.
pub struct Script(Mutex<Pending>);

struct Pending {
    cues: Vec<Cue>,
    /// How often each word has worked.
    counts: HashMap<(Word, Provider, u64), u32>,
    /// Prompts are counted by their hash: they may be long.
    hashes: RandomState,
    outputs_expired: Option<Instant>,
    /// How often each provider was asked how a job is doing.
    polls: HashMap<Provider, u64>,
}

/// The call a fault may strike.
#[derive(Clone, Copy)]
struct Call<'a> {
    provider: Provider,
    moment: Moment,
    prompt: &'a str,
}

/// What a gate does with a call.
pub(crate) enum Gate {
    /// The call goes through, and its answer is given this way.
    Open(Answer),
    /// The call is turned away.
    Shut(Shut),
    /// The connection is dropped before anything happens.
    Lost,
}

/// How an answer reaches the caller.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Whole,
    /// Never: the connection is dropped.
    Cut,
    /// As malformed JSON.
    Garbled,
}

/// Why a call is turned away.
#[derive(Clone, Copy)]
pub(crate) enum Shut {
    Auth,
    Broke,
    Busy,
    Down,
}

impl Script {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Pending {
            cues: Vec::new(),
            counts: HashMap::new(),
            hashes: RandomState::new(),
            outputs_expired: None,
            polls: HashMap::new(),
        }))
    }

    /// Adds a fault behind those already waiting. Beyond 1000 waiting cues it is dropped.
    pub fn push(&self, cue: Cue) {
        let mut pending = self.lock();
        if pending.cues.len() < CUES_MAX {
            pending.cues.push(cue);
        }
    }

    /// Whether every fault that was added has struck.
    pub fn is_played_out(&self) -> bool {
        self.lock().cues.is_empty()
    }

    /// Forgets the faults that have not struck.
    pub fn clear(&self) {
        self.lock().cues.clear();
    }

    /// Every output made until now is gone, as it would be an hour after completion.
    pub fn expire_outputs(&self) {
        self.lock().outputs_expired = Some(Instant::now());
    }

    /// True when outputs of a job begun at this moment were expired by hand.
    pub(crate) fn expired(&self, begun: Instant) -> bool {
        self.lock().outputs_expired.is_some_and(|at| begun <= at)
    }

    /// The faults that strike this call: those of its words, and one cue, which is used up.
    pub(crate) fn draw(&self, provider: Provider, moment: Moment, prompt: &str) -> Vec<Fault> {
        let call = Call {
            provider,
            moment,
            prompt,
        };
        let mut pending = self.lock();
        let mut faults = pending.draw_words(call);
        faults.extend(pending.draw_cue(call));
        faults
    }

    /// How often this provider was asked how a job is doing.
    pub fn polls(&self, provider: Provider) -> u64 {
        self.lock().polls.get(&provider).copied().unwrap_or(0)
    }

    /// What happens to a submit or a poll before the provider looks at it.
    pub(crate) fn gate(&self, provider: Provider, moment: Moment, prompt: &str) -> Gate {
        if moment == Moment::Poll {
            *self.lock().polls.entry(provider).or_default() += 1;
        }
        Gate::through(&self.draw(provider, moment, prompt))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    fn draw_cue(&mut self, call: Call<'_>) -> Option<Fault> {
        let cue = self.cues.iter_mut().find(|cue| cue.matches(call))?;
        cue.times -= 1;
        let fault = cue.fault;
        self.cues.retain(|cue| cue.times > 0);
        Some(fault)
    }

    fn draw_words(&mut self, call: Call<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        for word in words::parse(call.prompt) {
            if word.strikes(call.provider, call.moment) && self.count(word, call) <= word.times {
                faults.push(word.fault);
            }
        }
        faults
    }

    fn count(&mut self, word: Word, call: Call<'_>) -> u32 {
        if self.counts.len() >= COUNTED_MAX {
            self.counts.clear();
        }
        let key = (word, call.provider, self.hashes.hash_one(call.prompt));
        let count = self.counts.entry(key).or_insert(0);
        *count = count.saturating_add(1);
        *count
    }
}

impl Gate {
    /// The first of these faults that works at a gate, if any does.
    pub(crate) fn through(faults: &[Fault]) -> Self {
        let found = faults.iter().find_map(|&fault| Self::of(fault));
        found.unwrap_or(Self::Open(Answer::Whole))
    }

    fn of(fault: Fault) -> Option<Self> {
        match fault {
            Fault::Auth => Some(Self::Shut(Shut::Auth)),
            Fault::Broke => Some(Self::Shut(Shut::Broke)),
            Fault::Busy => Some(Self::Shut(Shut::Busy)),
            Fault::Down => Some(Self::Shut(Shut::Down)),
            Fault::Lost => Some(Self::Lost),
            Fault::Ambiguous => Some(Self::Open(Answer::Cut)),
            Fault::Garbage => Some(Self::Open(Answer::Garbled)),
            Fault::Refuse
            | Fault::Nsfw
            | Fault::Fail
            | Fault::Partial
            | Fault::Slow
            | Fault::Stuck
            | Fault::WrongType
            | Fault::OddType
            | Fault::Huge
            | Fault::Expired
            | Fault::WebhookLost
            | Fault::WebhookTwice
            | Fault::WebhookShuffled => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(script: &Script, prompt: &str) -> Vec<Fault> {
        script.draw(Provider::Fal, Moment::Submit, prompt)
    }

    #[test]
    fn a_cue_is_used_up_by_the_call_it_matches() {
        let script = Script::new();
        script.push(Cue::new(Fault::Down).at(Provider::Fal).about("heron"));
        assert_eq!(drawn(&script, "a fox"), []);
        assert_eq!(
            script.draw(Provider::Replicate, Moment::Submit, "a heron"),
            []
        );
        assert_eq!(drawn(&script, "a heron"), [Fault::Down]);
        assert_eq!(drawn(&script, "a heron"), []);
    }

    #[test]
    fn one_submit_uses_up_one_cue() {
        let script = Script::new();
        script.push(Cue::new(Fault::Busy));
        script.push(Cue::new(Fault::Down));
        assert_eq!(drawn(&script, "a fox"), [Fault::Busy]);
        assert_eq!(drawn(&script, "a fox"), [Fault::Down]);
    }

    #[test]
    fn a_busy_word_lets_the_third_attempt_through() {
        let script = Script::new();
        let prompt = "a fox [sandbox:busy]";
        assert_eq!(drawn(&script, prompt), [Fault::Busy]);
        assert_eq!(drawn(&script, prompt), [Fault::Busy]);
        assert_eq!(drawn(&script, prompt), []);
        assert_eq!(drawn(&script, "a hare [sandbox:busy]"), [Fault::Busy]);
    }

    #[test]
    fn a_word_for_one_provider_leaves_the_others_alone() {
        let script = Script::new();
        let prompt = "a fox [sandbox:down@replicate]";
        assert_eq!(drawn(&script, prompt), []);
        let replicate = script.draw(Provider::Replicate, Moment::Submit, prompt);
        assert_eq!(replicate, [Fault::Down]);
    }
}
