//! How often one address or one member may ask. The counts live in memory; the counts that guard
//! passwords and free credits over a restart are the engine's.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use nexora_core::MemberId;

use crate::problem::Problem;

/// A person sends ten passwords a minute at most where they may send 600 requests.
const PASSWORD_SHARE: u32 = 60;
/// Passwords that are never too many in a minute.
const PASSWORDS_LEAST: u32 = 10;
/// Keys that can be told from fresh ones are forgotten after this many checks.
const SWEEP_EVERY: usize = 1_024;
/// Most keys remembered at a time: about 10 MB. When that many are active it is an attack, and
/// newcomers wait.
const KEYS_MAX: usize = 100_000;
/// How long newcomers wait then.
const CROWDED_WAIT: Duration = Duration::from_secs(5);

/// The limits of one process.
pub(crate) struct Limits {
    changes_per_ip: Limiter<IpAddr>,
    passwords_per_ip: Limiter<IpAddr>,
    calls_per_member: Limiter<MemberId>,
    errands_per_member: Limiter<MemberId>,
}

struct Limiter<K: Clone + Eq + Hash> {
    limiter: DefaultKeyedRateLimiter<K>,
    checks: AtomicUsize,
}

impl Limits {
    pub(crate) fn new(requests_per_minute: u32) -> Self {
        let passwords = (requests_per_minute / PASSWORD_SHARE).max(PASSWORDS_LEAST);
        let burst = requests_per_minute / 2;
        Self {
            changes_per_ip: Limiter::new(burst, requests_per_minute),
            passwords_per_ip: Limiter::new(passwords, passwords),
            calls_per_member: Limiter::new(burst, requests_per_minute),
            errands_per_member: Limiter::new(passwords, passwords),
        }
    }

    /// Counts a change asked for from `ip`.
    pub(crate) fn change(&self, ip: IpAddr) -> Result<(), Problem> {
        self.changes_per_ip.check(&one_household(ip))
    }

    /// Counts a password sent from `ip`.
    pub(crate) fn password(&self, ip: IpAddr) -> Result<(), Problem> {
        self.passwords_per_ip.check(&one_household(ip))
    }

    /// Counts something that makes us ask the merchant or read everything a member has: the
    /// merchant answers 300 questions a minute, whoever they are for.
    pub(crate) fn errand(&self, member: MemberId) -> Result<(), Problem> {
        self.errands_per_member.check(&member)
    }

    /// Counts a change or an API call by `member`.
    pub(crate) fn call(&self, member: MemberId) -> Result<(), Problem> {
        self.calls_per_member.check(&member)
    }
}

impl<K: Clone + Eq + Hash> Limiter<K> {
    fn new(burst: u32, per_minute: u32) -> Self {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(at_least_one(per_minute)).allow_burst(at_least_one(burst));
        Self {
            limiter: RateLimiter::keyed(quota),
            checks: AtomicUsize::new(0),
        }
    }

    fn check(&self, key: &K) -> Result<(), Problem> {
        let checks = self.checks.fetch_add(1, Ordering::Relaxed);
        if checks.is_multiple_of(SWEEP_EVERY) {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        if self.limiter.len() >= KEYS_MAX {
            self.limiter.retain_recent();
            if self.limiter.len() >= KEYS_MAX {
                return Err(Problem::too_often(CROWDED_WAIT));
            }
        }
        self.limiter
            .check_key(key)
            .map_err(|not_until| Problem::too_often(not_until.wait_time_from(clock_now())))
    }
}

fn clock_now() -> <DefaultClock as Clock>::Instant {
    DefaultClock::default().now()
}

/// Whoever has one IPv6 address has the 2^64 beside it too.
fn one_household(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_burst_is_free_and_then_there_is_a_wait() {
        let limiter = Limiter::new(2, 1);
        let ip: IpAddr = "192.0.2.1".parse().unwrap();
        assert!(limiter.check(&ip).is_ok());
        assert!(limiter.check(&ip).is_ok());
        assert!(limiter.check(&ip).is_err());
        let other: IpAddr = "192.0.2.2".parse().unwrap();
        assert!(limiter.check(&other).is_ok());
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_as_one() {
        let here: IpAddr = "2001:db8:1:2::3".parse().unwrap();
        let there: IpAddr = "2001:db8:1:2:ffff::4".parse().unwrap();
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().unwrap();
        assert_eq!(one_household(here), one_household(there));
        assert_eq!(one_household(mapped), IpAddr::from([192, 0, 2, 1]));
    }
}
