//! All histories of the process: found by id from any thread, counted together, sealed in the background.

pub mod clock;
pub mod pages;
pub mod registry;
pub mod sealer;
pub mod sync;
pub mod totals;
