//! What a history may hold.

/// Limits; infinity means none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Messages.
    pub messages: f64,
    /// Tokens.
    pub tokens: f64,
    /// UTF-8 bytes of all strings.
    pub bytes: f64,
    /// Messages after the leading system messages that always stay.
    pub keep_first: f64,
    /// Idle milliseconds after which text is compressed.
    pub seal_after: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            messages: f64::INFINITY,
            tokens: f64::INFINITY,
            bytes: f64::INFINITY,
            keep_first: 1.0,
            seal_after: 2_000.0,
        }
    }
}

/// A number of things and what they weigh.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Totals {
    /// Messages.
    pub messages: u64,
    /// UTF-8 bytes.
    pub bytes: u64,
    /// UTF-16 units.
    pub units: u64,
    /// Tokens.
    pub tokens: f64,
}

impl Totals {
    /// Adds what something weighs.
    pub fn add(&mut self, more: Self) {
        self.messages += more.messages;
        self.bytes += more.bytes;
        self.units += more.units;
        self.tokens += more.tokens;
    }

    /// Takes off what something weighs.
    pub fn sub(&mut self, less: Self) {
        self.messages -= less.messages;
        self.bytes -= less.bytes;
        self.units -= less.units;
        // Fractions of tokens may leave a rest of rounding; nothing weighs nothing.
        self.tokens = if self.messages == 0 {
            0.0
        } else {
            (self.tokens - less.tokens).max(0.0)
        };
    }

    /// Whether this is more than the limits allow.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn exceed(&self, limits: &Limits) -> bool {
        self.messages as f64 > limits.messages
            || self.tokens > limits.tokens
            || self.bytes as f64 > limits.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_as_much_as_the_limits_say_does_not_exceed_them() {
        let limits = Limits {
            messages: 3.0,
            tokens: 5.0,
            bytes: 7.0,
            ..Limits::default()
        };
        let exceeds = |messages: u64, tokens: f64, bytes: u64| {
            let units = bytes;
            let totals = Totals {
                messages,
                bytes,
                units,
                tokens,
            };
            totals.exceed(&limits)
        };
        assert!(!exceeds(3, 5.0, 7));
        assert!(exceeds(4, 5.0, 7));
        assert!(exceeds(3, 5.5, 7));
        assert!(exceeds(3, 5.0, 8));
    }
}
