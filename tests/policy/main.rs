//! The policy core. One program for all its tests: most of the time that a change of the core takes to be tested
//! would go into linking several.

#[path = "../models/cases.rs"]
mod cases;
#[path = "../models/policy.rs"]
mod model;

mod agreement;
mod engine;
mod journals;
mod mass;
mod records;
mod refusals;
mod removals;
mod replay;
mod rig;
