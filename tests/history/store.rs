//! The store against a naive model (a list of messages with their strings): random operations with sealing
//! under way in between, every text read back, every sum compared, an audit after every operation.

use proptest::prelude::*;

use super::cases::cases;
use super::store_model::{self as model, Op};

/// Strings of every kind: any units at all, ASCII, text that compresses, and now and then a long one.
fn string() -> impl Strategy<Value = Vec<u16>> {
    let units = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
    prop_oneof![
        3 => prop::collection::vec(any::<u16>(), 0..30),
        3 => "[ -~]{0,400}".prop_map(move |text| units(&text)),
        2 => (1usize..600).prop_map(move |n| units(&"naïve — text ✓ 😀 ".repeat(n))),
        1 => (0u16.., 10_000usize..40_000).prop_map(|(unit, len)| vec![unit; len]),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let texts = prop::collection::vec(string(), 0..4);
    let tokens = || prop::option::of(any::<u8>());
    prop_oneof![
        12 => (any::<u8>(), tokens(), any::<u8>(), texts)
            .prop_map(|(flags, tokens, fixed, texts)| Op::Push { flags, tokens, fixed, texts }),
        3 => (any::<u8>(), any::<u8>(), string()).prop_map(|(a, b, s)| Op::SetText(a, b, s)),
        1 => (any::<u8>(), string()).prop_map(|(a, s)| Op::AddText(a, s)),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Op::DropText(a, b)),
        1 => (any::<u8>(), any::<u8>(), tokens(), any::<u8>())
            .prop_map(|(at, flags, tokens, fixed)| Op::Update { at, flags, tokens, fixed }),
        1 => prop::collection::vec(any::<u8>(), 0..3).prop_map(Op::Remove),
        1 => Just(Op::Reverse),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(at, on)| Op::Pin(at, on)),
        1 => (0u8..3, any::<u16>()).prop_map(|(which, limit)| Op::Limit(which, limit)),
        2 => Just(Op::Forget),
        2 => Just(Op::Read),
        3 => Just(Op::Wait),
        2 => Just(Op::Seal),
        3 => Just(Op::StartJob),
        3 => Just(Op::FinishJob),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(48), max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_the_model_does(ops in prop::collection::vec(op(), 1..80)) {
        model::run(ops);
    }
}
