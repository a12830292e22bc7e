//! The policy core: who is due, who goes, and why.
//!
//! Everything here is pure: no Node-API, no `unsafe`, no threads, no I/O and no clock. Time is a
//! number of milliseconds that comes in as an argument and never runs backwards (the face sees to
//! that). Keys and values are not known here: an entry is a *slot*, a small index that the face
//! uses to find them.

#![forbid(unsafe_code)]

pub mod audit;
pub mod busy;
pub mod due;
pub mod engine;
pub mod frame;
pub mod heap;
pub mod history;
pub mod journal;
pub mod life;
pub mod limits;
pub mod list;
pub mod mass;
pub mod operate;
pub mod policy;
pub mod protocol;
pub mod replay;
pub mod room;
pub mod slots;
pub mod spare;
pub mod stats;
pub mod weights;
