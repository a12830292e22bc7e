//! The policy core against a naive reference: random operations, the same victims and reasons, and an
//! audit after every operation. proptest prints the failing case and keeps its seed.

use proptest::prelude::*;
use robust_session_map::core::limits::Limits;

use super::cases::cases;
use super::model::{self, Op};

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let ttl = || prop::option::weighted(0.3, 1u16..3_000);
    let weight = || prop_oneof![3 => Just(0u8), 1 => 0u8..20];
    let op = prop_oneof![
        6 => (ttl(), ttl(), weight()).prop_map(|(ttl, max_age, weight)| Op::Admit { ttl, max_age, weight }),
        6 => any::<u8>().prop_map(Op::Hit),
        2 => (any::<u8>(), ttl()).prop_map(|(at, ttl)| Op::Touch(at, ttl)),
        2 => (any::<u8>(), ttl(), ttl(), weight())
            .prop_map(|(at, ttl, max_age, weight)| Op::Set { at, ttl, max_age, weight }),
        2 => any::<u8>().prop_map(Op::Reset),
        2 => any::<u8>().prop_map(Op::Remove),
        2 => any::<u8>().prop_map(Op::Busy),
        1 => any::<u8>().prop_map(Op::Pin),
        1 => any::<u8>().prop_map(Op::Unpin),
        1 => Just(Op::Shed),
        4 => prop_oneof![1u16..10, 1u16..3_000].prop_map(Op::Advance),
        1 => Just(Op::Clear),
    ];
    prop::collection::vec(op, 1..200)
}

fn limits() -> impl Strategy<Value = Limits> {
    let time = || prop_oneof![Just(f64::INFINITY), (1u16..5_000).prop_map(f64::from)];
    let size = prop_oneof![Just(f64::INFINITY), (1u8..20).prop_map(f64::from)];
    let bytes = prop_oneof![2 => Just(f64::INFINITY), 1 => (1u8..60).prop_map(f64::from)];
    (time(), time(), size, bytes, time(), any::<bool>()).prop_map(
        |(ttl, max_age, max_size, max_bytes, max_busy, asks)| Limits {
            ttl,
            max_age,
            max_size,
            hard_max: f64::INFINITY,
            max_bytes,
            max_busy,
            asks,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(2_000), ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_naive_reference(limits in limits(), ops in ops()) {
        model::run(limits, &ops);
    }
}
