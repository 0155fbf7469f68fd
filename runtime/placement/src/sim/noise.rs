//! Numbers that look random and are not: each is a function of the seed, of what it is for and of the period. So every
//! contender meets the same load, whatever it asks for and in which order.

use crate::hash::{mix, unit};

/// The noise of one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    /// Evenly from 0 to 1.
    pub(crate) fn even(self, stream: u64, period: u64) -> f64 {
        unit(mix(self.0 ^ mix(stream ^ mix(period.wrapping_add(0x9e37_79b9_7f4a_7c15)))))
    }

    /// About normally around 0, with a standard deviation of 1, never beyond 3.5: the sum of four even ones. No logarithm,
    /// whose last digit would be another on another machine.
    pub(crate) fn normal(self, stream: u64, period: u64) -> f64 {
        let sum: f64 = (0..4).map(|part| self.even(stream ^ (part << 56), period)).sum();
        (sum - 2.0) * 3.0_f64.sqrt()
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // the same bits are meant
mod tests {
    use super::Noise;

    #[test]
    fn it_is_noise() {
        let (mut sum, mut squares, n) = (0.0, 0.0, 20_000_u32);
        for period in 0..n {
            let value = Noise(7).normal(1, u64::from(period));
            sum += value;
            squares += value * value;
        }
        let n = f64::from(n);
        assert!((sum / n).abs() < 0.02 && (squares / n - 1.0).abs() < 0.03, "{} {}", sum / n, squares / n);
        assert_ne!(Noise(1).even(0, 0), Noise(2).even(0, 0));
        assert_ne!(Noise(1).even(0, 0), Noise(1).even(1, 0));
    }
}
