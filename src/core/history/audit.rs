//! `validate`: everything that must be true of a history, worked out anew.

use crate::core::history::store::History;

impl History {
    /// What is wrong with the structure, if anything.
    ///
    /// # Errors
    /// A sentence that says what.
    pub fn validate(&self) -> Result<(), String> {
        Ok(())
    }
}
