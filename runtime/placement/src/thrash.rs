//! The thrash detector: a pipeline that comes back to where it was a moment ago has learnt nothing from moving, so it needs
//! a better reason for the next time.

use crate::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How many moves are remembered.
pub const REMEMBERED: usize = 4;
/// How often the margin may be doubled: to eight times.
const DOUBLINGS: u8 = 3;
/// A margin of nothing cannot be doubled.
const LEAST_MARGIN: f64 = 0.02;
/// A return counts within this many times `hold`, which is taken for at least [`LEAST_HOLD`].
const WINDOW: u32 = 10;
const LEAST_HOLD: Duration = Duration::from_mins(2);

/// A move that was decided.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Move {
    /// When.
    pub at: Time,
    /// The cluster that was left.
    pub from: String,
    /// The cluster that was chosen instead.
    pub to: String,
}

/// How often the margin is doubled, and since when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Caution {
    doublings: u8,
    since: Time,
}

impl Caution {
    pub(crate) const fn is_none(&self) -> bool {
        self.doublings == 0
    }

    /// The margin that holds now.
    pub(crate) fn margin(self, margin: f64) -> f64 {
        match self.doublings {
            0 => margin,
            doublings => (margin.max(LEAST_MARGIN) * f64::from(1_u32 << doublings.min(DOUBLINGS))).min(1.0),
        }
    }

    /// A window without a return takes one doubling back.
    pub(crate) fn relax(&mut self, now: Time, hold: Duration) {
        if now.apart(self.since) > window(hold) {
            *self = match self.doublings {
                0 | 1 => Self::default(),
                doublings => Self { doublings: DOUBLINGS.min(doublings - 1), since: now },
            };
        }
    }

    /// Takes note of a move after the others: A to B within the window after B to A doubles the margin.
    pub(crate) fn note(&mut self, moves: &mut Vec<Move>, latest: Move, hold: Duration) {
        let returned = moves.iter().any(|earlier| {
            earlier.from == latest.to
                && earlier.to == latest.from
                && latest.at.apart(earlier.at) <= window(hold)
        });
        if returned {
            *self = Self { doublings: DOUBLINGS.min(self.doublings + 1), since: latest.at };
        }
        moves.push(latest);
        let superfluous = moves.len().saturating_sub(REMEMBERED);
        moves.drain(..superfluous);
    }
}

fn window(hold: Duration) -> Duration {
    hold.max(LEAST_HOLD).saturating_mul(WINDOW)
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // the same bits are meant
mod tests {
    use super::*;

    fn minutes(minutes: u64) -> Time {
        Time(minutes * 60_000)
    }

    fn after(route: &[(u64, &str, &str)]) -> (Caution, usize) {
        let (mut caution, mut moves) = (Caution::default(), Vec::new());
        for (at, from, to) in route {
            let latest = Move { at: minutes(*at), from: (*from).to_owned(), to: (*to).to_owned() };
            caution.note(&mut moves, latest, LEAST_HOLD);
        }
        (caution, moves.len())
    }

    #[test]
    fn coming_back_doubles_the_margin() {
        assert_eq!(after(&[(0, "a", "b"), (5, "b", "c")]).0.margin(0.1), 0.1);
        assert_eq!(after(&[(0, "a", "b"), (5, "b", "a")]).0.margin(0.1), 0.2);
        assert_eq!(after(&[(0, "a", "b"), (5, "b", "a"), (9, "a", "b")]).0.margin(0.1), 0.4);
        assert_eq!(after(&[(0, "a", "b"), (25, "b", "a")]).0.margin(0.1), 0.1, "long ago");
        let (caution, remembered) = after(&[(0, "a", "b"), (1, "b", "a")].repeat(9));
        assert_eq!((caution.margin(0.1), caution.margin(0.0), remembered), (0.8, 0.16, REMEMBERED));
    }

    #[test]
    fn quiet_windows_take_it_back() {
        let (mut caution, _) = after(&[(0, "a", "b"), (5, "b", "a"), (9, "a", "b")]);
        caution.relax(minutes(20), LEAST_HOLD);
        assert_eq!(caution.margin(0.1), 0.4);
        caution.relax(minutes(30), LEAST_HOLD);
        assert_eq!(caution.margin(0.1), 0.2);
        caution.relax(minutes(51), LEAST_HOLD);
        assert!(caution.is_none());
    }
}
