//! For how many periods in a row something has been so.

use crate::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How many periods in a row something must be so before it counts, and how many a reservation lasts.
pub const PERIODS: u8 = 3;

/// A count of periods. It counts time and not calls: who asks twice in a period counts once, and who was away for longer
/// than two periods begins anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Streak {
    /// Periods, at most [`PERIODS`].
    periods: u8,
    /// When the last of them was seen.
    at: Time,
}

impl Streak {
    pub(crate) const fn is_none(&self) -> bool {
        self.periods == 0
    }

    /// Whether it has been so for long enough.
    pub(crate) const fn is_full(self) -> bool {
        self.periods >= PERIODS
    }

    /// How many periods it has been so.
    pub(crate) const fn periods(self) -> u8 {
        self.periods
    }

    /// What is so now. Periods are never quite as long as they should be, so half of one is a new one.
    pub(crate) fn see(&mut self, so: bool, now: Time, every: Duration) {
        let gap = now.since(self.at);
        *self = match self.periods {
            _ if !so => Self::default(),
            0 => Self { periods: 1, at: now },
            _ if now < self.at || gap > every.saturating_mul(5) / 2 => Self { periods: 1, at: now },
            _ if gap < every / 2 => *self,
            periods => Self { periods: PERIODS.min(periods.saturating_add(1)), at: now },
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(10);

    fn seen(seconds: &[u64]) -> u8 {
        let mut streak = Streak::default();
        for second in seconds {
            streak.see(true, Time(second * 1_000), EVERY);
        }
        streak.periods()
    }

    #[test]
    fn periods_are_counted_and_not_calls() {
        assert_eq!(seen(&[100]), 1);
        assert_eq!(seen(&[100, 110, 120]), 3);
        assert_eq!(seen(&[100, 101, 102, 103]), 1, "one period");
        assert_eq!(seen(&[100, 109, 121]), 3, "nearly periods");
        assert_eq!(seen(&[100, 110, 200]), 1, "the controller was away");
        assert_eq!(seen(&[100, 110, 90]), 1, "the clock was put back");
    }

    #[test]
    fn once_it_is_not_so_it_begins_anew() {
        let mut streak = Streak::default();
        for (second, so) in [(10, true), (20, true), (30, false), (40, true)] {
            streak.see(so, Time(second * 1_000), EVERY);
        }
        assert_eq!(streak.periods(), 1);
    }
}
