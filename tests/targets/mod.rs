//! What bytes from a fuzzer do: each target turns them into operations and runs these beside a naive model.
//! Used by `fuzz/`, which looks for new bytes, and by `tests/corpus.rs`, which replays those it has found.

#[path = "../models/policy.rs"]
mod policy_model;
#[path = "../models/store.rs"]
mod store_model;
#[path = "../models/trim.rs"]
mod trim_model;

mod policy;
mod store;
mod text;
mod trim;

pub type Target = fn(&[u8]);

/// Every target by its name, which is that of its folder of the corpus.
pub const TARGETS: [(&str, Target); 4] = [
    ("policy", |bytes| _ = policy::run(bytes)),
    ("store", |bytes| _ = store::run(bytes)),
    ("text", |bytes| _ = text::run(bytes)),
    ("trim", |bytes| _ = trim::run(bytes)),
];

/// More operations than this find nothing that fewer would not, and take long.
const MOST: usize = 200;
