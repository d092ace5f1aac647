//! How many streams each member has open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use nexora_core::MemberId;

use crate::problem::Problem;

/// Browsers open six connections to one host over HTTP/1.1; more tabs than this is a leak.
const STREAMS_PER_MEMBER_MAX: usize = 8;

/// The open streams.
#[derive(Clone, Debug)]
pub(crate) struct Lines(Arc<Mutex<HashMap<MemberId, usize>>>);

/// The right to one stream; given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    lines: Lines,
    member: MemberId,
}

impl Lines {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(HashMap::new())))
    }

    pub(super) fn take(&self, member: MemberId) -> Result<Place, Problem> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(member).or_insert(0);
        if *count >= STREAMS_PER_MEMBER_MAX {
            return Err(Problem::too_many_streams());
        }
        *count += 1;
        Ok(Place {
            lines: self.clone(),
            member,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.member) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.member);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nexora_core::Timestamp;

    #[test]
    fn a_closed_stream_makes_room_for_another() {
        let lines = Lines::new();
        let ada = MemberId::new(Timestamp::from_ms(1));
        let bob = MemberId::new(Timestamp::from_ms(2));
        let mut open: Vec<_> = (0..8).map(|_| lines.take(ada).unwrap()).collect();
        assert!(lines.take(ada).is_err());
        assert!(lines.take(bob).is_ok());
        open.pop();
        assert!(lines.take(ada).is_ok());
        drop(open);
        assert!(lines.0.lock().unwrap().is_empty());
    }
}
