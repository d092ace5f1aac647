//! How a route has done lately: what people are told about it, and when it is given a rest.

use std::time::Duration;

use crate::clock::Timestamp;

/// Runs of a route that count. Old ones say nothing about today.
pub const RUNS_MAX: usize = 50;
/// Nothing is said before there are so many: a number made of three runs is gossip.
const SAID_FROM: usize = 10;
/// So many failures in a row, and the route is given a rest. One may be an accident, two happen.
const FAILURES_MAX: usize = 3;
/// How long the first rest lasts; each further failure doubles it.
const REST: Duration = Duration::from_secs(60);
/// The longest rest: an outage that ends should be noticed in the same quarter of an hour.
const REST_MAX: Duration = Duration::from_secs(900);

/// How one attempt on a route ended. What was not the provider's doing (a stopped run, settings
/// it does not take) is no ending of the route's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was made and brought home, so long after it was handed over.
    Made {
        /// From the hand-over to the stored result.
        wait: Duration,
    },
    /// The provider could not be reached, could not be paid, broke it, or lost it.
    Failed,
    /// The provider worked, and did not want to make this.
    Refused,
}

/// The end of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// How it ended.
    pub outcome: Outcome,
    /// When.
    pub at: Timestamp,
}

/// What is known of a route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The newest first.
    endings: Vec<Ending>,
}

/// What can be said about a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Of how many runs.
    pub runs: u32,
    /// Half of those that were made took no longer.
    pub wait_usual: Duration,
    /// Nine of ten took no longer.
    pub wait_slow: Duration,
    /// How many of a hundred failed.
    pub failed_percent: u32,
    /// How many of a hundred were refused.
    pub refused_percent: u32,
}

/// Whether a route may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// Yes.
    Closed,
    /// It failed again and again, but long enough ago: one run may find out whether it works.
    HalfOpen,
    /// Not before this moment, if there is another way.
    Open {
        /// When one run may try.
        until: Timestamp,
    },
}

impl Health {
    /// The health these endings speak of, in any order; the newest count.
    pub fn of(mut endings: Vec<Ending>) -> Self {
        endings.sort_by_key(|ending| std::cmp::Reverse(ending.at));
        endings.truncate(RUNS_MAX);
        Self { endings }
    }

    /// The health of several routes as if they were one.
    pub fn together<'a>(several: impl IntoIterator<Item = &'a Self>) -> Self {
        let endings = several.into_iter().flat_map(|health| &health.endings);
        Self::of(endings.copied().collect())
    }

    /// What can be said; `None` as long as there are too few runs.
    pub fn record(&self) -> Option<Record> {
        let all = self.endings.len();
        if all < SAID_FROM {
            return None;
        }
        let mut waits: Vec<Duration> = self.endings.iter().filter_map(Ending::wait).collect();
        waits.sort_unstable();
        let count = |outcome| {
            let same = self.endings.iter().filter(|it| it.outcome == outcome);
            same.count()
        };
        let percent = |part: usize| {
            let rounded = (part * 100 + all / 2) / all;
            u32::try_from(rounded).unwrap_or(100)
        };
        Some(Record {
            runs: u32::try_from(all).unwrap_or(u32::MAX),
            wait_usual: percentile(&waits, 50)?,
            wait_slow: percentile(&waits, 90)?,
            failed_percent: percent(count(Outcome::Failed)),
            refused_percent: percent(count(Outcome::Refused)),
        })
    }

    /// Whether it may be tried now.
    pub fn breaker(&self, now: Timestamp) -> Breaker {
        let failures = self.endings.iter();
        let in_a_row = failures.take_while(|it| it.outcome == Outcome::Failed);
        let in_a_row = in_a_row.count();
        let Some(last) = self.endings.first().filter(|_| in_a_row >= FAILURES_MAX) else {
            return Breaker::Closed;
        };
        let doublings = u32::try_from(in_a_row - FAILURES_MAX).unwrap_or(u32::MAX);
        let factor = 2_u32.saturating_pow(doublings);
        let until = last.at.plus(REST.saturating_mul(factor).min(REST_MAX));
        if now < until {
            Breaker::Open { until }
        } else {
            Breaker::HalfOpen
        }
    }

    /// When something last ended here.
    pub fn last_at(&self) -> Option<Timestamp> {
        self.endings.first().map(|ending| ending.at)
    }
}

impl Ending {
    const fn wait(&self) -> Option<Duration> {
        match self.outcome {
            Outcome::Made { wait } => Some(wait),
            Outcome::Failed | Outcome::Refused => None,
        }
    }
}

/// The value that `percent` of a sorted list do not exceed; `None` of an empty one.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADE: Outcome = Outcome::Made {
        wait: Duration::from_secs(40),
    };

    fn at(second: usize) -> Timestamp {
        Timestamp::from_ms(i64::try_from(second).unwrap() * 1_000)
    }

    /// One ending a second, the oldest first.
    fn health(outcomes: &[Outcome]) -> Health {
        let endings = outcomes.iter().enumerate();
        let endings = endings.map(|(second, outcome)| Ending {
            outcome: *outcome,
            at: at(second),
        });
        Health::of(endings.collect())
    }

    #[test]
    fn nothing_is_said_of_a_few_runs() {
        assert_eq!(health(&[MADE; 9]).record(), None);
        assert!(health(&[MADE; 10]).record().is_some());
        assert_eq!(
            health(&[Outcome::Failed; 20]).record(),
            None,
            "no wait is known"
        );
    }

    #[test]
    fn the_last_fifty_runs_count() {
        let made = |seconds| Outcome::Made {
            wait: Duration::from_secs(seconds),
        };
        let mut outcomes = vec![Outcome::Failed; 30];
        outcomes.extend((1..=40).map(made));
        outcomes.extend([Outcome::Failed; 6]);
        outcomes.extend([Outcome::Refused; 4]);
        let said = health(&outcomes).record().unwrap();
        let expected = Record {
            runs: 50,
            wait_usual: Duration::from_secs(20),
            wait_slow: Duration::from_secs(36),
            failed_percent: 12,
            refused_percent: 8,
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn failures_in_a_row_bring_a_rest_that_grows() {
        let failed = [Outcome::Failed; 12];
        let rest = |count: usize| {
            let last = at(count - 1);
            match health(&failed[..count]).breaker(last) {
                Breaker::Open { until } => until.since(last).as_secs(),
                Breaker::Closed | Breaker::HalfOpen => 0,
            }
        };
        assert_eq!(
            [1, 2, 3, 4, 5, 6, 7, 12].map(rest),
            [0, 0, 60, 120, 240, 480, 900, 900]
        );
        assert_eq!(health(&failed[..3]).breaker(at(2 + 60)), Breaker::HalfOpen);
    }

    #[test]
    fn whoever_answers_is_not_down() {
        let table = [
            [Outcome::Failed, Outcome::Failed, MADE],
            [Outcome::Failed, Outcome::Failed, Outcome::Refused],
            [Outcome::Refused, Outcome::Refused, Outcome::Refused],
            [MADE, Outcome::Failed, Outcome::Failed],
            [Outcome::Failed, MADE, Outcome::Failed],
        ];
        for outcomes in table {
            assert_eq!(
                health(&outcomes).breaker(at(3)),
                Breaker::Closed,
                "{outcomes:?}"
            );
        }
    }
}
