//! One program for all targets: `TARGET=policy robust-session-map-fuzz corpus/policy`. See `scripts/fuzz.mjs`.

#![no_main]

#[path = "../../tests/targets/mod.rs"]
mod targets;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static RUN: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = std::env::var("TARGET").expect("TARGET names a target");
    let target = targets::TARGETS.into_iter().find(|(is, _)| *is == name);
    target.expect("there is such a target").1
});

fuzz_target!(|bytes: &[u8]| RUN(bytes));
