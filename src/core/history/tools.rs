//! What the core needs from outside for a call: the time.

/// Handed to every call that stores or reads text.
#[derive(Debug, Default)]
pub struct Tools {
    /// Milliseconds; never runs backwards.
    pub now: f64,
}
