//! One thing looked at, and all of them together.

use std::process::ExitCode;

use nexora_core::{Clock, SystemClock, Timestamp};
use nexora_providers::RemoteError;

use crate::say::say;

/// Clerk refuses tokens, and we hers, when clocks differ by more; the other side tells whole
/// seconds, and the answer takes its time.
const SECONDS_APART_MAX: u64 = 4;

/// One thing looked at.
pub(super) enum Finding {
    Good(String),
    Wrong(String),
    Worth(String),
}

#[derive(Default)]
pub(super) struct Findings {
    wrong: usize,
}

impl Findings {
    pub(super) fn note(&mut self, finding: Finding) {
        match finding {
            Finding::Good(what) => say(&format!("ok    {what}")),
            Finding::Worth(what) => say(&format!("note  {what}")),
            Finding::Wrong(what) => {
                self.wrong += 1;
                say(&format!("WRONG {what}"));
            }
        }
    }

    pub(super) fn close(self) -> ExitCode {
        match self.wrong {
            0 => say("Everything looks right."),
            1 => say("1 thing needs attention."),
            wrong => say(&format!("{wrong} things need attention.")),
        }
        if self.wrong == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// Whether our clock agrees with somebody's.
pub(super) fn clock(whose: &str, at: Option<Timestamp>) -> Option<Finding> {
    let (at, now) = (at?, SystemClock.now());
    let (ahead, behind) = (now.since(at).as_secs(), at.since(now).as_secs());
    let apart = ahead.max(behind);
    if apart <= SECONDS_APART_MAX {
        return Some(Finding::Good(format!("our clock agrees with {whose}")));
    }
    let way = if ahead > behind { "ahead of" } else { "behind" };
    Some(Finding::Wrong(format!(
        "our clock is {apart} s {way} {whose}: sign-ins and webhooks will be refused; \
         let this machine keep time (NTP)"
    )))
}

/// What went wrong when somebody was asked with a key of ours.
pub(super) fn unanswered(key: &str, whom: &str, why: &RemoteError) -> Finding {
    Finding::Wrong(match why {
        RemoteError::Misconfigured => format!("{key} is not accepted by {whom}"),
        RemoteError::NotFound => format!("{whom} knows nothing of what {key} names"),
        RemoteError::Down
        | RemoteError::Busy(_)
        | RemoteError::Refused(_)
        | RemoteError::Broken => format!("{key} could not be tried at {whom}: {why}"),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn clocks_that_are_apart_are_told() {
        let now = SystemClock.now();
        let minute = Duration::from_secs(60);
        let told = |at| match clock("Clerk's", Some(at)) {
            Some(Finding::Wrong(sentence)) => sentence,
            Some(Finding::Good(_) | Finding::Worth(_)) | None => String::new(),
        };
        assert_eq!(told(now), "");
        assert!(told(now.minus(minute)).contains("s ahead of Clerk's"));
        assert!(told(now.plus(minute)).contains("s behind Clerk's"));
        assert!(clock("Clerk's", None).is_none());
    }
}
