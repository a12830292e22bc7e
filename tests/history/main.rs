//! The native half of a history, one program for all its tests but those of threads.

#[path = "../models/cases.rs"]
mod cases;
#[path = "../models/store.rs"]
mod store_model;
#[path = "../models/trim.rs"]
mod trim_model;

mod blocks;
mod edits;
mod helpers;
mod json;
mod packs;
mod sealing;
mod shared;
mod store;
mod ties;
mod trim;
