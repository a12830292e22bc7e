//! Sums of weights that stay exact however often entries come and go.
//!
//! A running `f64` sum of fractions drifts: add 0.1 and 0.2, take both away, and a remainder
//! stays. Here every weight is turned into a fixed-point integer once (32 fractional bits), so that
//! adding and removing the same weight cancels to the bit.

/// The largest weight of one entry, 2⁵³ − 1.
pub const MAX_WEIGHT: f64 = 9_007_199_254_740_991.0;

const SCALE: f64 = 4_294_967_296.0;

/// A weight or a sum of weights in units of 2⁻³².
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Weight(u128);

impl Weight {
    /// More than any sum of weights.
    pub const UNBOUNDED: Self = Self(u128::MAX);

    /// The fixed-point form of `bytes`; infinity is [`Weight::UNBOUNDED`], NaN and negatives are 0.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn new(bytes: f64) -> Self {
        if bytes == f64::INFINITY {
            return Self::UNBOUNDED;
        }
        Self((bytes.clamp(0.0, MAX_WEIGHT) * SCALE) as u128)
    }

    /// The sum of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left of `self` without `other`.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Back to a number.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / SCALE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_cancel_to_the_bit() {
        let mut sum = Weight::default();
        for i in 1..1_000 {
            sum = sum.plus(Weight::new(f64::from(i) * 0.1));
        }
        for i in 1..1_000 {
            sum = sum.minus(Weight::new(f64::from(i) * 0.1));
        }
        assert_eq!(sum, Weight::default());
    }

    #[test]
    fn the_largest_weights_do_not_overflow() {
        let mut sum = Weight::default();
        for _ in 0..1_000 {
            sum = sum.plus(Weight::new(MAX_WEIGHT));
        }
        assert!(sum < Weight::UNBOUNDED);
        assert!((sum.to_f64() / (MAX_WEIGHT * 1_000.0) - 1.0).abs() < 1e-9);
        assert_eq!(Weight::new(f64::INFINITY), Weight::UNBOUNDED);
    }
}
