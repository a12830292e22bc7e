//! `src/history` as it is, over a scheduler's primitives and a clock that the schedule sets.

pub mod clock;
// The tests in it are not for here.
#[allow(unused_imports)]
#[path = "../../../src/history/pages.rs"]
pub mod pages;
// Not all of it is called here.
#[allow(dead_code)]
#[path = "../../../src/history/registry.rs"]
pub mod registry;
#[allow(dead_code)]
#[path = "../../../src/history/sealer.rs"]
pub mod sealer;
pub mod sync;
#[path = "../../../src/history/totals.rs"]
pub mod totals;
