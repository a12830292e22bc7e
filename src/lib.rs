//! Policy core and Node-API binding of the npm package `robust-session-map`.
//!
//! # Design
//!
//! Users see a JavaScript `Map` that cannot leak. Keys and values stay on the JavaScript heap, in
//! the map object itself: a native reference to a value would be a root for the garbage collector,
//! and a value that reaches its own map would never be freed. What lives here is the *policy*: which
//! entries exist (as numbered slots), when each was last used, when it is due, what it weighs, who
//! may refuse to go, and therefore who goes next and why.
//!
//! - [`core`] is that policy: pure, single-threaded, without a clock of its own.
//! - [`binding`] is the only place that knows Node-API. It hands the core memory that the face
//!   allocated and is called without arguments or results.
//! - [`opened`] ends the engines of a thread with it, whatever their owner does.
//! - [`registry`] is what threads share: how much each engine of the process holds.
//!
//! One [`core::engine::Engine`] serves all maps of a thread that share a clock.
//! The face reports what it did on its own (reads, replaced values, new entries in slots granted
//! ahead) in a log that is replayed before anything is decided, so recency is exact although a read
//! costs no native call. `docs/design.md` tells the whole story with figures.

#[cfg(not(test))]
pub mod binding;
pub mod core;
pub mod history;
pub mod opened;
pub mod registry;
