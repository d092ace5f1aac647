//! The magic words inside a prompt: `[sandbox:busy*3@fal]`.

use super::{Fault, Moment, Provider};

const OPENING: &str = "[sandbox:";
const CLOSING: char = ']';
/// Words looked at in one prompt; more are still removed from it.
const WORDS_MAX: usize = 8;
/// A busy or broken provider recovers after this many attempts, unless `*N` says otherwise:
/// one more than a single retry survives, fewer than any sensible retry gives up after.
const RECOVERY_TIMES: u32 = 2;
const ALWAYS: u32 = u32::MAX;

/// One magic word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Word {
    pub(super) fault: Fault,
    pub(super) moment: Moment,
    pub(super) provider: Option<Provider>,
    /// How often it works for one prompt.
    pub(super) times: u32,
}

impl Word {
    pub(super) fn strikes(self, provider: Provider, moment: Moment) -> bool {
        self.moment == moment && self.provider.is_none_or(|only| only == provider)
    }
}

/// The words of a prompt that are known. A misspelt word does nothing.
pub(super) fn parse(prompt: &str) -> Vec<Word> {
    pieces(prompt)
        .filter_map(|piece| parse_word(piece.word))
        .take(WORDS_MAX)
        .collect()
}

/// The prompt without any magic word, as the painter shall read it.
pub(crate) fn strip(prompt: &str) -> String {
    if !prompt.contains(OPENING) {
        return prompt.to_owned();
    }
    let mut rest = prompt;
    let mut kept = String::with_capacity(prompt.len());
    for piece in pieces(prompt) {
        kept.push_str(piece.before);
        rest = piece.after;
    }
    kept.push_str(rest);
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Piece<'a> {
    before: &'a str,
    word: &'a str,
    after: &'a str,
}

/// Each `[sandbox:…]` with the text before it (since the previous one) and all text after it.
fn pieces(prompt: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = prompt;
    std::iter::from_fn(move || {
        let (before, tail) = rest.split_once(OPENING)?;
        let (word, after) = tail.split_once(CLOSING)?;
        rest = after;
        Some(Piece {
            before,
            word,
            after,
        })
    })
}

fn parse_word(word: &str) -> Option<Word> {
    let (word, provider) = match word.split_once('@') {
        Some((word, name)) => (word, Some(parse_provider(name)?)),
        None => (word, None),
    };
    let (name, times) = match word.split_once('*') {
        Some((name, times)) => (name, Some(times.parse().ok()?)),
        None => (word, None),
    };
    let (fault, moment, usual_times) = meaning(name)?;
    Some(Word {
        fault,
        moment,
        provider,
        times: times.unwrap_or(usual_times),
    })
}

fn parse_provider(name: &str) -> Option<Provider> {
    match name {
        "fal" => Some(Provider::Fal),
        "replicate" => Some(Provider::Replicate),
        "openai" => Some(Provider::OpenAi),
        "runway" => Some(Provider::Runway),
        "higgsfield" => Some(Provider::Higgsfield),
        "clerk" => Some(Provider::Clerk),
        "lemon" => Some(Provider::Lemon),
        _ => None,
    }
}

fn meaning(name: &str) -> Option<(Fault, Moment, u32)> {
    if let Some(name) = name.strip_prefix("poll-") {
        let (fault, _, _) = meaning(name)?;
        let is_gate = fault.moment() == Moment::Submit;
        return is_gate.then_some((fault, Moment::Poll, RECOVERY_TIMES));
    }
    if let Some(name) = name.strip_prefix("download-") {
        return match name {
            "down" => Some((Fault::Down, Moment::Download, RECOVERY_TIMES)),
            "lost" => Some((Fault::Lost, Moment::Download, RECOVERY_TIMES)),
            _ => None,
        };
    }
    let (fault, times) = match name {
        "auth" => (Fault::Auth, ALWAYS),
        "broke" => (Fault::Broke, ALWAYS),
        "busy" => (Fault::Busy, RECOVERY_TIMES),
        "down" => (Fault::Down, ALWAYS),
        "lost" => (Fault::Lost, ALWAYS),
        "ambiguous" => (Fault::Ambiguous, ALWAYS),
        "garbage" => (Fault::Garbage, ALWAYS),
        "refuse" => (Fault::Refuse, ALWAYS),
        "nsfw" => (Fault::Nsfw, ALWAYS),
        "fail" => (Fault::Fail, ALWAYS),
        "partial" => (Fault::Partial, ALWAYS),
        "slow" => (Fault::Slow, ALWAYS),
        "stuck" => (Fault::Stuck, ALWAYS),
        "wrongtype" => (Fault::WrongType, ALWAYS),
        "oddtype" => (Fault::OddType, ALWAYS),
        "huge" => (Fault::Huge, ALWAYS),
        "expired" => (Fault::Expired, ALWAYS),
        "webhook-lost" => (Fault::WebhookLost, ALWAYS),
        "webhook-twice" => (Fault::WebhookTwice, ALWAYS),
        "webhook-shuffled" => (Fault::WebhookShuffled, ALWAYS),
        _ => return None,
    };
    Some((fault, fault.moment(), times))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_carry_a_count_and_a_provider() {
        let words = parse("a fox [sandbox:busy*3@fal] at night [sandbox:poll-down]");
        let busy = Word {
            fault: Fault::Busy,
            moment: Moment::Submit,
            provider: Some(Provider::Fal),
            times: 3,
        };
        let poll_down = Word {
            fault: Fault::Down,
            moment: Moment::Poll,
            provider: None,
            times: RECOVERY_TIMES,
        };
        assert_eq!(words, [busy, poll_down]);
    }

    #[test]
    fn misspelt_words_do_nothing_and_are_still_removed() {
        let prompt = "a fox [sandbox:bussy] [sandbox:down@nobody] [sandbox:poll-slow] sleeps";
        assert_eq!(parse(prompt), []);
        assert_eq!(strip(prompt), "a fox sleeps");
    }

    #[test]
    fn a_prompt_without_words_is_untouched() {
        assert_eq!(strip("two  spaces [here]"), "two  spaces [here]");
        assert_eq!(
            strip("never closed [sandbox:down"),
            "never closed [sandbox:down"
        );
    }
}
