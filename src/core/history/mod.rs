//! One conversation's native half: its texts, the order of its messages, and who goes when it is full.
//!
//! Messages stay JavaScript objects; here each is a *descriptor* (who spoke, which tool calls it makes
//! or answers, what it weighs) plus the texts that were moved out of it. Nothing here knows Node-API,
//! threads or a clock: time and memory come in with [`tools::Tools`].

pub mod audit;
pub mod block;
pub mod chunk;
pub mod escape;
pub mod ids;
pub mod join;
pub mod limits;
pub mod message;
pub mod order;
pub mod pack;
pub mod seal;
pub mod shared;
pub mod squeeze;
pub mod store;
pub mod text;
pub mod texts;
pub mod tools;
pub mod trim;
pub mod window;

mod edit;
mod share;
mod ties;

pub use store::History;
